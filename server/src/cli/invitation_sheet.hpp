#pragma once
// Invitations as pages to print: whoever sets up tablets hands one to each person.

#include <cstdint>
#include <string>
#include <vector>

namespace insieme::server::cli {

struct Invitation {
  std::string account;
  std::string name;     ///< of the person
  std::string code;
  std::string url;      ///< long form
  std::string scanned;  ///< what the QR code holds
  std::int64_t expires_ms = 0;
};

/// One HTML page each, in Italian and English; nothing in it comes from elsewhere.
[[nodiscard]] std::string sheet_of(const std::string& space_name,
                                   const std::vector<Invitation>& invitations);

/// Into a new file that only its owner reads: CommandError(kRefused) if there is one already,
/// (kStorage) if it cannot be written.
void write_secret(const std::string& path, const std::string& content);

}  // namespace insieme::server::cli
