#include "revocation_ledger.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "ledger_file.hpp"
#include "ledger_line.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr const char* kWhat = "revocations";

struct KindName {
  Revoked kind;
  std::string_view name;
};
constexpr std::array<KindName, 5> kKinds{{{Revoked::account, "account"},
                                          {Revoked::device, "device"},
                                          {Revoked::order, "order"},
                                          {Revoked::machine, "machine"},
                                          {Revoked::password, "password"}}};

std::string_view name_of(Revoked kind) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const KindName& one) { return one.kind == kind; });
  return found == kKinds.end() ? std::string_view() : found->name;
}

std::optional<Revoked> kind_named(std::string_view name) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const KindName& one) { return one.name == name; });
  if (found == kKinds.end()) return std::nullopt;
  return found->kind;
}

sync::Digest line_hash(const sync::Digest& before, const Revocation& entry) {
  return sync::Hasher("insieme revocation ledger v1")
      .add(before)
      .add(static_cast<std::uint64_t>(entry.kind))
      .add(std::string_view(entry.subject))
      .add(std::uint64_t{entry.stands ? 1U : 0U})
      .add(static_cast<std::uint64_t>(entry.order))
      .add(std::span<const std::uint8_t>(entry.order_id.bytes))
      .add(std::string_view(entry.by))
      .add(static_cast<std::uint64_t>(entry.at_ms))
      .finish();
}

std::string line_of(const Revocation& entry, const sync::Digest& hash) {
  const json::object line{{"what", name_of(entry.kind)},
                          {"subject", entry.subject},
                          {"revoked", entry.stands},
                          {"order", static_cast<std::int64_t>(entry.order)},
                          {"order_id", sync::to_hex(entry.order_id.bytes)},
                          {"by", entry.by},
                          {"at_ms", entry.at_ms},
                          {"hash", sync::to_hex(hash.bytes)}};
  return json::serialize(line) + "\n";
}

std::optional<LedgerLine<Revocation>> parse_line(std::string_view text) {
  LedgerMembers members(text);
  LedgerLine<Revocation> line;
  const auto kind = kind_named(members.text("what"));
  line.entry.subject = members.text("subject");
  line.entry.stands = members.flag("revoked");
  const std::int64_t order = members.number("order");
  const std::vector<std::uint8_t> id = members.bytes("order_id");
  line.entry.by = members.text("by");
  line.entry.at_ms = members.number("at_ms");
  line.hash = members.digest("hash");
  const bool fits = members.whole() && kind && order >= 0 &&
                    order <= static_cast<std::int64_t>(sync::OrderKind::wipe) &&
                    id.size() == line.entry.order_id.bytes.size();
  if (!fits) return std::nullopt;
  line.entry.kind = *kind;
  line.entry.order = static_cast<sync::OrderKind>(order);
  std::copy(id.begin(), id.end(), line.entry.order_id.bytes.begin());
  return line;
}

}  // namespace

Result<std::vector<Revocation>> RevocationLedger::read() const {
  LedgerFile file(path_, kWhat, LedgerFile::For::reading);
  std::map<std::pair<Revoked, std::string>, Revocation> last;
  INSIEME_TRY(follow_chain(file, parse_line, line_hash, [&](Revocation entry) {
    last.insert_or_assign(std::pair(entry.kind, entry.subject), std::move(entry));
  }));
  std::vector<Revocation> entries;
  for (auto& [key, entry] : last) entries.push_back(std::move(entry));
  return entries;
}

Status RevocationLedger::append(const Revocation& entry) const {
  LedgerFile file(path_, kWhat, LedgerFile::For::appending);
  INSIEME_TRY_ASSIGN(const sync::Digest before,
                     follow_chain(file, parse_line, line_hash, [](const Revocation&) {}));
  return file.append(line_of(entry, line_hash(before, entry)));
}

}  // namespace insieme::server
