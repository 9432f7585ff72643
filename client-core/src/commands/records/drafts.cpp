// Half-filled forms that survive the death of the process.
#include "commands/records/drafts.hpp"

#include "commands/records/plan.hpp"
#include "commands/records/view.hpp"
#include "commands/table.hpp"

namespace insieme::client::commands {

json::object content_of(const Draft& draft) {
  boost::system::error_code error;
  json::value content = json::parse(draft.values_json, error);
  return !error && content.is_object() ? std::move(content.as_object()) : json::object{};
}

namespace {

constexpr std::size_t kActBytesMax = 64;
constexpr std::size_t kSubjectBytesMax = 400;

/// What was typed for an act, a decision or a new dossier, where no record has a form yet.
bool is_of_act(const json::object& content) { return !text_at(content, "act").empty(); }

}  // namespace

json::object draft_json(Context& context, const Draft& draft) {
  json::object out;
  const json::object content = content_of(draft);
  out["id"] = draft.id;
  out["short"] = short_id(draft.id);
  out["new"] = draft.is_new;
  out["type"] = draft.ref.type;
  const schema::RecordType* type = context.bundle().find_type(draft.ref.type);
  out["type_label"] = type != nullptr ? type->label.in(context.language) : draft.ref.type;
  out["record"] = sync::to_text(draft.ref.id);
  out["dossier"] = sync::to_text(draft.ref.document.dossier);
  out["section"] = draft.ref.document.section;
  out["updated_at"] = instant_text(draft.updated_ms);
  const json::value* fields = find(content, "fields");
  out["fields"] = fields != nullptr ? *fields : json::value(json::object{});
  out["version"] = text_at(content, "version");
  if (is_of_act(content)) {
    out["act"] = text_at(content, "act");
    out["subject"] = text_at(content, "subject");
  }
  return out;
}

Outcome<Draft> find_draft(Context& context, const std::string& id) {
  INSIEME_OUT_ASSIGN(const auto drafts, context.store().drafts());
  const Draft* found = nullptr;
  for (const Draft& draft : drafts) {
    if (draft.id == id) return draft;
    const bool ends = id.size() >= 4 && draft.id.size() > id.size() &&
                      draft.id.compare(draft.id.size() - id.size(), id.size(), id) == 0;
    if (ends && found != nullptr) {
      return Failure("ambiguous", quoted_it(id) + " indica più di una bozza: scrivere più cifre.",
                     quoted_en(id) + " means more than one draft: write more digits.", "draft");
    }
    if (ends) found = &draft;
  }
  if (found != nullptr) return *found;
  return Failure("not_found", "La bozza " + quoted_it(id) + " non c'è.",
                 "There is no draft " + quoted_en(id) + ".", "draft");
}

namespace {

/// What is typed is not looked at, but it stands in a field that there is: a draft with any other
/// could never be saved as a record.
Check put_fields(Context& context, const std::string& type_name, const json::object& given,
                 json::object& fields) {
  const schema::RecordType* type = context.bundle().find_type(type_name);
  for (const auto& [name, value] : given) {
    std::string known(name);
    if (type != nullptr) {
      INSIEME_OUT_ASSIGN(const schema::Field* field, find_field(*type, known));
      known = field->name;
    }
    fields[known] = value;
  }
  return Done{};
}

Check remove_field(Context& context, const std::string& type_name, const std::string& name,
                   json::object& fields) {
  if (fields.erase(name) > 0) return Done{};
  const schema::RecordType* type = context.bundle().find_type(type_name);
  if (type == nullptr) return Done{};
  INSIEME_OUT_ASSIGN(const schema::Field* field, find_field(*type, name));
  fields.erase(field->name);
  return Done{};
}

/// Texts of the record's other sections as they are shown. What the draft's own section may fold
/// waits for it (`Draft::context`); the others go on, and what was typed is carried over to them.
json::object texts_elsewhere(const Facets& facets, const Versions& shown) {
  json::object texts;
  for (const StoredRecord& part : facets.parts) {
    if (part.ref.document == facets.main.document || facets.type == nullptr) continue;
    const auto version = shown.find(part.ref.document.section);
    for (const sync::FieldState& state : part.state.fields) {
      const schema::Field* field = facets.type->find_field(state.name);
      if (field == nullptr || field->merge != schema::MergeKind::text) continue;
      texts[state.name] = version == shown.end() ? std::string()
                                                 : state.text.as_of(version->second).text();
    }
  }
  return texts;
}

/// What whoever types had in front of them: what is here now, or of that what `version` names.
Outcome<Versions> shown_versions(Context& context, const Facets& facets) {
  const Versions now = facets.versions();
  if (!context.has("version")) return now;
  auto given = versions_from_token(context.text("version"));
  if (!given.ok()) {
    return Failure("invalid_argument", "Il campo version non è quello letto con la bozza.",
                   "The version is not the one that was read with the draft.", "version");
  }
  Versions shown;
  for (auto& [section, version] : given.value()) {
    const auto here = now.find(section);
    if (here == now.end()) continue;
    version.meet(here->second);
    shown.emplace(section, std::move(version));
  }
  return shown;
}

/// One for each act and subject: whoever opens it again goes on with what is there.
Outcome<Draft> draft_of_act(Context& context) {
  const std::string act = context.text("act");
  const std::string subject = context.text("subject");
  if (act.empty() || act.size() > kActBytesMax || subject.size() > kSubjectBytesMax) {
    return Failure("invalid_argument", "Il nome dell'atto, o ciò di cui tratta, è troppo lungo.",
                   "The act's name, or what it is about, is too long.", "act");
  }
  INSIEME_OUT_ASSIGN(const auto drafts, context.store().drafts());
  Draft draft;
  json::object content{{"act", act}, {"subject", subject}};
  for (const Draft& one : drafts) {
    json::object there = content_of(one);
    if (text_at(there, "act") != act || text_at(there, "subject") != subject) continue;
    draft = one;
    content = std::move(there);
  }
  if (draft.id.empty()) {
    draft.id = sync::to_text(new_uuid7<sync::RecordId>(context.platform()));
    draft.is_new = true;
    if (context.has("record")) {
      INSIEME_OUT_ASSIGN(draft.ref, find_record(context, context.text("record")));
      INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, draft.ref));
      const Versions versions = facets.versions();
      const auto own = versions.find(draft.ref.document.section);
      if (own != versions.end()) draft.context = own->second;
    } else if (context.has("dossier")) {
      INSIEME_OUT_ASSIGN(const DossierRef line, find_dossier(context, context.text("dossier")));
      draft.ref.document.dossier = line.id;
    }
    draft.ref.type = act;
  }
  json::object fields;
  if (const json::value* kept = find(content, "fields"); kept != nullptr && kept->is_object()) {
    fields = kept->as_object();
  }
  if (const json::object* given = context.object("fields")) {
    INSIEME_OUT(put_fields(context, draft.ref.type, *given, fields));
  }
  content["fields"] = std::move(fields);
  draft.updated_ms = context.platform().now_ms();
  draft.values_json = json::serialize(content);
  return draft;
}

