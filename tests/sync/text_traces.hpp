#pragma once
// Reads the public editing traces: gzip'd JSON with `txns` of `patches` [position, removed,
// inserted] and, where several people wrote, `parents` and `agent` of each transaction.

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "insieme/sync/text.hpp"
#include "text_samples.hpp"

namespace insieme::sync::testing {

struct Trace {
  std::string start;
  std::string end;
  std::vector<TextEvent> events;  ///< in the order of the file, which is a causal order
};

/// Just enough JSON for these files; a surprise ends the parse with `ok() == false`.
class TraceScanner {
 public:
  explicit TraceScanner(const std::string& json) : json_(json) {}

  bool read(Trace& trace) {
    object([&](const std::string& key) {
      if (key == "startContent") {
        trace.start = string();
      } else if (key == "endContent") {
        trace.end = string();
      } else if (key == "txns") {
        array([&] { transaction(trace); });
      } else {
        skip();
      }
    });
    return ok_;
  }

 private:
  void transaction(Trace& trace) {
    TextEvent event;
    std::size_t agent = 0;
    bool has_parents = false;
    object([&](const std::string& key) {
      if (key == "agent") {
        agent = number();
      } else if (key == "parents") {
        has_parents = true;
        array([&] {
          const std::size_t parent = number();
          ok_ = ok_ && parent < trace.events.size();
          if (ok_) see(event.context, trace.events[parent]);
        });
      } else if (key == "patches") {
        array([&] { event.splices.push_back(patch()); });
      } else {
        skip();
      }
    });
    if (!has_parents && !trace.events.empty()) see(event.context, trace.events.back());
    event.dot.replica = replica(static_cast<std::uint8_t>(agent + 1));
    if (seqs_.size() <= agent) seqs_.resize(agent + 1);
    event.dot.seq = ++seqs_[agent];
    trace.events.push_back(std::move(event));
  }

  static void see(VersionVector& context, const TextEvent& parent) {
    context.merge(parent.context);
    context.raise(parent.dot.replica, parent.dot.seq);
  }

  Splice patch() {
    Splice splice;
    int part = 0;
    array([&] {
      switch (part++) {
        case 0: splice.position = static_cast<std::uint32_t>(number()); break;
        case 1: splice.removed = static_cast<std::uint32_t>(number()); break;
        default: splice.inserted = string();
      }
    });
    return splice;
  }

  char peek() {
    while (at_ < json_.size() && (json_[at_] == ' ' || json_[at_] == '\n')) ++at_;
    return at_ < json_.size() ? json_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) { ok_ = take(c) && ok_; }

  template <class F>
  void array(F each) {
    expect('[');
    if (take(']')) return;
    do each();
    while (ok_ && take(','));
    expect(']');
  }
  template <class F>
  void object(F each) {
    expect('{');
    if (take('}')) return;
    do {
      const std::string key = string();
      expect(':');
      each(key);
    } while (ok_ && take(','));
    expect('}');
  }
  std::size_t number() {
    std::size_t value = 0;
    peek();
    while (at_ < json_.size() && json_[at_] >= '0' && json_[at_] <= '9') {
      value = value * 10 + static_cast<std::size_t>(json_[at_++] - '0');
    }
    return value;
  }
  std::string string() {
    std::string text;
    expect('"');
    while (ok_ && at_ < json_.size() && json_[at_] != '"') {
      if (json_[at_] != '\\') {
        text.push_back(json_[at_++]);
      } else {
        escape(text);
      }
    }
    expect('"');
    return text;
  }
  void escape(std::string& text) {
    const char kind = at_ + 1 < json_.size() ? json_[at_ + 1] : '\0';
    at_ += 2;
    switch (kind) {
      case 'n': text.push_back('\n'); return;
      case 't': text.push_back('\t'); return;
      case 'r': text.push_back('\r'); return;
      case 'b': text.push_back('\b'); return;
      case 'f': text.push_back('\f'); return;
      case 'u': break;
      default: text.push_back(kind); return;
    }
    std::uint32_t point = hex4();
    if (point >= 0xd800 && point < 0xdc00 && json_.compare(at_, 2, "\\u") == 0) {
      at_ += 2;
      point = 0x10000 + ((point - 0xd800) << 10) + (hex4() - 0xdc00);
    }
    append(text, point);
  }
  std::uint32_t hex4() {
    const auto value = std::strtoul(json_.substr(at_, 4).c_str(), nullptr, 16);
    at_ += 4;
    return static_cast<std::uint32_t>(value);
  }
  static void append(std::string& text, std::uint32_t point) {
    const auto put = [&](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (point < 0x80) {
      put(point);
    } else if (point < 0x800) {
      put(0xc0 | (point >> 6));
      put(0x80 | (point & 0x3f));
    } else {
      if (point < 0x10000) {
        put(0xe0 | (point >> 12));
      } else {
        put(0xf0 | (point >> 18));
        put(0x80 | ((point >> 12) & 0x3f));
      }
      put(0x80 | ((point >> 6) & 0x3f));
      put(0x80 | (point & 0x3f));
    }
  }
  void skip() {
    switch (peek()) {
      case '"': string(); return;
      case '[': array([&] { skip(); }); return;
      case '{': object([&](const std::string&) { skip(); }); return;
      default:
        while (at_ < json_.size() && json_[at_] != ',' && json_[at_] != '}' && json_[at_] != ']') {
          ++at_;
        }
    }
  }

  const std::string& json_;
  std::size_t at_ = 0;
  bool ok_ = true;
  std::vector<std::uint64_t> seqs_;
};

/// Nothing, after a line on standard output, when the traces are not on this machine: they are too
/// large to be part of the repository. INSIEME_SHARED says where they are.
inline std::optional<Trace> load_trace(const std::string& name) {
  const char* shared = std::getenv("INSIEME_SHARED");
  const std::string folder = shared != nullptr ? shared : "../shared";
  const std::string path = folder + "/data/traces/" + name + ".json.gz";
  std::string json;
  if (std::FILE* file = std::fopen(path.c_str(), "rb")) {
    std::fclose(file);
    if (std::FILE* pipe = popen(("gzip -dc '" + path + "'").c_str(), "r")) {
      std::vector<char> buffer(1 << 16);
      while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        json.append(buffer.data(), n);
      }
      pclose(pipe);
    }
  }
  Trace trace;
  if (!json.empty() && TraceScanner(json).read(trace)) return trace;
  std::printf("skipped: no trace %s (set INSIEME_SHARED)\n", path.c_str());
  return std::nullopt;
}

}  // namespace insieme::sync::testing
