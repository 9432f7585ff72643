#include "commands/records/devices.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace insieme::client::commands {
namespace {

constexpr std::size_t kPage = 1'000;
constexpr std::size_t kShortestDevice = 4;

class DeviceFinder {
 public:
  void take(const sync::Mark& mark) {
    KnownDevice& device = devices_[mark.dot.replica];
    if (!device.author.empty() && device.at_ms >= mark.stamp.ms) return;
    device = {mark.dot.replica, mark.author, mark.stamp.ms};
  }
  void take(const sync::RecordState& record) {
    for (const sync::FieldState& field : record.fields) {
      for (const sync::Survivor& survivor : field.survivors) take(survivor.mark);
      for (const sync::EscrowEvent& event : field.escrow.events()) {
        take(sync::Mark{event.dot, event.stamp, event.author});
      }
    }
    for (const sync::Retraction& retraction : record.retractions) take(retraction.mark);
    for (const sync::Mark& restore : record.restores) take(restore);
    for (const sync::Decision& decision : record.decisions) take(decision.mark);
  }
  [[nodiscard]] std::vector<KnownDevice> list() const {
    std::vector<KnownDevice> all;
    for (const auto& [replica, device] : devices_) all.push_back(device);
    return all;
  }

 private:
  std::map<sync::ReplicaId, KnownDevice> devices_;
};

}  // namespace

Outcome<std::vector<KnownDevice>> known_devices(Context& context, const sync::DossierId& dossier) {
  DeviceFinder finder;
  const Identity& self = context.store().identity();
  finder.take(sync::Mark{{self.replica, 0, 0}, {INT64_MAX, 0}, self.account});
  ListQuery query;
  query.dossier = dossier;
  query.retracted_too = true;
  query.limit = kPage;
  while (true) {
    INSIEME_OUT_ASSIGN(const auto lines, context.store().list(query));
    for (const RecordLine& line : lines) {
      INSIEME_OUT_ASSIGN(const StoredRecord record, context.store().record(line.ref));
      finder.take(record.state);
    }
    if (lines.size() < kPage) return finder.list();
    query.offset += kPage;
  }
}

Outcome<sync::ReplicaId> find_device(Context& context, const sync::DossierId& dossier,
                                     const std::string& named) {
  if (named.empty() || named == "here") return context.store().identity().replica;
  INSIEME_OUT_ASSIGN(const auto devices, known_devices(context, dossier));
  const KnownDevice* found = nullptr;
  for (const KnownDevice& device : devices) {
    const bool by_author = device.author == named;
    if (by_author && (found == nullptr || found->at_ms < device.at_ms)) found = &device;
  }
  if (found != nullptr) return found->replica;
  for (const KnownDevice& device : devices) {
    const std::string id = sync::to_text(device.replica);
    if (named.size() < kShortestDevice || id.compare(0, named.size(), named) != 0) continue;
    if (found != nullptr) {
      return Failure("ambiguous", quoted_it(named) + " indica più di un dispositivo.",
                     quoted_en(named) + " means more than one device.", "to");
    }
    found = &device;
  }
  if (found != nullptr) return found->replica;
  if (auto whole = sync::id_from_text<sync::ReplicaId>(named); whole.ok()) return whole.value();
  return Failure("unknown_device",
                 "In questo fascicolo nessun dispositivo noto è " + quoted_it(named) +
                     ": sincronizza, o indica l'identificativo del dispositivo.",
                 "No device known in this dossier is " + quoted_en(named) +
                     ": synchronise, or give the device's id.",
                 "to");
}

}  // namespace insieme::client::commands
