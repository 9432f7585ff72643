#pragma once
// The files beside a store's own: its generation, and what a copy of it is made in. Two
// implementations: of a machine with a file system, and of a browser.

#include <cstdint>
#include <optional>
#include <string>

#include "insieme/sync/result.hpp"

namespace insieme::client {

[[nodiscard]] bool file_exists(const std::string& path);
[[nodiscard]] bool is_empty(const std::string& path);
void drop_file(const std::string& path) noexcept;
/// Free where the file is; nothing: nobody can say.
[[nodiscard]] std::optional<std::uint64_t> free_bytes(const std::string& path);
/// Under its new name, which nobody has, the file is whole or not there at all.
[[nodiscard]] Status put_in_place(const std::string& from, const std::string& to);
/// Whether only this program can have the store open, so that no memory is shared with others.
[[nodiscard]] bool is_alone() noexcept;

/// The first word of the store's generation file; empty if there is none.
[[nodiscard]] std::string read_generation(const std::string& store);
void forget_generation(const std::string& store) noexcept;

/// The generation file, renewed: whole or not at all, since a torn one would look like a copied
/// store, and the former one again unless `keep` is called. Throws Refused.
class NewGeneration {
 public:
  NewGeneration(const std::string& store, const std::string& text);
  ~NewGeneration();
  NewGeneration(const NewGeneration&) = delete;
  NewGeneration& operator=(const NewGeneration&) = delete;
  void keep() noexcept { kept_ = true; }

 private:
  std::string path_;
  std::string former_;  ///< where it is, or what it said
  bool had_former_ = false;
  bool kept_ = false;
};

}  // namespace insieme::client
