#include "cli/picking.hpp"

#include <algorithm>

namespace insieme::server::cli {

sync::DossierId pick_dossier(Context& context, const std::string& text) {
  std::vector<sync::DossierId> ids;
  for (const DossierInfo& dossier : context.repository().dossiers()) ids.push_back(dossier.id);
  return pick_id(text, ids, "dossier");
}

std::vector<std::string> known_sections(Context& context, const std::string& text) {
  std::vector<std::string> asked = split_names(text);
  const std::vector<std::string> known = context.config().roles.sections();
  for (const std::string& section : asked) {
    if (std::find(known.begin(), known.end(), section) != known.end()) continue;
    throw CommandError(kRefused, "there is no section \"" + section + "\"" +
                                     did_you_mean(section, known) +
                                     "; sections: " + join_names(known));
  }
  return asked;
}

Term term_of(const std::string& from, const std::string& until) {
  Term term;
  if (!from.empty()) term.from = require(parse_day(from));
  if (!until.empty()) term.until = require(parse_day(until));
  if (term.from && term.until && *term.until < *term.from) {
    throw CommandError(kRefused, "it would end before it begins");
  }
  return term;
}

}  // namespace insieme::server::cli
