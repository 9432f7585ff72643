// exchange export, import, serve, connect: from device to device, without a server.
#include <iostream>

#include "insieme/sync/digest.hpp"
#include "program.hpp"
#include "stream.hpp"

namespace insieme::cli {
namespace {

bool is_none(const json::object& reply, std::string_view key) { return text_of(reply, key) == "0"; }

std::string changes_of(const json::object& reply, std::string_view key) {
  return count_of(text_of(reply, key), tr("modifica", "change"), tr("modifiche", "changes"));
}

/// What a hand-out, or all of a session, brought here.
void print_taken(const json::object& reply) {
  std::string line = tr("Prese ", "Taken: ") + changes_of(reply, "applied");
  if (!is_none(reply, "waiting")) {
    line += ", " + text_of(reply, "waiting") +
            tr(" in attesa di altre che mancano", " waiting for others that are missing");
  }
  if (!is_none(reply, "known"))
    line += ", " + text_of(reply, "known") + tr(" già qui", " here already");
  print(line + ".\n");
  if (!is_none(reply, "sealed")) {
    print(tr("Sigillati per altri, qui non si leggono: ",
             "Sealed for others, not to be read here: ") +
          count_of(text_of(reply, "sealed"), tr("documento", "document"),
                   tr("documenti", "documents")) +
          ".\n");
  }
  for (const json::value& one : list_of(reply, "refused")) {
    print(coloured("! ", Colour::warn) + harmless(sentence_of(one.as_object())) + "\n");
  }
}

int export_file(Program& program, const std::string& file, const std::string& whom) {
  json::object reply;
  if (program.answered("exchange.export", {{"path", file}, {"for", whom}}, reply)) return kOk;
  print(tr("In ", "In ") + one_line(file) + ": " + changes_of(reply, "changes") +
        tr(" di qui, sigillate", " of this device, sealed") +
        (is_none(reply, "carried")
             ? std::string()
             : tr("; consegne portate per altri: ", "; hand-outs carried for others: ") +
                   text_of(reply, "carried")) +
        ".\n" +
        tr("Finché non lo dice il server, restano «salvate qui».\n",
           "Until the server says so, they stay “saved here”.\n"));
  return kOk;
}

int import_file(Program& program, const std::string& file) {
  const json::object reply = program.call("exchange.import", {{"path", file}});
  const int code = list_of(reply, "refused").empty() ? kOk : kRefused;
  if (program.print_json(reply)) return code;
  print_taken(reply);
  if (!is_none(reply, "carried")) {
    print(tr("Da portare al server alla prossima sincronizzazione: ",
             "To be brought to the server at the next synchronisation: ") +
          count_of(text_of(reply, "carried"), tr("consegna", "hand-out"),
                   tr("consegne", "hand-outs")) +
          ".\n");
  }
  return code;
}

/// One session over the stream, to its end; throws Stop if it broke.
json::object talk(Program& program, const Stream& stream, const char* role) {
  json::object step = program.call("exchange.begin", {{"role", role}});
  while (true) {
    const std::string what = text_of(step, "do");
    if (what == "end") return step;
    if (what == "receive") {
      const auto frame = stream.receive();
      step = frame.empty() ? program.call("exchange.resume", {{"broken", true}})
                           : program.call("exchange.resume", {{"frame", sync::to_hex(frame)}});
      continue;
    }
    const std::string hex = text_of(step, "frame");
    std::vector<std::uint8_t> frame(hex.size() / 2);
    const bool gone = !sync::from_hex(hex, frame).ok() || !stream.send(frame);
    step = program.call("exchange.resume", gone ? json::object{{"broken", true}} : json::object{});
  }
}

int print_session(const Program& program, const json::object& reply) {
  const int code = list_of(reply, "refused").empty() ? kOk : kRefused;
  if (program.print_json(reply)) return code;
  print(is_none(reply, "changes_given")
            ? std::string(tr("Niente da dare.\n", "Nothing to give.\n"))
            : tr("Date ", "Given: ") + changes_of(reply, "changes_given") +
                  tr(": ora sono anche presso il collega.\n",
                     ": they are with the colleague, too.\n"));
  print_taken(reply);
  return code;
}

struct ServeOptions {
  std::string listen = "127.0.0.1:0";
  std::string port;
  bool keep = false;
};

int serve(Program& program, const ServeOptions& options) {
  std::string host;
  std::string port;
  const std::string where = options.port.empty() ? options.listen : "127.0.0.1:" + options.port;
  if (!split_address(where, host, port)) {
    throw Stop(kUsage, tr("Si scrive INDIRIZZO:PORTA, non ", "Write ADDRESS:PORT, not ") + where);
  }
  std::string why;
  const Listener listener(host, port, why);
  if (!listener.is_open()) {
    throw Stop(kNetwork, tr("Non si può ascoltare su ", "Cannot listen on ") + where + ": " + why);
  }
  // The reply on standard output is one line with --json.
  (program.globals.json ? std::cerr : std::cout)
      << tr("In ascolto su ", "Listening on ") << listener.address() << std::endl;
  while (true) {
    const Stream stream = listener.accept();
    if (!stream.is_open())
      throw Stop(kNetwork, tr("Nessuno può collegarsi.", "Nobody can connect."));
    try {
      const int code = print_session(program, talk(program, stream, "listens"));
      if (!options.keep) return code;
    } catch (const Stop& stop) {
      if (!options.keep) throw;
      std::cerr << "insieme: " << harmless(stop.what()) << std::endl;
    }
  }
}

int connect(Program& program, const std::string& address) {
  std::string host;
  std::string port;
  if (!split_address(address, host, port) || host.empty()) {
    throw Stop(kUsage, tr("Si scrive INDIRIZZO:PORTA, non ", "Write ADDRESS:PORT, not ") + address);
  }
  std::string why;
  const Stream stream = connect_to(host, port, why);
  if (!stream.is_open()) {
    throw Stop(kNetwork,
               tr("L'altro dispositivo non risponde su ", "The other device does not answer at ") +
                   address + ": " + why);
  }
  return print_session(program, talk(program, stream, "connects"));
}

void add_files(CLI::App& group, Program& program) {
  CLI::App* out = add_command(group, "export", "Scrive una consegna sigillata in un file nuovo",
                              "Writes a sealed hand-out to a new file",
                              "  insieme exchange export /media/chiavetta/anna.insieme-x\n"
                              "  insieme exchange export anna.insieme-x --for server");
  auto file = std::make_shared<std::string>();
  auto whom = std::make_shared<std::string>("all");
  out->add_option("file", *file, tr("File nuovo", "A new file"))->required();
  out->add_option("--for", *whom,
                  tr("all: server e colleghi; server",
                     "all: server and colleagues; server"))
      ->check(CLI::IsMember({"all", "server"}));
  out->callback([&program, file, whom] {
    program.run = [&program, file, whom] { return export_file(program, *file, *whom); };
  });

  CLI::App* in =
      add_command(group, "import", "Prende una consegna: applica il proprio, porta il resto",
                  "Takes a hand-out: applies what is for this device, carries the rest",
                  "  insieme exchange import /media/chiavetta/anna.insieme-x");
  auto from = std::make_shared<std::string>();
  in->add_option("file", *from, tr("Il file", "The file"))->required();
  in->callback(
      [&program, from] { program.run = [&program, from] { return import_file(program, *from); }; });
}

void add_streams(CLI::App& group, Program& program) {
  CLI::App* listening =
      add_command(group, "serve", "Aspetta un altro dispositivo e scambia con lui",
                  "Waits for another device and exchanges with it",
                  "  insieme exchange serve --listen 192.168.1.20:7777\n"
                  "  insieme exchange serve --port 7777");
  auto options = std::make_shared<ServeOptions>();
  listening->add_option(
      "--listen", options->listen,
      tr("Indirizzo e porta; porta 0: una libera", "Address and port; 0: a free one"));
  listening->add_option("--port", options->port,
                        tr("Porta, solo su questa macchina", "Port, on this machine only"));
  listening->add_flag(
      "--keep", options->keep,
      tr("Non finire dopo il primo scambio", "Do not end after the first exchange"));
  listening->callback([&program, options] {
    program.run = [&program, options] { return serve(program, *options); };
  });

  CLI::App* other = add_command(group, "connect", "Scambia con un dispositivo che aspetta",
                                "Exchanges with a device that waits",
                                "  insieme exchange connect 192.168.1.20:7777");
  auto address = std::make_shared<std::string>();
  other->add_option("address", *address, tr("INDIRIZZO:PORTA", "ADDRESS:PORT"))->required();
  other->callback([&program, address] {
    program.run = [&program, address] { return connect(program, *address); };
  });
}

}  // namespace

void add_device_commands(CLI::App& app, Program& program) {
  CLI::App* group = add_command(
      app, "exchange", "Scambia con un altro dispositivo, senza server",
      "Exchanges with another device, without a server",
      "  insieme exchange export consegna.insieme-x\n  insieme exchange import consegna.insieme-x\n"
      "  insieme exchange serve --port 7777\n  insieme exchange connect 127.0.0.1:7777");
  group->require_subcommand(1);
  add_files(*group, program);
  add_streams(*group, program);
}

}  // namespace insieme::cli
