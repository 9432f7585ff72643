// The bytes of blobs, brought and fetched in pieces.
#include "insieme/server/blobs.hpp"

#include <boost/json.hpp>
#include <boost/url.hpp>

#include <algorithm>
#include <optional>
#include <variant>

#include "api/device_orders.hpp"
#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "api/query.hpp"
#include "insieme/server/blob_scans.hpp"
#include "insieme/sync/sealed_blob.hpp"

namespace insieme::server {
namespace {

constexpr std::string_view kBytes = "application/octet-stream";
constexpr std::uint64_t kFilesStopAt = 4;  ///< times `min_free_disk`

struct Question {
  BlobKey key;
  std::uint64_t offset = 0;
  std::uint64_t length = sync::kBlobPieceBytesMax;
};

std::optional<Question> parse_question(const std::string& query) {
  Question question;
  bool has_dossier = false;
  bool has_name = false;
  const auto params = boost::urls::parse_query(query);
  if (!params) return std::nullopt;
  for (const auto& param : boost::urls::params_view(*params)) {
    const std::string& value = param.value;
    if (param.key == "dossier" && !has_dossier) {
      const auto id = sync::id_from_text<sync::DossierId>(value);
      if (!id.ok()) return std::nullopt;
      question.key.dossier = *id;
      has_dossier = true;
    } else if (param.key == "blob" && !has_name) {
      if (!sync::from_hex(value, question.key.name.bytes).ok()) return std::nullopt;
      has_name = true;
    } else if (param.key == "length") {
      if (!read_number(value, question.length) || question.length == 0) return std::nullopt;
    } else if (param.key != "offset" || !read_number(value, question.offset)) {
      return std::nullopt;
    }
  }
  if (!has_dossier || !has_name) return std::nullopt;
  return question;
}

/// One caller's request about one blob.
struct Errand {
  const Services& services;
  const Caller& caller;
  Question question;
  BlobRight right{};

