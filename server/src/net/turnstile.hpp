#pragma once
// Who gets the next free thread. Requests stand in lines, one for each device; lines take turns, so
// that one that brings much waits for itself and nobody else does (docs/adr/0063). On the I/O
// thread alone; knows no sockets and no clock.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace insieme::server {

class Turnstile {
 public:
  struct Limits {
    std::uint32_t at_once = 4;           ///< requests inside, of all lines; at least 1
    std::uint32_t of_a_line = 2;         ///< of those, at least 1
    std::uint32_t waiting_of_a_line = 64;
  };
  enum class Standing : std::uint8_t {
    inside = 0,   ///< may be worked on
    waiting,
    turned_away,  ///< its line was full
  };
  /// One request, from its arrival until it was answered. Leaves when it is destroyed.
  class Turn;

  explicit Turnstile(const Limits& limits) : limits_(limits) {}
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  [[nodiscard]] std::size_t inside() const noexcept { return inside_; }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }
  [[nodiscard]] std::size_t lines() const noexcept { return lines_.size(); }
  /// Nobody is called any more.
  void close() noexcept { closed_ = true; }

 private:
  struct Line;
  using Lines = std::map<std::string, Line, std::less<>>;
  struct Line {
    std::uint32_t inside = 0;
    std::list<Turn*> waiting{};
    bool stands = false;                     ///< in `round_`, at `place`
    std::list<Lines::iterator>::iterator place{};
  };

  void enter(Turn& turn);
  void leave(Turn& turn);
  void call_next();
  /// To the end of the round if somebody in it waits and may come in, else out of it.
  void place_anew(Lines::iterator line);
  [[nodiscard]] bool is_bounded(Lines::iterator line) const { return !line->first.empty(); }

  const Limits limits_;
  Lines lines_;                       ///< that somebody stands in
  std::list<Lines::iterator> round_;  ///< lines whose first may come in, the next one first
  std::size_t inside_ = 0;
  std::size_t waiting_ = 0;
  bool closed_ = false;
};

class Turnstile::Turn {
 public:
  /// An empty line is of those whose number nobody limits: they take turns with the others.
  Turn(Turnstile& turnstile, std::string_view line);
  ~Turn() { turnstile_.leave(*this); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  [[nodiscard]] Standing standing() const noexcept { return standing_; }
  /// While it waits: called once, when it is inside. Must be quick and not touch the turnstile.
  void on_call(std::function<void()> called) { called_ = std::move(called); }

 private:
  friend class Turnstile;
  Turnstile& turnstile_;
  Lines::iterator line_;
  std::list<Turn*>::iterator place_{};  ///< while it waits
  Standing standing_ = Standing::inside;
  std::function<void()> called_{};
};

}  // namespace insieme::server
