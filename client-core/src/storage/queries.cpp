// Reading: dossiers, lists, search, status. Everything here is one short read transaction.
#include "storage/queries.hpp"

#include <algorithm>
#include <set>

#include "insieme/schema/validate.hpp"
#include "insieme/sync/dossier_mark.hpp"
#include "insieme/sync/space_dossier.hpp"
#include "storage/late_work.hpp"
#include "storage/glass.hpp"
#include "storage/name_words.hpp"
#include "storage/openings.hpp"

namespace insieme::client {
namespace {

std::int64_t count(Core& core, const char* sql) {
  auto row = core.db.prepare(sql);
  return row.step() ? row.get_int64(0) : 0;
}

sync::DocumentId document_id(Core& core, std::int64_t n) {
  auto& row = core.db.cached(
      "SELECT d.id, c.section FROM documents c JOIN dossiers d ON d.n = c.dossier WHERE c.n = ?");
  const sqlite::ResetGuard guard(row);
  row.bind_all(n);
  if (!row.step()) refuse(ErrorCode::storage_failure, "a record without a document");
  return {id_from_blob<sync::DossierId>(row.get_blob(0)), std::string(row.get_text(1))};
}

/// Columns of a line query: the store's own, then those of the title, or all where a line needs the
/// whole record; then _id and _document.
std::string line_columns(const TypedTable& table) {
  if (!table.has_lines) {
    return table.select_one.substr(0, table.select_one.find(" FROM ")) + ", _id, _document";
  }
  std::string columns = "SELECT _n, _retracted, _edited_ms, _edited_by, _items, _own, NULL, _type";
  for (const schema::Field* field : table.title) columns += ", " + quoted(field->name);
  return columns + ", _id, _document";
}

int id_column(const TypedTable& table) {
  const std::size_t fields = table.has_lines ? table.title.size() : table.columns.size();
  return kOwnColumns + static_cast<int>(fields);
}

/// Makes lines out of rows; names of documents are looked up once.
class Lines {
 public:
  explicit Lines(Core& core) : core_(core) {}

  RecordLine read(const TypedTable& table, const sqlite::Statement& row) {
    const int id = id_column(table);
    RecordLine line;
    line.ref.id = id_from_blob<sync::RecordId>(row.get_blob(id));
    line.ref.type = table.is_other() ? std::string(row.get_text(kColType)) : table.type;
    line.ref.document = document(row.get_int64(id + 1));
    line.title = table.has_lines ? title(table, row) : whole_title(table, row, line.ref.id);
    line.retracted = row.get_int64(kColRetracted) != 0;
    line.in_review = row.get_int64(kColItems) != 0;
    line.edited_ms = row.get_int64(kColEditedMs);
    const auto author = static_cast<std::uint32_t>(row.get_int64(kColEditedBy));
    const std::string* by = core_.dictionary.name_at(author);
    if (by != nullptr) line.edited_by = *by;
    return line;
  }

 private:
  const sync::DocumentId& document(std::int64_t n) {
    const auto known = documents_.find(n);
    if (known != documents_.end()) return known->second;
    return documents_.emplace(n, document_id(core_, n)).first->second;
  }

  /// Columns show what fields show, so a title needs nothing else of the record.
  std::string title(const TypedTable& table, const sqlite::Statement& row) {
    const schema::RecordType* type = core_.bundle.find_type(table.type);
    schema::RecordValues values;
    for (std::size_t i = 0; i < table.title.size(); ++i) {
      const int column = kOwnColumns + static_cast<int>(i);
      if (row.is_null(column)) continue;
      sync::Value value = value_from_column(*table.title[i], row, column);
      // What is not of the field's kind stands in its column as words.
      if (std::holds_alternative<sync::Null>(value)) value = std::string(row.get_text(column));
      values[table.title[i]->name].push_back(std::move(value));
    }
    return schema::record_title(core_.bundle, *type, values, core_.language);
  }

  std::string whole_title(const TypedTable& table, const sqlite::Statement& row,
                          const sync::RecordId& id) {
    LoadedRecord record;
    record.table = &table;
    record.state.id = id;
    read_row(core_, record, row);
    return title_of(core_, record.state);
  }

