#pragma once
// Expected outcomes as values. No function of `sync` throws for bad input: it returns a Result or a
// Status with one of the codes below. Numbers are fixed for ever, since they cross the wire and the
// C ABI. A detail is a short sentence for an operator's log and never holds personal data.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace insieme {

enum class ErrorCode : std::uint16_t {
  ok = 0,
  // bytes that came from outside
  truncated = 1,        ///< the input ends before the value does
  malformed = 2,        ///< the bytes are not an encoding that we write
  trailing_bytes = 3,   ///< a value, then more bytes
  limit_exceeded = 4,   ///< larger than a limit of limits.hpp
  wrong_version = 5,    ///< a format or protocol version that this build does not speak
  checksum = 6,         ///< bytes damaged on the way
  // causality
  duplicate = 20,       ///< already applied
  not_yet = 21,         ///< something that it depends on is missing
  fork = 22,            ///< another change with the same (document, replica, seq) is known
  broken_chain = 23,    ///< a hash does not match what it must follow
  bad_signature = 24,
  // requests
  invalid_argument = 40,
  not_found = 41,
  already_exists = 42,
  not_allowed = 43,
  unauthenticated = 44,
  expired = 45,
  busy = 46,
  unavailable = 47,     ///< no network, no server, try again later
  quota = 48,
  conflict = 49,
  cancelled = 50,
  // storage
  storage_full = 60,
  storage_failure = 61,
  storage_newer = 62,   ///< written by a newer release; this one must not touch it
  wrong_key = 63,
  internal = 99,
};

/// A short fixed name such as `limit_exceeded`, for logs and JSON. Never empty.
[[nodiscard]] std::string_view name_of(ErrorCode code) noexcept;

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string detail;
};

/// Success, or an Error. Cheap to return; must not be ignored.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design
  Status(ErrorCode code, std::string detail) : error_{code, std::move(detail)} {}
  [[nodiscard]] bool ok() const noexcept { return error_.code == ErrorCode::ok; }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] const Error& error() const noexcept { return error_; }
  [[nodiscard]] ErrorCode code() const noexcept { return error_.code; }

 private:
  Error error_{ErrorCode::ok, {}};
};

/// A T, or an Error. `value()` and `error()` may be called only in the matching state: the
/// other call is a bug of ours and ends the process.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
  Result(ErrorCode code, std::string detail)
      : state_(std::in_place_index<1>, Error{code, std::move(detail)}) {}
  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] T& value() & { return *get(); }
  [[nodiscard]] const T& value() const& { return *const_cast<Result*>(this)->get(); }
  [[nodiscard]] T&& value() && { return std::move(*get()); }
  T* operator->() { return get(); }
  const T* operator->() const { return const_cast<Result*>(this)->get(); }
  T& operator*() & { return *get(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*get()); }
  [[nodiscard]] const Error& error() const {
    const Error* error = std::get_if<1>(&state_);
    if (error == nullptr) detail_abort("error() of a Result that holds a value");
    return *error;
  }

 private:
  [[noreturn]] static void detail_abort(const char* what) noexcept;
  T* get() {
    T* value = std::get_if<0>(&state_);
    if (value == nullptr) detail_abort("value() of a Result that holds an error");
    return value;
  }
  std::variant<T, Error> state_;
};

/// Ends the process with a sentence on standard error: a bug of ours was found and going on could
/// damage data. Never reachable from input.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

template <class T>
void Result<T>::detail_abort(const char* what) noexcept {
  assertion_failed(what, "result.hpp", 0);
}

}  // namespace insieme

#define INSIEME_ASSERT(expression) \
  ((expression) ? void(0) : ::insieme::assertion_failed(#expression, __FILE__, __LINE__))

#define INSIEME_CONCAT_INNER(a, b) a##b
#define INSIEME_CONCAT(a, b) INSIEME_CONCAT_INNER(a, b)

/// `INSIEME_TRY(expr)`: returns from the enclosing function with the error of a Status or Result.
#define INSIEME_TRY(expression)                                           \
  do {                                                                    \
    auto insieme_status = (expression);                                   \
    if (!insieme_status.ok()) return ::insieme::Error(insieme_status.error()); \
  } while (false)

/// `INSIEME_TRY_ASSIGN(auto x, expr)`: the value of a Result, or return with its error.
#define INSIEME_TRY_ASSIGN(target, expression)                                        \
  auto INSIEME_CONCAT(insieme_result_, __LINE__) = (expression);                      \
  if (!INSIEME_CONCAT(insieme_result_, __LINE__).ok())                                \
    return ::insieme::Error(INSIEME_CONCAT(insieme_result_, __LINE__).error());       \
  target = std::move(INSIEME_CONCAT(insieme_result_, __LINE__)).value()
