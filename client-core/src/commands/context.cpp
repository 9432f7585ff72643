#include "commands/context.hpp"

#include "insieme/sync/digest.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kRequestIdBytesMax = 64;

}  // namespace

json::string_view key_of(std::string_view name) { return {name.data(), name.size()}; }

const json::value* find(const json::object& object, std::string_view name) {
  return object.if_contains(key_of(name));
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = find(object, name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool Context::has(std::string_view name) const { return find(args, name) != nullptr; }

std::string Context::text(std::string_view name) const { return text_at(args, name); }

bool Context::flag(std::string_view name) const {
  const json::value* value = find(args, name);
  return value != nullptr && value->is_bool() && value->as_bool();
}

std::int64_t Context::number(std::string_view name, std::int64_t otherwise) const {
  const json::value* value = find(args, name);
  if (value == nullptr) return otherwise;
  if (value->is_int64()) return value->as_int64();
  // 64-bit integers cross JSON as strings; the table has checked the digits.
  if (value->is_string()) return std::strtoll(value->as_string().c_str(), nullptr, 10);
  return otherwise;
}

const json::array* Context::list(std::string_view name) const {
  const json::value* value = find(args, name);
  return value != nullptr ? value->if_array() : nullptr;
}

const json::object* Context::object(std::string_view name) const {
  const json::value* value = find(args, name);
  return value != nullptr ? value->if_object() : nullptr;
}

bool is_sensitive(const schema::Bundle& bundle, std::string_view section) {
  const schema::Section* known = bundle.find_section(section);
  return known != nullptr && known->sensitive;
}

void note_opened(Context& context, const sync::DocumentId& document) {
  if (is_sensitive(context.bundle(), document.section)) context.opened.insert(document);
}

Check check_enrolled(const Context& context) {
  if (context.store().identity().is_enrolled()) return Done{};
  return Failure("not_enrolled",
                 "Questo archivio non è ancora legato a un server: serve un invito. Il lavoro "
                 "resta salvato qui.",
                 "This store is not enrolled with a server yet: an invitation is needed. The work "
                 "stays saved here.");
}

Outcome<json::object> once(Context& context, const Act& act, std::string_view suffix,
                           Context::Said* said) {
  std::string id = context.request_id + std::string(suffix);
  if (id.size() > kRequestIdBytesMax) {
    // Still one id for one request: what is too long to keep is kept as its digest.
    id = sync::to_hex(sync::Hasher("insieme request v1").add(id).finish());
  }
  Failure failure;
  bool failed = false;
  std::optional<json::object> fresh;
  auto kept =
      context.store().once(id, context.fingerprint, [&](Writer& writer) -> Result<std::string> {
        auto done = act(writer);
        if (done.ok()) {
          fresh = std::move(done).value();
          return json::serialize(*fresh);
        }
        failed = true;
        failure = done.error();
        return Error{ErrorCode::invalid_argument, "see the failure"};
      });
  if (failed) return failure;
  if (!kept.ok()) {
    if (kept.error().code == ErrorCode::conflict) {
      return Failure("conflict", "Questo request_id è già stato usato per un'altra richiesta.",
                     "This request_id was used for another request already.", "request_id");
    }
    if (kept.error().code == ErrorCode::expired) {
      return Failure("conflict", "È già stato eseguito, da tempo: non va ripetuto.",
                     "This was carried out long ago: it need not be repeated.", "request_id");
    }
    return kept.error();
  }
  if (fresh) {
    context.scheduler.on_saved(context.platform().steady_ms());
    if (said != nullptr) *said = {std::move(kept).value(), fresh->size()};
    return *std::move(fresh);
  }
  boost::system::error_code error;
  json::value reply = json::parse(kept.value(), error);
  if (error || !reply.is_object()) {
    return Error{ErrorCode::storage_failure, "a kept reply is damaged"};
  }
  reply.as_object()["repeated"] = true;
  return std::move(reply.as_object());
}

}  // namespace insieme::client::commands