Outcome<Draft> new_draft(Context& context) {
  if (context.has("act")) return draft_of_act(context);
  Draft draft;
  draft.id = sync::to_text(new_uuid7<sync::RecordId>(context.platform()));
  draft.updated_ms = context.platform().now_ms();
  json::object content;
  if (context.has("record")) {
    INSIEME_OUT_ASSIGN(draft.ref, find_record(context, context.text("record")));
    INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, draft.ref));
    INSIEME_OUT_ASSIGN(const Versions shown, shown_versions(context, facets));
    if (const auto own = shown.find(facets.first().ref.document.section); own != shown.end()) {
      draft.context = own->second;
    }
    content["version"] = token_of(shown);
    if (json::object texts = texts_elsewhere(facets, shown); !texts.empty()) {
      content["base"] = std::move(texts);
    }
  } else {
    INSIEME_OUT_ASSIGN(const schema::RecordType* type, find_type(context, context.text("type")));
    INSIEME_OUT_ASSIGN(const DossierRef line, find_dossier(context, context.text("dossier")));
    draft.is_new = true;
    draft.ref.type = type->name;
    draft.ref.id = new_uuid7<sync::RecordId>(context.platform());
    draft.ref.document = {line.id,
                          context.has("section") ? context.text("section") : type->section};
  }
  json::object fields;
  if (const json::object* given = context.object("fields")) {
    INSIEME_OUT(put_fields(context, draft.ref.type, *given, fields));
  }
  content["fields"] = std::move(fields);
  draft.values_json = json::serialize(content);
  return draft;
}