  void note(AccessKind kind, const std::vector<std::string>& sections) const {
    AccessNote note;
    note.dossier = question.key.dossier;
    note.kind = kind;
    note.sections = sections;
    services.repository.note_access(caller, {note});
  }
  [[nodiscard]] std::uint64_t sealed_size() const noexcept {
    return sync::sealed_blob_size(right.facts.size);
  }
};

Response nothing_there() {
  return problem_response({404, "not-found", "Not found",
                           "No record that you may see names these bytes, or they have not been "
                           "brought yet.",
                           "Nessuna scheda che si può vedere nomina questo file, o il file non è "
                           "ancora arrivato."});
}

Response erased() {
  return problem_response({410, "expired", "Expired", "These bytes were erased by order.",
                           "Questo file è stato cancellato per ordine."});
}

/// Asks what the caller may do; the answer if that is nothing. `may`: what is to be asked of it.
template <class May>
std::optional<Response> refuse(Errand& errand, May may) {
  auto right = errand.services.repository.blob_right(errand.caller, errand.question.key);
  if (!right.ok()) return nothing_there();
  errand.right = std::move(right).value();
  const BlobStanding standing = errand.right.facts.standing;
  if (standing == BlobStanding::erased || standing == BlobStanding::gone) return erased();
  if (may(errand.right)) return std::nullopt;
  errand.note(AccessKind::refused, {});
  return nothing_there();
}

/// What a piece would be too much for; begun ones are counted already.
std::optional<Response> no_room(const Errand& errand) {
  const Config& config = errand.services.config;
  // Files stop long before records do: what they leave free is the records'.
  const bool disk_low = errand.services.free_disk_bytes &&
                        errand.services.free_disk_bytes() <
                            kFilesStopAt * config.min_free_disk + errand.sealed_size();
  if (disk_low) return problem_of({ErrorCode::quota, {}});
  if (errand.right.facts.standing != BlobStanding::awaited) return std::nullopt;
  const std::uint64_t size = errand.right.facts.size;
  Repository& repository = errand.services.repository;
  const std::uint64_t quota = config.max_blob_bytes;
  if (quota != 0 && repository.blob_usage(std::nullopt).bytes + size > quota) {
    return problem_of({ErrorCode::quota, {}});
  }
  const std::uint64_t of_dossier = config.max_dossier_blob_bytes;
  if (of_dossier != 0 &&
      repository.blob_usage(errand.question.key.dossier).bytes + size > of_dossier) {
    return problem_response({507, "dossier-full", "Server full",
                             "Photos and files of this dossier take all the room that they may. "
                             "The file stays on the device; tell the people who run the server.",
                             "Foto e file di questo fascicolo occupano già tutto lo spazio "
                             "previsto. Il file resta sul dispositivo: avvisare chi gestisce il "
                             "server."});
  }
  return std::nullopt;
}

/// All bytes of it are in the store. False: they were removed again, for an order, and the sweep
/// after it, came while they were on their way.
bool note_whole(const Errand& errand) {
  const BlobStanding now = errand.services.repository.blob_standing(errand.question.key);
  if (now == BlobStanding::erased || now == BlobStanding::gone) {
    errand.services.blobs->remove(errand.question.key);
    return false;
  }
  errand.services.repository.note_blob(errand.question.key, BlobStanding::whole);
  if (errand.services.blob_came) errand.services.blob_came();
  return true;
}

Response answer(const Errand& errand, const BlobState& state) {
  if (state.whole && errand.right.facts.standing != BlobStanding::whole) {
    if (!note_whole(errand)) return erased();
    errand.note(AccessKind::write, errand.right.sections);
  }
  return json_response(200, boost::json::serialize(boost::json::object{
                                {"received", state.received},
                                {"size", errand.sealed_size()},
                                {"whole", state.whole}}));
}

Response bring(Errand& errand, const Request& request) {
  const auto may_bring = [](const BlobRight& right) { return right.may_bring; };
  if (auto refused = refuse(errand, may_bring)) return *std::move(refused);
  BlobStore& store = *errand.services.blobs;
  // Pieces of what is not known to be whole need not ask a bucket each.
  if (request.body.empty() || errand.right.facts.standing == BlobStanding::whole) {
    const BlobState here = store.state(errand.question.key);
    if (request.body.empty() || here.whole) return answer(errand, here);
  }
  if (request.content_type != kBytes) {
    return problem_response({415, "unsupported-media-type", "Unsupported media type",
                             "This route takes " + std::string(kBytes) + ".", {}});
  }
  if (auto full = no_room(errand)) return *std::move(full);
  if (errand.right.facts.standing == BlobStanding::awaited) {
    errand.services.repository.note_blob(errand.question.key, BlobStanding::begun);
  }
  const auto added = store.append(errand.question.key, errand.question.offset, request.body,
                                  errand.sealed_size());
  if (!added.ok()) return problem_of(added.error());
  return answer(errand, *added);
}

/// What a scanner said, or has not said yet; the caller may have the bytes otherwise.
std::optional<Response> held_back(const Errand& errand) {
  const Config& config = errand.services.config;
  const ScanVerdict verdict =
      blob_scans_of(errand.services.repository).scan_verdict(errand.question.key);
  if (verdict == ScanVerdict::infected) {
    errand.note(AccessKind::refused, errand.right.sections);
    return problem_response({403, "file-infected", "Not allowed",
                             "A virus was found in this file: the server gives it to nobody. Tell "
                             "the people who run the server, and do not open it where it was "
                             "attached.",
                             "In questo file è stato trovato un virus: il server non lo consegna a "
                             "nessuno. Avvisare chi gestisce il server e non aprirlo dove è stato "
                             "allegato."});
  }
  if (verdict == ScanVerdict::clean || config.blob_scan.empty() || !config.blob_scan_wait) {
    return std::nullopt;
  }
  return problem_response({409, "file-unchecked", "Conflict",
                           "The server has not yet looked whether there is a virus in this file. "
                           "It comes with one of the next synchronisations.",
                           "Il server non ha ancora controllato se in questo file c'è un virus. "
                           "Arriverà con una delle prossime sincronizzazioni."});
}

/// The bytes of a whole blob from the offset on, noted as read before the first of them leave.
std::variant<std::vector<std::uint8_t>, Response> piece_of(Errand& errand, std::size_t length) {
  const auto may_read = [](const BlobRight& right) { return !right.sections.empty(); };
  if (auto refused = refuse(errand, may_read)) return *std::move(refused);
  auto bytes =
      errand.services.blobs->read(errand.question.key, errand.question.offset, length);
  if (bytes.ok()) {
    // A database that was put back may not know that they are all there.
    if (errand.right.facts.standing < BlobStanding::whole && !note_whole(errand)) return erased();
    if (auto refused = held_back(errand)) return *std::move(refused);
    const Services& services = errand.services;
    const sync::DeviceId& device = errand.caller.device.id;
    if (!services.reads->goes_on(device, errand.question.key, services.clock())) {
      errand.note(AccessKind::read, errand.right.sections);
      services.reads->noted(device, errand.question.key, services.clock());
    }
    return std::move(bytes).value();
  }
  if (bytes.error().code == ErrorCode::not_found) return nothing_there();
  Response response = problem_response(
      {416, "no-such-range", "Range not satisfiable", bytes.error().detail, {}});
  response.headers.emplace_back("Content-Range",
                                "bytes */" + std::to_string(errand.sealed_size()));
  return response;
}

struct Range {
  std::uint64_t first = 0;
  std::size_t length = sync::kBlobPieceBytesMax;
};

/// `bytes=FIRST-` or `bytes=FIRST-LAST`: what a download that goes on asks. Nothing: another kind,
/// which may be left aside (RFC 9110, 14.2).
std::optional<Range> parse_range(std::string_view text) {
  constexpr std::string_view kUnit = "bytes=";
  if (!text.starts_with(kUnit)) return std::nullopt;
  text.remove_prefix(kUnit.size());
  const std::size_t dash = text.find('-');
  Range range;
  if (dash == std::string_view::npos || !read_number(text.substr(0, dash), range.first)) {
    return std::nullopt;
  }
  const std::string_view end = text.substr(dash + 1);
  std::uint64_t last = 0;
  if (end.empty()) return range;
  if (!read_number(end, last) || last < range.first) return std::nullopt;
  range.length = static_cast<std::size_t>(
      std::min<std::uint64_t>(last - range.first, sync::kBlobPieceBytesMax - 1) + 1);
  return range;
}

Response fetch(Errand& errand, const Request& request) {
  const auto range = parse_range(request.range);
  const Range wanted = range.value_or(Range{});
  errand.question.offset = wanted.first;
  auto piece = piece_of(errand, wanted.length);
  if (auto* refused = std::get_if<Response>(&piece)) return std::move(*refused);
  Response response;
  response.content_type = kBytes;
  response.body = std::move(std::get<std::vector<std::uint8_t>>(piece));
  response.headers.emplace_back("Accept-Ranges", "bytes");
  if (range) {
    response.status = 206;
    const std::uint64_t last = wanted.first + response.body.size() - 1;
    response.headers.emplace_back("Content-Range", "bytes " + std::to_string(wanted.first) + "-" +
                                                       std::to_string(last) + "/" +
                                                       std::to_string(errand.sealed_size()));
  } else if (response.body.size() < errand.sealed_size()) {
    return problem_response({413, "too-large", "Too large",
                             "This is longer than a MiB: ask for it in pieces, with Range.", {}});
  }
  return response;
}

Response read(Errand& errand, const Request&) {
  const auto length =
      std::min<std::uint64_t>(errand.question.length, sync::kBlobPieceBytesMax);
  auto piece = piece_of(errand, static_cast<std::size_t>(length));
  if (auto* refused = std::get_if<Response>(&piece)) return std::move(*refused);
  Response response;
  response.content_type = kBytes;
  response.body = std::move(std::get<std::vector<std::uint8_t>>(piece));
  return response;
}

Response run(const Services& services, const Request& request,
             Response (*act)(Errand&, const Request&), Devices which = Devices::in_use) {
  const auto answer = [&](const Caller& caller) {
    const auto question = parse_question(request.query);
    if (services.blobs == nullptr) return problem_of({ErrorCode::unavailable, {}});
    if (!question) {
      return problem_of({ErrorCode::malformed,
                         "the query is dossier=ID&blob=NAME[&offset=N][&length=N]"});
    }
    Errand errand{services, caller, *question};
    return act(errand, request);
  };
  return for_device(services, request, answer, which);
}

}  // namespace

Response bring_blob(const Services& services, const Request& request) {
  return run(services, request, bring, Devices::both);  // also what a device hands over at its end
}

Response fetch_blob(const Services& services, const Request& request) {
  return run(services, request, fetch);
}

Response read_blob(const Services& services, const Request& request) {
  return run(services, request, read);
}

}  // namespace insieme::server
