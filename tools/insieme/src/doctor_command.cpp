#include "doctor_command.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>

#include "insieme/client/platform.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/schema/mask.hpp"
#include "terminal.hpp"
#include "words.hpp"

namespace insieme::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kUnsentLongMs = 3 * kDayMs;
constexpr std::int64_t kSilentMs = 7 * kDayMs;
constexpr std::uint64_t kLittleRoom = 200ULL * 1024 * 1024;
constexpr std::size_t kErrorsMax = 20;

enum class Health : std::uint8_t { well, warning, fault };

/// One thing that was looked at. `check` is never renamed.
struct Seen {
  const char* check;
  Health health = Health::well;
  std::string says;
  std::string advice{};
};

const char* name_of(Health health) {
  return health == Health::well ? "ok" : health == Health::warning ? "warning" : "fault";
}

/// What the core tells of itself; without a status when the store does not open.
struct Facts {
  std::optional<json::object> status;
  std::string why;  ///< it does not open
  json::object quarantine{};
  json::object files{};
  std::optional<std::uint64_t> free_bytes{};
};

/// A store that does not open is what many call for: the rest is told all the same.
Facts look(Program& program) {
  Facts facts;
  std::error_code failed;
  const fs::path folder = fs::absolute(program.store_path(), failed).parent_path();
  const fs::space_info room = fs::space(folder, failed);
  if (!failed) facts.free_bytes = room.available;
  try {
    facts.status = program.call("status");
    facts.quarantine = program.call("quarantine.list");
    facts.files = program.call("blob.list");
  } catch (const Stop& stop) {
    facts.why = stop.what();
  }
  return facts;
}

std::int64_t number(const json::object& object, std::string_view key) {
  return std::strtoll(text_of(object, key).c_str(), nullptr, 10);
}

/// How long ago; nothing: never.
std::optional<std::int64_t> age_of(const json::object& status, std::string_view key,
                                   std::int64_t now_ms) {
  const auto at = schema::instant_from_iso(text_of(status, key));
  if (!at) return std::nullopt;
  return now_ms - at->ms;
}

Seen check_store(const Facts& facts) {
  if (facts.status) return {"store", Health::well, tr("si apre", "opens")};
  return {"store", Health::fault, facts.why,
          tr("Non cancellare nulla: ciò che non era stato inviato è solo lì.",
             "Delete nothing: what had not been sent is there alone.")};
}

Seen check_room(const Facts& facts) {
  if (!facts.free_bytes) return {"disk", Health::well, tr("non si sa", "not known")};
  const std::string says = bytes_text(std::to_string(*facts.free_bytes)) + tr(" liberi", " free");
  if (*facts.free_bytes >= kLittleRoom) return {"disk", Health::well, says};
  return {"disk", Health::warning, says,
          tr("Fare spazio: quando manca, non si salva più nulla di nuovo.",
             "Make room: without any, nothing new can be saved.")};
}

Seen check_clock(const json::object& status) {
  if (!flag_of(status, "clock_wrong")) {
    return {"clock", Health::well, tr("come quello del server, o mai confrontato",
                                      "as the server's, or never compared")};
  }
  return {"clock", Health::warning,
          tr("diverso da quello del server di ", "off from the server's by ") +
              std::to_string(number(status, "clock_offset_ms") / 1000) + " s",
          tr("Regolare data e ora del dispositivo.", "Set the device's date and time.")};
}

Seen check_server(const json::object& status, std::int64_t now_ms) {
  const json::object& refusal = object_of(status, "server_refusal");
  if (!flag_of(object_of(status, "identity"), "enrolled")) {
    return {"server", Health::well, tr("nessuno: si lavora qui", "none: work is kept here")};
  }
  if (!refusal.empty()) {
    return {"server", Health::fault, sentence_of(refusal),
            tr("Parlare con il coordinatore. Il lavoro resta qui.",
               "Speak with your coordinator. The work stays here.")};
  }
  const auto silent = age_of(status, "last_sync_at", now_ms);
  if (silent && *silent <= kSilentMs) {
    return {"server", Health::well,
            tr("ultimo scambio ", "last exchange ") +
                how_long_ago(text_of(status, "last_sync_at"), now_ms)};
  }
  return {"server", Health::warning,
          silent ? tr("nessuno scambio da più di sette giorni", "no exchange for over seven days")
                 : tr("mai sincronizzato", "never synchronised"),
          "insieme sync"};
}