  Core& core_;
  std::map<std::int64_t, sync::DocumentId> documents_;
};

/// What marks a whole dossier is kept as a record, and is none that people made.
std::string without_marks(const TypedTable& table) {
  return table.is_other() ? " WHERE _type <> '" + std::string(sync::kMarksType) + "'" : "";
}

bool has_column(const TypedTable& table, const std::string& name) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [&name](const auto* field) { return field->name == name; });
}

/// The WHERE clause of a list over one table; empty if the table has not the asked columns.
std::optional<std::string> conditions(const TypedTable& table, const ListQuery& query) {
  if (!query.order.empty() && !has_column(table, query.order)) return {};
  std::string where = without_marks(table);
  if (where.empty()) where = " WHERE 1";
  if (!query.retracted_too) where += " AND _retracted = 0";
  if (query.dossier) {
    where +=
        " AND _document IN (SELECT c.n FROM documents c JOIN dossiers d ON d.n = c.dossier "
        "WHERE d.id = ?)";
  }
  for (const auto& [column, value] : query.where) {
    if (!has_column(table, column)) return {};
    where += " AND CAST(" + quoted(column) + " AS TEXT) = ?";
  }
  return where;
}

void bind_conditions(sqlite::Statement& statement, const ListQuery& query, int& index) {
  if (query.dossier) statement.bind(++index, query.dossier->bytes);
  for (const auto& [column, value] : query.where) statement.bind(++index, std::string_view(value));
}

/// What people order by hand stands in their order in its dossier, the rest behind it.
std::string order_of(const TypedTable& table, const ListQuery& query) {
  if (!query.order.empty()) {
    const std::string column = quoted(query.order);
    return " ORDER BY " + column + " IS NULL, " + column + " DESC, _id";
  }
  if (!query.dossier) return " ORDER BY _id";
  for (const schema::Field* field : table.columns) {
    if (field->kind != schema::FieldKind::position) continue;
    return " ORDER BY " + quoted(field->name) + " IS NULL, " + quoted(field->name) + ", +_id";
  }
  return " ORDER BY +_id";
}

/// The words a person typed, as the search index splits them.
std::vector<std::string> words_of(const std::string& typed) {
  std::vector<std::string> words(1);
  for (const char c : typed) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter =
        byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter) {
      words.back().push_back(c);
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// As an FTS5 query: every word is a beginning, all must occur.
std::string match_typed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "\"" : " \"") + word + "\"*";
  return out;
}

/// The same, but each word may also be a name that somebody spelt like it. Empty: there is none.
std::string match_near(Core& core, const std::vector<std::string>& words) {
  std::string out;
  bool any = false;
  for (const std::string& word : words) {
    out += (out.empty() ? "(\"" : " AND (\"") + word + "\"*";
    std::string others;
    for (const std::string& near : names_near(core, word)) {
      others += (others.empty() ? "\"" : " OR \"") + near + "\"";
    }
    if (!others.empty()) out += " OR names : (" + others + ")";
    any = any || !others.empty();
    out += ")";
  }
  return any ? out : std::string();
}

/// Titles of dossiers, from the first root record of each.
void fill_roots(Core& core, std::map<std::int64_t, DossierLine>& lines) {
  for (const TypedTable* used : core.tables.used()) {
    const TypedTable& table = *used;
    const schema::RecordType* type = core.bundle.find_type(table.type);
    if (type == nullptr || !type->root || table.section != type->section) continue;
    auto& rows = core.db.cached(line_columns(table) +
                                ", (SELECT dossier FROM documents WHERE n = _document) FROM " +
                                table.name + " ORDER BY _retracted, _id");
    const sqlite::ResetGuard guard(rows);
    const int dossier_column = id_column(table) + 2;
    Lines reader(core);
    while (rows.step()) {
      const auto line = lines.find(rows.get_int64(dossier_column));
      if (line == lines.end() || !line->second.root_type.empty()) continue;
      line->second.title = reader.read(table, rows).title;
      line->second.root_type = table.type;
    }
  }
}

