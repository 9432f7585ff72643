#include "client-core/commands/casework_story.hpp"

#include "support/catch.hpp"

namespace insieme::testing {
CaseworkStory::CaseworkStory(std::uint64_t seed, const schema::Bundle& bundle) : random_(seed) {
  for (Desk* desk : desks()) {
    desk->bundle = &bundle;
    desk->reopen();
  }
  const auto add = [this](const char* type, json::object fields) {
    return text(part(two_.anna.call({{"command", "record.save"},
                                     {"type", type},
                                     {"dossier", two_.family.dossier},
                                     {"fields", std::move(fields)}}),
                     "record"),
                "id");
  };
  case_id_ = add(
      "case",
      {{"household", two_.family.household}, {"state", "segnalato"}, {"opened_on", "2024-01-08"}});
  analysis_ = add("preliminary_analysis",
                  {{"case_id", case_id_}, {"version", 1}, {"done_on", "2024-01-20"}});
  for (const char* name : {"Anna", "Ugo"}) {
    members_.push_back(add("member", {{"surname", "Rossi"},
                                      {"given_names", name},
                                      {"relation", "1"},
                                      {"birth_date", "1980-01-01"}}));
  }
  meet();
}

std::string CaseworkStory::day() {
  return "2024-0" + std::to_string(below(9) + 1) + "-" + std::to_string(below(18) + 10);
}

std::string CaseworkStory::any_of(const char* type) {
  std::vector<std::string> found;
  for (const Made& one : made_) {
    if (one.type == type) found.push_back(one.id);
  }
  return found.empty() ? std::string() : found[below(found.size())];
}

/// Refused is as good as done: a tablet that sees what is wrong says so.
void CaseworkStory::save(Desk& desk, const char* type, json::object fields) {
  const json::object reply = desk.raw({{"command", "record.save"},
                                       {"type", type},
                                       {"dossier", two_.family.dossier},
                                       {"upsert", true},
                                       {"fields", std::move(fields)}});
  if (!reply.at("ok").as_bool()) return;
  made_.push_back({text(part(reply, "record"), "id"), type});
}

/// One signature, or everybody's at one meeting.
void CaseworkStory::sign(Desk& desk) {
  const std::string pact = any_of("pact");
  if (pact.empty()) return;
  const bool all = below(4) != 0;
  const std::size_t only = below(members_.size() + 1);
  for (std::size_t who = 0; who <= members_.size(); ++who) {
    if (!all && who != only) continue;
    json::object fields{{"pact", pact}, {"signed_on", "2024-02-05"}};
    fields["role"] = who == members_.size() ? "case_manager" : "componente";
    if (who < members_.size()) {
      fields["member"] = members_[who];
    } else {
      fields["user_id"] = "anna";
    }
    save(desk, "pact_signature", std::move(fields));
  }
}

/// A pact goes one step on; now and then somebody moves in, who has not signed.
void CaseworkStory::advance(Desk& desk) {
  if (below(8) == 0) {
    const std::size_t before = made_.size();
    save(desk, "member",
         {{"surname", "Rossi"},
          {"given_names", "Ada"},
          {"relation", "2"},
          {"birth_date", "1990-01-01"}});
    if (made_.size() > before) members_.push_back(made_.back().id);
    return;
  }
  const std::string pact = any_of("pact");
  if (pact.empty()) return;
  for (const char* state : {"in_firma", "attivo"}) {
    desk.raw({{"command", "record.save"},
              {"record", pact},
              {"fields", {{"state", state}, {"signed_on", "2024-02-05"}}}});
    if (below(4) == 0) break;
  }
}

void CaseworkStory::new_record(Desk& desk, std::size_t what) {
  const std::string number = "VS-" + std::to_string(below(3));
  const long minutes = static_cast<long>(below(120)) + 1;
  switch (what) {
    case 0:
      return save(desk, "visit",
                  {{"start_at", day() + "T08:00:00Z"},
                   {"minutes", minutes},
                   {"place", below(2) == 0 ? "casa" : "scuola"},
                   {"educator", "anna"}});
    case 1:
      return save(desk, "voucher",
                  {{"number", number},
                   {"service", "Doposcuola"},
                   {"units", below(8) + 2},
                   {"from_date", "2024-01-01"},
                   {"to_date", "2024-12-31"},
                   {"state", "in_uso"}});
    case 2:
      return save(desk, "redemption",
                  {{"voucher", any_of("voucher")},
                   {"units", below(4) + 1},
                   {"redeemed_on", day()},
                   {"provider", "Arci"}});
    case 3:
      return save(desk, "household_budget_line",
                  {{"month", "2024-0" + std::to_string(below(2) + 1)},
                   {"direction", below(2) == 0 ? "entrata" : "uscita"},
                   {"category", "lavoro"},
                   {"amount", std::to_string(below(900) + 1)}});
    case 4:
      return save(desk, "pact",
                  {{"case_id", case_id_},
                   {"version", below(2) + 1},
                   {"analysis", analysis_},
                   {"state", "bozza"}});
    case 5:
      return save(desk, "placement",
                  {{"member", members_[below(members_.size())]},
                   {"host", "Officina"},
                   {"from_date", day()},
                   {"hours_week", below(20) + 1}});
    default:
      return save(desk, "case_assignment",
                  {{"case_id", case_id_},
                   {"user_id", "u" + std::to_string(below(3))},
                   {"role", "case_manager"},
                   {"from_date", day()}});
  }
}

void CaseworkStory::edit(Desk& desk) {
  if (made_.empty()) return;
  const Made& one = made_[below(made_.size())];
  json::object fields;
  if (one.type == "visit") {
    fields = {{"minutes", below(200)}, {"next_step", "passo " + std::to_string(below(3))}};
  } else if (one.type == "voucher") {
    fields = {{"to_date", day()}, {"number", "VS-" + std::to_string(below(3))}};
  } else if (one.type == "household_budget_line") {
    fields = {{"amount", std::to_string(below(900) + 1)}};
  } else if (one.type == "redemption" || one.type == "pact_signature" || one.type == "pact" ||
             one.type == "member") {
    return;
  } else {
    fields = {{"to_date", day()}};
  }
  desk.raw({{"command", "record.save"}, {"record", one.id}, {"fields", std::move(fields)}});
}

void CaseworkStory::act() {
  Desk& desk = below(2) == 0 ? two_.anna : two_.bruno;
  const std::size_t what = below(30);
  if (what < 10) {
    new_record(desk, what < 7 ? what : 2);
  } else if (what < 13) {
    sign(desk);
  } else if (what < 19) {
    edit(desk);
  } else if (what == 19 && !made_.empty()) {
    desk.raw({{"command", below(3) == 0 ? "record.restore" : "record.retract"},
              {"record", made_[below(made_.size())].id}});
  } else if (what == 20) {
    // A tablet whose clock is years off, in either direction.
    desk.platform.now += (static_cast<std::int64_t>(below(3)) - 1) * 40'000'000'000;
  } else if (what < 24) {
    desk.sync();
  } else {
    advance(desk);
  }
}

std::vector<std::string> CaseworkStory::lost(Desk& desk) {
  std::vector<std::string> out;
  for (const Made& one : made_) {
    const json::object reply = desk.raw({{"command", "record.get"}, {"record", one.id}});
    if (!reply.at("ok").as_bool()) out.push_back(one.type + " " + one.id);
  }
  return out;
}

schema::Bundle bundle_without(const std::string& rule) {
  schema::BundleFiles files = schema::embedded_bundle_files();
  bool found = false;
  for (auto& [name, content] : files) {
    if (name.rfind("rules/", 0) != 0) continue;
    json::value root = json::parse(content);
    const json::value* rules = root.as_object().if_contains("rules");
    if (rules == nullptr) continue;
    for (json::value& one : root.as_object().at("rules").as_array()) {
      if (one.as_object().at("name").as_string() != rule) continue;
      one.as_object()["check"] = "1 = 1";
      found = true;
    }
    content = json::serialize(root);
  }
  REQUIRE(found);
  auto parsed = schema::parse_bundle(files);
  if (!parsed.ok()) FAIL(parsed.error().detail);
  return std::move(*parsed);
}

}  // namespace insieme::testing
