// Nothing is lost in silence: what somebody typed stands, or somebody who had it in front of them
// took it away. "In front of them" is the context of the operation, or what a decision names; that
// a change came after another one is not enough.
#include <map>
#include <set>

#include "support/catch.hpp"
#include "support/laws.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// What the author of an operation had in front of them.
VersionVector context_of(const Document& document, const Change& change, const Operation& op) {
  if (op.context) return *op.context;
  return document.deps_of(change.header.replica, change.header.seq);
}

Dot dot_of(const Change& change, std::size_t op) {
  return {change.header.replica, change.header.seq, static_cast<std::uint32_t>(op)};
}

/// Whether `test` holds for some operation of the history on the same record and field.
template <class Test>
bool any_on(const History& history, const Operation& on, Test&& test) {
  for (const Change& change : history.changes()) {
    for (const Operation& op : *change.ops) {
      if (op.record == on.record && op.field == on.field && test(change, op)) return true;
    }
  }
  return false;
}

/// Whether this operation may take the value `dot` of its register away.
bool replaces(const Document& document, const Change& change, const Operation& op,
              const Dot& dot) {
  if (std::holds_alternative<WriteOp>(op.action)) {
    return context_of(document, change, op).contains(dot);
  }
  const auto* resolve = std::get_if<ResolveOp>(&op.action);
  return resolve != nullptr && resolve->item == ItemKind::concurrent_values && resolve->value &&
         std::find(resolve->decided.begin(), resolve->decided.end(), dot) !=
             resolve->decided.end();
}

bool brings_value(const Operation& op) {
  const auto* resolve = std::get_if<ResolveOp>(&op.action);
  return std::holds_alternative<WriteOp>(op.action) ||
         (resolve != nullptr && resolve->item == ItemKind::concurrent_values && resolve->value);
}

/// The operations of all, with their dots.
template <class Visit>
void each_op(const History& history, Visit&& visit) {
  for (const Change& change : history.changes()) {
    for (std::size_t i = 0; i < change.ops->size(); ++i) visit((*change.ops)[i], dot_of(change, i));
  }
}

/// People who type and cut one note, each character one that nobody else types. Beside the engine
/// stands a ledger of who took which character away, off the text that they had on the screen.
class Typing {
 public:
  Typing(std::vector<std::uint32_t> words, std::size_t replicas) : script_(std::move(words)) {
    for (std::size_t i = 0; i < replicas; ++i) {
      peers_.emplace_back(std::string(1, static_cast<char>('A' + i)));
      forms_.emplace_back();
    }
    while (!script_.empty() && changes_.size() < kChangesMax) step();
  }

  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  [[nodiscard]] const std::set<std::string>& typed() const { return typed_; }
  [[nodiscard]] const std::set<std::string>& taken() const { return taken_; }
  [[nodiscard]] std::size_t from_forms() const { return from_forms_; }

  /// The characters of the note, in their order; empty if there is none.
  [[nodiscard]] static std::vector<std::string> shown(const Document& document) {
    std::vector<std::string> characters;
    const auto record = document.records().find(rec("r1"));
    if (record == document.records().end()) return characters;
    const FieldState* note = record->second.field("note");
    if (note == nullptr) return characters;
    const std::string text(note->text.text());
    for (std::size_t i = 0; i < text.size(); i += 3) characters.push_back(text.substr(i, 3));
    return characters;
  }

 private:
  void step() {
    const auto all = static_cast<std::uint32_t>(peers_.size());
    const std::size_t r = script_.draw(all);
    switch (script_.draw(6)) {
      case 0: forms_[r] = peers_[r].version(); return;
      case 1: return peers_[r].pull(peers_[script_.draw(all)]);
      default: return type(r);
    }
  }

