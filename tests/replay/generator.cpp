#include "replay/generator.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <random>
#include <vector>

namespace insieme::testing::replay {
namespace {

namespace json = boost::json;
using Words = std::vector<std::string>;

const Words& replica_names() {
  static const Words kNames{"A",    "B",          "AA",
                            "a",    "\xc3\xa8",   "tablet \"1\"",
                            "Z\n",  "\xf0\x9f\x8c\xb3", "\xef\xbf\xbd",
                            "A\\u", "\xce\xa9",   ""};
  return kNames;
}
const Words& strings() {
  static const Words kStrings{"x",           "y",        "z", "",  "x!", "x ", "\xc3\xa9",
                              "e\xcc\x81",   "\"q\"",    "\\", "\x01", "\x7f",
                              "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7"};
  return kStrings;
}
const Words& typed() {
  static const Words kTyped{"",     "a",     "bc",    "casa ", "\xc3\xa8", "e\xcc\x81",
                            "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", "\n", "\"",  "1234"};
  return kTyped;
}

/// How numbers may be written: whole ones at the edges of 53 and 64 bits, with and without
/// fraction and exponent, and reals from the smallest to the largest.
const Words& spellings() {
  static const Words kSpellings{"1e17", "100000000000000000", "1E+17", "100000000000000000.0",
                                "1.0", "1", "10e-1", "-0", "-0.0", "0",
                                "9007199254740993", "9007199254740993.0", "9007199254740992",
                                "123456789012345678", "1.23456789012345678e17",
                                "9223372036854775807", "-9223372036854775808",
                                "9223372036854775807.0", "-9223372036854775808.0",
                                "9223372036854775808", "-9223372036854775809",
                                "9223372036854774784.0", "9223372036854774784",
                                "18446744073709551616", "1e20", "1e21", "1e22", "1e23", "-1e21",
                                "0.1", "0.10", "1e-1", "0.000001", "1e-7", "-2.5e-6",
                                "4503599627370497.5", "1.7976931348623157e308", "5e-324",
                                "2.2250738585072014e-308", "1e-400", "-1e-400"};
  return kSpellings;
}
/// Marks a string that stands for a number, until the line is text.
const std::string kNumber = "#number ";

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::string script() {
    Words all = replica_names();
    for (std::size_t i = all.size(); i-- > 1;) std::swap(all[i], all[draw(i + 1)]);
    names_.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(2 + draw(4)));
    for (const std::string& name : names_) emit({{"do", "replica"}, {"name", name}});
    choose_tastes();
    if (one_in(2)) begin();
    if (one_in(400)) pile_up();
    for (std::size_t left = 5 + draw(60); left > 0; --left) step();
    for (const std::string& name : names_) emit({{"do", "dump"}, {"on", name}});
    for (int round = 0; round < 2; ++round) {
      for (const std::string& name : names_) {
        emit_sync(names_[0], name);
      }
    }
    for (const std::string& name : names_) emit({{"do", "dump"}, {"on", name}});
    return std::move(out_);
  }

 private:
  std::size_t draw(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  bool one_in(std::size_t n) { return draw(n) == 0; }
  template <class List>
  const auto& any(const List& list) {
    return list[draw(list.size())];
  }
  void emit(const json::object& line) {
    std::string text = json::serialize(line);
    const std::string mark = "\"" + kNumber;
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
      text.erase(text.find('"', at + 1), 1);
      text.erase(at, mark.size());
    }
    out_ += text + "\n";
  }
  void emit_sync(const std::string& a, const std::string& b) {
    json::array between;
    between.emplace_back(a);
    between.emplace_back(b);
    emit({{"do", "sync"}, {"between", between}});
  }

  /// A script about everything at once seldom makes two of a kind meet: most have a favourite.
  void choose_tastes() {
    records_ = !one_in(3) ? Words{"r1"} : Words{"r1", "r\xc3\xa9", ""};
    favourite_ = draw(9);
    folds_ = one_in(4) ? 1 : 6;
    opens_ = one_in(2) ? 1 : 0;
    deliveries_ = 1 + draw(6);
  }