/// Adds what `sql` counts (dossier, number) to each line.
void count_by_dossier(Core& core, const std::string& sql,
                      std::map<std::int64_t, DossierLine>& lines,
                      std::uint64_t DossierLine::*number) {
  auto& rows = core.db.cached(sql);
  const sqlite::ResetGuard guard(rows);
  while (rows.step()) {
    const auto line = lines.find(rows.get_int64(0));
    if (line != lines.end()) {
      line->second.*number += static_cast<std::uint64_t>(rows.get_int64(1));
    }
  }
}

}  // namespace

std::vector<sync::DossierId> list_dossier_ids(Core& core) {
  auto& rows = core.db.cached("SELECT id FROM dossiers ORDER BY n");
  const sqlite::ResetGuard guard(rows);
  std::vector<sync::DossierId> ids;
  while (rows.step()) ids.push_back(id_from_blob<sync::DossierId>(rows.get_blob(0)));
  return ids;
}

std::vector<DossierLine> list_dossiers(Core& core) {
  std::map<std::int64_t, DossierLine> by_number;
  {
    auto& rows = core.db.cached("SELECT n, id, sections, may_review, leaving FROM dossiers");
    const sqlite::ResetGuard guard(rows);
    while (rows.step()) {
      DossierLine& line = by_number[rows.get_int64(0)];
      line.id = id_from_blob<sync::DossierId>(rows.get_blob(1));
      line.sections = split_words(rows.get_text(2));
      line.may_review = rows.get_int64(3) != 0;
      line.leaving = rows.get_int64(4) != 0;
    }
  }
  fill_roots(core, by_number);
  for (const TypedTable* table : core.tables.used()) {
    count_by_dossier(core,
                     "SELECT d.dossier, r.records FROM (SELECT _document, count(*) AS records "
                     "FROM " + table->name + without_marks(*table) +
                         " GROUP BY _document) r JOIN documents d ON d.n = r._document",
                     by_number, &DossierLine::records);
  }
  count_by_dossier(core,
                   "SELECT d.dossier, count(*) FROM changes c JOIN documents d ON d.n = c.document "
                   "WHERE c.state IN (0, 1, 5) GROUP BY d.dossier",
                   by_number, &DossierLine::unsent);
  std::vector<DossierLine> lines;
  lines.reserve(by_number.size());
  for (auto& [n, line] : by_number) lines.push_back(std::move(line));
  return lines;
}

RecordLine record_line(Core& core, const TypedTable& table, std::int64_t n) {
  auto& row = core.db.cached(line_columns(table) + " FROM " + table.name + " WHERE _n = ?");
  const sqlite::ResetGuard guard(row);
  row.bind_all(n);
  if (!row.step()) refuse(ErrorCode::storage_failure, "a record that is listed is not there");
  return Lines(core).read(table, row);
}

sync::DossierId dossier_id(Core& core, std::int64_t n) {
  auto& row = core.db.cached("SELECT id FROM dossiers WHERE n = ?");
  const sqlite::ResetGuard guard(row);
  row.bind_all(n);
  if (!row.step()) refuse(ErrorCode::storage_failure, "a document without a dossier");
  return id_from_blob<sync::DossierId>(row.get_blob(0));
}

std::string dossier_title(Core& core, std::int64_t n) {
  for (const TypedTable* table : core.tables.used()) {
    const schema::RecordType* type = core.bundle.find_type(table->type);
    if (type == nullptr || !type->root || table->section != type->section) continue;
    auto& row = core.db.cached(line_columns(*table) + " FROM " + table->name +
                               " WHERE _document IN (SELECT n FROM documents WHERE dossier = ?) "
                               "ORDER BY _retracted, +_id LIMIT 1");
    const sqlite::ResetGuard guard(row);
    row.bind_all(n);
    if (row.step()) return Lines(core).read(*table, row).title;
  }
  return {};
}

