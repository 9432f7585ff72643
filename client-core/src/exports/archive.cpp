#include "exports/archive.hpp"

#include <algorithm>
#include <charconv>

#include "insieme/schema/civil.hpp"
#include "insieme/sync/closure.hpp"
#include "insieme/sync/digest.hpp"
#include "insieme/sync/dossier_mark.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::client::exports {
namespace {

constexpr std::string_view kDomain = "insieme archive v1";

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

json::value value_json(const sync::Value& value, const NameOf& name_of) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return json::object{{"int", std::to_string(*number)}};
  }
  if (const auto* real = std::get_if<double>(&value)) return json::object{{"real", *real}};
  if (const auto* text = std::get_if<std::string>(&value)) return json::string(*text);
  if (const auto* date = std::get_if<sync::Date>(&value)) {
    return json::object{{"date", schema::iso_text(*date)}};
  }
  if (const auto* instant = std::get_if<sync::Instant>(&value)) {
    return json::object{{"instant", schema::iso_text(*instant)}};
  }
  if (const auto* reference = std::get_if<sync::Reference>(&value)) {
    return json::object{{"record", name_of(reference->record)}};
  }
  if (const auto* bytes = std::get_if<sync::Bytes>(&value)) {
    return json::object{{"bytes", sync::to_hex(bytes->data)}};
  }
  return nullptr;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  return number;
}

Error unreadable(std::string_view what) {
  return {ErrorCode::malformed, "not a value of an archive: " + std::string(what)};
}

Result<sync::Value> tagged_value(std::string_view tag, std::string_view text, const IdOf& id_of) {
  if (tag == "int") {
    const auto number = number_in<std::int64_t>(text);
    if (number) return sync::Value{*number};
  } else if (tag == "date") {
    const auto date = schema::date_from_iso(text);
    if (date) return sync::Value{*date};
  } else if (tag == "instant") {
    const auto instant = schema::instant_from_iso(text);
    if (instant) return sync::Value{*instant};
  } else if (tag == "record") {
    INSIEME_TRY_ASSIGN(const sync::RecordId id, id_of(text));
    return sync::Value{sync::Reference{id}};
  } else if (tag == "bytes" && text.size() % 2 == 0) {
    sync::Bytes bytes;
    bytes.data.resize(text.size() / 2);
    INSIEME_TRY(sync::from_hex(text, bytes.data));
    return sync::Value{std::move(bytes)};
  }
  return unreadable(tag);
}

Result<sync::Value> value_from(const json::value& input, const IdOf& id_of) {
  if (input.is_bool()) return sync::Value{input.get_bool()};
  if (const json::string* text = input.if_string()) return sync::Value{std::string(view(*text))};
  const json::object* object = input.if_object();
  if (object == nullptr || object->size() != 1) return unreadable("a value");
  const auto& [tag, inner] = *object->begin();
  const std::string_view name(tag.data(), tag.size());
  if (name == "real" && inner.is_number()) return sync::Value{inner.to_number<double>()};
  const json::string* text = inner.if_string();
  if (text == nullptr) return unreadable(name);
  return tagged_value(name, view(*text), id_of);
}

json::object register_json(const sync::FieldState& state, sync::RegisterPolicy policy,
                           const NameOf& name_of) {
  json::object out;
  const sync::Survivor* shown = sync::displayed(state, policy);
  out["value"] = value_json(shown->value, name_of);
  json::array also;
  for (const sync::Value& other : sync::distinct_values(state)) {
    if (!sync::equal(other, shown->value)) also.push_back(value_json(other, name_of));
  }
  if (!also.empty()) out["also"] = std::move(also);
  return out;
}

json::object rights_json(const sync::EscrowState& escrow) {
  std::uint64_t granted = 0;
  for (const sync::EscrowEvent& event : escrow.events()) {
    if (const auto* grant = std::get_if<sync::GrantOp>(&event.act)) granted += grant->amount;
  }
  return {{"granted", std::to_string(granted)}, {"spent", std::to_string(escrow.spent())}};
}

bool is_null(const sync::FieldState& state, sync::RegisterPolicy policy) {
  const sync::Survivor* shown = sync::displayed(state, policy);
  return shown == nullptr || std::holds_alternative<sync::Null>(shown->value);
}

/// Writes the operations of one field.
class FieldWriter {
 public:
  FieldWriter(sync::Operation base, const sync::ReplicaId& self, const IdOf& id_of,
              std::vector<sync::Operation>& out)
      : base_(std::move(base)), self_(self), id_of_(id_of), out_(out) {}

  Status write(const json::object& state) {
    for (const auto& [key, content] : state) {
      INSIEME_TRY(write_one(std::string_view(key.data(), key.size()), content));
    }
    return {};
  }

 private:
  void add(sync::Action action) {
    sync::Operation op = base_;
    op.action = std::move(action);
    out_.push_back(std::move(op));
  }

