#include "storage/name_words.hpp"

#include <algorithm>
#include <set>

#include "insieme/schema/alike.hpp"
#include "insieme/schema/heard.hpp"

namespace insieme::client {
namespace {

constexpr std::size_t kLettersMin = 3;
constexpr std::size_t kBytesMax = 40;
constexpr std::size_t kBeginningMin = 4;      ///< sounds of a beginning that stands for a name
constexpr std::int64_t kCandidatesMax = 1'000;  ///< of one look-up
/// Another one where words sound otherwise than before: they are learnt anew.
constexpr std::int64_t kHearing = 1;

bool is_apostrophe(std::string_view rest) {
  return rest.substr(0, 1) == "'" || rest.substr(0, 3) == "\xe2\x80\x99";
}

/// Words of letters alone, plain, as the search index splits them; and those that an apostrophe
/// joins, with a space in its place, which the index takes for one word behind the other: who looks
/// for `dangelo` means D'Angelo.
class NameWords {
 public:
  explicit NameWords(std::string_view names) {
    while (!names.empty()) {
      const bool joins = is_apostrophe(names);
      const char c = names.front();
      const bool digit = c >= '0' && c <= '9';
      const bool letter = static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z');
      if ((letter || digit) && !joins) {
        word_.push_back(c);
        has_digit_ = has_digit_ || digit;
      } else {
        close(joins);
      }
      names.remove_prefix(joins && c != '\'' ? 3 : 1);
    }
    close(false);
  }
  std::vector<std::string> take() { return std::move(words_); }

 private:
  void close(bool joins) {
    const std::string plain = has_digit_ ? std::string() : schema::plain_name(word_);
    add(plain);
    if (!joined_.empty() && !plain.empty()) add(joined_ + " " + plain);
    joined_ = joins ? plain : std::string();
    word_.clear();
    has_digit_ = false;
  }
  void add(std::string word) {
    if (word.size() >= kLettersMin && word.size() <= kBytesMax) words_.push_back(std::move(word));
  }

  std::vector<std::string> words_;
  std::string word_;
  std::string joined_;  ///< what an apostrophe joins with the word that is being read
  bool has_digit_ = false;
};

std::vector<std::string> words_of(std::string_view names) { return NameWords(names).take(); }

std::string sound_of_word(std::string_view word) {
  return schema::heard_sound(schema::plain_name(word));
}

/// The first sound, then the others from the last on: names that begin and end alike lie together.
std::string ends_of(std::string_view sound) {
  std::string out(sound);
  if (!out.empty()) std::reverse(out.begin() + 1, out.end());
  return out;
}

/// Behind all texts that begin with `start`.
std::string behind(std::string_view start) { return std::string(start) + "\xf4\x8f\xbf\xbf"; }

struct Candidate {
  std::string word;
  schema::Nearness near = schema::Nearness::none;
};

/// Looks the words up that may be near one sound, by three keys.
class Ear {
 public:
  Ear(Core& core, std::string word)
      : core_(core), word_(std::move(word)), sound_(sound_of_word(word_)) {}

  std::vector<std::string> listen() {
    if (sound_.empty()) return {};
    const std::string bones = schema::heard_bones(sound_);
    look_up("SELECT word, sound FROM name_words WHERE bones >= ? AND bones <= ? LIMIT ?", bones,
            bones);
    if (sound_.size() >= schema::kHeardLettersMin) {
      look_up_halves();
    } else if (sound_.size() >= kBeginningMin) {
      look_up(kBySound, sound_, behind(sound_));
    }
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Candidate& a, const Candidate& b) { return a.near > b.near; });
    std::vector<std::string> words;
    for (Candidate& one : found_) {
      if (words.size() < kNamesNear) words.push_back(std::move(one.word));
    }
    return words;
  }

 private:
  static constexpr const char* kBySound =
      "SELECT word, sound FROM name_words WHERE sound >= ? AND sound < ? LIMIT ?";