Outcome<json::object> put(Context& context, const Outcome<Draft>& draft) {
  return once(context, [&](Writer& writer) -> Outcome<json::object> {
    if (!draft.ok()) return draft.error();
    INSIEME_OUT(writer.put_draft(draft.value()));
    return json::object{{"draft", draft_json(context, draft.value())}};
  });
}

Outcome<json::object> open(Context& context) { return put(context, new_draft(context)); }

Outcome<Draft> changed_draft(Context& context) {
  INSIEME_OUT_ASSIGN(Draft draft, find_draft(context, context.text("draft")));
  json::object content = content_of(draft);
  json::object& fields = content["fields"].is_object() ? content["fields"].as_object()
                                                       : content["fields"].emplace_object();
  if (const json::object* given = context.object("fields")) {
    if (context.flag("replace")) fields.clear();
    INSIEME_OUT(put_fields(context, draft.ref.type, *given, fields));
  }
  if (const json::array* names = context.list("remove")) {
    for (const json::value& name : *names) {
      INSIEME_OUT(remove_field(context, draft.ref.type, std::string(name.as_string()), fields));
    }
  }
  draft.updated_ms = context.platform().now_ms();
  draft.values_json = json::serialize(content);
  return draft;
}

Outcome<json::object> save(Context& context) { return put(context, changed_draft(context)); }

Outcome<json::object> list(Context& context) {
  INSIEME_OUT_ASSIGN(const auto drafts, context.store().drafts());
  json::array lines;
  for (const Draft& draft : drafts) lines.push_back(draft_json(context, draft));
  return json::object{{"drafts", std::move(lines)}};
}

Outcome<json::object> get(Context& context) {
  INSIEME_OUT_ASSIGN(const Draft draft, find_draft(context, context.text("draft")));
  return json::object{{"draft", draft_json(context, draft)}};
}

/// The draft as a request of record.save.
Outcome<Plan> plan_commit(Context& context) {
  INSIEME_OUT_ASSIGN(const Draft draft, find_draft(context, context.text("draft")));
  const json::object content = content_of(draft);
  if (is_of_act(content)) {
    return Failure("invalid_argument", "Questa bozza non è di una scheda: non si salva da sola.",
                   "This draft is not of a record: it is not saved by itself.", "draft");
  }
  json::object input;
  json::object fields;
  if (const json::value* kept = find(content, "fields"); kept != nullptr && kept->is_object()) {
    fields = kept->as_object();
  }
  if (const json::object* last = context.object("fields")) {
    for (const auto& [name, value] : *last) fields[name] = value;
  }
  input["fields"] = std::move(fields);
  input["draft"] = draft.id;
  if (draft.is_new) {
    const schema::RecordType* type = context.bundle().find_type(draft.ref.type);
    input["type"] = draft.ref.type;
    input["dossier"] = sync::to_text(draft.ref.document.dossier);
    input["section"] = draft.ref.document.section;
    // A natural key gives its own id.
    if (type != nullptr && type->natural_key.empty()) input["id"] = sync::to_text(draft.ref.id);
  } else {
    input["record"] = sync::to_text(draft.ref.id);
    input["version"] = text_at(content, "version");
    if (const json::value* base = find(content, "base")) input["base"] = *base;
  }
  Plan plan;
  INSIEME_OUT(plan_record(context, input, {}, plan));
  INSIEME_OUT(judge_act(context, plan));
  return plan;
}

