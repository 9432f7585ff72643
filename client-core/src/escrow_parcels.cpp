#include "escrow_parcels.hpp"

#include <boost/json.hpp>

#include "insieme/schema/civil.hpp"
#include "insieme/sync/exchange.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kDraftsBytesTarget = 4 * 1024 * 1024;
constexpr std::size_t kRestChangesMax = 200;
/// More files of drafts than this stay behind: they were in no record yet.
constexpr std::uint64_t kFilesBytesMax = 64ULL * 1024 * 1024;
constexpr std::size_t kValueDepthMax = 8;

/// References to files, wherever the form keeps them.
void find_files(const json::value& value, std::size_t depth, std::vector<sync::BlobRef>& found) {
  if (depth == kValueDepthMax) return;
  if (const json::array* list = value.if_array()) {
    for (const json::value& one : *list) find_files(one, depth + 1, found);
  }
  const json::object* object = value.if_object();
  if (object == nullptr) return;
  const auto text = [&](const char* name) -> std::string {
    const json::value* member = object->if_contains(name);
    return member != nullptr && member->is_string() ? std::string(member->as_string()) : "";
  };
  sync::BlobRef reference;
  reference.media_type = text("media_type");
  const json::value* size = object->if_contains("size");
  if (sync::from_hex(text("content"), reference.content.bytes).ok() &&
      sync::from_hex(text("name"), reference.name.bytes).ok() && size != nullptr) {
    const std::string digits = size->is_string() ? std::string(size->as_string())
                                                 : json::serialize(*size);
    reference.size = std::strtoull(digits.c_str(), nullptr, 10);
    found.push_back(std::move(reference));
    return;
  }
  for (const auto& [key, member] : *object) find_files(member, depth + 1, found);
}

class Packer {
 public:
  explicit Packer(Store& store) : store_(store), self_(store.identity()) {}

  Result<std::vector<OutgoingParcel>> pack() {
    INSIEME_TRY(letters());
    INSIEME_TRY(drafts());
    INSIEME_TRY(rest());
    if (parcels_.size() > sync::kParcelsMax) {
      return Error{ErrorCode::limit_exceeded, "more parcels than a server takes of one device"};
    }
    return std::move(parcels_);
  }

 private:
  Status seal(sync::ParcelKind kind, std::span<const std::uint8_t> plain) {
    INSIEME_TRY_ASSIGN(Bytes sealed,
                       sync::seal_for(self_.server_key, self_.keys.secret_key, plain));
    parcels_.push_back({kind, std::move(sealed)});
    return {};
  }

  void add_letter(std::span<const std::uint8_t> bundle) {
    const auto read = sync::decode_bundle(bundle);
    if (!read.ok()) return;  // what was carried for others and is damaged helps nobody
    for (const sync::SealedPart& part : read->parts) {
      if (part.label == sync::PartLabel{}) {
        parcels_.push_back({sync::ParcelKind::letter, part.sealed});
      }
    }
  }

  Status letters() {
    INSIEME_TRY_ASSIGN(const auto own, store_.hand_out({true, false}));
    std::size_t changes = 0;
    for (const OutgoingBundle& bundle : own) {
      changes += bundle.changes.size();
      add_letter(bundle.bytes);
    }
    INSIEME_TRY_ASSIGN(const StoreStatus now, store_.status());
    if (now.unsent > changes) INSIEME_TRY(late_letter(now.unsent - changes));
    INSIEME_TRY_ASSIGN(const auto carried, store_.carried());
    for (const sync::OfferedBundle& one : carried) {
      INSIEME_TRY_ASSIGN(const Bytes bundle, store_.carried_bundle(one.bundle));
      add_letter(bundle);
    }
    return {};
  }

  /// Work of documents that have left this device: it goes first in every request. What else comes
  /// with it is in the other letters, too.
  Status late_letter(std::uint64_t late) {
    INSIEME_TRY_ASSIGN(sync::Gathered gathered,
                       store_.gather({sync::kMessageBytesTarget, sync::kChangesPerMessageMax}));
    if (gathered.changes.empty()) return {};
    if (gathered.changes.size() < late) {
      return {ErrorCode::limit_exceeded, "more late work than one letter may hold"};
    }
    sync::SyncRequest request = empty_request();
    request.secrets = std::move(gathered.secrets);
    request.changes = std::move(gathered.changes);
    request.texts_of_others = std::move(gathered.texts_of_others);
    sign(request);
    sync::Letter letter{self_.device, sync::encode_message(request), {}};
    letter.signature =
        sync::sign(self_.keys.secret_key, sync::digest_of_letter(self_.space, letter).bytes);
    return seal(sync::ParcelKind::letter, sync::encode_letter(letter));
  }

