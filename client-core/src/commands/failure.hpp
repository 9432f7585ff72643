#pragma once
// Why a command did not do what was asked, told to the person who asked.

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "insieme/schema/validate.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::client::commands {

namespace json = boost::json;

/// The detail of an error, which layers below write in English and, after a line end, perhaps in
/// Italian, too.
struct Said {
  explicit Said(const std::string& detail);
  std::string it;
  std::string en;
};

struct Failure {
  std::string code;  ///< name_of(ErrorCode), or one of the command API's own
  std::string it;
  std::string en;
  std::string field;
  json::array problems;
  json::object details;

  Failure() = default;
  Failure(std::string_view code_name, std::string italian, std::string english,
          std::string field_name = {})
      : code(code_name),
        it(std::move(italian)),
        en(std::move(english)),
        field(std::move(field_name)) {}
  /// What a layer below reports, in words for people.
  Failure(const Error& error);  // NOLINT: implicit by design
  /// `{"code":…,"message_it":…,"message_en":…}` and what else there is.
  [[nodiscard]] json::object to_json() const;
};

/// A T, or a Failure. As insieme::Result, one layer up.
template <class T>
class [[nodiscard]] Outcome {
 public:
  Outcome(const T& value) : state_(std::in_place_index<0>, value) {}                // NOLINT
  Outcome(T&& value) : state_(std::in_place_index<0>, std::move(value)) {}          // NOLINT
  Outcome(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT
  Outcome(const Error& error) : state_(std::in_place_index<1>, Failure(error)) {}   // NOLINT
  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
  [[nodiscard]] T& value() & { return std::get<0>(state_); }
  [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  [[nodiscard]] const Failure& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Failure> state_;
};
struct Done {};
using Check = Outcome<Done>;

/// A rule of the schema that a record breaks, as JSON.
[[nodiscard]] json::object to_json(const schema::Problem& problem, const schema::RecordType& type,
                                   schema::Language language);

/// «name» with typographic quotes of each language.
[[nodiscard]] std::string quoted_it(std::string_view text);
[[nodiscard]] std::string quoted_en(std::string_view text);

}  // namespace insieme::client::commands

/// As INSIEME_TRY, for functions that return an Outcome; takes a Status, Result or Outcome.
#define INSIEME_OUT(expression)                                                                    \
  do {                                                                                             \
    auto INSIEME_CONCAT(insieme_out_, __LINE__) = (expression);                                    \
    if (!INSIEME_CONCAT(insieme_out_, __LINE__).ok())                                              \
      return ::insieme::client::commands::Failure(INSIEME_CONCAT(insieme_out_, __LINE__).error()); \
  } while (false)
#define INSIEME_OUT_ASSIGN(target, expression)                                                   \
  auto INSIEME_CONCAT(insieme_out_, __LINE__) = (expression);                                    \
  if (!INSIEME_CONCAT(insieme_out_, __LINE__).ok())                                              \
    return ::insieme::client::commands::Failure(INSIEME_CONCAT(insieme_out_, __LINE__).error()); \
  target = std::move(INSIEME_CONCAT(insieme_out_, __LINE__)).value()
