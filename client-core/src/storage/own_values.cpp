// The values that the space added to code lists, out of its records.
#include "storage/own_values.hpp"

#include <algorithm>

#include "insieme/schema/own_values.hpp"
#include "insieme/sync/space_dossier.hpp"
#include "storage/queries.hpp"
#include "storage/store_impl.hpp"

namespace insieme::client {
namespace {

/// Most spaces have none, and are asked nothing.
bool has_any(Core& core) {
  const schema::RecordType* type = core.bundle.find_type(schema::kOwnValueType);
  if (type == nullptr) return false;
  const TypedTable* table = &core.tables.table_for(type->name, type->section);
  const auto& used = core.tables.used();
  return std::find(used.begin(), used.end(), table) != used.end();
}

/// What somebody wrote into another dossier is no value of the space.
std::vector<schema::RuleRecord> read_values(Core& core) {
  auto values =
      read_shown(core, std::string(schema::kOwnValueType), schema::own_value_fields());
  const sync::DossierId everybodys = sync::space_dossier(core.identity.space);
  values.erase(std::remove_if(values.begin(), values.end(),
                              [&](const schema::RuleRecord& one) {
                                return one.dossier != everybodys;
                              }),
               values.end());
  std::sort(values.begin(), values.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  return values;
}

bool same(const std::vector<schema::RuleRecord>& a, const std::vector<schema::RuleRecord>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.id == y.id && x.values == y.values;
  });
}

}  // namespace

Status learn_own_values(Store& store) {
  Core& core = *impl_of(store).core;
  const auto read = impl_of(store).read([&] {
    std::vector<schema::RuleRecord> values;
    if (has_any(core)) values = read_values(core);
    return values;
  });
  if (!read.ok()) return read.error();
  if (same(read.value(), core.own_values)) return {};
  if (!core.own) core.own = std::make_unique<schema::Bundle>(core.bundle);
  schema::set_own_values(*core.own, read.value());
  core.own_values = read.value();
  return {};
}

Result<bool> keeps_space_dossier(Store& store) {
  Core& core = *impl_of(store).core;
  return impl_of(store).read([&] {
    const auto row = core.dossier(sync::space_dossier(core.identity.space));
    return row && row->may_review && !row->leaving;
  });
}

}  // namespace insieme::client
