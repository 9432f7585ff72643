#pragma once
// Workload W: visit records of 12 fields in 1,000 documents. Everything is invented and comes from
// the seed.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "chance.hpp"
#include "insieme/schema/bundle.hpp"
#include "insieme/sync/ids.hpp"

namespace insieme::bench {

struct VisitRow {
  sync::RecordId id;
  std::size_t document = 0;  ///< place of its case in Workload::cases
  std::string educator;
  std::string date;  ///< 2024-03-05
  std::int64_t minutes = 0;
  std::string place;
  std::array<std::string, 3> codes;
  std::string note;  ///< 200 characters
  std::int64_t score = 0;
  std::int64_t cents = 0;
};

struct Workload {
  std::vector<sync::RecordId> cases;
  /// Document by document within a batch of kBatch: 20 of one case, then of the next. Batches go
  /// round all cases.
  std::vector<VisitRow> rows;
};
inline constexpr std::size_t kBatch = 1'000;
inline constexpr std::size_t kPerDocument = 20;

[[nodiscard]] Workload make_workload(std::uint64_t seed, std::size_t rows, std::size_t documents);

/// `words` long enough for `characters`, cut there.
[[nodiscard]] std::string invented_text(Chance& chance, std::size_t characters);
[[nodiscard]] std::string invented_surname(Chance& chance);
[[nodiscard]] std::string invented_given_name(Chance& chance);
/// Between 2022 and 2025.
[[nodiscard]] std::string invented_date(Chance& chance);

/// All rows, one a line.
[[nodiscard]] std::string as_csv(const Workload& workload);

/// The schema of W: a case and its visits, in one section. Lives for ever.
[[nodiscard]] const schema::Bundle& workload_bundle();

}  // namespace insieme::bench