Seen check_unsent(const json::object& status, std::int64_t now_ms) {
  const std::string count = text_of(status, "unsent");
  const std::string says = count + tr(" modifiche da inviare", " changes to send");
  const auto oldest = age_of(status, "oldest_unsent_at", now_ms);
  if (!oldest || *oldest <= kUnsentLongMs) return {"unsent", Health::well, says};
  return {"unsent", Health::warning,
          says + tr(", la più vecchia ", ", the oldest ") +
              how_long_ago(text_of(status, "oldest_unsent_at"), now_ms),
          tr("insieme sync, con una rete; intanto: insieme backup",
             "insieme sync, with a network; meanwhile: insieme backup")};
}

Seen check_receipts(const json::object& status) {
  const std::int64_t refused = number(status, "refused");
  const std::int64_t held = number(status, "held");
  const std::string says = std::to_string(held) + tr(" trattenute, ", " held, ") +
                           std::to_string(refused) + tr(" rifiutate", " refused");
  if (refused == 0 && held == 0) return {"receipts", Health::well, says};
  return {"receipts", refused > 0 ? Health::fault : Health::warning, says,
          "insieme status --quarantine"};
}

Seen check_files(const json::object& status) {
  const std::int64_t refused = number(status, "blobs_refused");
  const std::string says = text_of(status, "blobs_to_send") + tr(" da inviare, ", " to send, ") +
                           text_of(status, "blobs_to_fetch") + tr(" da ricevere, ", " to come, ") +
                           std::to_string(refused) + tr(" rifiutati", " refused");
  if (refused == 0) return {"files", Health::well, says};
  return {"files", Health::warning, says, "insieme attachments"};
}

Seen check_rules(const json::object& status) {
  const bool other = status.contains("same_rules") && !flag_of(status, "same_rules");
  if (!other) {
    return {"rules", Health::well, tr("versione ", "version ") + text_of(status, "schema_version")};
  }
  return {"rules", Health::warning,
          tr("diverse da quelle del server", "other than the server's"),
          tr("Aggiornare il programma, o avvisare chi gestisce il server.",
             "Update the program, or tell the people who run the server.")};
}

std::vector<Seen> examine(const Facts& facts, std::int64_t now_ms) {
  std::vector<Seen> all{check_store(facts), check_room(facts)};
  if (!facts.status) return all;
  const json::object& status = *facts.status;
  all.push_back(check_clock(status));
  all.push_back(check_server(status, now_ms));
  all.push_back(check_unsent(status, now_ms));
  all.push_back(check_receipts(status));
  all.push_back(check_files(status));
  all.push_back(check_rules(status));
  return all;
}

Health worst_of(const std::vector<Seen>& all) {
  Health worst = Health::well;
  for (const Seen& one : all) worst = std::max(worst, one.health);
  return worst;
}

/// 0 with warnings: whoever is on the telephone is told what to do, and nothing is lost.
int doctor(Program& program) {
  const std::vector<Seen> all = examine(look(program), program.now_ms());
  const Health worst = worst_of(all);
  if (program.globals.json) {
    json::array checks;
    for (const Seen& one : all) {
      checks.push_back(json::object{{"check", one.check},
                                    {"state", name_of(one.health)},
                                    {"says", one.says},
                                    {"advice", one.advice}});
    }
    static_cast<void>(program.print_json(
        json::object{{"ok", worst != Health::fault}, {"checks", std::move(checks)}}));
  } else {
    Table table({});
    for (const Seen& one : all) {
      const Colour colour = one.health == Health::well      ? Colour::good
                            : one.health == Health::warning ? Colour::warn
                                                            : Colour::bad;
      table.add({Cell(name_of(one.health), colour), Cell(one.check), Cell(one_line(one.says))});
      if (!one.advice.empty()) table.add({Cell(""), Cell(""), Cell("→ " + one.advice)});
    }
    print(table.text());
  }
  return worst == Health::fault ? kOpen : kOk;
}