  Status write_one(std::string_view kind, const json::value& content) {
    if (kind == "also") return {};
    if (kind == "value") {
      INSIEME_TRY_ASSIGN(sync::Value value, value_from(content, id_of_));
      add(sync::WriteOp{std::move(value)});
      return {};
    }
    if (kind == "set" && content.is_array()) {
      for (const json::value& one : content.get_array()) {
        INSIEME_TRY_ASSIGN(sync::Value element, value_from(one, id_of_));
        add(sync::AddOp{std::move(element)});
      }
      return {};
    }
    if (kind == "count" && content.is_string()) {
      const auto number = number_in<std::int64_t>(view(content.get_string()));
      if (number && std::abs(*number) <= sync::kCounterDeltaMax) {
        add(sync::IncrementOp{*number});
        return {};
      }
    }
    if (kind == "text" && content.is_string()) {
      add(sync::SpliceOp{{sync::Splice{0, 0, std::string(view(content.get_string()))}}});
      return {};
    }
    if (kind == "rights" && content.is_object()) return write_rights(content.get_object());
    return unreadable(kind);
  }

  /// All of it for this device, and what was spent spent: nobody can spend it twice.
  Status write_rights(const json::object& rights) {
    const auto amount = [&rights](const char* name) -> std::optional<std::uint64_t> {
      const json::value* found = rights.if_contains(name);
      if (found == nullptr || !found->is_string()) return {};
      const auto number = number_in<std::uint64_t>(view(found->get_string()));
      if (!number || *number > sync::kEscrowAmountMax) return {};
      return number;
    };
    const auto granted = amount("granted");
    const auto spent = amount("spent");
    if (!granted || !spent || *spent > *granted) return unreadable("rights");
    add(sync::GrantOp{self_, *granted});
    if (*spent > 0) add(sync::SpendOp{*spent, true});
    return {};
  }

  sync::Operation base_;
  const sync::ReplicaId& self_;
  const IdOf& id_of_;
  std::vector<sync::Operation>& out_;
};

}  // namespace

json::object archive_fields(const sync::RecordState& part, const sync::PolicyLookup& policy,
                            const NameOf& name_of) {
  json::object out;
  for (const sync::FieldState& state : part.fields) {
    // What somebody had seen, or knew of, means nothing in another document. It is closed.
    if (state.name == sync::kKnowingField) continue;
    if (state.name == sync::kClosureField) {
      if (!state.members.empty()) out[state.name] = json::object{{"closed", true}};
      continue;
    }
    const sync::RegisterPolicy shown_by = policy(part.type, state.name);
    json::object field;
    if (!state.survivors.empty() && !is_null(state, shown_by)) {
      field = register_json(state, shown_by, name_of);
    }
    if (!state.members.empty()) {
      json::array set;
      for (const sync::SetMember& member : state.members) {
        set.push_back(value_json(member.element, name_of));
      }
      field["set"] = std::move(set);
    }
    if (!state.shares.empty()) field["count"] = std::to_string(sync::counter_total(state));
    if (!state.text.empty() && !state.text.text().empty()) field["text"] = state.text.text();
    if (!state.escrow.empty()) field["rights"] = rights_json(state.escrow);
    if (!field.empty()) out[state.name] = std::move(field);
  }
  return out;
}

Result<std::vector<sync::Operation>> archive_operations(const json::object& fields,
                                                        const sync::RecordId& record,
                                                        const std::string& type,
                                                        const sync::ReplicaId& self,
                                                        const IdOf& id_of) {
  std::vector<sync::Operation> out;
  for (const auto& [key, state] : fields) {
    const std::string name(key.data(), key.size());
    if (!state.is_object()) return Error{ErrorCode::malformed, name + ": not a field's content"};
    // Archives of earlier programs have the values themselves.
    if (name == sync::kKnowingField || name == sync::kMarksField) continue;
    if (name == sync::kClosureField) {
      out.push_back({record, type, name, sync::AddOp{sync::closure_value({})}, {}});
      continue;
    }
    FieldWriter writer({record, type, name, sync::TouchOp{}, {}}, self, id_of, out);
    const Status written = writer.write(state.get_object());
    if (!written.ok()) {
      return Error{written.error().code, name + ": " + written.error().detail};
    }
  }
  return out;
}

std::vector<std::string> contested_fields(const json::object& fields) {
  std::vector<std::string> out;
  for (const auto& [name, state] : fields) {
    const json::object* field = state.if_object();
    if (field != nullptr && field->contains("also")) out.emplace_back(name.data(), name.size());
  }
  return out;
}

std::string sealed_lines(const std::vector<json::object>& lines) {
  std::string out;
  for (const json::object& line : lines) out += json::serialize(line) + "\n";
  const sync::Digest digest = sync::Hasher(kDomain).add(out).finish();
  return out + json::serialize(json::object{{"end", sync::to_hex(digest)}}) + "\n";
}

Result<std::vector<json::object>> opened_lines(std::string_view text) {
  std::vector<json::object> out;
  std::size_t at = 0;
  for (std::size_t number = 1; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    boost::system::error_code failed;
    json::value value = json::parse(json::string_view(line.data(), line.size()), failed);
    if (failed || !value.is_object()) {
      return Error{ErrorCode::malformed, "line " + std::to_string(number) + " is no JSON object"};
    }
    if (const json::value* seal = value.get_object().if_contains("end")) {
      const std::string digest =
          sync::to_hex(sync::Hasher(kDomain).add(text.substr(0, at)).finish());
      const bool is_last = std::min(end + 1, text.size()) == text.size();
      if (is_last && seal->is_string() && view(seal->get_string()) == digest) return out;
      return Error{ErrorCode::checksum, "the archive was altered"};
    }
    out.push_back(std::move(value.get_object()));
    at = end + 1;
  }
  return Error{ErrorCode::checksum, "the archive was cut short: its last line is missing"};
}

}  // namespace insieme::client::exports
