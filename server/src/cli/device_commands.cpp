// device list, show, lock, unlock, wipe, escrow: what is known of a device, and what is ordered of
// it (docs/adr/0054).
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "cli/device_commands.hpp"
#include "cli/output.hpp"
#include "insieme/reports/value_json.hpp"
#include "insieme/server/device_orders.hpp"
#include "insieme/server/secrets.hpp"
#include "insieme/sync/exchange.hpp"
#include "insieme/sync/protocol.hpp"
#include "insieme/sync/text.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kSilentMs = 14 * kDayMs;
constexpr std::int64_t kClockOffMs = 5 * 60'000;

struct DeviceArguments {
  std::string device;
  std::string reason;
  std::string folder;
  bool drop = false;
};

/// A device and what is ordered of it.
struct Known : Device {
  DeviceFacts facts;
  [[nodiscard]] const std::optional<StandingOrder>& order() const { return facts.order; }
};

std::vector<Known> all_known(Context& context) {
  const auto facts = device_orders_of(context.repository()).all_facts();
  std::vector<Known> all;
  for (Device& device : context.repository().devices()) {
    Known known;
    static_cast<Device&>(known) = std::move(device);
    if (const auto at = facts.find(known.id); at != facts.end()) known.facts = at->second;
    all.push_back(std::move(known));
  }
  return all;
}

std::string step_of(const StandingOrder& order) {
  if (order.destroyed_ms) return "destroyed";
  if (order.escrowed_ms) return "escrowed";
  return order.told_ms ? "told" : "ordered";
}

/// One that does not say which program it is knows no orders: it is refused, and keeps what it has.
bool is_deaf(const Known& device) { return device.order() && device.facts.app.empty(); }

std::string state_of(const Known& device) {
  if (!device.order()) {
    return device.revoked_ms ? "revoked" : device.given_up_ms ? "given up" : "active";
  }
  const StandingOrder& order = *device.order();
  if (is_deaf(device)) {
    return std::string(sync::name_of(order.kind)) + ": program too old, refused as revoked";
  }
  if (order.kind == sync::OrderKind::lock) return order.told_ms ? "locked" : "lock: ordered";
  return order.destroyed_ms ? "wiped" : "wipe: " + step_of(order);
}

/// What somebody should look at, in a word; "ok" if there is nothing.
std::string health_of(const Known& device, std::int64_t now_ms) {
  if (device.revoked_ms || device.given_up_ms || device.order()) return "-";
  if (!device.last_sync_ms) return "never came";
  std::string health;
  const auto add = [&health](const std::string& what) {
    health += (health.empty() ? "" : ", ") + what;
  };
  const std::int64_t silent = now_ms - *device.last_sync_ms;
  if (silent > kSilentMs) add("silent for " + std::to_string(silent / kDayMs) + " days");
  if (std::llabs(device.clock_offset_ms.value_or(0)) > kClockOffMs) add("clock wrong");
  if (device.protocol != 0 && device.protocol < sync::kProtocolVersion) add("old program");
  if (silent > kDayMs && device.unsent.value_or(0) > 0) add("work not sent");
  return health.empty() ? "ok" : health;
}

json::value order_json(const Known& device) {
  if (!device.order()) return nullptr;
  const StandingOrder& order = *device.order();
  return json::object{{"id", sync::to_text(order.id)},
                      {"kind", sync::name_of(order.kind)},
                      {"reason", order.reason},
                      {"step", step_of(order)},
                      {"understood", !is_deaf(device)},
                      {"ordered_at", json_time(order.ordered_ms)},
                      {"told_at", json_time(order.told_ms)},
                      {"escrowed_at", json_time(order.escrowed_ms)},
                      {"destroyed_at", json_time(order.destroyed_ms)}};
}

json::object json_of(const Known& device) {
  json::object line{{"device", sync::to_text(device.id)},
                    {"short", short_id(sync::to_text(device.id))},
                    {"account", device.account},
                    {"name", device.name},
                    {"app", device.facts.app},
                    {"enrolled", json_time(device.enrolled_ms)},
                    {"last_sync", json_time(device.last_sync_ms)},
                    {"clock_offset_ms", nullptr},
                    {"unsent", nullptr},
                    {"protocol", nullptr},
                    {"revoked", json_time(device.revoked_ms)},
                    {"given_up", json_time(device.given_up_ms)},
                    {"state", state_of(device)},
                    {"health", health_of(device, wall_clock()())},
                    {"order", order_json(device)}};
  if (device.clock_offset_ms) line["clock_offset_ms"] = *device.clock_offset_ms;
  if (device.unsent) line["unsent"] = *device.unsent;
  if (device.protocol != 0) line["protocol"] = device.protocol;
  return line;
}

