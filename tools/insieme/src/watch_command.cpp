// watch: stays, waits for news of the server, fetches what came and says so.
#include "watch_command.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "insieme/client/stoppable_transport.hpp"
#include "posting.hpp"
#include "signals.hpp"

namespace insieme::cli {
namespace {

/// Ends early when a signal comes.
void let_pass(std::int64_t ms) {
  constexpr std::int64_t kStepMs = 200;  // a signal just before a sleep waits no longer
  for (std::int64_t left = ms; left > 0 && !stop_asked(); left -= kStepMs) {
    ::poll(nullptr, 0, static_cast<int>(std::min(left, kStepMs)));
  }
}

class Watch {
 public:
  explicit Watch(Program& program)
      : program_(program),
        transport_(client::make_stoppable_transport(
            {.ca_file = program.globals.ca_file,
             .public_key = program.globals.public_key,
             .certificate = program.globals.certificate,
             .certificate_key = program.globals.certificate_key},
            stop_asked())) {}

  int run() {
    while (!stop_asked()) {
      const json::object plan = program_.call("sync.state");
      if (text_of(plan, "state") == "stopped") return kNetwork;  // said already
      if (flag_of(plan, "due")) synchronise();
      if (!stop_asked()) wait();
    }
    return kOk;
  }

 private:
  void synchronise() {
    try {
      tell(program_.call("sync.run"));
      trouble_.clear();
    } catch (const Stop& failed) {
      if (failed.exit_code() != kNetwork) throw;
      if (!program_.print_json(failed.reply())) complain(failed.what());
    }
  }

  /// The same trouble is told once.
  void complain(const std::string& trouble) {
    if (trouble_ != trouble) print(now_text() + "  " + trouble + "\n");
    trouble_ = trouble;
  }

  void tell(const json::object& reply) {
    if (program_.print_json(reply)) return;
    const std::string sent = text_of(reply, "sent");
    const std::string received = text_of(reply, "received");
    if (!begun_) {
      print(tr("In ascolto. Ctrl-C per smettere.\n", "Listening. Ctrl-C to stop.\n"));
    }
    begun_ = true;
    std::string line;
    const auto add = [&line](const std::string& number, const char* one, const char* many) {
      if (number != "0") line += (line.empty() ? "" : ", ") + count_of(number, one, many);
    };
    add(received, tr("novità ricevuta", "change received"),
        tr("novità ricevute", "changes received"));
    add(sent, tr("modifica inviata", "change sent"), tr("modifiche inviate", "changes sent"));
    if (!line.empty()) print(now_text() + "  " + line + "\n");
    print(notice_lines(reply));
  }

  void wait() {
    const json::object ask = program_.call("sync.wait", with_state());
    state_ = object_of(ask, "state");
    if (!flag_of(ask, "ready")) {
      let_pass(number_at(ask, "in_ms"));
      return;
    }
    client::HttpRequest request = request_of(ask);
    request.limits.low_speed_s = 0;  // nothing comes for a long time, and that is how it should be
    request.limits.reply_bytes_max = 64 * 1024;
    const Result<client::HttpReply> reply = transport_->post(request);
    if (!stop_asked()) hear(reply);
  }

  void hear(const Result<client::HttpReply>& reply) {
    json::object told = with_state();
    told["status"] = reply.ok() ? reply->status : 0;
    if (reply.ok()) {
      told["body"] = std::string(reply->body.begin(), reply->body.end());
      told["retry_after_s"] = reply->retry_after_s;
    }
    const json::object heard = program_.call("sync.waited", std::move(told));
    state_ = object_of(heard, "state");
    if (!program_.globals.json && reply.ok() && reply->status == 0) {
      const std::size_t line = reply->failure.find('\n');
      const bool italian = language() == Language::it && line != std::string::npos;
      complain(italian ? reply->failure.substr(line + 1) : reply->failure.substr(0, line));
    }
    if (flag_of(heard, "news")) synchronise();
    // A plan of the core may be due before it is time to wait again.
    const json::object plan = program_.call("sync.state");
    const std::string due = text_of(plan, "due_in_ms");
    const std::int64_t due_ms = due.empty() ? number_at(heard, "in_ms") : std::stoll(due);
    let_pass(std::min(number_at(heard, "in_ms"), due_ms));
  }

  [[nodiscard]] json::object with_state() const {
    return state_.empty() ? json::object{} : json::object{{"state", state_}};
  }
  [[nodiscard]] std::string now_text() const {
    const auto seconds = static_cast<std::time_t>(program_.now_ms() / 1000);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 32> iso{};
    std::strftime(iso.data(), iso.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return when(iso.data());
  }

  Program& program_;
  std::unique_ptr<client::Transport> transport_;
  json::object state_;
  std::string trouble_;
  bool begun_ = false;
};

int watch(Program& program) {
  end_on_signals();
  program.globals.impatient = true;
  return Watch(program).run();
}

}  // namespace

void add_watch_command(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "watch",
      "Resta in ascolto: riceve le novità appena il server le ha",
      "Stays, and fetches what is new as soon as the server has it",
      "  insieme watch\n  insieme --json watch");
  command->callback([&program] { program.run = [&program] { return watch(program); }; });
}

}  // namespace insieme::cli
