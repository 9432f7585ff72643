#pragma once
// What the PIN file needs of a machine with a file system, and a browser does by itself.

#include <string>

namespace insieme::client::lock {

/// While it lives, no other program judges a PIN of this file: tries at once must count one by one.
class Alone {
 public:
  explicit Alone(const std::string& path);
  ~Alone();
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;

 private:
  [[maybe_unused]] int file_ = -1;  ///< a browser needs none
};

/// A new file's name is durable and the file is its owner's alone.
void settle_new_file(const std::string& path) noexcept;

}  // namespace insieme::client::lock