int list_devices(Context& context) {
  const std::vector<Known> devices = all_known(context);
  if (context.json()) {
    json::array all;
    for (const Known& device : devices) all.push_back(json_of(device));
    print_json(std::move(all));
    return kOk;
  }
  const std::int64_t now = wall_clock()();
  Table table({"SHORT", "DEVICE", "OWNER", "NAME", "APP", "PROTOCOL", "LAST SYNC", "CLOCK",
               "UNSENT", "HEALTH", "STATE"});
  for (const Known& device : devices) {
    const std::string id = sync::to_text(device.id);
    table.add({short_id(id), id, device.account, device.name,
               device.facts.app.empty() ? "-" : device.facts.app,
               device.protocol == 0 ? "-" : std::to_string(device.protocol),
               show_time(device.last_sync_ms), show_offset(device.clock_offset_ms),
               device.unsent ? std::to_string(*device.unsent) : "-", health_of(device, now),
               state_of(device)});
  }
  table.print("No devices yet: insieme-server invite ACCOUNT");
  return kOk;
}

Known pick_device(Context& context, const std::string& text) {
  const std::vector<Known> all = all_known(context);
  const Known* found = nullptr;
  for (const Known& device : all) {
    if (!names_id(text, sync::to_text(device.id))) continue;
    if (found != nullptr) {
      throw CommandError(kRefused, "\"" + text + "\" names several devices: give more digits");
    }
    found = &device;
  }
  if (found == nullptr) throw CommandError(kRefused, "there is no device \"" + text + "\"");
  return *found;
}

json::array parcels_json(const std::vector<EscrowParcel>& parcels) {
  json::array all;
  for (const EscrowParcel& one : parcels) {
    all.push_back(json::object{{"name", sync::to_hex(one.name)},
                               {"kind", sync::name_of(one.kind)},
                               {"bytes", one.size},
                               {"received_at", json_time(one.received_ms)},
                               {"fate", one.fate},
                               {"kept", one.is_kept}});
  }
  return all;
}

int show_device(Context& context, const DeviceArguments& arguments) {
  const Known device = pick_device(context, arguments.device);
  const auto parcels = device_orders_of(context.repository()).parcels(device.id);
  if (context.json()) {
    json::object out = json_of(device);
    out["revoke_reason"] = device.revoke_reason;
    out["escrow"] = parcels_json(parcels);
    print_json(std::move(out));
    return kOk;
  }
  Table facts({"", ""});
  facts.add({"device", sync::to_text(device.id)});
  facts.add({"owner", device.account});
  facts.add({"name", device.name});
  facts.add({"app", device.facts.app.empty() ? "not told" : device.facts.app});
  facts.add({"enrolled", show_time(device.enrolled_ms)});
  facts.add({"last sync", show_time(device.last_sync_ms)});
  facts.add({"clock", show_offset(device.clock_offset_ms)});
  facts.add({"unsent", device.unsent ? std::to_string(*device.unsent) : "-"});
  facts.add({"health", health_of(device, wall_clock()())});
  facts.add({"state", state_of(device)});
  if (device.revoked_ms) facts.add({"revoked", show_time(device.revoked_ms)});
  if (device.order()) {
    const StandingOrder& order = *device.order();
    facts.add({"reason", order.reason});
    facts.add({"ordered", show_time(order.ordered_ms)});
    facts.add({"told", order.told_ms ? show_time(order.told_ms) : "not yet"});
    if (order.kind == sync::OrderKind::wipe) {
      facts.add({"escrowed", order.escrowed_ms ? show_time(order.escrowed_ms) : "not yet"});
      facts.add({"destroyed", order.destroyed_ms ? show_time(order.destroyed_ms) : "not yet"});
    }
  }
  facts.print("");
  if (parcels.empty()) return kOk;
  Table table({"HANDED OVER", "BYTES", "RECEIVED", "WHAT BECAME OF IT"});
  for (const EscrowParcel& one : parcels) {
    table.add({std::string(sync::name_of(one.kind)), show_bytes(one.size),
               show_time(one.received_ms),
               !one.is_kept && one.fate == "taken" ? "in the coordinator's inbox"
               : !one.is_kept                      ? "dropped"
               : one.fate.empty()                  ? "kept, see: device escrow"
                                    : one.fate + ", kept, see: device escrow"});
  }
  table.print("");
  return kOk;
}

