// The newest unsent change remembers the last stamp; what has left the log is remembered otherwise.
#include "two_tablets.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

sync::Operation minutes_of(const sync::RecordId& visit, std::int64_t minutes) {
  return write_op(visit, "visit", "minutes", minutes);
}

}  // namespace

TEST_CASE("stamps grow through clocks set back, answers, and programs side by side",
          "[store][P2]") {
  TwoTablets t;
  Tablet& anna = t.anna;
  const sync::DocumentId education{t.dossier, "education"};
  const auto visit = anna.new_record();
  std::int64_t minutes = 0;
  const auto save = [&] { must(anna.save(education, {minutes_of(visit, ++minutes)})); };
  save();
  save();
  anna.platform.now = 0;  // 1970
  anna.reopen();
  save();
  t.relay.sync(anna);  // nothing is unsent any more
  anna.reopen();
  save();
  {
    // Another program on the same store, with the clock as it was.
    auto beside = must(client::Store::open(anna.options()));
    must(beside->once("beside", 1, [&](client::Writer& writer) -> Result<std::string> {
      INSIEME_TRY(writer.add(education, {minutes_of(visit, ++minutes)}));
      return std::string("{}");
    }));
  }
  save();
  const auto lines = must(anna.store->history({education, "visit", visit}));
  REQUIRE(lines.size() == static_cast<std::size_t>(minutes));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    CAPTURE(i);
    CHECK(lines[i - 1].stamp < lines[i].stamp);
  }
}
