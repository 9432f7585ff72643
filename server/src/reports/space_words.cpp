// The values that the space added to code lists, for the labels of its reports.
#include "insieme/schema/own_values.hpp"
#include "insieme/server/reporting.hpp"
#include "insieme/sync/space_dossier.hpp"

namespace insieme::server {

Result<std::shared_ptr<const schema::Bundle>> space_words(Repository& repository) {
  const std::string type(schema::kOwnValueType);
  INSIEME_TRY_ASSIGN(auto read, read_space(repository, {type}));
  std::vector<schema::RuleRecord>& values = read[type];
  const sync::DossierId everybodys = sync::space_dossier(repository.space().id);
  std::erase_if(values, [&](const schema::RuleRecord& one) { return one.dossier != everybodys; });
  if (values.empty()) {
    const std::shared_ptr<const schema::Bundle> nobodys;  // to free: it lives as the program does
    return std::shared_ptr<const schema::Bundle>(nobodys, &server_bundle());
  }
  auto own = std::make_shared<schema::Bundle>(server_bundle());
  schema::set_own_values(*own, values);
  return std::shared_ptr<const schema::Bundle>(std::move(own));
}

}  // namespace insieme::server