  /// Something that all have seen, to disagree about.
  void begin() {
    json::object line{{"do", "write"}, {"on", names_[0]}, {"record", records_[0]}};
    json::array whole;
    whole.emplace_back(0);
    whole.emplace_back(0);
    whole.emplace_back("una nota \xc3\xa8 scritta da tutti");
    json::array splices;
    splices.push_back(std::move(whole));
    line["splice"] = json::object{{"note", std::move(splices)}};
    line["add"] = tags();
    line["grant"] = rights(40);
    emit(line);
    for (const std::string& name : names_) emit_sync(names_[0], name);
  }

  /// As many of the largest increments as it takes to come round, from either side.
  void pile_up() {
    const std::string on = any(names_);
    const std::int64_t delta = one_in(2) ? kLargest : -kLargest;
    for (std::size_t left = 1'020 + draw(10); left > 0; --left) {
      emit({{"do", "write"}, {"on", on}, {"record", records_[0]},
            {"inc", json::object{{"n", delta}}}});
    }
    emit({{"do", "dump"}, {"on", on}});
  }

  void step() {
    const std::size_t kind = draw(12 + opens_ + deliveries_ + folds_);
    if (kind < 8) return write();
    switch (kind) {
      case 8: return live();
      case 9:
        return emit({{"do", "clock"}, {"on", any(names_)},
                     {"ms", one_in(12) ? edge() : static_cast<std::int64_t>(draw(8)) * 100 - 200}});
      case 10: return emit({{"do", "dump"}, {"on", any(names_)}});
      case 11: return emit_sync(any(names_), any(names_));
      default: break;
    }
    if (kind < 12 + opens_) return open();
    if (kind < 12 + opens_ + deliveries_) return deliver();
    fold();
  }

  /// Little can be folded where somebody lags behind, so often everybody catches up before, or all
  /// but one, who is then handed a snapshot.
  void fold() {
    const std::size_t hub = draw(names_.size());
    const std::size_t newcomer = draw(names_.size());
    const bool installs = one_in(2);
    if (one_in(2)) {
      for (int round = 0; round < 2; ++round) {
        for (std::size_t i = 0; i < names_.size(); ++i) {
          const bool left_out = installs && i == newcomer;
          if (!left_out && i != hub) emit_sync(names_[hub], names_[i]);
        }
      }
    }
    if (!installs) return emit({{"do", "compact"}, {"on", any(names_)}});
    emit({{"do", "snapshot"}, {"from", names_[hub]}, {"to", names_[newcomer]}});
  }

  void open() {
    const std::string on = any(names_);
    const std::string form = one_in(2) ? "f" : "g";
    forms_[on].push_back(form);
    emit({{"do", "open"}, {"on", on}, {"form", form}});
  }

  void live() {
    const int times = favourite_ == 8 ? 3 : 1;
    for (int i = 0; i < times; ++i) {
      emit({{"do", one_in(2) ? "retract" : "restore"}, {"on", any(names_)},
            {"record", any(records_)}});
    }
  }

  void deliver() {
    json::object line{{"do", "deliver"}, {"from", any(names_)}, {"to", any(names_)}};
    if (one_in(2)) line["max"] = one_in(10) ? INT64_MAX : static_cast<std::int64_t>(draw(5));
    switch (draw(4)) {
      case 0: line["order"] = "reverse"; break;
      case 1: line["order"] = "shuffle:" + std::to_string(one_in(4) ? random_() : draw(100)); break;
      case 2: line["order"] = "causal"; break;
      default: break;
    }
    if (one_in(4)) line["repeat"] = draw(4);
    emit(line);
  }

  [[nodiscard]] bool wants(std::size_t which, std::size_t n) {
    return which == favourite_ ? !one_in(4) : one_in(n);
  }

