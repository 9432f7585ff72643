#pragma once
// A record with one long note, and a store with nothing else.

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sqlite/connection.hpp"
#include "insieme/sync/record.hpp"

namespace insieme::bench {

/// A store's numbers for ids and names.
class Numbers final : public sync::Dictionary {
 public:
  std::uint32_t number_of_id(const std::array<std::uint8_t, 16>& id) override {
    return number_of(ids_, id);
  }
  std::uint32_t number_of_name(std::string_view name) override {
    return number_of(names_, std::string(name));
  }
  [[nodiscard]] const std::array<std::uint8_t, 16>* id_at(std::uint32_t n) const override {
    return n < ids_.size() ? &ids_[n] : nullptr;
  }
  [[nodiscard]] const std::string* name_at(std::uint32_t n) const override {
    return n < names_.size() ? &names_[n] : nullptr;
  }

 private:
  template <class Thing>
  static std::uint32_t number_of(std::vector<Thing>& things, const Thing& thing) {
    const auto at = std::find(things.begin(), things.end(), thing);
    const auto number = static_cast<std::uint32_t>(at - things.begin());
    if (at == things.end()) things.push_back(thing);
    return number;
  }
  std::vector<std::array<std::uint8_t, 16>> ids_;
  std::vector<std::string> names_;
};

[[nodiscard]] sync::RecordState note_with(sync::FieldState field);

enum class Note { typed, plain };

/// Rows as the product has them: the shown text in a column, the rest packed beside it.
class NoteStore {
 public:
  static constexpr std::size_t kRows = 40;

  NoteStore(const std::filesystem::path& path, const sync::TextState& text);
  /// Reads one of the rows and gives the length of its text.
  std::size_t open(Note kind, std::size_t number);

 private:
  Numbers numbers_;
  sqlite::Connection db_;
};

}  // namespace insieme::bench
