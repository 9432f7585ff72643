#include <boost/json.hpp>

#include <optional>
#include <utility>

#include "insieme/server/erasure.hpp"
#include "ledger_file.hpp"
#include "ledger_line.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr const char* kWhat = "erasures";

sync::Digest line_hash(const sync::Digest& before, const LedgerEntry& entry) {
  return sync::Hasher("insieme erasure ledger v1")
      .add(before)
      .add(std::span<const std::uint8_t>(sync::encode_order(entry.order)))
      .add(entry.asked_by)
      .add(entry.confirmed_by)
      .add(static_cast<std::uint64_t>(entry.at_ms))
      .finish();
}

std::string line_of(const LedgerEntry& entry, const sync::Digest& hash) {
  const json::object line{{"order", sync::to_text(entry.order.id)},
                          {"dossier", sync::to_text(entry.order.dossier)},
                          {"ground", entry.order.reason},
                          {"asked_by", entry.asked_by},
                          {"confirmed_by", entry.confirmed_by},
                          {"at_ms", entry.at_ms},
                          {"bytes", sync::to_hex(sync::encode_order(entry.order))},
                          {"hash", sync::to_hex(hash.bytes)}};
  return json::serialize(line) + "\n";
}

std::optional<LedgerLine<LedgerEntry>> parse_line(std::string_view text) {
  LedgerMembers members(text);
  LedgerLine<LedgerEntry> line;
  auto order = sync::decode_order(members.bytes("bytes"));
  line.entry.asked_by = members.text("asked_by");
  line.entry.confirmed_by = members.text("confirmed_by");
  line.entry.at_ms = members.number("at_ms");
  line.hash = members.digest("hash");
  if (!members.whole() || !order.ok()) return std::nullopt;
  line.entry.order = std::move(order).value();
  return line;
}

}  // namespace

Result<std::vector<LedgerEntry>> ErasureLedger::read() const {
  LedgerFile file(path_, kWhat, LedgerFile::For::reading);
  std::vector<LedgerEntry> entries;
  INSIEME_TRY(follow_chain(file, parse_line, line_hash,
                         [&](LedgerEntry entry) { entries.push_back(std::move(entry)); }));
  return entries;
}

Status ErasureLedger::append(const LedgerEntry& entry) const {
  LedgerFile file(path_, kWhat, LedgerFile::For::appending);
  bool is_there = false;
  INSIEME_TRY_ASSIGN(
      const sync::Digest before,
      follow_chain(file, parse_line, line_hash, [&](const LedgerEntry& known) {
        is_there = is_there || known.order.id == entry.order.id;
      }));
  if (is_there) return {};
  return file.append(line_of(entry, line_hash(before, entry)));
}

}  // namespace insieme::server
