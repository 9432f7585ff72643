#include <algorithm>

#include "commands/records/plan.hpp"
#include "insieme/schema/validate.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::client::commands {
namespace {

using schema::MergeKind;

const sync::FieldState* state_of(const FieldTask& task) {
  return task.part != nullptr ? task.part->state.field(task.field.name) : nullptr;
}

bool has_seen(const FieldTask& task, const sync::Dot& dot) {
  return task.seen == nullptr || task.seen->contains(dot);
}

/// The type of a record of the store; empty if it is not here.
std::string type_there(const FieldTask& task, const sync::RecordId& id) {
  const auto ask = [&] {
    auto found = task.context.store().locate(id);
    return found.ok() ? std::move(found->type) : std::string();
  };
  if (task.plan == nullptr) return ask();
  const auto [known, is_new] = task.plan->types_there.try_emplace(id);
  if (is_new) known->second = ask();
  return known->second;
}

/// What a reference points to is of the type that the field asks for, as far as it is known here.
Check check_target(FieldTask& task, const sync::RecordId& id) {
  const schema::RecordType* wanted = task.context.bundle().find_type(task.field.target);
  if (wanted == nullptr) return Done{};
  const std::string found = type_there(task, id);
  if (found.empty() || found == wanted->name) return Done{};
  const schema::RecordType* type = task.context.bundle().find_type(found);
  const std::string is_it = type != nullptr ? type->label.it : found;
  const std::string is_en = type != nullptr ? type->label.en : found;
  return Failure("invalid_value",
                 task.field.label.it + ": qui va «" + wanted->label.it + "», questo è «" + is_it +
                     "».",
                 task.field.label.en + ": this takes “" + wanted->label.en + "”, and that is “" +
                     is_en + "”.",
                 task.field.name);
}

/// A reference may be written as a short id, or as `@name` of a record of the same request.
Outcome<sync::Value> referred(FieldTask& task, std::string_view word) {
  if (word.front() == '@') {
    if (task.plan != nullptr) {
      const auto& names = task.plan->names;
      if (const auto named = names.find(word); named != names.end()) {
        return sync::Value{sync::Reference{named->second}};
      }
    }
    return Failure("unknown_name",
                   "Nessuna scheda di questa richiesta si chiama " + quoted_it(word) + ".",
                   "No record of this request is called " + quoted_en(word) + ".", task.field.name);
  }
  auto id = find_record_id(task.context, word);
  if (!id.ok()) {
    Failure failure = id.error();
    failure.field = task.field.name;
    return failure;
  }
  INSIEME_OUT(check_target(task, id.value()));
  return sync::Value{sync::Reference{id.value()}};
}

Outcome<sync::Value> element(FieldTask& task, const json::value& input) {
  const bool refers = task.field.kind == schema::FieldKind::reference ||
                      task.field.kind == schema::FieldKind::references;
  const json::string* word = refers ? input.if_string() : nullptr;
  if (word != nullptr && !word->empty()) return referred(task, *word);
  return value_from_json(task.field, input, task.context.bundle());
}

/// What the register showed when the form was opened, as far as history tells; nothing if unknown.
std::optional<sync::Value> value_when_opened(const FieldTask& task) {
  auto lines = task.context.store().history(task.part->ref);
  std::optional<sync::Value> shown;
  if (!lines.ok()) return shown;
  for (const HistoryLine& line : lines.value()) {
    if (line.field == task.field.name && line.to && task.seen->contains(line.dot)) shown = line.to;
  }
  return shown;
}

Check plan_register(FieldTask& task) {
  INSIEME_OUT_ASSIGN(sync::Value value, element(task, task.input));
  const sync::FieldState* state = state_of(task);
  const sync::Survivor* shown =
      state != nullptr ? sync::displayed(*state, task.field.policy) : nullptr;
  if (shown != nullptr) {
    task.after.push_back(shown->value);
  } else {
    task.after.emplace_back();
  }
  if (task.base != nullptr) {
    INSIEME_OUT_ASSIGN(const sync::Value base, element(task, *task.base));
    if (sync::equal(base, value)) return Done{};
  }
  if (shown == nullptr) {
    if (std::holds_alternative<sync::Null>(value)) return Done{};
  } else {
    const bool agreed = sync::distinct_values(*state).size() == 1;
    const bool all_seen =
        std::all_of(state->survivors.begin(), state->survivors.end(),
                    [&](const sync::Survivor& s) { return has_seen(task, s.mark.dot); });
    if (sync::equal(shown->value, value) && (agreed || all_seen)) {
      task.left_contested = !agreed;
      return Done{};
    }
    if (!all_seen && task.base == nullptr) {
      // A form that sends every field sends this one unchanged: that is no edit, and must not
      // argue with what somebody else wrote meanwhile.
      const auto opened = value_when_opened(task);
      if (opened && sync::equal(*opened, value)) return Done{};
    }
  }
  task.after.front() = value;
  task.actions.emplace_back(sync::WriteOp{std::move(value)});
  return Done{};
}

bool contains(const std::vector<sync::Value>& values, const sync::Value& value) {
  return std::any_of(values.begin(), values.end(),
                     [&](const sync::Value& other) { return sync::equal(other, value); });
}

Outcome<std::vector<sync::Value>> elements(FieldTask& task, const json::value& input) {
  std::vector<sync::Value> values;
  const auto add = [&](const json::value& one) -> Check {
    INSIEME_OUT_ASSIGN(sync::Value value, element(task, one));
    if (!std::holds_alternative<sync::Null>(value) && !contains(values, value)) {
      values.push_back(std::move(value));
    }
    return Done{};
  };
  if (input.is_null()) return values;
  if (const json::array* list = input.if_array()) {
    for (const json::value& one : *list) INSIEME_OUT(add(one));
    return values;
  }
  if (const json::string* text = input.if_string()) {
    std::string_view rest(text->data(), text->size());
    while (!rest.empty()) {
      const std::string_view one = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      std::string_view word = one;
      while (!word.empty() && word.front() == ' ') word.remove_prefix(1);
      while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
      INSIEME_OUT(add(json::value(key_of(word))));
    }
    return values;
  }
  INSIEME_OUT(add(input));
  return values;
}

/// Which elements the input adds and which it takes away.
Check set_difference(FieldTask& task, const std::vector<sync::Value>& shown,
                     std::vector<sync::Value>& added, std::vector<sync::Value>& removed) {
  if (const json::object* parts = task.input.if_object()) {
    for (const auto& [key, value] : *parts) {
      if (key != "add" && key != "remove") {
        return Failure("invalid_value", task.field.label.it + ": solo «add» e «remove».",
                       task.field.label.en + ": only “add” and “remove”.", task.field.name);
      }
      INSIEME_OUT_ASSIGN((key == "add" ? added : removed), elements(task, value));
    }
    return Done{};
  }
  INSIEME_OUT_ASSIGN(const std::vector<sync::Value> wanted, elements(task, task.input));
  for (const sync::Value& value : wanted) {
    if (!contains(shown, value)) added.push_back(value);
  }
  const sync::FieldState* state = state_of(task);
  if (state == nullptr) return Done{};
  for (const sync::SetMember& member : state->members) {
    // What was added without being seen is not missed when it is absent from the form's list.
    const bool seen = std::any_of(member.adds.begin(), member.adds.end(),
                                  [&](const sync::Dot& dot) { return has_seen(task, dot); });
    if (seen && !contains(wanted, member.element)) removed.push_back(member.element);
  }
  return Done{};
}

Check plan_set(FieldTask& task) {
  std::vector<sync::Value> shown;
  if (const sync::FieldState* state = state_of(task)) {
    for (const sync::SetMember& member : state->members) shown.push_back(member.element);
  }
  std::vector<sync::Value> added;
  std::vector<sync::Value> removed;
  INSIEME_OUT(set_difference(task, shown, added, removed));
  task.after = shown;
  for (sync::Value& value : removed) {
    if (!contains(shown, value)) continue;
    task.after.erase(std::remove_if(task.after.begin(), task.after.end(),
                                    [&](const sync::Value& v) { return sync::equal(v, value); }),
                     task.after.end());
    task.actions.emplace_back(sync::RemoveOp{std::move(value)});
  }
  for (sync::Value& value : added) {
    if (contains(shown, value)) continue;
    task.after.push_back(value);
    task.actions.emplace_back(sync::AddOp{std::move(value)});
  }
  return Done{};
}

Check plan_counter(FieldTask& task) {
  const json::value* input = &task.input;
  if (const json::object* parts = task.input.if_object()) {
    const json::value* increment = find(*parts, "increment");
    if (increment != nullptr) input = increment;
  }
  INSIEME_OUT_ASSIGN(const sync::Value value, element(task, *input));
  const auto* delta = std::get_if<std::int64_t>(&value);
  const sync::FieldState* state = state_of(task);
  const std::int64_t total = state != nullptr ? sync::counter_total(*state) : 0;
  task.after = {total};
  if (delta == nullptr || *delta == 0) return Done{};
  task.after = {static_cast<std::int64_t>(static_cast<std::uint64_t>(total) +
                                          static_cast<std::uint64_t>(*delta))};
  task.actions.emplace_back(sync::IncrementOp{*delta});
  return Done{};
}

Outcome<std::vector<sync::Splice>> explicit_splices(const FieldTask& task,
                                                    const json::array& list) {
  const Failure wrong("invalid_value", task.field.label.it + ": splices non validi.",
                      task.field.label.en + ": splices that are not valid.", task.field.name);
  std::vector<sync::Splice> splices;
  for (const json::value& one : list) {
    const json::object* parts = one.if_object();
    if (parts == nullptr) return wrong;
    sync::Splice splice;
    for (const auto& [key, value] : *parts) {
      const bool count = value.is_int64() && value.as_int64() >= 0 &&
                         value.as_int64() <= static_cast<std::int64_t>(sync::kTextBytesMax);
      if (key == "at" && count) {
        splice.position = static_cast<std::uint32_t>(value.as_int64());
      } else if (key == "delete" && count) {
        splice.removed = static_cast<std::uint32_t>(value.as_int64());
      } else if (key == "insert" && value.is_string()) {
        splice.inserted = std::string(value.as_string());
      } else {
        return wrong;
      }
    }
    if (!sync::is_valid_utf8(splice.inserted)) return wrong;
    splices.push_back(std::move(splice));
  }
  return splices;
}

/// The text that the form was opened with, which is what was typed on. Folded since then together
/// with what others wrote later, it is only what the form says that it was.
Outcome<std::string> text_when_opened(FieldTask& task, const sync::TextState& text, bool& folded) {
  folded = task.seen != nullptr && text.base() != nullptr && !task.seen->covers(text.base()->seen);
  if (!folded) return task.seen != nullptr ? text.text_at(*task.seen) : text.text();
  if (task.base == nullptr || !task.base->is_string()) {
    return Failure("conflict",
                   task.field.label.it + ": il modulo è stato aperto troppo tempo fa: il testo di "
                                         "allora non è più qui. Copiare ciò che si è scritto, "
                                         "riaprire la scheda e aggiungerlo.",
                   task.field.label.en + ": the form was opened too long ago, and the text as it "
                                         "was then is not here any more. Copy what was typed, "
                                         "open the record again and add it.",
                   task.field.name);
  }
  return std::string(task.base->as_string());
}

Check plan_text(FieldTask& task) {
  const sync::FieldState* state = state_of(task);
  std::string opened;
  bool folded = false;
  if (state != nullptr) {
    INSIEME_OUT_ASSIGN(opened, text_when_opened(task, state->text, folded));
    task.after = {state->text.text()};
  }
  std::vector<sync::Splice> splices;
  const json::object* parts = task.input.if_object();
  const json::value* list = parts != nullptr ? find(*parts, "splices") : nullptr;
  if (list != nullptr && list->is_array()) {
    INSIEME_OUT_ASSIGN(splices, explicit_splices(task, list->as_array()));
  } else {
    INSIEME_OUT_ASSIGN(const sync::Value value, element(task, task.input));
    const auto* text = std::get_if<std::string>(&value);
    splices = sync::diff_text(opened, text != nullptr ? *text : std::string());
  }
  if (splices.empty()) return Done{};
  if (folded) {
    splices = sync::rebase_splices(opened, splices, state->text.text());
    opened = state->text.text();
    task.seen = nullptr;
  }
  task.after = {sync::splice_text(opened, splices)};
  task.actions.emplace_back(sync::SpliceOp{std::move(splices)});
  return Done{};
}

}  // namespace

Check plan_field(FieldTask& task) {
  switch (task.field.merge) {
    case MergeKind::mv_register:
    case MergeKind::blob:
      return plan_register(task);
    case MergeKind::set:
      return plan_set(task);
    case MergeKind::counter:
      return plan_counter(task);
    case MergeKind::text:
      return plan_text(task);
    case MergeKind::list:
    case MergeKind::escrow:
      break;
  }
  return Done{};
}

}  // namespace insieme::client::commands