/// Whom the store knows itself to be of, and where.
schema::Mask mask_of(const Facts& facts) {
  schema::Mask mask;
  if (!facts.status) return mask;
  const json::object& self = object_of(*facts.status, "identity");
  for (const char* key : {"account", "name", "space_name", "server"}) mask.know(text_of(self, key));
  return mask;
}

void add_versions(std::string& out, const Facts& facts) {
  out += "\n== versions\ninsieme  " INSIEME_VERSION "\n";
  if (facts.status) {
    out += "rules  version " + text_of(*facts.status, "schema_version") + ", digest " +
           text_of(*facts.status, "schema_digest").substr(0, 8) + "\n";
    const std::string theirs = text_of(*facts.status, "server_schema_version");
    if (!theirs.empty()) out += "rules of the server  version " + theirs + "\n";
  }
  struct ::utsname machine {};
  if (::uname(&machine) == 0) {
    out += std::string("system  ") + machine.sysname + " " + machine.release + " " +
           machine.machine + "\n";
  }
}

/// Files beside the store, by what follows its name.
void add_sizes(std::string& out, const Program& program, const Facts& facts) {
  out += "\n== files\n";
  std::error_code failed;
  const fs::path store = fs::absolute(program.store_path(), failed);
  const std::string name = store.filename().string();
  std::map<std::string, std::uintmax_t> sizes;
  for (fs::directory_iterator at(store.parent_path(), failed), end; !failed && at != end;
       at.increment(failed)) {
    const std::string file = at->path().filename().string();
    std::error_code ignored;
    if (!file.starts_with(name) || !at->is_regular_file(ignored)) continue;
    const std::string tail = file.substr(name.size());
    const bool ours = tail.empty() || tail == ".key" || tail == ".pin" || tail == ".order" ||
                      tail == ".generation" || tail == "-wal" || tail == "-shm";
    sizes["store" + (ours ? tail : std::string("..."))] += at->file_size(ignored);
  }
  for (const auto& [file, bytes] : sizes) {
    out += file + "  " + std::to_string(bytes) + " bytes\n";
  }
  if (facts.free_bytes) out += "free  " + std::to_string(*facts.free_bytes) + " bytes\n";
}

/// Numbers, yes and no: whatever else a member holds stays here.
void add_counts(std::string& out, const json::object& status) {
  out += "\n== store\n";
  for (const char* key :
       {"dossiers", "records", "bytes", "position", "unsent", "held", "refused", "open_items",
        "open_held", "drafts", "notices", "exchanged", "letters", "openings", "glass_unseen",
        "blobs_to_send", "blobs_to_fetch", "blobs_refused", "clock_offset_ms"}) {
    out += std::string(key) + "  " + std::to_string(number(status, key)) + "\n";
  }
  for (const char* key : {"clock_known", "clock_wrong", "same_rules"}) {
    if (!status.contains(key)) continue;
    out += std::string(key) + (flag_of(status, key) ? "  yes\n" : "  no\n");
  }
  const json::object& self = object_of(status, "identity");
  out += std::string("enrolled") + (flag_of(self, "enrolled") ? "  yes\n" : "  no\n");
  const std::string server = text_of(self, "server");
  out += std::string("server by  ") +
         (server.empty() ? "none" : server.starts_with("https:") ? "https" : "http") + "\n";
  for (const char* key : {"last_sync_at", "oldest_unsent_at"}) {
    const auto at = schema::instant_from_iso(text_of(status, key));
    out += std::string(key) + "  " + (at ? schema::iso_text(*at) : "never") + "\n";
  }
}

