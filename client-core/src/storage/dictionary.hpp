#pragma once
// The store's numbers for ids and names (tables `dict_ids`, `dict_names`), cached in memory.

#include <unordered_map>

#include "insieme/sqlite/connection.hpp"
#include "insieme/sync/dictionary.hpp"
#include "insieme/sync/ids.hpp"

namespace insieme::client {

/// The tables decide, the cache only remembers: another process may add numbers to the same store.
class StoreDictionary final : public sync::Dictionary {
 public:
  explicit StoreDictionary(sqlite::Connection& db) : db_(db) {}
  [[nodiscard]] std::uint32_t number_of_id(const std::array<std::uint8_t, 16>& id) override;
  [[nodiscard]] std::uint32_t number_of_name(std::string_view name) override;
  [[nodiscard]] const std::array<std::uint8_t, 16>* id_at(std::uint32_t number) const override;
  [[nodiscard]] const std::string* name_at(std::uint32_t number) const override;
  /// The number if there is one: never writes.
  [[nodiscard]] std::uint32_t find_id(const std::array<std::uint8_t, 16>& id) const;
  /// After a rollback: numbers given out in it do not exist.
  void forget();

 private:
  using IdKey = sync::RecordId;
  /// So that names are looked up without a copy of them.
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept {
      return std::hash<std::string_view>{}(name);
    }
  };
  sqlite::Connection& db_;
  mutable std::unordered_map<IdKey, std::uint32_t> id_numbers_;
  mutable std::unordered_map<std::uint32_t, IdKey> ids_;
  mutable std::unordered_map<std::string, std::uint32_t, NameHash, std::equal_to<>> name_numbers_;
  mutable std::unordered_map<std::uint32_t, std::string> names_;
};

}  // namespace insieme::client
