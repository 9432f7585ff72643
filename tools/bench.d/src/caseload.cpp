#include "caseload.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "insieme/sqlite/transaction.hpp"

namespace insieme::bench {
namespace {

namespace json = boost::json;

constexpr std::size_t kPersons = 5;
constexpr std::size_t kVisits = 30;
constexpr std::size_t kDirectoryPage = 100;
constexpr std::array kVisitPlaces{"casa", "scuola", "strada", "servizio", "online"};
constexpr std::array kRelations{"1", "2", "3"};

json::object person_json(Chance& chance, const std::string& surname, const std::string& name) {
  return {{"type", "member"},
          {"fields",
           {{"surname", surname},
            {"given_names", name},
            {"birth_date", fmt::format("{}-{:02}-{:02}", 1960 + chance.below(60),
                                       1 + chance.below(12), 1 + chance.below(28))},
            {"relation", chance.pick(kRelations)}}}};
}

json::object visit_fields(Chance& chance) {
  return {{"start_at", invented_date(chance) + fmt::format("T{:02}:30:00.000Z",
                                                           8 + chance.below(10))},
          {"minutes", static_cast<std::int64_t>(15 * (1 + chance.below(12)))},
          {"place", chance.pick(kVisitPlaces)},
          {"observations", invented_text(chance, 200)},
          {"next_step", invented_text(chance, 40)},
          {"educator", fmt::format("educatore{}", chance.below(40))},
          {"state", "bozza"}};
}

std::string create(Subject& subject, std::size_t number, const std::string& name,
                   json::array records) {
  const std::string reply = subject.call(json::serialize(
      json::object{{"command", "dossier.create"},
                   {"request_id", fmt::format("c-{}", number)},
                   {"type", "household"},
                   {"fields", {{"name", name}, {"commune", "Bibbiano"}}},
                   {"records", std::move(records)}}));
  return std::string(json::parse(reply).at("dossier").as_string());
}

/// Reads a blob's or text's length so that SQLite fetches it.
std::size_t weigh(sqlite::Statement& rows) {
  std::size_t bytes = 0;
  const int columns = rows.column_count();
  while (rows.step()) {
    for (int i = 0; i < columns; ++i) bytes += rows.get_blob(i).size();
  }
  return bytes;
}

}  // namespace

Caseload make_caseload(Subject& subject, const Scale& scale, std::uint64_t seed) {
  Chance chance(seed);
  Caseload caseload;
  const auto person = [&](const std::string& surname) {
    const std::string name = invented_given_name(chance);
    if (caseload.persons.size() < 2'000) caseload.persons.emplace_back(surname, name);
    return person_json(chance, surname, name);
  };
  for (std::size_t i = 0; i < scale.households; ++i) {
    const std::string surname = invented_surname(chance);
    json::array records;
    for (std::size_t n = 0; n < kPersons; ++n) records.push_back(person(surname));
    for (std::size_t n = 0; n < kVisits; ++n) {
      records.push_back(json::object{{"type", "visit"}, {"fields", visit_fields(chance)}});
    }
    caseload.dossiers.push_back(create(subject, i, "Famiglia " + surname, std::move(records)));
  }
  for (std::size_t at = 0; at < scale.directory; at += kDirectoryPage) {
    json::array records;
    for (std::size_t n = at; n < std::min(scale.directory, at + kDirectoryPage); ++n) {
      records.push_back(person(invented_surname(chance)));
    }
    create(subject, scale.households + at, fmt::format("Elenco {}", at), std::move(records));
  }
  return caseload;
}

std::string visit_request(Chance& chance, const std::string& dossier,
                          const std::string& request_id) {
  return json::serialize(json::object{{"command", "record.save"},
                                      {"request_id", request_id},
                                      {"type", "visit"},
                                      {"dossier", dossier},
                                      {"fields", visit_fields(chance)}});
}

CaseloadFloor::CaseloadFloor(const std::string& store_path, const std::string& path)
    : db_(open_encrypted(path)) {
  auto from = open_encrypted(store_path);
  sqlite::Transaction transaction(db_);
  db_.execute(kSearchTable);
  db_.execute(
      "CREATE TABLE log(n INTEGER PRIMARY KEY, document INTEGER, bytes BLOB);"
      "CREATE TABLE documents(n INTEGER PRIMARY KEY, dossier TEXT, section TEXT);"
      "CREATE INDEX documents_dossier ON documents(dossier);");
  auto documents = from.prepare(
      "SELECT c.n, d.id, c.section FROM documents c JOIN dossiers d ON d.n = c.dossier");
  while (documents.step()) {
    sync::DossierId id;
    const auto blob = documents.get_blob(1);
    std::copy(blob.begin(), blob.end(), id.bytes.begin());
    const std::string text = sync::to_text(id);
    db_.cached("INSERT INTO documents VALUES(?, ?, ?)")
        .bind_all(documents.get_int64(0), text, documents.get_text(2))
        .run();
  }
  auto tables = from.prepare("SELECT name, n FROM typed_tables");
  while (tables.step()) copy_table(from, std::string(tables.get_text(0)), tables.get_int64(1));
  auto changes = from.prepare("SELECT n, document, header || coalesce(body, '') FROM changes");
  while (changes.step()) {
    db_.cached("INSERT INTO log VALUES(?, ?, ?)")
        .bind_all(changes.get_int64(0), changes.get_int64(1), changes.get_blob(2))
        .run();
  }
  transaction.commit();
}

void CaseloadFloor::copy_table(sqlite::Connection& from, const std::string& name,
                               std::int64_t number) {
  auto info = from.prepare("SELECT name, type FROM pragma_table_info(?)");
  info.bind_all(name);
  std::string columns;
  std::string definitions;
  std::string names = "''";
  std::string notes = "''";
  std::string marks;
  const auto* type = schema::embedded_bundle().find_type(name.substr(4, name.find("__") - 4));
  while (info.step()) {
    const std::string column(info.get_text(0));
    if (column.front() == '_') continue;
    columns += ", \"" + column + "\"";
    definitions += ", \"" + column + "\" " + std::string(info.get_text(1));
    marks += ",?";
    const auto* field = type == nullptr ? nullptr : type->find_field(column);
    if (field == nullptr || !field->search) continue;
    std::string& words = field->kind == schema::FieldKind::text ? notes : names;
    words += " || ' ' || coalesce(\"" + column + "\", '')";
  }
  db_.execute("CREATE TABLE " + name + "(n INTEGER PRIMARY KEY, id BLOB, document INTEGER" +
              definitions + "); CREATE UNIQUE INDEX " + name + "_id ON " + name +
              "(id, document); CREATE INDEX " + name + "_document ON " + name + "(document);");
  auto rows = from.prepare("SELECT " + names + ", " + notes + ", _n, _id, _document" + columns +
                           " FROM " + name);
  auto insert = db_.prepare("INSERT INTO " + name + " VALUES(?,?,?" + marks + ")");
  while (rows.step()) {
    insert.bind(1, rows.get_int64(2)).bind(2, rows.get_blob(3)).bind(3, rows.get_int64(4));
    for (int i = 5; i < rows.column_count(); ++i) {
      if (rows.type(i) == sqlite::ColumnType::integer) {
        insert.bind(i - 1, rows.get_int64(i));
      } else if (rows.type(i) == sqlite::ColumnType::text) {
        insert.bind(i - 1, rows.get_text(i));
      }
    }
    insert.run();
    if (rows.get_text(0).empty() && rows.get_text(1).empty()) continue;
    db_.cached("INSERT INTO search(rowid, names, notes) VALUES(?, ?, ?)")
        .bind_all((number << 40) | rows.get_int64(2), rows.get_text(0), rows.get_text(1))
        .run();
  }
}

std::size_t CaseloadFloor::read_dossier(const std::string& dossier) {
  std::size_t bytes = 0;
  for (const char* sql :
       {"SELECT r.* FROM documents d JOIN rec_household r ON r.document = d.n WHERE d.dossier = ?",
        "SELECT r.* FROM documents d JOIN rec_member r ON r.document = d.n WHERE d.dossier = ?",
        "SELECT r.* FROM documents d JOIN rec_visit r ON r.document = d.n WHERE d.dossier = ?"}) {
    auto& rows = db_.cached(sql);
    const sqlite::ResetGuard guard(rows);
    rows.bind_all(dossier);
    bytes += weigh(rows);
  }
  return bytes;
}

std::size_t CaseloadFloor::search(const std::string& match) {
  auto& hits = db_.cached(
      "SELECT r.* FROM (SELECT rowid & 0xffffffffff AS n FROM search WHERE search MATCH ? "
      "ORDER BY bm25(search, 10.0, 1.0) LIMIT 20) h JOIN rec_member r ON r.n = h.n");
  const sqlite::ResetGuard guard(hits);
  hits.bind_all(match);
  return weigh(hits);
}

void CaseloadFloor::insert_visit(const std::string& note, const std::vector<std::uint8_t>& log) {
  sqlite::Transaction transaction(db_);
  db_.cached(
        "INSERT INTO rec_visit(id, document, start_at, minutes, place, observations, next_step, "
        "educator, state) VALUES(randomblob(16), 1, '2024-03-05T08:30:00.000Z', 45, 'casa', ?1, "
        "substr(?1, 1, 40), 'educatore1', 'bozza')")
      .bind_all(note)
      .run();
  const std::int64_t n = db_.last_insert_rowid();
  db_.cached("INSERT INTO search(rowid, names, notes) VALUES(?1, substr(?2, 1, 40), ?2)")
      .bind_all((std::int64_t{99} << 40) | n, note)
      .run();
  db_.cached("INSERT INTO log(document, bytes) VALUES(1, ?)").bind_all(log).run();
  transaction.commit();
}

}  // namespace insieme::bench