Outcome<json::object> commit(Context& context) {
  Outcome<Plan> plan = plan_commit(context);
  return once(context, [&plan](Writer& writer) -> Outcome<json::object> {
    if (!plan.ok()) return plan.error();
    INSIEME_OUT(carry_out(plan.value(), writer));
    return json::object{{"record", plan->records[0]}, {"warnings", plan->warnings}};
  });
}

Outcome<json::object> discard(Context& context) {
  Outcome<Draft> draft = find_draft(context, context.text("draft"));
  return once(context, [&](Writer& writer) -> Outcome<json::object> {
    if (!draft.ok()) return draft.error();
    INSIEME_OUT(writer.drop_draft(draft->id));
    return json::object{{"id", draft->id}};
  });
}

CommandSpec opening(const char* shape) {
  return {
      "draft.open",
      Writes::maybe_without_id,
      "Apre un modulo: da qui in poi ciò che si scrive sopravvive alla chiusura del programma.",
      "Opens a form: from here on what is typed survives the end of the program.",
      {{"record", ArgKind::id, false, "scheda da modificare", "record to edit"},
       {"type", ArgKind::text, false, "oppure tipo della scheda nuova", "or type of a new record"},
       {"dossier", ArgKind::id, false, "e il suo fascicolo", "and its dossier"},
       {"section", ArgKind::text, false, "e la sezione", "and its section"},
       {"act", ArgKind::text, false,
        "o l'atto per cui si scrive, senza una scheda: una decisione, un fascicolo nuovo",
        "or the act that one types for, without a record: a decision, a new dossier"},
       {"subject", ArgKind::text, false, "di che cosa tratta l'atto: una sola bozza per ciascuno",
        "what the act is about: one draft for each"},
       {"fields", ArgKind::object, false, "ciò che è già scritto", "what is typed already"},
       {"version", ArgKind::text, false,
        "di una bozza buttata: ciò che si vedeva allora, invece di adesso",
        "of a draft that was dropped: what was seen then, instead of now"}},
      shape,
      R"({"command": "draft.open", "record": "5f3a9c01"})",
      open};
}

}  // namespace

std::vector<CommandSpec> draft_commands() {
  const ArgSpec which{"draft", ArgKind::text, true, "la bozza", "the draft"};
  const char* shape =
      "draft (id, short, new, type, type_label, record, dossier, section, updated_at, "
      "fields, version, act?, subject?)";
  return {
      opening(shape),
      {"draft.save",
       Writes::maybe_without_id,
       "Conserva ciò che è scritto finora; i valori non sono controllati.",
       "Keeps what is typed so far; the values are not checked.",
       {which,
        {"fields", ArgKind::object, false, "solo i campi toccati", "touched fields only"},
        {"remove", ArgKind::ids, false, "campi da togliere dalla bozza",
         "fields to take out of the draft"},
        {"replace", ArgKind::boolean, false, "al posto di tutti i precedenti",
         "instead of all earlier ones"}},
       shape,
       R"({"command": "draft.save", "draft": "0190…", "fields": {"next_step": "Telef"}})",
       save},
      {"draft.list",
       Writes::no,
       "Le bozze.",
       "The drafts.",
       {},
       "drafts",
       R"({"command": "draft.list"})",
       list},
      {"draft.get",
       Writes::no,
       "Una bozza.",
       "One draft.",
       {which},
       shape,
       R"({"command": "draft.get", "draft": "0190…"})",
       get},
      {"draft.commit",
       Writes::yes,
       "Salva la bozza come scheda e la toglie, in un solo atto; vale ciò che si vedeva "
       "all'apertura.",
       "Saves the draft as a record and drops it, in one act; what was seen at its opening counts.",
       {which, {"fields", ArgKind::object, false, "ultimi ritocchi", "last touches"}},
       "record, warnings, repeated?",
       R"({"command": "draft.commit", "request_id": "r-7", "draft": "0190…"})",
       commit},
      {"draft.discard",
       Writes::maybe_without_id,
       "Butta la bozza.",
       "Drops the draft.",
       {which},
       "id",
       R"({"command": "draft.discard", "draft": "0190…"})",
       discard},
  };
}

}  // namespace insieme::client::commands
