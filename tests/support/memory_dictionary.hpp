#pragma once
// A dictionary in memory, for tests and fuzzers.

#include <deque>
#include <map>

#include "insieme/sync/dictionary.hpp"

namespace insieme::testing {

class MemoryDictionary : public sync::Dictionary {
 public:
  std::uint32_t number_of_id(const std::array<std::uint8_t, 16>& id) override {
    return number_of(id, ids_, id_numbers_);
  }
  std::uint32_t number_of_name(std::string_view name) override {
    return number_of(std::string(name), names_, name_numbers_);
  }
  [[nodiscard]] const std::array<std::uint8_t, 16>* id_at(std::uint32_t number) const override {
    return number < ids_.size() ? &ids_[number] : nullptr;
  }
  [[nodiscard]] const std::string* name_at(std::uint32_t number) const override {
    return number < names_.size() ? &names_[number] : nullptr;
  }

 private:
  template <class T>
  static std::uint32_t number_of(const T& value, std::deque<T>& values,
                                 std::map<T, std::uint32_t>& numbers) {
    const auto [at, is_new] =
        numbers.try_emplace(value, static_cast<std::uint32_t>(values.size()));
    if (is_new) values.push_back(value);
    return at->second;
  }

  std::deque<std::array<std::uint8_t, 16>> ids_;
  std::deque<std::string> names_;
  std::map<std::array<std::uint8_t, 16>, std::uint32_t> id_numbers_;
  std::map<std::string, std::uint32_t> name_numbers_;
};

}  // namespace insieme::testing
