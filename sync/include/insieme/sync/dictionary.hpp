#pragma once
// Numbers for ids and names that repeat in a store, so that a record's metadata holds a byte where
// it would hold sixteen.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace insieme::sync {

/// Gives out small numbers, for ever: the same id or name always has the same number in one store.
/// Implementations are not required to be thread-safe. Ids and names number apart.
class Dictionary {
 public:
  virtual ~Dictionary() = default;
  [[nodiscard]] virtual std::uint32_t number_of_id(const std::array<std::uint8_t, 16>& id) = 0;
  [[nodiscard]] virtual std::uint32_t number_of_name(std::string_view name) = 0;
  /// Null when no such number was given out (a damaged store). Valid until the next call.
  [[nodiscard]] virtual const std::array<std::uint8_t, 16>* id_at(std::uint32_t number) const = 0;
  [[nodiscard]] virtual const std::string* name_at(std::uint32_t number) const = 0;

 protected:
  Dictionary() = default;
  Dictionary(const Dictionary&) = default;
  Dictionary& operator=(const Dictionary&) = default;
};

}  // namespace insieme::sync
