#pragma once
// Records of some types that are held here, loaded at once, for commands that look across them.

#include <initializer_list>
#include <memory>

#include "commands/lookup.hpp"
#include "commands/reports/ask.hpp"
#include "insieme/schema/calendar.hpp"

namespace insieme::client::commands {

[[nodiscard]] inline Outcome<std::unique_ptr<reports::Records>> load_held(
    Context& context, std::initializer_list<const char*> types) {
  std::set<std::string> names;
  for (const char* type : types) names.insert(type);
  auto loaded = reports::Records::load(
      names, [&context](const std::string& type) { return records_of_type(context, type); });
  if (!loaded.ok()) return Failure(loaded.error());
  return std::move(loaded).value();
}

[[nodiscard]] inline json::array array_of(const std::vector<std::string>& all) {
  json::array out;
  for (const std::string& one : all) out.emplace_back(one);
  return out;
}

[[nodiscard]] inline sync::Date today_in_rome(Context& context) {
  return schema::date_in_rome(sync::Instant{context.platform().now_ms()});
}

/// `{id, short, type, dossier, title}` of a loaded record.
[[nodiscard]] inline json::object held_line(Context& context, const schema::RuleRecord& record) {
  const std::string id = sync::to_text(record.id);
  const schema::RecordType* type = context.bundle().find_type(record.type);
  json::object out{{"id", id},
                   {"short", short_id(id)},
                   {"type", record.type},
                   {"dossier", sync::to_text(record.dossier)}};
  out["title"] = type == nullptr ? std::string{}
                                 : schema::record_title(context.bundle(), *type, record.values,
                                                        context.language);
  return out;
}

}  // namespace insieme::client::commands
