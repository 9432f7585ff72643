#pragma once
// Indexes that bodies exchange to learn that both know a person (insieme/reports/blind.hpp): the
// file, the key of an agreement, and what is kept of another body's index. docs/adr/0028.

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/reports/blind.hpp"
#include "insieme/sync/digest.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

inline constexpr std::size_t kBlindTokensMax = 1'000'000;
inline constexpr std::size_t kBlindFileBytesMax = 40'000'000;

struct BlindIndex {
  std::string agreement;
  std::string from;    ///< which body made it
  std::string ask;     ///< whom to ask there, as that body wrote it
  std::string key_id;  ///< of the key that it stands under
  /// Of the space and organization that it was made for, under that key: who made it knows it
  /// again.
  std::string origin;
  std::int64_t made_ms = 0;
  std::array<std::uint8_t, 16> salt{};
  std::vector<reports::BlindToken> tokens;  ///< in order, no two equal
};

/// A name of an agreement: 1 to 40 of a to z, 0 to 9 and the hyphen, not first.
[[nodiscard]] Status check_agreement_name(std::string_view name);
/// One line for people: 1 to `bytes_max` bytes of UTF-8 without control characters.
[[nodiscard]] Status check_blind_line(std::string_view what, std::string_view text,
                                      std::size_t bytes_max);

/// Lines of text, closed by a MAC under the agreement's key. `invalid_argument`: a name or a line
/// that no reader takes; `limit_exceeded`.
[[nodiscard]] Result<std::string> write_blind_index(const BlindIndex& index,
                                                    const reports::BlindKey& key);
/// `malformed`: every line that is wrong, by its number, the first 20 of them; `wrong_version`:
/// of a later format; `wrong_key`: under another key; `bad_signature`: changed on its way;
/// `limit_exceeded`.
[[nodiscard]] Result<BlindIndex> parse_blind_index(std::string_view text,
                                                   const reports::BlindKey& key);

/// What another body sent, and among whom it is looked for.
struct ReceivedIndex {
  BlindIndex index;
  std::string organization{};  ///< those of its dossiers; empty: of all
};

/// What people decided about a match; no tablet knows of it, so no record can say it.
struct MatchDecision {
  std::string key;  ///< of the finding
  bool dismissed = false;
  std::string reason;
  std::vector<std::string> evidence;  ///< what there was to see then; sorted
  std::string by;                     ///< account
  std::int64_t at_ms = 0;
};

/// An agreement between bodies and what came of it, in `agreements/` of the data folder: NAME.key,
/// NAME/….index as they were received, matches.ledger. Apart from the database: whoever has a copy
/// of that alone learns nothing of another body. One process at a time writes.
class Agreements {
 public:
  explicit Agreements(std::filesystem::path data_folder) : folder_(data_folder / "agreements") {}

  /// Names, in order.
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] std::filesystem::path key_path(const std::string& agreement) const;
  /// `not_found`, `malformed`.
  [[nodiscard]] Result<reports::BlindKey> key(const std::string& agreement) const;
  /// For the owner alone, and durably. `already_exists` unless `renew`: then all that was received
  /// under the old key is destroyed.
  [[nodiscard]] Status put_key(const std::string& agreement, const reports::BlindKey& key,
                               bool renew);

  /// Checks a file and keeps it in the place of the one of the same body. `organization`: among
  /// whose dossiers it is looked for; empty: all. `conflict`: there is a newer one. Errors of
  /// parse_blind_index.
  [[nodiscard]] Result<ReceivedIndex> receive(const std::string& agreement, std::string_view text,
                                              const std::string& organization);
  /// Of all agreements, by agreement and body. One that was damaged is an error.
  [[nodiscard]] Result<std::vector<ReceivedIndex>> received() const;
  /// Destroys what was received; empty `from`: of all bodies. `not_found`.
  [[nodiscard]] Status forget(const std::string& agreement, const std::string& from);

  /// The newest decision stands.
  [[nodiscard]] Status decide(const MatchDecision& decision);
  /// By the finding's key. `storage_failure`: the ledger was changed or is damaged.
  [[nodiscard]] Result<std::map<std::string, MatchDecision>> decisions() const;

 private:
  [[nodiscard]] std::string ledger() const { return (folder_ / "matches.ledger").string(); }
  std::filesystem::path folder_;
};

/// `malformed`: `path` holds no key of an agreement.
[[nodiscard]] Result<reports::BlindKey> read_agreement_key(const std::filesystem::path& path);

}  // namespace insieme::server