int order(Context& context, const DeviceArguments& arguments, sync::OrderKind kind) {
  const Known device = pick_device(context, arguments.device);
  StandingOrder wanted;
  wanted.id = sync::DeviceOrderId{new_id(wall_clock()(), fill_random)};
  wanted.kind = kind;
  wanted.reason = arguments.reason;
  const StandingOrder placed =
      require(device_orders_of(context.repository()).order_device(device.id, wanted));
  if (context.json()) {
    Known now = device;
    now.facts.order = placed;
    print_json(json::object{{"device", sync::to_text(device.id)}, {"order", order_json(now)}});
    return kOk;
  }
  const std::string id = sync::to_text(device.id);
  if (kind == sync::OrderKind::lock) {
    print_line("Locked " + id + ": it closes at its next contact. Nothing on it is lost; "
               "insieme-server device unlock takes it back.");
  } else {
    print_line("Wipe ordered of " + id + ": at its next contact it hands over what it has not "
               "sent, and then destroys its keys. Until then nothing happens; "
               "insieme-server device show tells how far it is.");
  }
  if (device.facts.app.empty()) {
    print_line("Its program is too old to know orders: it is refused as a revoked one, and what "
               "it has not sent stays on it, encrypted.");
  }
  return kOk;
}

int lift(Context& context, const DeviceArguments& arguments) {
  const Known device = pick_device(context, arguments.device);
  require(device_orders_of(context.repository()).lift_order(device.id));
  if (context.json()) {
    print_json(json::object{{"device", sync::to_text(device.id)}, {"order", nullptr}});
  } else {
    print_line("Nothing is ordered of " + sync::to_text(device.id) +
               " any more: it opens at its next contact.");
  }
  return kOk;
}

const sync::Value* value_of(const sync::Operation& op) {
  if (const auto* written = std::get_if<sync::WriteOp>(&op.action)) return &written->value;
  if (const auto* added = std::get_if<sync::AddOp>(&op.action)) return &added->element;
  return nullptr;
}

json::object readable(const sync::ChangeHeader& header, const sync::Operation& op) {
  json::object line{{"author", header.author},
                    {"at", json_time(header.stamp.ms)},
                    {"dossier", sync::to_text(header.document.dossier)},
                    {"section", header.document.section},
                    {"type", op.type},
                    {"record", sync::to_text(op.record)},
                    {"field", op.field}};
  if (const sync::Value* value = value_of(op)) line["value"] = reports::value_json(*value, nullptr);
  if (const auto* edit = std::get_if<sync::SpliceOp>(&op.action)) {
    json::array typed;
    for (const sync::Splice& one : edit->splices) typed.push_back(json::string(one.inserted));
    line["typed"] = std::move(typed);
    if (edit->base) line["text"] = sync::splice_text(*edit->base, edit->splices);
  }
  return line;
}

/// What a letter or a rest says, for a person; empty: it is none of them.
std::string readable(const std::vector<std::uint8_t>& plain) {
  const auto letter = sync::decode_letter(plain);
  const auto message = sync::decode_message(letter.ok() ? letter->frame : plain);
  const auto* request = message.ok() ? std::get_if<sync::SyncRequest>(&message.value()) : nullptr;
  if (request == nullptr) return {};
  json::array lines;
  for (const sync::Change& change : request->changes) {
    if (!change.ops) continue;
    for (const sync::Operation& op : *change.ops) lines.push_back(readable(change.header, op));
  }
  json::array decisions;
  for (const sync::HeldDecision& one : request->held_decisions) {
    decisions.push_back(json::object{{"dossier", sync::to_text(one.document.dossier)},
                                     {"section", one.document.section},
                                     {"refused_because", one.reason},
                                     {"by", one.by}});
  }
  return json::serialize(
      json::object{{"work", std::move(lines)}, {"decisions", std::move(decisions)}});
}