/// What was said last, by the server and of single changes and files: how often, and masked.
void add_errors(std::string& out, const Facts& facts, const schema::Mask& mask) {
  out += "\n== last errors\n";
  if (!facts.why.empty()) out += "store  " + mask.apply(facts.why) + "\n";
  std::map<std::string, std::size_t> said;
  if (facts.status) {
    const std::string refusal = text_of(object_of(*facts.status, "server_refusal"), "message_en");
    if (!refusal.empty()) ++said["server  " + mask.apply(refusal)];
  }
  for (const json::value& one : list_of(facts.quarantine, "changes")) {
    if (!one.is_object()) continue;
    const json::object& change = one.as_object();
    ++said["change " + text_of(change, "receipt") + "  " + mask.apply(text_of(change, "code")) +
           "  " + mask.apply(text_of(change, "reason"))];
  }
  for (const json::value& one : list_of(facts.files, "blobs")) {
    if (!one.is_object()) continue;
    const std::string why = text_of(one.as_object(), "why_en");
    if (!why.empty()) ++said["file " + text_of(one.as_object(), "state") + "  " + mask.apply(why)];
  }
  if (said.empty() && facts.why.empty()) out += "(none)\n";
  std::size_t lines = 0;
  for (const auto& [line, count] : said) {
    if (++lines > kErrorsMax) {
      out += "and " + std::to_string(said.size() - kErrorsMax) + " others\n";
      return;
    }
    out += line + (count > 1 ? "  (" + std::to_string(count) + " times)" : "") + "\n";
  }
}

std::string bundle_text(Program& program, const Facts& facts) {
  const schema::Mask mask = mask_of(facts);
  std::string out =
      "Insieme, for whoever helps. No names, addresses, ids or keys are in it; read it before you "
      "send it.\nmade  " +
      schema::iso_text(sync::Instant{program.now_ms()}) + "\n";
  add_versions(out, facts);
  add_sizes(out, program, facts);
  if (facts.status) {
    add_counts(out, *facts.status);
  } else {
    out += "\n== store\n(it does not open)\n";
  }
  out += "\n== doctor\n";
  for (const Seen& one : examine(facts, program.now_ms())) {
    out += std::string(name_of(one.health)) + "  " + one.check + "  " + mask.apply(one.says) + "\n";
  }
  add_errors(out, facts, mask);
  return out;
}

void write_new(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool whole = file >= 0;
  std::size_t done = 0;
  while (whole && done < text.size()) {
    const ssize_t count = ::write(file, text.data() + done, text.size() - done);
    whole = count > 0;
    done += whole ? static_cast<std::size_t>(count) : 0;
  }
  if (file >= 0) ::close(file);
  if (!whole) throw Stop(kStorage, path + tr(": non si può scrivere.", ": cannot be written."));
}

/// Shown, then written: nobody sends what they did not see.
int bundle(Program& program, const std::string& path) {
  std::error_code failed;
  if (fs::exists(path, failed)) {
    throw Stop(kRefused, path + tr(": c'è già.", " exists already."));
  }
  const std::string text = bundle_text(program, look(program));
  print(text);
  if (::isatty(STDIN_FILENO) == 1) {
    print(tr("\nScriverlo in ", "\nWrite this to ") + path + "? [s/N] ");
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "s" && answer != "S" && answer != "y" && answer != "Y") {
      throw Stop(kRefused, tr("Non è stato scritto nulla.", "Nothing was written."));
    }
  }
  write_new(path, text);
  print(tr("\nScritto: ", "\nWritten: ") + path +
        tr(". Non è stato inviato a nessuno.\n", ". Nothing was sent to anybody.\n"));
  return kOk;
}

}  // namespace

void add_doctor_command(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "doctor", "Come sta questo archivio, e che cosa fare; un file per chi aiuta",
      "How this store is, and what to do; a file for whoever helps",
      "  insieme doctor\n  insieme doctor --bundle aiuto.txt");
  auto file = std::make_shared<std::string>();
  command->add_option("--bundle", *file,
                      tr("File nuovo per chi aiuta: si mostra, poi si scrive; non c'è nessuno "
                         "dentro",
                         "A new file for whoever helps: shown, then written; nobody is in it"));
  command->callback([&program, file] {
    program.run = [&program, file] {
      return file->empty() ? doctor(program) : bundle(program, *file);
    };
  });
}

}  // namespace insieme::cli
