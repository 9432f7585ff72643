// Settling overlapping rewrites of a text in favour of one of them.
#include <map>

#include "insieme/sync/text.hpp"
#include "support/catch.hpp"

using namespace insieme::sync;

namespace {

ReplicaId replica(char name) {
  ReplicaId id;
  id.bytes[0] = static_cast<std::uint8_t>(name);
  return id;
}
Dot dot(char name, std::uint64_t seq) { return {replica(name), seq, 0}; }

/// One note, edited by people who may or may not have seen each other.
struct Note {
  explicit Note(const std::string& begin) { edit('O', begin, {}); }

  /// `who` makes `after` out of the text as `context` shows it.
  Dot edit(char who, const std::string& after, VersionVector context) {
    return splice(who, diff_text(text.text_at(context), after), context);
  }
  Dot splice(char who, const std::vector<Splice>& splices, const VersionVector& context) {
    const Dot made = dot(who, ++last[who]);
    REQUIRE(text.apply(made, {}, std::string(1, who), context, splices,
                       TextState::Origin::received)
                .ok());
    return made;
  }
  [[nodiscard]] VersionVector seen(std::vector<Dot> dots) const {
    VersionVector version;
    version.raise(replica('O'), 1);
    for (const Dot& one : dots) version.raise(one.replica, one.seq);
    return version;
  }
  [[nodiscard]] std::string preferring(const Dot& chosen, const std::vector<Dot>& all) const {
    const auto splices = text.prefer(chosen, all);
    REQUIRE(splices.ok());
    return splice_text(text.text(), *splices);
  }

  TextState text;
  std::map<char, std::uint64_t> last;
};

}  // namespace

TEST_CASE("settling: the chosen word stands alone, the rest stays", "[sync][text][P4]") {
  Note note("Incontro il martedì alle 10.");
  const Dot a = note.edit('A', "Incontro il giovedì alle 10.", note.seen({}));
  const Dot b = note.edit('B', "Incontro il venerdì alle 10.", note.seen({}));
  REQUIRE(note.text.overlaps().size() == 1);
  CHECK(note.preferring(a, {a, b}) == "Incontro il giovedì alle 10.");
  CHECK(note.preferring(b, {a, b}) == "Incontro il venerdì alle 10.");
}

TEST_CASE("settling: a sentence that somebody wrote later is not lost", "[sync][text][P2][P4]") {
  Note note("Incontro il martedì alle 10.");
  const Dot a = note.edit('A', "Incontro il giovedì alle 10.", note.seen({}));
  const Dot b = note.edit('B', "Incontro il venerdì alle 10.", note.seen({}));
  note.edit('B', note.text.text() + " La nonna ha detto che il bambino non mangia.",
            note.seen({a, b}));
  CHECK(note.preferring(a, {a, b}) ==
        "Incontro il giovedì alle 10. La nonna ha detto che il bambino non mangia.");
  CHECK(note.preferring(b, {a, b}) ==
        "Incontro il venerdì alle 10. La nonna ha detto che il bambino non mangia.");
}

TEST_CASE("settling: a sentence written in the same save as the one that loses is not lost",
          "[sync][text][P2][P4]") {
  Note note("Incontro il martedì alle 10. Porta il fratello.");
  const Dot a = note.edit('A', "Incontro il giovedì alle 10. Porta il fratello.", note.seen({}));
  const Dot b = note.edit('B', "Incontro il venerdì alle 10. Porta il fratello. Non mangia.",
                          note.seen({}));
  CHECK(note.preferring(a, {a, b}) ==
        "Incontro il giovedì alle 10. Porta il fratello. Non mangia.");
}

TEST_CASE("settling: what only the loser took away of the sentence comes back",
          "[sync][text][P4]") {
  Note note("La madre lavora molto.");
  const Dot a = note.edit('A', "Il padre lavora poco.", note.seen({}));
  const Dot b = note.edit('B', "La nonna dorme.", note.seen({}));
  CHECK(note.preferring(a, {a, b}) == "Il padre lavora poco.");
  CHECK(note.preferring(b, {a, b}) == "La nonna dorme.");
}

TEST_CASE("settling: those whom the chosen one does not touch keep their part",
          "[sync][text][P4]") {
  Note note("uno due. tre quattro.");
  const Dot a = note.splice('A', {{0, 3, "UNO"}}, note.seen({}));
  const Dot b = note.splice('B', {{13, 7, "ultimo"}, {0, 3, "primo"}}, note.seen({}));
  const Dot c = note.splice('C', {{13, 7, "fine"}}, note.seen({}));
  CHECK(note.preferring(a, {a, b, c}).substr(0, 8) == "UNO due.");
  // Two and three disagree about the end, and one has nothing to say about that.
  const std::string rest = note.preferring(a, {a, b, c}).substr(8);
  CHECK(rest.find("ultimo") != std::string::npos);
  CHECK(rest.find("fine") != std::string::npos);
}

TEST_CASE("settling: a deletion can be chosen, or turned down", "[sync][text][P4]") {
  Note note("Vive sola. Ha un cane.");
  const Dot a = note.edit('A', "Ha un cane.", note.seen({}));
  const Dot b = note.edit('B', "Vive con la zia. Ha un cane.", note.seen({}));
  REQUIRE(note.text.overlaps().size() == 1);
  CHECK(note.preferring(a, {a, b}) == "Ha un cane.");
  CHECK(note.preferring(b, {a, b}) == "Vive con la zia. Ha un cane.");
}

TEST_CASE("settling: letters of several bytes stay whole", "[sync][text]") {
  Note note("Perché è così? 👩‍👧 bene.");
  const Dot a = note.edit('A', "Perché è colà? 👩‍👧 bene.", note.seen({}));
  const Dot b = note.edit('B', "Perché è qui? 👨‍👧 bene.", note.seen({}));
  CHECK(note.preferring(a, {a, b}).find("Perché è colà? ") == 0);
  CHECK(note.preferring(b, {a, b}).find("Perché è qui? ") == 0);
}

TEST_CASE("settling: what is folded cannot be chosen", "[sync][text]") {
  Note note("Incontro il martedì.");
  const Dot a = note.edit('A', "Incontro il giovedì.", note.seen({}));
  const Dot b = note.edit('B', "Incontro il venerdì.", note.seen({}));
  const auto folded = TextState::from_base(note.text.folded(), {});
  REQUIRE(folded.ok());
  CHECK(folded->prefer(a, {a, b}).error().code == insieme::ErrorCode::not_found);
  CHECK(note.text.prefer(dot('X', 1), {a, b}).error().code == insieme::ErrorCode::not_found);
}

TEST_CASE("settling: on top of a folded text", "[sync][text][P4]") {
  Note first("Prima riga. Incontro il martedì.");
  Note note("");
  auto folded = TextState::from_base(first.text.folded(), {});
  REQUIRE(folded.ok());
  note.text = std::move(folded).value();
  const Dot a = note.edit('A', "Prima riga. Incontro il giovedì.", note.seen({}));
  const Dot b = note.edit('B', "Prima riga. Incontro il venerdì.", note.seen({}));
  CHECK(note.preferring(a, {a, b}) == "Prima riga. Incontro il giovedì.");
}