std::vector<RecordLine> list_records(Core& core, const ListQuery& query) {
  if (query.limit == 0 || query.limit > 1'000) {
    refuse(ErrorCode::invalid_argument, "a list has 1 to 1000 lines a page");
  }
  std::vector<RecordLine> lines;
  Lines reader(core);
  std::size_t skip = query.offset;
  bool column_found = false;
  const auto& used = core.tables.used();
  for (const TypedTable& table : core.tables.all()) {
    if (query.type && table.type != *query.type && !table.is_other()) continue;
    const auto where = conditions(table, query);
    if (!where) continue;
    column_found = true;
    if (std::find(used.begin(), used.end(), &table) == used.end()) continue;
    const bool filter_other = query.type && table.is_other();
    // The records of one dossier are few: found by document and sorted. In the order of the index
    // on ids SQLite would walk the whole table to save the sorting.
    auto& rows = core.db.cached(line_columns(table) + " FROM " + table.name + *where +
                                (filter_other ? " AND _type = ?" : "") +
                                order_of(table, query));
    const sqlite::ResetGuard guard(rows);
    int index = 0;
    bind_conditions(rows, query, index);
    if (filter_other) rows.bind(++index, std::string_view(*query.type));
    while (lines.size() < query.limit && rows.step()) {
      if (skip > 0) {
        --skip;
        continue;
      }
      lines.push_back(reader.read(table, rows));
    }
  }
  if (!column_found && !query.where.empty()) {
    refuse(ErrorCode::invalid_argument, "no such field to filter by: " + query.where[0].first);
  }
  if (!column_found && !query.order.empty()) {
    refuse(ErrorCode::invalid_argument, "no such field to order by: " + query.order);
  }
  return lines;
}

namespace {

/// With fewer hits than this, what was typed may be spelt otherwise.
constexpr std::size_t kHitsFew = 3;
constexpr std::size_t kWordsMax = 8;  ///< a longer question is no name

/// Records that the search index finds, each once, best first.
class Hits {
 public:
  Hits(Core& core, std::size_t limit) : core_(core), limit_(limit), reader_(core) {}

