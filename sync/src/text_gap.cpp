#include "text_gap.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "text_utf8.hpp"

namespace insieme::sync::detail {

GapText::GapText(std::string text)
    : buffer_(std::move(text)),
      begin_(buffer_.size()),
      end_(buffer_.size()),
      begin_points_(points_in(buffer_)),
      points_(begin_points_) {}

void GapText::splice(std::uint32_t position, std::uint32_t removed, std::string_view inserted,
                     std::uint32_t inserted_points) {
  if (position != begin_points_) move_gap(position);
  if (removed > 0) {
    end_ = is_ascii() ? end_ + removed : point_offset(buffer_, end_, removed);
    points_ -= removed;
  }
  if (inserted.empty()) return;
  if (end_ - begin_ < inserted.size()) grow(inserted.size());
  if (inserted.size() == 1) {
    buffer_[begin_] = inserted[0];
  } else {
    std::memcpy(buffer_.data() + begin_, inserted.data(), inserted.size());
  }
  begin_ += inserted.size();
  begin_points_ += inserted_points;
  points_ += inserted_points;
}

void GapText::move_gap(std::uint32_t position) {
  const bool ascii = is_ascii();
  char* const data = buffer_.data();
  if (position < begin_points_) {
    const std::uint32_t points = begin_points_ - position;
    // From the start, if that is nearer.
    const std::size_t to = ascii ? position
                           : points <= position
                               ? point_offset_back({data, begin_}, points)
                               : point_offset({data, begin_}, 0, position);
    const std::size_t count = begin_ - to;
    std::memmove(data + end_ - count, data + to, count);
    begin_ -= count;
    end_ -= count;
  } else {
    const std::uint32_t points = position - begin_points_;
    const std::size_t to = ascii ? end_ + points : point_offset(buffer_, end_, points);
    const std::size_t count = to - end_;
    std::memmove(data + begin_, data + end_, count);
    begin_ += count;
    end_ += count;
  }
  begin_points_ = position;
}

void GapText::close() const noexcept {
  const std::size_t tail = buffer_.size() - end_;
  std::memmove(buffer_.data() + begin_, buffer_.data() + end_, tail);
  begin_ += tail;
  begin_points_ = points_;
  buffer_.resize(begin_);  // shrinks: no allocation
  end_ = begin_;
}

void GapText::grow(std::size_t needed) {
  const std::size_t tail = buffer_.size() - end_;
  const std::size_t more = needed + buffer_.size() / 4 + 64;
  const std::size_t size = buffer_.size();
  buffer_.resize(size + more);
  std::memmove(buffer_.data() + end_ + more, buffer_.data() + end_, tail);
  end_ += more;
}

}  // namespace insieme::sync::detail
