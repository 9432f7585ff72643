// The rules and reports of a schema bundle: the bytes are a file of one or the other (first byte:
// which), beside the types of the bundle inside the program, so that names and kinds are right.
#include <string>

#include "fuzz_input.hpp"
#include "insieme/schema/bundle.hpp"
#include "insieme/schema/report.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool is_rules = data[0] % 2 == 0;
  const std::string name = is_rules ? "rules/identity.json" : "reports/people.json";
  schema::BundleFiles files = schema::embedded_bundle_files();
  fuzzing::expect(files.count(name) == 1);
  files[name] = std::string(data + 1, data + size);
  const auto bundle = schema::parse_bundle(files);
  if (!bundle.ok()) {
    fuzzing::expect(!bundle.error().detail.empty());
    return 0;
  }
  const auto book = schema::parse_report_book(*bundle, files);
  fuzzing::expect(book.ok());
  for (const schema::Report& report : book->reports) {
    fuzzing::expect(book->find(report.name) == &report);
  }
  return 0;
}
