#pragma once
// What the acts of a desk have in common (docs/adr/0053), and those about people and their devices
// (docs/adr/0069).

#include <optional>

#include "api/steer.hpp"

namespace insieme::server::steer {

inline constexpr std::size_t kIdMax = 36;
inline constexpr std::size_t kReasonMax = 500;
inline constexpr std::size_t kNameMax = 200;
inline constexpr std::size_t kWordMax = 64;
inline constexpr std::size_t kDayMax = 10;

[[nodiscard]] Response done();
/// In words for who asked.
[[nodiscard]] Response answer(const Status& status);
[[nodiscard]] Response beyond_own_powers();
[[nodiscard]] Response unknown_person();
[[nodiscard]] Response not_all_in_sight();

/// The person that the request names; nothing: not one of theirs.
[[nodiscard]] std::optional<User> person_of(const Asked& asked);
/// Whoever shares a dossier is known, too; their account is their own body's affair.
[[nodiscard]] bool is_of_own_body(const Asked& asked, const User& person);
/// Whoever holds somebody's invitation may work as them: one who sees families gives nobody's to
/// themselves who sees more. Who sees none, as `admin`, is bound by the roles alone.
[[nodiscard]] bool has_more(const Asked& asked, const User& person);

[[nodiscard]] Response invite(const Asked& asked);
[[nodiscard]] Response uninvite(const Asked& asked);
[[nodiscard]] Response disable(const Asked& asked);
[[nodiscard]] Response enable(const Asked& asked);
[[nodiscard]] Response add_person(const Asked& asked);
[[nodiscard]] Response set_person(const Asked& asked);
[[nodiscard]] Response revoke(const Asked& asked);
[[nodiscard]] Response lock_device(const Asked& asked);
[[nodiscard]] Response unlock_device(const Asked& asked);
[[nodiscard]] Response wipe_device(const Asked& asked);
[[nodiscard]] Response give_up_device(const Asked& asked);

}  // namespace insieme::server::steer
