#include "note_record.hpp"

#include "floor.hpp"
#include "insieme/sqlite/transaction.hpp"
#include "subject.hpp"

namespace insieme::bench {

sync::RecordState note_with(sync::FieldState field) {
  sync::RecordState record;
  record.id.bytes[0] = 1;
  record.type = "note";
  field.name = "body";
  record.fields.push_back(std::move(field));
  return record;
}

NoteStore::NoteStore(const std::filesystem::path& path, const sync::TextState& text)
    : db_(open_encrypted(path.string())) {
  db_.execute("CREATE TABLE note(n INTEGER PRIMARY KEY, kind INTEGER, body TEXT, crdt BLOB)");
  const std::string shown = text.text();
  sync::FieldState typed;
  typed.text = text;
  sync::FieldState plain;
  sync::Mark mark{{{}, 1, 0}, {1'700'000'000'000, 0}, "anna"};
  mark.dot.replica.bytes[0] = 1;
  plain.survivors.push_back({mark, shown});
  const sync::Elide in_column = [](const sync::FieldState&) { return true; };
  const auto typed_bytes = sync::pack_record(note_with(std::move(typed)), numbers_, in_column);
  const auto plain_bytes = sync::pack_record(note_with(std::move(plain)), numbers_, in_column);
  sqlite::Transaction transaction(db_);
  for (std::size_t i = 0; i < kRows; ++i) {
    for (const Note kind : {Note::typed, Note::plain}) {
      const bool is_typed = kind == Note::typed;
      db_.cached("INSERT INTO note VALUES(?, ?, ?, ?)")
          .bind_all(static_cast<std::int64_t>(2 * i + (is_typed ? 0 : 1)),
                    std::int64_t{is_typed ? 0 : 1}, shown, is_typed ? typed_bytes : plain_bytes)
          .run();
    }
  }
  transaction.commit();
}

std::size_t NoteStore::open(Note kind, std::size_t number) {
  auto& row = db_.cached("SELECT body, crdt FROM note WHERE n = ?");
  const sqlite::ResetGuard guard(row);
  const std::size_t n = 2 * (number % kRows) + (kind == Note::typed ? 0 : 1);
  row.bind_all(static_cast<std::int64_t>(n));
  if (!row.step()) stop("a note is missing");
  const sync::Refill refill = [&](std::string_view) {
    return sync::Value{std::string(row.get_text(0))};
  };
  const auto record = must(sync::unpack_record(row.get_blob(1), {}, "note", numbers_, refill));
  const sync::FieldState& field = record.fields.at(0);
  if (kind == Note::typed) return field.text.text().size();
  return std::get<std::string>(field.survivors.at(0).value).size();
}

}  // namespace insieme::bench
