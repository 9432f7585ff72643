#include "net/turnstile.hpp"

#include <utility>

namespace insieme::server {

Turnstile::Turn::Turn(Turnstile& turnstile, std::string_view line)
    : turnstile_(turnstile), line_(turnstile.lines_.try_emplace(std::string(line)).first) {
  turnstile_.enter(*this);
}

void Turnstile::enter(Turn& turn) {
  Line& line = turn.line_->second;
  const bool room = !is_bounded(turn.line_) || line.inside < limits_.of_a_line;
  // Whoever waits while there is room for them would have been called: nobody is overtaken.
  if (room && inside_ < limits_.at_once) {
    ++inside_;
    ++line.inside;
    turn.standing_ = Standing::inside;
    return;
  }
  if (is_bounded(turn.line_) && line.waiting.size() >= limits_.waiting_of_a_line) {
    turn.standing_ = Standing::turned_away;
    if (line.inside == 0 && line.waiting.empty()) lines_.erase(turn.line_);
    return;
  }
  turn.standing_ = Standing::waiting;
  turn.place_ = line.waiting.insert(line.waiting.end(), &turn);
  ++waiting_;
  if (!line.stands) place_anew(turn.line_);
}

void Turnstile::leave(Turn& turn) {
  const Standing was = std::exchange(turn.standing_, Standing::turned_away);
  if (was == Standing::turned_away) return;  // the line may be gone
  Line& line = turn.line_->second;
  if (was == Standing::inside) {
    --inside_;
    --line.inside;
  } else {
    line.waiting.erase(turn.place_);
    --waiting_;
  }
  // Who had a thread last is the last to have the next one.
  if (was == Standing::inside || line.waiting.empty()) place_anew(turn.line_);
  if (line.inside == 0 && line.waiting.empty()) lines_.erase(turn.line_);
  call_next();
}

void Turnstile::place_anew(Lines::iterator line) {
  Line& it = line->second;
  if (it.stands) round_.erase(it.place);
  it.stands = !it.waiting.empty() && (!is_bounded(line) || it.inside < limits_.of_a_line);
  if (it.stands) it.place = round_.insert(round_.end(), line);
}

void Turnstile::call_next() {
  while (!closed_ && inside_ < limits_.at_once && !round_.empty()) {
    const Lines::iterator line = round_.front();
    Turn& turn = *line->second.waiting.front();
    line->second.waiting.pop_front();
    --waiting_;
    ++inside_;
    ++line->second.inside;
    turn.standing_ = Standing::inside;
    place_anew(line);
    if (turn.called_) turn.called_();
  }
}

}  // namespace insieme::server
