#include "escrow_parcels.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "insieme/schema/civil.hpp"
#include "insieme/sync/exchange.hpp"
#include "insieme/sync/limits.hpp"
#include "storage/escrow_stock.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kDraftsBytesTarget = 4 * 1024 * 1024;
constexpr std::size_t kRestChangesMax = 200;
/// They are in memory at once: more of them stop the wipe.
constexpr std::uint64_t kFilesBytesMax = 64ULL * 1024 * 1024;
/// Of a parcel's bytes, which hold a head and a seal besides.
constexpr std::size_t kFilePartBytes = sync::kParcelBytesMax / 2;
constexpr std::size_t kOpeningsPerParcel = 10'000;
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

  Result<std::vector<OutgoingParcel>> pack(bool with_blobs) {
    INSIEME_TRY_ASSIGN(const EscrowStock stock, escrow_stock(store_));
    INSIEME_TRY(letters(stock));
    INSIEME_TRY(drafts());
    INSIEME_TRY(rest(stock));
    INSIEME_TRY(openings(stock));
    if (with_blobs) INSIEME_TRY(blobs(stock));
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

  /// How many letters are in it; those of others that cannot be read go as they are.
  std::size_t add_letters(std::span<const std::uint8_t> bundle) {
    const auto read = sync::decode_bundle(bundle);
    if (!read.ok()) return 0;
    std::size_t found = 0;
    for (const sync::SealedPart& part : read->parts) {
      if (part.label != sync::PartLabel{}) continue;
      parcels_.push_back({sync::ParcelKind::letter, part.sealed});
      ++found;
    }
    return found;
  }

  Status letters(const EscrowStock& stock) {
    std::uint64_t changes = 0;
    for (const OutgoingBundle& bundle : stock.own) {
      changes += bundle.changes.size();
      if (add_letters(bundle.bytes) == 0) return missing();
    }
    std::uint64_t late = 0;
    for (const sync::Gathered& work : stock.departed) {
      late += work.changes.size();
      INSIEME_TRY(letter_of(work));
    }
    if (changes != stock.unsent || late < stock.late) return missing();
    INSIEME_TRY_ASSIGN(const auto carried, store_.carried());
    for (const sync::OfferedBundle& one : carried) {
      INSIEME_TRY_ASSIGN(const Bytes bundle, store_.carried_bundle(one.bundle));
      if (!sync::decode_bundle(bundle).ok()) INSIEME_TRY(seal(sync::ParcelKind::rest, bundle));
      add_letters(bundle);
    }
    return {};
  }

  static Status missing() {
    return {ErrorCode::internal,
            "work of this tablet cannot be handed over: nothing was erased\n"
            "una parte del lavoro di questo tablet non si può consegnare: nulla è stato "
            "cancellato"};
  }

  /// Work of documents that have left this device.
  Status letter_of(const sync::Gathered& work) {
    sync::SyncRequest request = empty_request();
    request.secrets = work.secrets;
    request.changes = work.changes;
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
      if (!content.ok() && content.error().code == ErrorCode::not_found) continue;  // not here
      if (!content.ok()) return content.error();
      files_bytes_ += content->size();
      if (files_bytes_ > kFilesBytesMax) {
        return {ErrorCode::limit_exceeded,
                "drafts here hold more than 64 MiB of files: nothing was erased\n"
                "le bozze di questo tablet contengono più di 64 MiB di file: nulla è stato "
                "cancellato"};
      }
      INSIEME_TRY(seal_file(sync::to_hex(reference.content), *content));
    }
    return {};
  }

  /// What is too large for one parcel goes in several, each with its number and how many they are.
  Status seal_file(const std::string& name, std::span<const std::uint8_t> content) {
    const std::size_t count =
        std::max<std::size_t>(1, (content.size() + kFilePartBytes - 1) / kFilePartBytes);
    for (std::size_t part = 0; part < count; ++part) {
      std::string head = name;
      if (count > 1) head += " " + std::to_string(part + 1) + "/" + std::to_string(count);
      head += "\n";
      Bytes plain(head.begin(), head.end());
      const auto piece = content.subspan(
          part * kFilePartBytes, std::min(kFilePartBytes, content.size() - part * kFilePartBytes));
      plain.insert(plain.end(), piece.begin(), piece.end());
      INSIEME_TRY(seal(sync::ParcelKind::file, plain));
    }
    return {};
  }

  /// Of a dossier that has left, its bytes are sealed as they travel: "sealed" and their name.
  Status blobs(const EscrowStock& stock) {
    if (stock.blobs.size() != stock.blobs_left) return missing();
    for (const LeftBlob& blob : stock.blobs) {
      const bool is_open = !blob.content.is_zero();
      INSIEME_TRY(seal_file(is_open ? sync::to_hex(blob.content)
                                    : "sealed " + sync::to_hex(blob.name),
                            blob.bytes));
    }
    return {};
  }

  /// Who looked at what, owed to the access log (docs/adr/0029).
  Status openings(const EscrowStock& stock) {
    for (std::size_t at = 0; at < stock.openings.size(); at += kOpeningsPerParcel) {
      json::array some;
      const std::size_t end = std::min(stock.openings.size(), at + kOpeningsPerParcel);
      for (std::size_t n = at; n < end; ++n) {
        const Opening& one = stock.openings[n];
        some.push_back(json::object{{"dossier", sync::to_text(one.document.dossier)},
                                    {"section", one.document.section},
                                    {"at", schema::iso_text(sync::Instant{one.at_ms})},
                                    {"purpose", one.purpose}});
      }
      const std::string text = json::serialize(
          json::object{{"account", self_.account}, {"openings", std::move(some)}});
      INSIEME_TRY(seal(sync::ParcelKind::rest,
                       {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
    }
    return {};
  }

  /// What the server refused, and decisions that it was not told: requests that nobody judges.
  Status rest(const EscrowStock& stock) {
    INSIEME_TRY_ASSIGN(auto quarantine, store_.quarantine());
    sync::SyncRequest request = empty_request();
    request.erase = stock.erase;
    for (const sync::HeldDecision& decision : stock.decisions) {
      request.held_decisions.push_back(decision);
      if (request.held_decisions.size() < kRestChangesMax) continue;
      INSIEME_TRY(seal_rest(request));
      request = empty_request();
    }
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

Result<std::vector<OutgoingParcel>> escrow_parcels(Store& store, bool with_blobs) {
  return Packer(store).pack(with_blobs);
}

std::vector<sync::Digest> names_of(const std::vector<OutgoingParcel>& parcels) {
  std::vector<sync::Digest> names;
  for (const OutgoingParcel& one : parcels) names.push_back(sync::name_of_parcel(one.sealed));
  return names;
}

Status check_handed_over(Store& store, const std::vector<sync::Digest>& names) {
  INSIEME_TRY_ASSIGN(const auto now, escrow_parcels(store, true));
  const auto here = names_of(now);
  const std::set<sync::Digest> all(here.begin(), here.end());
  if (all == std::set<sync::Digest>(names.begin(), names.end())) return {};
  return {ErrorCode::unavailable,
          "work was added while this tablet handed over: nothing was erased, and the next contact "
          "begins anew\nmentre questo tablet consegnava è stato aggiunto del lavoro: nulla è stato "
          "cancellato, e il prossimo contatto ricomincia"};
}

}  // namespace insieme::client