  void add(const std::string& match, bool alike) {
    auto& hits = core_.db.cached(
        "SELECT rowid FROM search WHERE search MATCH ? ORDER BY bm25(search, 10.0, 1.0) LIMIT ?");
    const sqlite::ResetGuard hits_guard(hits);
    hits.bind_all(match, static_cast<std::int64_t>(limit_));
    while (lines_.size() < limit_ && hits.step()) {
      const std::int64_t row_id = hits.get_int64(0);
      const TypedTable* table = core_.tables.by_number(row_id >> 40);
      if (table == nullptr || !known_.insert(row_id).second) continue;
      auto& row = core_.db.cached(line_columns(*table) + " FROM " + table->name + " WHERE _n = ?");
      const sqlite::ResetGuard guard(row);
      row.bind_all(row_id & ((std::int64_t{1} << 40) - 1));
      if (!row.step()) continue;
      lines_.push_back(reader_.read(*table, row));
      lines_.back().alike = alike;
    }
  }
  /// Those that were found as alike from `from` on: the nearest first.
  void sort_near(std::size_t from, const std::vector<std::string>& words) {
    const auto first = lines_.begin() + static_cast<std::ptrdiff_t>(from);
    std::vector<std::pair<int, RecordLine>> near;
    for (auto line = first; line != lines_.end(); ++line) {
      int sum = 0;
      for (const std::string& word : words) sum += nearness_in(line->title, word);
      near.emplace_back(sum, std::move(*line));
    }
    std::stable_sort(near.begin(), near.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::transform(near.begin(), near.end(), first,
                   [](auto& one) { return std::move(one.second); });
  }
  [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }
  std::vector<RecordLine> take() { return std::move(lines_); }

 private:
  Core& core_;
  std::size_t limit_;
  Lines reader_;
  std::vector<RecordLine> lines_;
  std::set<std::int64_t> known_;
};

}  // namespace

std::vector<RecordLine> search_records(Core& core, const std::string& typed, std::size_t limit) {
  const std::vector<std::string> words = words_of(typed);
  if (words.empty()) return {};
  Hits hits(core, std::min<std::size_t>(limit, 1'000));
  hits.add(match_typed(words), false);
  const std::size_t exact = hits.size();
  if (exact < kHitsFew && words.size() <= kWordsMax) {
    const std::string near = match_near(core, words);
    if (!near.empty()) hits.add(near, true);
    hits.sort_near(exact, words);
  }
  return hits.take();
}

std::optional<RecordRef> locate_record(Core& core, const sync::RecordId& id) {
  // One statement looks through all tables, in their order: a record is found, or found missing,
  // at the cost of a probe each.
  const std::string& locate = core.tables.locate();
  if (locate.empty()) return {};
  auto& row = core.db.cached(locate);
  const sqlite::ResetGuard guard(row);
  row.bind_all(id.bytes);
  if (!row.step()) return {};
  const TypedTable& table = core.tables.all()[static_cast<std::size_t>(row.get_int64(0))];
  RecordRef ref;
  ref.id = id;
  ref.type = table.is_other() ? std::string(row.get_text(2)) : table.type;
  ref.document = document_id(core, row.get_int64(1));
  return ref;
}

StoreStatus read_status(Core& core) {
  StoreStatus status;
  status.identity = core.identity;
  status.identity.keys.secret_key = {};
  const auto number = [&](const char* sql) { return static_cast<std::uint64_t>(count(core, sql)); };
  status.unsent = number("SELECT count(*) FROM changes WHERE state IN (0, 1, 5)") +
                  static_cast<std::uint64_t>(count_late_work(core));
  auto oldest =
      core.db.prepare("SELECT header FROM changes WHERE state IN (0, 1, 5) ORDER BY n LIMIT 1");
  if (oldest.step()) {
    status.oldest_unsent_ms = require(sync::decode_header(oldest.get_blob(0))).stamp.ms;
  }
  status.held = number("SELECT count(*) FROM quarantine WHERE state = 3");
  status.refused = number("SELECT count(*) FROM quarantine WHERE state = 4");
  status.open_items = number("SELECT count(*) FROM items");
  status.open_held = number("SELECT count(*) FROM inbox WHERE open = 1");
  status.drafts = number("SELECT count(*) FROM drafts");
  status.notices = number("SELECT count(*) FROM alarms");
  status.exchanged = number("SELECT count(*) FROM changes WHERE state = 6");
  status.letters = number("SELECT count(*) FROM bundles WHERE letter = 1");
  status.openings = count_unsent_openings(core);
  status.glass_unseen = count_unseen_glasses(core);
  status.server_rules_version = core.setting_number("server_rules_version", 0);
  status.server_speaks = core.setting_number("server_speaks", 0);
  status.server_rules_digest = core.setting("server_rules_digest").value_or("");
  status.server_refusal = core.setting("server_refusal").value_or("");
  status.dossiers = number("SELECT count(*) FROM dossiers");
  // The space's own is nobody's case.
  if (core.dossier(sync::space_dossier(core.identity.space))) --status.dossiers;
  for (const TypedTable* table : core.tables.used()) {
    status.records +=
        number(("SELECT count(*) FROM " + table->name + without_marks(*table)).c_str());
  }
  status.cursor = load_cursor(core);
  if (core.setting("last_sync_ms")) status.last_sync_ms = core.setting_number("last_sync_ms", 0);
  status.clock_known = core.setting("clock_offset_ms").has_value();
  status.clock_offset_ms = core.setting_number("clock_offset_ms", 0);
  status.bytes = static_cast<std::uint64_t>(core.db.size_bytes());
  return status;
}

sync::Cursor load_cursor(Core& core) {
  sync::Cursor cursor;
  cursor.epoch = static_cast<std::uint64_t>(core.setting_number("cursor_epoch", 0));
  cursor.position = static_cast<std::uint64_t>(core.setting_number("cursor_position", 0));
  if (const auto hash = core.setting("cursor_hash")) {
    require(sync::from_hex(*hash, cursor.log_hash.bytes));
  }
  return cursor;
}

}  // namespace insieme::client
