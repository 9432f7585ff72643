// insieme-server erase …: orders of two people, legal holds, and who has carried them out.
#include <algorithm>
#include <memory>

#include "cli/commands.hpp"
#include "cli/due_command.hpp"
#include "cli/erase_preview.hpp"
#include "cli/output.hpp"
#include "insieme/server/secrets.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

struct Arguments {
  std::string dossier;
  std::string order;
  std::string section;
  std::vector<std::string> records;
  std::string ground;
  std::string by;
};

sync::DossierId pick_dossier(Context& context, const std::string& text) {
  std::vector<sync::DossierId> ids;
  for (const DossierInfo& dossier : context.repository().dossiers()) ids.push_back(dossier.id);
  return pick_id(text, ids, "dossier");
}

Erasure pick_order(Context& context, const std::string& text) {
  std::vector<sync::ErasureId> ids;
  const std::vector<Erasure> all = context.repository().erasures();
  for (const Erasure& erasure : all) ids.push_back(erasure.order.id);
  const sync::ErasureId id = pick_id(text, ids, "order");
  return *std::find_if(all.begin(), all.end(),
                       [&](const Erasure& erasure) { return erasure.order.id == id; });
}

std::string_view state_name(ErasureState state) {
  switch (state) {
    case ErasureState::proposed: return "proposed";
    case ErasureState::carried_out: return "carried out";
    case ErasureState::withdrawn: return "withdrawn";
  }
  return "unknown";
}

std::string what_goes(const sync::ErasureOrder& order) {
  if (order.is_whole_dossier()) return "the whole dossier";
  std::string text;
  for (const sync::ErasureTarget& target : order.targets) {
    if (!text.empty()) text += ", ";
    const std::string where = target.section.empty() ? "every section" : target.section;
    text += target.record.is_nil()
                ? "section " + where
                : "record " + short_id(sync::to_text(target.record)) + " in " + where;
  }
  return text;
}

json::object erasure_json(const Erasure& erasure) {
  json::array targets;
  for (const sync::ErasureTarget& target : erasure.order.targets) {
    json::object one{{"section", nullptr}, {"record", nullptr}};
    if (!target.section.empty()) one["section"] = target.section;
    if (!target.record.is_nil()) one["record"] = sync::to_text(target.record);
    targets.push_back(std::move(one));
  }
  const std::string id = sync::to_text(erasure.order.id);
  return json::object{{"order", id},
                      {"short", short_id(id)},
                      {"dossier", sync::to_text(erasure.order.dossier)},
                      {"state", state_name(erasure.state)},
                      {"targets", std::move(targets)},
                      {"ground", erasure.order.reason},
                      {"asked_by", erasure.asked_by},
                      {"proposed", json_time(erasure.proposed_ms)},
                      {"confirmed_by", erasure.confirmed_by},
                      {"decided", json_time(erasure.decided_ms)},
                      {"position", std::to_string(erasure.position)},
                      {"cleaned", json_time(erasure.cleaned_ms)},
                      {"key_destroyed", erasure.key_destroyed}};
}

void print_order(const Erasure& erasure) {
  print_line("order       " + sync::to_text(erasure.order.id) + ", " +
             std::string(state_name(erasure.state)));
  print_line("dossier     " + sync::to_text(erasure.order.dossier));
  print_line("what goes   " + what_goes(erasure.order));
  print_line("ground      " + erasure.order.reason);
  print_line("asked by    " + erasure.asked_by + ", " + show_time(erasure.proposed_ms));
}

void print_preview(const Preview& preview) {
  for (const Preview::Section& section : preview.sections) {
    print_line("            " + section.name + ": " + std::to_string(section.records) +
               " record(s), " + std::to_string(section.changes) + " change(s)");
  }
  if (preview.sections.empty()) {
    print_line("            nothing of it is here now; what comes later is erased as it comes");
  }
  for (const Preview::Mention& mention : preview.mentions) {
    print_line("stays       " + mention.type + " " + short_id(sync::to_text(mention.record)) +
               " in " + mention.section + " refers to it: see whether it has to go too (--record)");
  }
}

