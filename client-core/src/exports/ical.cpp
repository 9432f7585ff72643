#include "exports/ical.hpp"

#include "insieme/schema/calendar.hpp"
#include "insieme/schema/civil.hpp"

namespace insieme::client::exports {
namespace {

constexpr std::size_t kLineOctets = 75;

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// 3.1: a long line goes on in the next one, after a space.
void add_line(std::string& out, const std::string& line) {
  std::string_view rest = line;
  std::size_t room = kLineOctets;
  while (rest.size() > room) {
    std::size_t end = room;
    while (end > 1 && continues(rest[end])) --end;
    out += std::string(rest.substr(0, end)) + "\r\n ";
    rest.remove_prefix(end);
    room = kLineOctets - 1;
  }
  out += std::string(rest) + "\r\n";
}

/// 3.3.11
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || c == ';' || c == ',') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
    }
  }
  return out;
}

std::string date_text(sync::Date date) {
  std::string out = schema::iso_text(date);
  out.erase(7, 1);
  out.erase(4, 1);
  return out;
}

/// `20240304T080000Z`
std::string instant_text(sync::Instant at) {
  std::string out;
  for (const char c : schema::iso_text(at).substr(0, 19)) {
    if (c != '-' && c != ':') out += c;
  }
  return out + "Z";
}

}  // namespace

std::string to_ical(const std::vector<PlannedDay>& days, std::string_view name) {
  std::string out;
  add_line(out, "BEGIN:VCALENDAR");
  add_line(out, "VERSION:2.0");
  add_line(out, "PRODID:-//Insieme//Calendar//IT");
  add_line(out, "X-WR-CALNAME:" + escaped(name));
  for (const PlannedDay& day : days) {
    add_line(out, "BEGIN:VEVENT");
    add_line(out, "UID:" + day.uid);
    add_line(out, "DTSTAMP:" + instant_text(day.changed));
    add_line(out, "DTSTART;VALUE=DATE:" + date_text(day.on));
    if (const auto next = schema::add_days(day.on, 1)) {
      add_line(out, "DTEND;VALUE=DATE:" + date_text(*next));
    }
    add_line(out, "SUMMARY:" + escaped(day.summary));
    if (!day.description.empty()) add_line(out, "DESCRIPTION:" + escaped(day.description));
    add_line(out, "CLASS:PRIVATE");
    add_line(out, std::string("STATUS:") + (day.cancelled ? "CANCELLED" : "CONFIRMED"));
    add_line(out, "TRANSP:TRANSPARENT");
    add_line(out, "END:VEVENT");
  }
  add_line(out, "END:VCALENDAR");
  return out;
}

}  // namespace insieme::client::exports
