#pragma once
// Many changes of one message in columns: what their headers say member by member, what their
// operations write field by field, every id and name once. Whoever reads them gets the same changes
// back, so ids, digests and signatures know nothing of it. Format: docs/protocol.md section 20.
//
// Two parts: `words` holds numbers and texts, which resemble one another; `noise` holds ids,
// prefixes and digests, which look random and would spoil the compression of the others.

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "change_codec.hpp"
#include "insieme/sync/dictionary.hpp"

namespace insieme::sync {

/// Kinds of operations on one field, with one kind of value. A sender with more writes rows.
inline constexpr std::size_t kShapesMax = 4'096;
/// Names of one message. A name is a byte here and much more in memory. With more: rows.
inline constexpr std::size_t kNamesMax = 65'536;

inline constexpr std::size_t kTimeBytes = 6;  ///< of a UUIDv7: milliseconds, the highest first
inline constexpr std::uint8_t kHasContext = 0x80;  ///< beside the kind of an operation
inline constexpr std::uint8_t kHasTransaction = 4;  ///< beside the content of a change
inline constexpr std::uint8_t kHasOrigin = 8;

enum class Column : std::uint8_t {
  content, dossier, section, replica, seq, deps, dep_replica, dep_seq, stamp_ms, stamp_counter,
  author, schema_version, transaction, origin, operations, shape, record, context, position,
};
inline constexpr std::size_t kColumns = 19;

/// The ids and names of one message, numbered from 0 in the order of their first appearance.
class MessageDictionary final : public Dictionary {
 public:
  [[nodiscard]] std::uint32_t number_of_id(const IdBytes& id) override;
  [[nodiscard]] std::uint32_t number_of_name(std::string_view name) override;
  [[nodiscard]] const IdBytes* id_at(std::uint32_t number) const override;
  [[nodiscard]] const std::string* name_at(std::uint32_t number) const override;
  /// Times of ids and all names into the words, the rest of the ids into the noise.
  void write(WireOut& words, WireOut& noise) const;
  void read(WireIn& words, WireIn& noise);
  [[nodiscard]] std::size_t names() const noexcept { return names_.size(); }

 private:
  std::vector<IdBytes> ids_;
  std::deque<std::string> names_;
  std::unordered_map<IdBytes, std::uint32_t, IdBytesHash> id_numbers_;
  std::unordered_map<std::string_view, std::uint32_t> name_numbers_;
};

/// What an operation is before its record and its content; `tag` of the value, where there is one.
struct Shape {
  std::uint8_t kind = 0;  ///< with the bit that says that a context follows
  std::uint32_t type = 0;
  std::uint32_t field = 0;
  std::uint8_t tag = 0;
  friend auto operator<=>(const Shape&, const Shape&) = default;
};

/// What both sides remember of what went before: only differences are written.
struct ColumnMemory {
  std::uint64_t dossier = 0;   ///< its number in the dictionary
  std::uint64_t record = 0;    ///< its number in the dictionary
  std::uint64_t position = 0;  ///< in the log
  Stamp stamp;
  /// By numbers of dossier, section and replica: the newest seq that was met.
  std::map<std::array<std::uint32_t, 3>, std::uint64_t> seqs;
};

/// Where a text goes on being typed after a splice: mostly, the next one begins there.
[[nodiscard]] inline std::uint64_t cursor_after(std::uint32_t position,
                                                std::span<const std::uint8_t> inserted) noexcept {
  std::uint64_t cursor = position;
  for (const std::uint8_t byte : inserted) cursor += (byte & 0xc0) == 0x80 ? 0 : 1;
  return cursor;
}

struct ColumnParts {
  std::vector<std::uint8_t> words;
  std::vector<std::uint8_t> noise;
};

class MessageColumnsOut {
 public:
  explicit MessageColumnsOut(MessageDictionary& dictionary);
  void add(const Change& change, Content content);
  void add_position(std::uint64_t position);
  /// With what of the message is in no column. Empty when there are too many shapes.
  [[nodiscard]] std::optional<ColumnParts> finish(std::span<const std::uint8_t> rest);

 private:
  struct OfShape {
    explicit OfShape(Dictionary* dictionary) : numbers(dictionary) {}
    WireOut numbers;
    std::vector<std::uint8_t> bytes;
    std::uint64_t cursor = 0;
  };
  [[nodiscard]] WireOut& at(Column column) { return columns_[static_cast<std::size_t>(column)]; }
  void add_header(const ChangeHeader& header);
  void add_operation(const Operation& op);
  void add_text(OfShape& into, std::span<const std::uint8_t> text);
  void add_splices(OfShape& into, const SpliceOp& op);
  [[nodiscard]] std::uint32_t shape_of(const Operation& op);

  MessageDictionary& dictionary_;
  std::deque<WireOut> columns_;
  std::map<Shape, std::uint32_t> numbers_;
  std::vector<Shape> shapes_;
  std::deque<OfShape> of_shape_;
  WireOut noise_;
  ColumnMemory last_;
};

class MessageColumnsIn {
 public:
  /// Everything that is read stays bounded by the parts' bytes and the limits of a message.
  MessageColumnsIn(MessageDictionary& dictionary, std::span<const std::uint8_t> words,
                   std::span<const std::uint8_t> noise);
  /// What of the message is in no column.
  [[nodiscard]] std::span<const std::uint8_t> rest() const noexcept { return rest_; }
  /// Fills in all of a change; its content says what the operations must be.
  [[nodiscard]] Content read(Change& change);
  [[nodiscard]] std::uint64_t read_position();
  /// That nothing is left over.
  void expect_end() const;

 private:
  struct OfShape {
    OfShape(const Shape& what, std::span<const std::uint8_t> number_bytes, const Dictionary* names,
            std::span<const std::uint8_t> text_bytes)
        : shape(what), numbers(number_bytes, names), bytes(text_bytes) {}
    Shape shape;
    WireIn numbers;
    WireIn bytes;
    std::uint64_t cursor = 0;
  };
  [[nodiscard]] WireIn& at(Column column) { return columns_[static_cast<std::size_t>(column)]; }
  /// Prefixes and digests.
  [[nodiscard]] WireIn& noise() { return columns_.back(); }
  void read_header(ChangeHeader& header);
  /// Returns how many bytes of a body it takes at most.
  [[nodiscard]] std::size_t read_operation(Operation& op);
  [[nodiscard]] Action read_action(OfShape& from);
  [[nodiscard]] static std::span<const std::uint8_t> text_of(OfShape& from, std::size_t max);
  [[nodiscard]] const IdBytes& id_of(std::uint32_t number) const;
  [[nodiscard]] const std::string& name_of(std::uint32_t number, std::size_t max) const;

  MessageDictionary& dictionary_;
  std::deque<WireIn> columns_;
  std::deque<OfShape> of_shape_;
  std::span<const std::uint8_t> rest_;
  ColumnMemory last_;
  std::size_t operations_ = 0;
};

}  // namespace insieme::sync