  void write() {
    const std::string on = any(names_);
    json::object line{{"do", "write"}, {"on", on}, {"record", any(records_)}};
    const auto forms = forms_.find(on);
    if (forms != forms_.end() && one_in(3)) line["form"] = any(forms->second);
    if (wants(0, 6)) line["spend"] = json::object{{"credit", amount(7)}};
    if (wants(1, 6)) line["set"] = set();
    if (wants(2, 8)) line["remove"] = tags();
    if (wants(3, 8)) line["add"] = tags();
    if (wants(4, 12)) {
      const std::int64_t large = one_in(2) ? kLargest : -kLargest;
      line["inc"] = json::object{{"n", one_in(6) ? large : static_cast<std::int64_t>(draw(9)) - 4}};
    }
    if (wants(5, 6)) line["splice"] = json::object{{"note", splices()}};
    if (wants(6, 10)) line["grant"] = rights(20);
    if (wants(7, 12)) line["transfer"] = rights(6);
    emit(line);
  }

  json::object set() {
    json::object set;
    if (!one_in(4)) set["reg"] = value();
    if (one_in(3)) set["auto"] = value();
    return set;
  }
  json::value value() {
    switch (draw(10)) {
      case 0: return json::value(static_cast<std::int64_t>(draw(20)) - 10);
      case 1: return json::value(one_in(2));
      case 2: return nullptr;
      case 3: return json::value(any(strings()));
      case 4: return json::value(kNumber + any(spellings()));
      case 5: return json::value(kNumber + spelling());
      default: return json::value(std::string(1, static_cast<char>('w' + draw(3))));
    }
  }
  /// Any finite double in one of three ways to write it, or a power of ten next to a whole number.
  std::string spelling() {
    if (one_in(4)) return "1e" + std::to_string(draw(24));
    const std::uint64_t bits = random_();
    double number = 0;
    std::memcpy(&number, &bits, sizeof number);
    if (!std::isfinite(number)) number = 0.5;
    if (one_in(2)) {
      number = std::ldexp(static_cast<double>(bits >> 11), static_cast<int>(draw(24)) - 12);
    }
    char text[400];
    const char* const format = one_in(3) ? "%.17g" : one_in(2) ? "%.16E" : "%.3f";
    std::snprintf(text, sizeof text, format, number);
    return text;
  }
  std::int64_t edge() {
    return one_in(2) ? INT64_MAX - static_cast<std::int64_t>(draw(2)) : INT64_MIN;
  }
  std::int64_t amount(std::size_t limit) {
    return one_in(12) ? kLargest - static_cast<std::int64_t>(draw(3))
                      : static_cast<std::int64_t>(draw(limit));
  }
  json::object tags() {
    json::array list;
    for (std::size_t n = draw(4); n > 0; --n) list.emplace_back(strings()[draw(5)]);
    json::object tags;
    tags["tags"] = std::move(list);
    return tags;
  }
  json::object rights(std::size_t amounts) {
    json::object rights;
    rights["credit"] = json::object{{"to", any(names_)}, {"amount", amount(amounts)}};
    return rights;
  }
  json::array splices() {
    json::array list;
    for (std::size_t n = one_in(3) ? draw(4) : 1; n > 0; --n) {
      const std::int64_t position = static_cast<std::int64_t>(draw(one_in(3) ? 30 : 9)) - 1;
      const std::int64_t removed = one_in(2) ? 0 : static_cast<std::int64_t>(draw(9)) - 1;
      json::array parts;
      parts.emplace_back(one_in(30) ? INT64_MAX : position);
      parts.emplace_back(one_in(30) ? INT64_MIN : removed);
      parts.emplace_back(any(typed()));
      list.push_back(std::move(parts));
    }
    return list;
  }

  static constexpr std::int64_t kLargest = std::int64_t{1} << 53;  ///< increment and amount

  std::mt19937_64 random_;
  std::string out_;
  Words names_;
  Words records_;
  std::map<std::string, Words> forms_;
  std::size_t favourite_ = 0;
  std::size_t deliveries_ = 1;
  std::size_t folds_ = 1;
  std::size_t opens_ = 1;
};

}  // namespace

std::string random_script(std::uint64_t seed) { return Generator(seed).script(); }

}  // namespace insieme::testing::replay
