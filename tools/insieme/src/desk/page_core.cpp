#include "desk/page_core.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "insieme/client/platform.hpp"
#include "insieme/client/stoppable_transport.hpp"
#include "insieme/sync/digest.hpp"
#include "key_file.hpp"
#include "posting.hpp"

namespace insieme::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPracticeFolder = "insieme-practice";

/// Commands after which this program has something to do, too.
bool is_about_the_key(const std::string& command) {
  return command == "pin.set" || command == "pin.remove" || command == "lock";
}

std::string failure(const char* code, const char* italian, const char* english) {
  return json::serialize(json::object{
      {"ok", false},
      {"error", {{"code", code}, {"message_it", italian}, {"message_en", english}}}});
}

std::string elsewhere() {
  return failure("not_open", "Insieme ora è aperto in un'altra pagina: qui nulla è andato perso.",
                 "Insieme is open in another page now: nothing was lost here.");
}

std::string not_open() {
  return failure("not_open", "L'archivio non è aperto.", "The store is not open.");
}

json::object parsed(const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  return !error && value.is_object() ? std::move(value.get_object()) : json::object();
}

std::string request(const char* command) {
  return json::serialize(json::object{{"command", command}});
}

/// A transport is one thread's at a time.
struct Wire {
  Wire(const client::TransportOptions& options, const std::atomic<bool>& stop)
      : transport(client::make_stoppable_transport(options, stop)) {}

  /// What Client::resume takes; the body of the answer apart.
  json::object post(const client::HttpRequest& request, std::vector<std::uint8_t>& body) {
    const std::lock_guard lock(mutex);
    Result<client::HttpReply> reply = transport->post(request);
    if (!reply.ok()) return {{"refused", reply.error().detail}};
    body = std::move(reply->body);
    return {{"status", reply->status},
            {"content_type", reply->content_type},
            {"retry_after_s", reply->retry_after_s},
            {"failure", reply->failure},
            {"handed_over", reply->handed_over}};
  }

  std::mutex mutex;
  std::unique_ptr<client::Transport> transport;
};

}  // namespace

struct PageCore::Line {
  explicit Line(const client::TransportOptions& options)
      : errands(options, stop), waits(options, stop) {}

  std::atomic<bool> stop{false};
  Wire errands;
  Wire waits;
};

PageCore::PageCore(const Program& program, std::function<void(std::string)> tell)
    : program_(program),
      tell_(std::move(tell)),
      events_([this](std::string_view event) { tell_(std::string(event)); }) {}

PageCore::~PageCore() {
  close();
  throw_practice_away();
}

void PageCore::stop() {
  stopped_ = true;
  const std::lock_guard lock(calls_);
  close();
}

std::string PageCore::answer(const json::object& message, const std::string& from,
                             std::vector<char>& copied) {
  const std::string act = text_of(message, "act");
  std::unique_lock lock(calls_);
  if (stopped_) return not_open();
  if (act == "open") {
    page_ = from;
    tell_(json::serialize(json::object{{"event", "page"}, {"page", from}}));
    return open(text_of(message, "folder"));
  }
  if (page_ != from) return elsewhere();
  if (act == "copy") return copy(copied);
  if (act == "erase") return erase(text_of(message, "folder"));
  if (act == "take_over") return R"({"ok":true})";  // whoever opens last has it
  if (act == "close") {
    close();
    return R"({"ok":true})";
  }
  if (act != "call") {
    return failure("unknown_command", "Richiesta sconosciuta.", "Unknown request.");
  }
  const std::shared_ptr<Line> line = line_;
  lock.unlock();
  return call(line, object_of(message, "request"));
}

void PageCore::close() {
  client_.reset();
  end_line();
}

void PageCore::end_line() {
  if (line_) line_->stop = true;
  line_ = std::make_shared<Line>(
      client::TransportOptions{.ca_file = program_.globals.ca_file,
                               .public_key = program_.globals.public_key,
                               .certificate = program_.globals.certificate,
                               .certificate_key = program_.globals.certificate_key});
  paused_.notify_all();
}

bool PageCore::is_open(Meant line) const { return client_ && line == line_; }

/// The practice store, for good; no other one.
std::string PageCore::erase(const std::string& folder) {
  if (folder != kPracticeFolder || (client_ && !practises_)) {
    return failure("not_allowed", "Non è l'archivio di prova.", "Not the practice store.");
  }
  close();
  throw_practice_away();
  return R"({"ok":true})";
}

void PageCore::throw_practice_away() {
  if (practice_.empty()) return;
  std::error_code ignored;
  fs::remove_all(practice_, ignored);
  practice_.clear();
}

std::string PageCore::opening(const std::string& path, const std::string& key,
                              const char* mode) const {
  const Globals& globals = program_.globals;
  json::object options{{"path", path}, {"key", key}, {"mode", mode}, {"practice", practises_}};
  if (!globals.ca_file.empty()) options["ca_file"] = globals.ca_file;
  if (!globals.public_key.empty()) options["public_key"] = globals.public_key;
  if (!globals.certificate.empty()) options["certificate"] = globals.certificate;
  if (!globals.certificate_key.empty()) options["certificate_key"] = globals.certificate_key;
  if (!globals.clock_ms.empty()) options["clock_ms"] = globals.clock_ms;
  return json::serialize(options);
}

std::string PageCore::open(const std::string& folder) {
  close();
  practises_ = folder == kPracticeFolder;
  if (practises_) return open_practice();
  try {
    std::string reply =
        client::Client::open(opening(program_.store_path(), program_.key_to_open(), "open"),
                             client_);
    if (!flag_of(parsed(reply), "ok")) client_.reset();
    return reply;
  } catch (const Stop& stop) {  // its key is not where it was
    return failure("wrong_key", stop.what(), stop.what());
  }
}

