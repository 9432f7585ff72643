// Packages of other systems and sentences of documents: the first byte says which.
#include <string>

#include "exports/hsds.hpp"
#include "exports/sils.hpp"
#include "fuzz_input.hpp"
#include "insieme/schema/act_text.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/sync/value.hpp"

using namespace insieme;
using namespace insieme::client;

namespace {

void read_sils(const std::string& text) {
  const auto package = exports::sils_from_json(text);
  if (!package.ok()) return;
  const std::string once = exports::to_json(package.value());
  const auto again = exports::sils_from_json(once);
  fuzzing::expect(again.ok());
  fuzzing::expect(exports::to_json(again.value()) == once);
}

void read_directory(const std::string& text) {
  const auto services = exports::hsds_from_json(text);
  if (!services.ok()) return;
  const std::string once = exports::hsds_json(services.value());
  const auto again = exports::hsds_from_json(once);
  fuzzing::expect(again.ok());
  fuzzing::expect(exports::hsds_json(again.value()) == once);
  static_cast<void>(exports::hsds_tables(services.value()));
}

void read_words(const std::string& text) {
  if (!sync::is_valid_utf8(text)) return;  // a request that is not is refused before
  const auto day = schema::find_day(text);
  if (day) static_cast<void>(schema::day_near(*day, sync::Date{19'786}));
  const auto act = schema::read_act(text);
  if (!act) return;
  fuzzing::expect(!act->number.empty() || act->date);
  fuzzing::expect(!act->date || act->year == schema::civil_from_date(*act->date).year);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(data + 1, data + size);
  switch (data[0] % 3) {
    case 0: read_sils(text); break;
    case 1: read_directory(text); break;
    default: read_words(text);
  }
  return 0;
}