/// Opened with the server's key, one file per parcel, and what a person can read of it beside.
int write_escrow(Context& context, const DeviceArguments& arguments, const Known& device) {
  const auto keys = require(load_server_key(context.dir()));
  std::error_code failed;
  std::filesystem::create_directories(arguments.folder, failed);
  std::filesystem::permissions(arguments.folder, std::filesystem::perms::owner_all, failed);
  std::size_t written = 0;
  for (const EscrowParcel& one : device_orders_of(context.repository()).parcels(device.id)) {
    if (!one.is_kept) continue;
    const auto sealed = require(device_orders_of(context.repository()).parcel(device.id, one.name));
    const auto plain = require(sync::open_sealed_for(keys.secret_key, sealed));
    const std::string stem = (std::filesystem::path(arguments.folder) /
                              (std::string(sync::name_of(one.kind)) + "-" +
                               sync::to_hex(one.name).substr(0, 12)))
                                 .string();
    const bool may_be_work =
        one.kind == sync::ParcelKind::letter || one.kind == sync::ParcelKind::rest;
    const std::string work = may_be_work ? readable(plain) : std::string();
    const bool is_text = one.kind == sync::ParcelKind::drafts ||
                         (work.empty() && may_be_work && !plain.empty() && plain.front() == '{');
    write_new(stem + (is_text ? ".json" : ".bin"), std::string(plain.begin(), plain.end()));
    if (!work.empty()) write_new(stem + ".json", work);
    ++written;
  }
  print_line(std::to_string(written) + " parcels written to " + arguments.folder +
             ". They are not sealed any more: keep them as the records of families.");
  return kOk;
}

int escrow(Context& context, const DeviceArguments& arguments) {
  const Known device = pick_device(context, arguments.device);
  if (!arguments.folder.empty()) return write_escrow(context, arguments, device);
  if (arguments.drop) {
    const std::size_t dropped =
        require(device_orders_of(context.repository()).drop_parcels(device.id));
    print_line(std::to_string(dropped) + " parcels dropped.");
    return kOk;
  }
  print_json(parcels_json(device_orders_of(context.repository()).parcels(device.id)));
  return kOk;
}

CLI::App* add_one(CLI::App& group, const char* name, const char* help,
                  const std::shared_ptr<DeviceArguments>& arguments) {
  CLI::App* command = group.add_subcommand(name, help);
  command
      ->add_option("device", arguments->device, "its id, or its first or last digits (4 or more)")
      ->required();
  return command;
}

}  // namespace

void add_device_commands(Program& program) {
  CLI::App* devices = program.app.add_subcommand("devices", "list devices");
  devices->footer("Examples:\n  insieme-server devices --data DIR --json");
  devices->callback([&program] { program.chosen = list_devices; });

  CLI::App* group =
      program.app.add_subcommand("device", "list, show, lock, unlock and wipe devices");
  group->require_subcommand(0, 1);
  group->footer(
      "Examples:\n"
      "  insieme-server device show 019a4c2e --data DIR\n"
      "  insieme-server device lock 019a4c2e --reason \"left on the bus\" --data DIR\n"
      "  insieme-server device wipe 019a4c2e --reason \"stolen\" --data DIR");
  group->callback([&program] {
    if (!program.chosen) program.chosen = list_devices;
  });
  const auto arguments = std::make_shared<DeviceArguments>();
  group->add_subcommand("list", "list devices (the default)")->callback([&program] {
    program.chosen = list_devices;
  });
  add_one(*group, "show", "all that is known of one, and how far an order is", arguments)
      ->callback([&program, arguments] {
        program.chosen = [arguments](Context& context) {
          return show_device(context, *arguments);
        };
      });
  for (const sync::OrderKind kind : {sync::OrderKind::lock, sync::OrderKind::wipe}) {
    const bool is_lock = kind == sync::OrderKind::lock;
    CLI::App* command =
        add_one(*group, is_lock ? "lock" : "wipe",
                is_lock ? "close it at its next contact, until unlock"
                        : "at its next contact it hands over its unsent work and destroys its keys",
                arguments);
    command->add_option("--reason", arguments->reason, "shown on the device, kept for the audit")
        ->required();
    command->callback([&program, arguments, kind] {
      program.chosen = [arguments, kind](Context& context) {
        return order(context, *arguments, kind);
      };
    });
  }
  add_one(*group, "unlock", "take back a lock, or a wipe that the device was not told of yet",
          arguments)
      ->callback([&program, arguments] {
        program.chosen = [arguments](Context& context) { return lift(context, *arguments); };
      });
  CLI::App* handed = add_one(
      *group, "escrow", "what a wiped device handed over that is in no inbox: drafts, rests",
      arguments);
  auto* out = handed->add_option("--out", arguments->folder, "open all of it into this folder");
  handed->add_flag("--drop", arguments->drop, "forget it, once it was read")->excludes(out);
  handed->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return escrow(context, *arguments); };
  });
}

}  // namespace insieme::server::cli