  Status drafts() {
    INSIEME_TRY_ASSIGN(const auto all, store_.drafts());
    json::array some;
    std::size_t bytes = 0;
    for (const Draft& draft : all) {
      some.push_back(json::object{
          {"id", draft.id},
          {"dossier", sync::to_text(draft.ref.document.dossier)},
          {"section", draft.ref.document.section},
          {"type", draft.ref.type},
          {"record", sync::to_text(draft.ref.id)},
          {"is_new", draft.is_new},
          {"updated_at", schema::iso_text(sync::Instant{draft.updated_ms})},
          {"values", draft.values_json}});
      bytes += draft.values_json.size();
      if (bytes >= kDraftsBytesTarget) {
        INSIEME_TRY(seal_drafts(std::move(some)));
        some = {};
        bytes = 0;
      }
      INSIEME_TRY(files(draft));
    }
    return some.empty() ? Status() : seal_drafts(std::move(some));
  }

  Status seal_drafts(json::array some) {
    const std::string text =
        json::serialize(json::object{{"account", self_.account}, {"drafts", std::move(some)}});
    return seal(sync::ParcelKind::drafts,
                {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }

  /// The digest of the content, a line end and the content, opened: the keys of dossiers that were
  /// never sent die with this device.
  Status files(const Draft& draft) {
    boost::system::error_code error;
    const json::value values = json::parse(draft.values_json, error);
    if (error) return {};
    std::vector<sync::BlobRef> references;
    find_files(values, 0, references);
    for (const sync::BlobRef& reference : references) {
      const auto content = store_.blob(draft.ref.document, reference);
      if (!content.ok() || content->size() > sync::kParcelBytesMax / 2 ||
          files_bytes_ + content->size() > kFilesBytesMax) {
        continue;
      }
      files_bytes_ += content->size();
      const std::string head = sync::to_hex(reference.content) + "\n";
      Bytes plain(head.begin(), head.end());
      plain.insert(plain.end(), content->begin(), content->end());
      INSIEME_TRY(seal(sync::ParcelKind::file, plain));
    }
    return {};
  }

  /// What the server refused, and decisions that it was not told: requests that nobody judges.
  Status rest() {
    INSIEME_TRY_ASSIGN(sync::Gathered gathered,
                       store_.gather({sync::kMessageBytesTarget, sync::kChangesPerMessageMax}));
    INSIEME_TRY_ASSIGN(auto quarantine, store_.quarantine());
    sync::SyncRequest request = empty_request();
    request.held_decisions = std::move(gathered.held_decisions);
    request.erase = std::move(gathered.erase);
    for (Quarantined& one : quarantine) {
      if (one.state != Receipt::refused || !one.change.ops) continue;
      request.changes.push_back(std::move(one.change));
      if (request.changes.size() < kRestChangesMax) continue;
      INSIEME_TRY(seal_rest(request));
      request = empty_request();
    }
    const bool is_empty =
        request.changes.empty() && request.held_decisions.empty() && request.erase.empty();
    return is_empty ? Status() : seal_rest(request);
  }

  Status seal_rest(sync::SyncRequest& request) {
    sign(request);
    return seal(sync::ParcelKind::rest, sync::encode_message(request));
  }

  [[nodiscard]] sync::SyncRequest empty_request() const {
    sync::SyncRequest request;
    request.schema_version = static_cast<std::uint32_t>(store_.bundle().version);
    request.space = self_.space;
    request.device = self_.device;
    request.replica = self_.replica;
    return request;
  }
  void sign(sync::SyncRequest& request) const {
    request.signature = sync::sign(self_.keys.secret_key,
                                   sync::manifest_of(self_.device, request.changes).bytes);
  }

  Store& store_;
  const Identity& self_;
  std::vector<OutgoingParcel> parcels_;
  std::uint64_t files_bytes_ = 0;
};

}  // namespace

Result<std::vector<OutgoingParcel>> escrow_parcels(Store& store) { return Packer(store).pack(); }

}  // namespace insieme::client