/// It stays until it is thrown away, or this program ends: its key is nowhere but here.
std::string PageCore::open_practice() {
  if (practice_.empty()) {
    std::string folder = (fs::temp_directory_path() / "insieme-practice-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
      return failure("storage_failure", "Per la prova non c'è posto su questo computer.",
                     "There is no room on this computer to practise.");
    }
    practice_ = folder;
    std::array<std::uint8_t, 32> key{};
    client::system_platform().random(key);
    practice_key_ = sync::to_hex(key);
  }
  const fs::path path = practice_ / "store.db";
  std::error_code unseen;
  const char* mode = fs::exists(path, unseen) ? "open" : "create";
  fs::create_directories(practice_, unseen);  // what tidies temporary folders may have taken it
  std::string reply = client::Client::open(opening(path.string(), practice_key_, mode), client_);
  if (!flag_of(parsed(reply), "ok")) client_.reset();
  return reply;
}

std::string PageCore::call(Meant line, const json::object& request) {
  const std::string command = text_of(request, "command");
  const std::string text = json::serialize(request);
  if (command == "sync.wait") return wait(line, text);
  if (is_about_the_key(command)) return call_here(line, command, text);
  return errand(line, text);
}

std::string PageCore::call_here(Meant line, const std::string& command, const std::string& text) {
  const bool keeps = command != "lock";
  const std::lock_guard lock(calls_);
  if (!is_open(line)) return not_open();
  if (keeps && !practises_ && program_.globals.key_file.empty() &&
      std::getenv("INSIEME_KEY") != nullptr) {
    return failure("not_allowed",
                   "La chiave viene da INSIEME_KEY: un PIN cambia ciò che va custodito, e lì non "
                   "si può scrivere. Avviare con --key-file FILE.",
                   "The key comes from INSIEME_KEY: a PIN changes what is to be kept, and nothing "
                   "can be written there. Start with --key-file FILE.");
  }
  std::string reply = client_->call(text, events_);
  // What was begun is over, and nobody goes on with it in what begins after the PIN.
  if (command == "lock") end_line();
  return keeps && flag_of(parsed(reply), "ok") ? keep_secret(reply) : reply;
}

/// The page never sees it; the core goes over to it once it is on the disk.
std::string PageCore::keep_secret(const std::string& reply) {
  const std::string secret = text_of(parsed(reply), "device_secret");
  try {
    if (practises_) {
      practice_key_ = secret;
    } else {
      replace_key_file(program_.key_path(), secret);
    }
  } catch (const Stop& stop) {
    return failure("storage_failure", stop.what(), stop.what());
  }
  return client_->call(request("pin.kept"));
}

/// Whatever it is: the core says whether it needs the network, and nobody else has to know.
std::string PageCore::errand(Meant line, const std::string& text) {
  std::unique_lock lock(calls_);
  if (!is_open(line)) return not_open();
  client::Client::Step step = client_->begin(text, events_);
  while (step.kind != client::Client::Step::Kind::reply) {
    const json::object needed = parsed(step.text);
    json::object answer;
    std::vector<std::uint8_t> body;
    if (step.kind == client::Client::Step::Kind::post) {
      client::HttpRequest request = request_of(needed);
      request.body = std::move(step.body);
      lock.unlock();
      answer = line->errands.post(request, body);
      lock.lock();
    } else {
      paused_.wait_for(lock, std::chrono::milliseconds(number_at(needed, "ms")),
                       [&] { return line->stop.load(); });
    }
    if (!is_open(line)) return not_open();
    step = client_->resume(json::serialize(answer), body);
  }
  return step.text;
}

std::string PageCore::wait(Meant line, const std::string& text) {
  json::object asked;
  {
    const std::lock_guard lock(calls_);
    if (!is_open(line)) return not_open();
    std::string reply = client_->call(text);
    asked = parsed(reply);
    if (!flag_of(asked, "ok")) return reply;
  }
  if (!flag_of(asked, "ready")) {
    asked["news"] = false;
    return json::serialize(asked);
  }
  client::HttpRequest request = request_of(asked);
  request.limits.low_speed_s = 0;  // nothing comes for a long time, and that is how it should be
  request.limits.reply_bytes_max = 64 * 1024;
  std::vector<std::uint8_t> body;
  const json::object outcome = line->waits.post(request, body);
  json::object told{{"command", "sync.waited"},
                    {"state", asked.at("state")},
                    {"status", number_at(outcome, "status")},
                    {"body", std::string(body.begin(), body.end())}};
  if (const auto after = number_at(outcome, "retry_after_s"); after != 0) {
    told["retry_after_s"] = after;
  }
  const std::lock_guard lock(calls_);
  return is_open(line) ? client_->call(json::serialize(told)) : not_open();
}

std::string PageCore::copy(std::vector<char>& copied) {
  if (!client_) return not_open();
  // Beside the store, where there is room; in a folder of its own, which takes nobody's name.
  std::string folder = program_.store_path() + ".copying-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) {
    return failure("storage_failure", "Qui non c'è posto per una copia.",
                   "There is no room for a copy here.");
  }
  const std::string path = folder + "/copy";
  std::string reply =
      client_->call(json::serialize(json::object{{"command", "backup"}, {"path", path}}));
  if (flag_of(parsed(reply), "ok")) {
    std::ifstream file(path, std::ios::binary);
    copied.assign(std::istreambuf_iterator<char>(file), {});
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return reply;
}

}  // namespace insieme::cli
