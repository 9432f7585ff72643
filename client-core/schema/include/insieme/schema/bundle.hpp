#pragma once
// The schema bundle: record types, fields, merge policies, code lists and labels as data. Read from
// a folder, from texts in memory, or from the copy inside the program.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/schema/alike.hpp"
#include "insieme/schema/rule.hpp"
#include "insieme/schema/types.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::schema {

/// The bundle format that this build reads. A bundle that asks for more is `wrong_version`. Since 2
/// there are rules and computed fields, since 3 escrows, entries that spend, and positions, since 5
/// tables for each of several words, and figures beside one another, in reports.
inline constexpr int kEngineVersion = 5;
/// A refused bundle names at most so many of its faults.
inline constexpr std::size_t kReportedFaultsMax = 20;

struct Bundle {
  std::string name;
  int version = 0;     ///< grows by one with every published change
  int min_engine = 0;
  /// FNV-1a 64 over the bundle's content, independent of the order of keys and of white space. It
  /// tells bundles apart and is not cryptographic: it proves nothing against an adversary.
  std::uint64_t digest = 0;
  std::vector<Section> sections;
  std::vector<CodeList> lists;
  std::vector<RecordType> types;
  std::vector<Rule> rules;
  std::vector<ComputedField> computed;
  std::vector<Alike> alike;
  NameIndex section_index;
  NameIndex list_index;
  NameIndex type_index;
  /// Positions in `rules`, by record type.
  std::map<std::string, std::vector<std::size_t>, std::less<>> rules_of_type;

  /// Constant time; nullptr when there is none. The pointers live as long as the bundle.
  [[nodiscard]] const Section* find_section(std::string_view section_name) const noexcept;
  [[nodiscard]] const CodeList* find_list(std::string_view list_name) const noexcept;
  [[nodiscard]] const RecordType* find_type(std::string_view type_name) const noexcept;
  /// How concurrent values of a field are met; `review` for one that is not known here.
  [[nodiscard]] RegisterPolicy policy(std::string_view type_name,
                                      std::string_view field_name) const noexcept;
  /// The rules about records of a type, in the order of the files.
  [[nodiscard]] std::vector<const Rule*> rules_for(std::string_view type_name) const;
  /// 16 lower-case hexadecimal digits.
  [[nodiscard]] std::string digest_text() const;
};

/// Path inside the bundle (`types/visit.json`) → its text.
using BundleFiles = std::map<std::string, std::string, std::less<>>;

/// Parses and checks a whole bundle. On failure the error's detail has one line per fault, at most
/// kReportedFaultsMax and then how many more: `types/visit.json: fields[3].list: no code list is
/// called "luogi"; did you mean "luoghi"?`. Unknown keys are faults. Codes: `malformed`, or
/// `wrong_version` when the bundle needs a newer engine.
[[nodiscard]] Result<Bundle> parse_bundle(const BundleFiles& files);

/// Reads `bundle.json` in `dir` and the files that it lists, then parse_bundle. `not_found` if a
/// file cannot be read; a listed path may not leave the folder.
[[nodiscard]] Result<Bundle> load_bundle(const std::filesystem::path& dir);

/// The bundle as it was when the program was built. Ends the process if it is broken, which a test
/// makes impossible to ship.
[[nodiscard]] const Bundle& embedded_bundle();
/// Its files, byte for byte.
[[nodiscard]] const BundleFiles& embedded_bundle_files();

}  // namespace insieme::schema