/// When what is erased is gone from the copies too, as far as anybody knows.
std::string backups_line(const Context& context, std::int64_t from_ms) {
  const std::uint32_t days = context.config().backup_days;
  if (days == 0) {
    return "copies      hold it until you delete them; the setting backup_days says when that is";
  }
  constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
  return "copies      made before hold it until they are deleted, after " + std::to_string(days) +
         " days: " + show_time(from_ms + kDayMs * days);
}

int propose(Context& context, const Arguments& arguments) {
  sync::ErasureOrder order;
  order.id = sync::ErasureId{new_id(wall_clock()())};
  order.dossier = pick_dossier(context, arguments.dossier);
  order.reason = arguments.ground;
  if (!arguments.section.empty()) {
    const auto known = context.config().roles.sections();
    if (std::find(known.begin(), known.end(), arguments.section) == known.end()) {
      throw CommandError(kRefused, "there is no section \"" + arguments.section + "\"" +
                                       did_you_mean(arguments.section, known));
    }
  }
  for (const std::string& record : arguments.records) {
    order.targets.push_back(
        {arguments.section,
         pick_id(record, records_of(context.repository(), order.dossier), "record")});
  }
  if (order.targets.empty()) order.targets.push_back({arguments.section, {}});
  require(context.repository().propose_erasure(order, arguments.by));
  const Erasure erasure = pick_order(context, sync::to_text(order.id));
  const Preview preview = preview_of(context.repository(), order);
  if (context.json()) {
    json::object out = erasure_json(erasure);
    out["preview"] = preview_json(preview);
    print_json(std::move(out));
    return kOk;
  }
  print_order(erasure);
  print_preview(preview);
  print_line("tablets     " +
             std::to_string(context.repository().erasure_devices(order.id).size()) +
             " will be told");
  print_line(backups_line(context, wall_clock()()));
  print_line("Nothing has happened yet. A second person confirms it:");
  print_line("  insieme-server erase confirm " + short_id(sync::to_text(order.id)) +
             " --by ACCOUNT");
  return kOk;
}

int confirm(Context& context, const Arguments& arguments) {
  const Erasure before = pick_order(context, arguments.order);
  require(context.repository().confirm_erasure(before.order.id, arguments.by));
  const bool cleaned = context.repository().clean_traces();
  const BlobSweep blobs = sweep_blobs(context.repository(), context.blobs(), wall_clock()());
  const Erasure erasure = pick_order(context, sync::to_text(before.order.id));
  if (context.json()) {
    print_json(erasure_json(erasure));
    return kOk;
  }
  print_order(erasure);
  print_line("confirmed   by " + erasure.confirmed_by + ", " + show_time(erasure.decided_ms));
  print_line("database    it is out of log, held changes and snapshots" +
             std::string(cleaned ? ", and of every page of the file"
                                 : "; traces remain in unused pages: insieme-server erase clean"));
  if (blobs.erased != 0) {
    print_line("files       " + std::to_string(blobs.erased) + " photos or files are removed");
  }
  print_line("ledger      " + context.dir().ledger() + ": keep a copy of it apart from the "
             "database's, and put it back with it");
  print_line(backups_line(context, erasure.decided_ms.value_or(0)));
  print_line("tablets     " +
             std::to_string(context.repository().erasure_devices(erasure.order.id).size()) +
             " have to carry it out: insieme-server erase status " +
             short_id(sync::to_text(erasure.order.id)));
  return kOk;
}

int withdraw(Context& context, const Arguments& arguments) {
  const Erasure erasure = pick_order(context, arguments.order);
  require(context.repository().withdraw_erasure(erasure.order.id, arguments.by));
  if (context.json()) {
    print_json(erasure_json(pick_order(context, sync::to_text(erasure.order.id))));
  } else {
    print_line("Withdrawn: nothing was erased.");
  }
  return kOk;
}

