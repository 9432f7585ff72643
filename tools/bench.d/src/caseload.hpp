#pragma once
// Caseload C in the product's own schema: households with 5 persons and 30 visits each, and a
// directory of further persons; and the same rows in SQLite alone.

#include <memory>
#include <string>
#include <vector>

#include "bench.hpp"
#include "floor.hpp"

namespace insieme::bench {

struct Caseload {
  std::vector<std::string> dossiers;  ///< of households, as text
  std::vector<std::pair<std::string, std::string>> persons;  ///< some surnames and given names
};

/// Fills an empty store through the command path.
Caseload make_caseload(Subject& subject, const Scale& scale, std::uint64_t seed);
/// `record.save` of a visit to this household.
[[nodiscard]] std::string visit_request(Chance& chance, const std::string& dossier,
                                        const std::string& request_id);

/// A floor of equal duty with every typed row of a store: the same columns, cipher, indexes, search
/// table and log bytes.
class CaseloadFloor {
 public:
  /// The store must be closed or at rest.
  CaseloadFloor(const std::string& store_path, const std::string& path);
  /// Opens one that was made before.
  explicit CaseloadFloor(const std::string& path) : db_(open_encrypted(path)) {}

  /// All rows of a dossier; gives how many bytes they hold.
  std::size_t read_dossier(const std::string& dossier);
  /// The best 20 of a prefix search, with their rows.
  std::size_t search(const std::string& match);
  /// A visit like another one, in its own transaction, with its search and log rows.
  void insert_visit(const std::string& note, const std::vector<std::uint8_t>& log);
  [[nodiscard]] sqlite::Connection& db() noexcept { return db_; }

 private:
  void copy_table(sqlite::Connection& from, const std::string& name, std::int64_t number);
  sqlite::Connection db_;
};

}  // namespace insieme::bench
