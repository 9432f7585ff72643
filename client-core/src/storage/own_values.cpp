// The values that the space added to code lists, out of its records.
#include "storage/own_values.hpp"

#include <algorithm>

#include "insieme/schema/own_values.hpp"
#include "insieme/sync/space_dossier.hpp"
#include "storage/queries.hpp"
#include "storage/store_impl.hpp"

namespace insieme::client {
namespace {

/// What was written into the space's dossier, and erased there: it is asked for at each command,
/// and the values are read when it has changed.
std::string state_of(Core& core) {
  auto& row = core.db.cached(
      "SELECT c.frontier, (SELECT coalesce(sum(state + 1), 0) FROM erasures WHERE dossier = ?1) "
      "FROM documents c JOIN dossiers d ON d.n = c.dossier WHERE d.id = ?1 AND c.section = ?2");
  const sqlite::ResetGuard guard(row);
  row.bind_all(sync::space_dossier(core.identity.space).bytes, sync::kSpaceSection);
  if (!row.step()) return {};
  const auto frontier = row.get_blob(0);
  return std::to_string(row.get_int64(1)) + ' ' + std::string(frontier.begin(), frontier.end());
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

}  // namespace

Status learn_own_values(Store& store) {
  Core& core = *impl_of(store).core;
  if (core.bundle.find_type(schema::kOwnValueType) == nullptr) return {};
  const auto read = impl_of(store).read([&] {
    std::string state = state_of(core);
    if (state == core.own_state) return true;
    const auto values = read_values(core);
    if (!core.own && !values.empty()) core.own = std::make_unique<schema::Bundle>(core.bundle);
    if (core.own) schema::set_own_values(*core.own, values);
    core.own_state = std::move(state);
    return true;
  });
  return read.ok() ? Status() : read.error();
}

Result<bool> keeps_space_dossier(Store& store) {
  Core& core = *impl_of(store).core;
  return impl_of(store).read([&] {
    const auto row = core.dossier(sync::space_dossier(core.identity.space));
    return row && row->may_review && !row->leaving;
  });
}

}  // namespace insieme::client