int list(Context& context) {
  const std::vector<Erasure> all = context.repository().erasures();
  if (context.json()) {
    json::array lines;
    for (const Erasure& erasure : all) lines.push_back(erasure_json(erasure));
    print_json(std::move(lines));
    return kOk;
  }
  Table table({"ORDER", "STATE", "DOSSIER", "WHAT GOES", "ASKED BY", "CONFIRMED BY", "WHEN"});
  for (const Erasure& erasure : all) {
    table.add({short_id(sync::to_text(erasure.order.id)), std::string(state_name(erasure.state)),
               short_id(sync::to_text(erasure.order.dossier)), what_goes(erasure.order),
               erasure.asked_by, erasure.confirmed_by,
               show_time(erasure.decided_ms ? erasure.decided_ms : erasure.proposed_ms)});
  }
  table.print("No orders to erase.");
  return kOk;
}

std::string device_state(const ErasureDevice& device) {
  if (device.confirmed_ms) return "done " + show_time(device.confirmed_ms);
  if (device.gone) return "revoked or given up: nobody waits for it";
  if (!device.takes_orders) return "old version: told to drop the dossier, cannot confirm";
  return device.told ? "told, not confirmed yet" : "not told yet";
}

int status(Context& context, const Arguments& arguments) {
  const Erasure erasure = pick_order(context, arguments.order);
  const auto devices = context.repository().erasure_devices(erasure.order.id);
  const auto waited_for = std::count_if(
      devices.begin(), devices.end(),
      [](const ErasureDevice& device) { return !device.gone && !device.confirmed_ms; });
  if (context.json()) {
    json::array lines;
    for (const ErasureDevice& device : devices) {
      lines.push_back(json::object{{"device", sync::to_text(device.device)},
                                   {"account", device.account},
                                   {"name", device.name},
                                   {"gone", device.gone},
                                   {"takes_orders", device.takes_orders},
                                   {"told", device.told},
                                   {"last_sync", json_time(device.last_sync_ms)},
                                   {"confirmed", json_time(device.confirmed_ms)}});
    }
    json::object out = erasure_json(erasure);
    out["devices"] = std::move(lines);
    out["waiting_for"] = waited_for;
    print_json(std::move(out));
    return kOk;
  }
  print_order(erasure);
  if (erasure.state != ErasureState::carried_out) return kOk;
  print_line("confirmed   " +
             (erasure.confirmed_by.empty() ? "by one person, from a device"
                                           : "by " + erasure.confirmed_by) +
             ", " + show_time(erasure.decided_ms));
  print_line("database    " + (erasure.cleaned_ms
                                   ? "clean since " + show_time(erasure.cleaned_ms)
                                   : "traces in unused pages: insieme-server erase clean"));
  if (erasure.order.is_whole_dossier()) {
    print_line(erasure.key_destroyed ? "key         destroyed"
                                     : "key         kept until the tablets below have confirmed");
  }
  Table table({"TABLET", "OF", "LAST SYNC", "STATE"});
  for (const ErasureDevice& device : devices) {
    table.add({device.name, device.account, show_time(device.last_sync_ms), device_state(device)});
  }
  table.print("No tablet ever held this dossier.");
  print_line(waited_for == 0 ? "All have carried it out."
                             : std::to_string(waited_for) + " have not confirmed.");
  return kOk;
}

int hold(Context& context, const Arguments& arguments) {
  const sync::DossierId dossier = pick_dossier(context, arguments.dossier);
  if (arguments.ground.empty()) throw CommandError(kRefused, "a legal hold needs its reason");
  require(context.repository().set_hold(dossier, arguments.by, arguments.ground));
  if (context.json()) {
    print_json(json::object{{"dossier", sync::to_text(dossier)}, {"held", true}});
  } else {
    print_line("Nothing of " + sync::to_text(dossier) + " can be erased until it is released.");
  }
  return kOk;
}

int release(Context& context, const Arguments& arguments) {
  const sync::DossierId dossier = pick_dossier(context, arguments.dossier);
  require(context.repository().set_hold(dossier, arguments.by, ""));
  if (context.json()) {
    print_json(json::object{{"dossier", sync::to_text(dossier)}, {"held", false}});
  } else {
    print_line("Released: " + sync::to_text(dossier) + ".");
  }
  return kOk;
}