  /// Of two sounds that differ by a letter, the first halves agree or the last ones do.
  void look_up_halves() {
    const std::size_t half = (sound_.size() - 1) / 2;
    const std::string front = sound_.substr(0, half);
    look_up(kBySound, front, behind(front));
    const std::string back = ends_of(sound_).substr(0, 1 + half);
    look_up("SELECT word, sound FROM name_words WHERE ends >= ? AND ends < ? LIMIT ?", back,
            behind(back));
  }
  void look_up(const char* sql, const std::string& from, const std::string& to) {
    auto& rows = core_.db.cached(sql);
    const sqlite::ResetGuard guard(rows);
    rows.bind_all(from, to, kCandidatesMax);
    while (rows.step()) {
      const schema::Nearness near = near_to(rows.get_text(1));
      if (near == schema::Nearness::none || rows.get_text(0) == word_) continue;
      if (known_.emplace(rows.get_text(0)).second) {
        found_.push_back({std::string(rows.get_text(0)), near});
      }
    }
  }
  /// Who has typed half of a name has heard that half.
  schema::Nearness near_to(std::string_view sound) const {
    if (sound_.size() >= kBeginningMin && sound.substr(0, sound_.size()) == sound_) {
      return schema::Nearness::sound;
    }
    return schema::nearness(sound_, sound);
  }

  Core& core_;
  std::string word_;
  std::string sound_;
  std::set<std::string, std::less<>> known_;
  std::vector<Candidate> found_;
};

/// The columns whose texts are names; empty where a table has none.
std::string name_columns(const TypedTable& table) {
  std::string columns;
  for (const schema::Field* field : table.columns) {
    if (!field->search || field->merge == schema::MergeKind::text) continue;
    columns += (columns.empty() ? "" : ", ") + quoted(field->name);
  }
  return columns;
}

template <class Use>
void for_each_name(sqlite::Statement& rows, Use&& use) {
  const sqlite::ResetGuard guard(rows);
  while (rows.step()) {
    for (int i = 0; i < rows.column_count(); ++i) use(rows.get_text(i));
  }
}

}  // namespace

void note_name_words(Core& core, std::string_view names) {
  for (const std::string& word : words_of(names)) {
    {
      auto& known = core.db.cached("SELECT 1 FROM name_words WHERE word = ?");
      const sqlite::ResetGuard guard(known);
      known.bind_all(word);
      if (known.step()) continue;
    }
    const std::string sound = sound_of_word(word);
    core.db.cached("INSERT INTO name_words(word, sound, bones, ends) VALUES(?, ?, ?, ?)")
        .bind_all(word, sound, schema::heard_bones(sound), ends_of(sound))
        .run();
  }
}

void learn_name_words(Core& core) {
  core.db.execute("DELETE FROM name_words");
  for (const TypedTable* table : core.tables.used()) {
    const std::string columns = name_columns(*table);
    if (columns.empty()) continue;
    for_each_name(core.db.cached("SELECT " + columns + " FROM " + table->name),
                  [&core](std::string_view names) { note_name_words(core, names); });
  }
  core.set_setting_number("hearing", kHearing);
}

void recall_name_words(Core& core) {
  if (core.setting_number("hearing", 0) != kHearing) learn_name_words(core);
}

void DepartingNames::note(Core& core, const TypedTable& table, std::int64_t document) {
  const std::string columns = name_columns(table);
  if (columns.empty()) return;
  auto& rows =
      core.db.cached("SELECT " + columns + " FROM " + table.name + " WHERE _document = ?");
  rows.bind_all(document);
  for_each_name(rows, [this](std::string_view names) { note(names); });
}

void DepartingNames::note(std::string_view names) {
  for (std::string& word : words_of(names)) words_.insert(std::move(word));
}

void DepartingNames::forget(Core& core) const {
  for (const std::string& word : words_) {
    {
      auto& rest = core.db.cached("SELECT 1 FROM search WHERE search MATCH ? LIMIT 1");
      const sqlite::ResetGuard guard(rest);
      rest.bind_all("names : \"" + word + "\"");
      if (rest.step()) continue;
    }
    core.db.cached("DELETE FROM name_words WHERE word = ?").bind_all(word).run();
  }
}

std::vector<std::string> names_near(Core& core, std::string_view word) {
  auto words = words_of(word);
  if (words.size() != 1) return {};
  return Ear(core, std::move(words.front())).listen();
}

int nearness_in(std::string_view title, std::string_view word) {
  const std::string sound = sound_of_word(word);
  schema::Nearness best = schema::Nearness::none;
  for (const std::string& one : words_of(title)) {
    best = std::max(best, schema::nearness(sound_of_word(one), sound));
  }
  return static_cast<int>(best);
}

}  // namespace insieme::client
