#include "local_time.hpp"

#include <array>
#include <optional>

#include "insieme/schema/text.hpp"

namespace insieme::schema::detail {

namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;
constexpr std::int64_t kMsPerMinute = 60'000;

Error not_a_date() {
  return {ErrorCode::invalid_argument,
          "this is not a date such as 01/06/2021\nnon è una data come 01/06/2021"};
}

Error not_a_time() {
  return {ErrorCode::invalid_argument,
          "this is not a date and time such as 01/06/2021 10:30\n"
          "non sono data e ora come 01/06/2021 10:30"};
}

/// Takes `least` to `most` digits off the front; -1 if there are fewer.
int take_digits(std::string_view& rest, std::size_t least, std::size_t most) noexcept {
  int out = 0;
  std::size_t count = 0;
  while (count < most && count < rest.size() && rest[count] >= '0' && rest[count] <= '9') {
    out = out * 10 + (rest[count] - '0');
    ++count;
  }
  if (count < least) return -1;
  rest.remove_prefix(count);
  return out;
}

bool take(std::string_view& rest, char c) noexcept {
  if (rest.empty() || rest.front() != c) return false;
  rest.remove_prefix(1);
  return true;
}

/// `10:30`, `10.30`, `10:30:15`, `10:30:15,250`; what follows is left in `rest`.
std::optional<std::int64_t> take_time(std::string_view& rest) noexcept {
  const int hour = take_digits(rest, 1, 2);
  const bool colon = take(rest, ':');
  if (hour < 0 || hour > 23 || (!colon && !take(rest, '.'))) return std::nullopt;
  const int minute = take_digits(rest, 2, 2);
  if (minute < 0 || minute > 59) return std::nullopt;
  std::int64_t ms = (hour * 60 + minute) * kMsPerMinute;
  if (!colon || !take(rest, ':')) return ms;
  const int second = take_digits(rest, 2, 2);
  if (second < 0 || second > 59) return std::nullopt;
  ms += second * 1'000;
  if (!take(rest, ',') && !take(rest, '.')) return ms;
  const int thousandth = take_digits(rest, 3, 3);
  if (thousandth < 0) return std::nullopt;
  return ms + thousandth;
}

/// The instant at which clocks in Rome show `local_ms` (counted as if it were UTC).
Result<sync::Instant> from_rome(std::int64_t local_ms) {
  // Summer time first: of an hour that occurs twice, the first is meant.
  for (const int offset : {120, 60}) {
    const sync::Instant instant{local_ms - offset * kMsPerMinute};
    if (rome_offset_minutes(instant) == offset) return instant;
  }
  return {ErrorCode::invalid_argument,
          "that hour does not exist: clocks go forward that night\n"
          "quell'ora non esiste: quella notte l'orologio va avanti"};
}

void append_two(std::string& out, std::int64_t value) {
  out += static_cast<char>('0' + value / 10 % 10);
  out += static_cast<char>('0' + value % 10);
}

}  // namespace

Result<sync::Date> parse_date(std::string_view text) {
  if (const auto iso = date_from_iso(text)) return *iso;
  Civil civil;
  civil.day = take_digits(text, 1, 2);
  if (text.empty() || (text[0] != '/' && text[0] != '.' && text[0] != '-')) return not_a_date();
  const char separator = text[0];
  text.remove_prefix(1);
  civil.month = take_digits(text, 1, 2);
  if (!take(text, separator)) return not_a_date();
  const std::size_t year_digits = text.size();
  civil.year = take_digits(text, 1, 4);
  if (!text.empty()) return not_a_date();
  if (year_digits != 4) {
    return {ErrorCode::invalid_argument,
            "write the year with four digits\nl'anno va scritto con quattro cifre"};
  }
  if (!is_valid(civil)) {
    return {ErrorCode::invalid_argument, "that day does not exist in the calendar\n"
            "quel giorno non esiste nel calendario"};
  }
  return date_from_civil(civil);
}

Result<sync::Instant> parse_instant(std::string_view text) {
  if (const auto iso = instant_from_iso(text)) return *iso;
  const std::size_t gap = text.find_first_of(" T");
  if (gap == std::string_view::npos) return not_a_time();
  INSIEME_TRY_ASSIGN(const sync::Date date, parse_date(text.substr(0, gap)));
  std::string_view rest = trim(text.substr(gap + 1));
  const auto time = take_time(rest);
  if (!time) return not_a_time();
  const std::int64_t local_ms = date.days * kMsPerDay + *time;
  rest = trim(rest);
  if (rest.empty()) return from_rome(local_ms);
  // Let the one reader of offsets judge this one too.
  const auto midnight = instant_from_iso(iso_text(date) + "T00:00:00" + std::string(rest));
  if (!midnight) return not_a_time();
  return sync::Instant{midnight->ms + *time};
}

std::string date_text(sync::Date date) {
  const std::string iso = iso_text(date);
  // Beyond year 9999 (nobody types that, a damaged peer might) the day-first form has no reader.
  if (iso.size() != 10 || iso[0] == '-') return iso;
  return iso.substr(8, 2) + "/" + iso.substr(5, 2) + "/" + iso.substr(0, 4);
}

std::string instant_text(sync::Instant instant) {
  const int offset = rome_offset_minutes(instant);
  const std::int64_t local = instant.ms + offset * kMsPerMinute;
  std::int64_t days = local / kMsPerDay;
  if (days * kMsPerDay > local) --days;
  const std::int64_t ms = local - days * kMsPerDay;
  std::string out = date_text({static_cast<std::int32_t>(days)}) + " ";
  append_two(out, ms / 3'600'000);
  out += ':';
  append_two(out, ms / kMsPerMinute % 60);
  if (ms % kMsPerMinute != 0) {
    out += ':';
    append_two(out, ms / 1'000 % 60);
    if (ms % 1'000 != 0) {
      out += ',';
      out += static_cast<char>('0' + ms % 1'000 / 100);
      append_two(out, ms % 100);
    }
  }
  const auto first = from_rome(local);
  if (first.ok() && *first != instant) out += " +01:00";
  return out;
}

}  // namespace insieme::schema::detail