int holds(Context& context) {
  const std::vector<LegalHold> all = context.repository().holds();
  if (context.json()) {
    json::array lines;
    for (const LegalHold& one : all) {
      lines.push_back(json::object{{"dossier", sync::to_text(one.dossier)},
                                   {"set_by", one.set_by},
                                   {"reason", one.reason},
                                   {"since", json_time(one.since_ms)}});
    }
    print_json(std::move(lines));
    return kOk;
  }
  Table table({"DOSSIER", "SET BY", "SINCE", "REASON"});
  for (const LegalHold& one : all) {
    table.add({sync::to_text(one.dossier), one.set_by, show_time(one.since_ms), one.reason});
  }
  table.print("No legal holds.");
  return kOk;
}

int clean(Context& context) {
  if (!context.repository().clean_traces()) {
    throw CommandError(kStorage, "the database is in use or there is no room for a copy of it: "
                                 "try again");
  }
  static_cast<void>(sweep_blobs(context.repository(), context.blobs(), wall_clock()()));
  if (context.json()) {
    print_json(json::object{{"cleaned", true}});
  } else {
    print_line("No page of the database holds anything that was erased.");
  }
  return kOk;
}

}  // namespace

void add_erase_commands(Program& program) {
  CLI::App* erase = program.app.add_subcommand(
      "erase", "erase a dossier, a section or records: orders of two people, and legal holds");
  erase->require_subcommand(1);
  erase->footer(
      "Nothing happens before a second person confirms. It cannot be undone.\n"
      "Examples:\n"
      "  insieme-server erase propose 019a4c2e --by anna --ground \"art. 17 GDPR, prot. 12/2026\"\n"
      "  insieme-server erase propose 019a4c2e --section core --record 7b2f --by anna --ground …\n"
      "  insieme-server erase confirm 5d1c --by carla\n"
      "  insieme-server erase status 5d1c");
  const auto given = std::make_shared<Arguments>();
  const auto add = [&](const char* name, const char* help, int (*run)(Context&, const Arguments&)) {
    CLI::App* command = erase->add_subcommand(name, help);
    command->callback([&program, given, run] {
      program.chosen = [given, run](Context& context) { return run(context, *given); };
    });
    return command;
  };
  const auto dossier_of = [&](CLI::App* command) {
    command->add_option("dossier", given->dossier, "its id, or its first or last digits")
        ->required();
  };
  const auto order_of = [&](CLI::App* command) {
    command->add_option("order", given->order, "its id, or its first or last digits")->required();
  };
  const auto by_of = [&](CLI::App* command) {
    command->add_option("--by", given->by, "the account of the person who says so")->required();
  };
  CLI::App* proposing = add("propose", "ask for an erasure; says what will go", propose);
  dossier_of(proposing);
  proposing->add_option("--section", given->section, "only this one; nothing can be kept there any "
                                                     "more");
  proposing->add_option("--record", given->records,
                        "only this record, in all sections or in that one; may be repeated");
  proposing->add_option("--ground", given->ground, "the legal ground, without names of people")
      ->required();
  by_of(proposing);
  CLI::App* confirming = add("confirm", "the second person: carry it out", confirm);
  order_of(confirming);
  by_of(confirming);
  CLI::App* withdrawing = add("withdraw", "give a proposed order up", withdraw);
  order_of(withdrawing);
  by_of(withdrawing);
  order_of(add("status", "who has carried an order out, and who has not", status));
  CLI::App* holding = add("hold", "a legal hold: nothing of the dossier may be erased", hold);
  dossier_of(holding);
  by_of(holding);
  holding->add_option("--reason", given->ground, "shown to whoever tries")->required();
  CLI::App* releasing = add("release", "end a legal hold", release);
  dossier_of(releasing);
  by_of(releasing);
  const auto plain = [&](const char* name, const char* help, int (*run)(Context&)) {
    erase->add_subcommand(name, help)->callback([&program, run] { program.chosen = run; });
  };
  add_due_command(*erase, program);
  plain("list", "all orders", list);
  plain("holds", "all legal holds", holds);
  plain("clean", "write the database anew, without traces in unused pages", clean);
}

}  // namespace insieme::server::cli