  void type(std::size_t r) {
    const bool from_form = script_.one_in(3);
    const VersionVector context = from_form ? forms_[r] : peers_[r].version();
    std::vector<std::string> screen = shown(delivered(up_to(changes_, context)));
    std::vector<Splice> splices;
    for (std::uint32_t n = 1 + script_.draw(2); n > 0; --n) {
      const auto length = static_cast<std::uint32_t>(screen.size());
      const std::uint32_t at = script_.draw(length + 1);
      const std::uint32_t removed = script_.one_in(2) ? script_.draw(length - at + 1) : 0;
      const auto first = screen.begin() + at;
      taken_.insert(first, first + removed);
      screen.erase(first, first + removed);
      std::string inserted;
      for (std::uint32_t i = script_.draw(4); i > 0; --i) {
        screen.insert(screen.begin() + at, new_character());
        inserted.insert(0, screen[at]);
      }
      splices.push_back(Splice{at, removed, inserted});
    }
    Operation op = splice_op("note", std::move(splices));
    if (from_form) op.context = context;
    from_forms_ += from_form ? 1 : 0;
    changes_.push_back(peers_[r].write({std::move(op)}));
  }

  /// Of the private area, three bytes each.
  std::string new_character() {
    const auto point = static_cast<std::uint32_t>(0xe000 + typed_.size());
    const std::string utf8{static_cast<char>(0xe0 | (point >> 12)),
                           static_cast<char>(0x80 | ((point >> 6) & 0x3f)),
                           static_cast<char>(0x80 | (point & 0x3f))};
    typed_.insert(utf8);
    return utf8;
  }

  Script script_;
  std::vector<Peer> peers_;
  std::vector<VersionVector> forms_;
  std::vector<Change> changes_;
  std::set<std::string> typed_;
  std::set<std::string> taken_;
  std::size_t from_forms_ = 0;
};

}  // namespace

TEST_CASE("law: nothing that somebody typed is lost in silence", "[sync][property][P2][P4]") {
  // Every value of a register stands, or was replaced by a writer of the same record and field who
  // had it in front of them, or whose decision names it.
  CHECK(rc::check([] {
    const History history = draw_history();
    const Document document = delivered(history.changes());
    each_op(history, [&](const Operation& op, const Dot& dot) {
      if (!brings_value(op)) return;
      const auto& survivors = document.records().at(op.record).field(op.field)->survivors;
      const bool stands = std::any_of(survivors.begin(), survivors.end(),
                                      [&](const Survivor& s) { return s.mark.dot == dot; });
      const bool replaced =
          any_on(history, op, [&](const Change& change, const Operation& other) {
            return replaces(document, change, other, dot);
          });
      RC_ASSERT(stands || replaced);
      if (std::holds_alternative<WriteOp>(op.action)) RC_ASSERT(stands != replaced);
    });
  }));
}

TEST_CASE("law: nothing leaves a set but by the hand of somebody who saw it there",
          "[sync][property][P2][P4]") {
  CHECK(rc::check([] {
    const History history = draw_history();
    const Document document = delivered(history.changes());
    each_op(history, [&](const Operation& op, const Dot& dot) {
      const auto* add = std::get_if<AddOp>(&op.action);
      if (add == nullptr) return;
      const auto& members = document.records().at(op.record).field(op.field)->members;
      const bool is_in =
          std::any_of(members.begin(), members.end(),
                      [&](const SetMember& m) { return equal(m.element, add->element); });
      const bool removed =
          any_on(history, op, [&](const Change& change, const Operation& other) {
            const auto* remove = std::get_if<RemoveOp>(&other.action);
            return remove != nullptr && equal(remove->element, add->element) &&
                   context_of(document, change, other).contains(dot);
          });
      RC_ASSERT(is_in || removed);
    });
  }));
}

TEST_CASE("law: no character leaves a text but by the hand of somebody who had it on the screen",
          "[sync][property][P2][P4]") {
  std::size_t taken = 0;
  std::size_t from_forms = 0;
  CHECK(rc::check([&] {
    const auto replicas = *rc::gen::inRange<std::size_t>(2, 5);
    const Typing typing(draw_words(), replicas);
    auto changes = typing.changes();
    shuffle(changes);
    const auto shown = Typing::shown(delivered(changes));
    std::set<std::string> left = typing.typed();
    for (const std::string& character : typing.taken()) left.erase(character);
    RC_ASSERT(shown.size() == left.size());
    RC_ASSERT(std::set<std::string>(shown.begin(), shown.end()) == left);
    taken += typing.taken().size();
    from_forms += typing.from_forms();
  }));
  CHECK(taken > 100);
  CHECK(from_forms > 100);
}
