#include "sign_in/kept.hpp"

#include <boost/json.hpp>

#include "insieme/sync/seal.hpp"

namespace insieme::server {
namespace {

constexpr std::string_view kPurpose = "insieme sign-in row v1";

sync::Digest name_of(SignInKind kind, std::string_view secret) {
  return sync::Hasher("insieme sign-in name v1")
      .add(static_cast<std::uint64_t>(kind))
      .add(secret)
      .finish();
}

/// The name tells nothing of it: both are hashes of 256 random bits, for two purposes.
sync::SealKey key_of(SignInKind kind, std::string_view secret) {
  return {sync::Hasher("insieme sign-in key v1")
              .add(static_cast<std::uint64_t>(kind))
              .add(secret)
              .finish()
              .bytes};
}

}  // namespace

SignInRow keep_sign_in(SignInKind kind, std::string_view secret, const boost::json::object& said,
                       std::int64_t until_ms) {
  const std::string text = boost::json::serialize(said);
  return {kind, name_of(kind, secret),
          sync::seal(key_of(kind, secret), kPurpose,
                     {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}),
          until_ms};
}

std::optional<KeptSignIn> find_kept(SignInRowStore& rows, SignInKind kind,
                                    std::string_view secret, std::int64_t now_ms) {
  if (secret.empty() || secret.size() > kSignInSecretMax) return std::nullopt;
  auto row = rows.find_sign_in(kind, name_of(kind, secret), now_ms);
  if (!row) return std::nullopt;
  const auto opened = sync::open_sealed(key_of(kind, secret), kPurpose, row->sealed);
  if (!opened.ok()) return std::nullopt;
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(
      boost::json::string_view(reinterpret_cast<const char*>(opened->data()), opened->size()),
      error);
  if (error || !value.is_object()) return std::nullopt;
  return KeptSignIn{*std::move(row), value.get_object()};
}

std::string text_in(const boost::json::object& said, std::string_view name) {
  const boost::json::value* value = said.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_in(const boost::json::object& said, std::string_view name) {
  const boost::json::value* value = said.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

}  // namespace insieme::server
