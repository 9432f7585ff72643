// `insieme replay`: rights, what is delivered in which order, what waits, and faults, clause by
// clause of docs/testing.md.
#include "replay/played.hpp"
#include "replay/world.hpp"
#include "support/catch.hpp"

using namespace insieme::testing::replay;

namespace {

std::string credit(const std::string& provisional, const std::string& rights,
                   const std::string& spent) {
  return "{\"provisional\":" + provisional + ",\"rights\":{" + rights + "},\"spent\":" + spent +
         "}";
}
std::string grant(const std::string& to, const std::string& amount) {
  return "'grant':{'credit':{'to':'" + to + "','amount':" + amount + "}}";
}
std::string transfer(const std::string& to, const std::string& amount) {
  return "'transfer':{'credit':{'to':'" + to + "','amount':" + amount + "}}";
}
std::string spend(const std::string& amount) { return "'spend':{'credit':" + amount + "}"; }

/// The tags of r1, in which the tests below count what has arrived.
std::string tag(const std::string& on, const std::string& name) {
  return write(on, "'add':{'tags':['" + name + "']}");
}

/// Six independent changes a..f by replicas a..f, gathered at `hub` and sent on to `far`.
std::vector<std::string> six() {
  std::vector<std::string> lines;
  const std::vector<std::string> names{"a", "b", "c", "d", "e", "f"};
  for (const char* name : {"hub", "far", "f", "e", "d", "c", "b", "a"}) {
    lines.push_back("{'do':'replica','name':'" + std::string(name) + "'}");
  }
  for (const std::string& name : names) lines.push_back(tag(name, name));
  for (const std::string& name : names) lines.push_back(deliver(name, "hub"));
  return lines;
}

/// In which order they go, seen by sending more and more of them.
std::string order_of(const std::string& rest) {
  std::string order;
  for (int max = 1; max <= 6; ++max) {
    auto lines = six();
    lines.push_back(deliver("hub", "far", rest + ",'max':" + std::to_string(max)));
    lines.push_back(dump("far"));
    const Played played = play(script_of(lines));
    REQUIRE_FALSE(played.fault);
    const json::value tags = json::parse(played.field(0, "tags"));
    for (const json::value& got : tags.as_array()) {
      const std::string name(got.as_string());
      if (order.find(name) == std::string::npos) order += name;
    }
  }
  return order;
}

}  // namespace

TEST_CASE("replay: rights are granted, transferred and spent by their holder", "[replay][P11]") {
  const Played played = play_abc(
      {write("A", grant("B", "20")), dump("A"), sync("A", "B"),
       write("B", transfer("C", "5") + "," + spend("10")), dump("B"), sync("B", "C"),
       write("C", spend("6")), write("C", spend("5")), dump("C"), write("C", spend("0")),
       dump("C")});
  REQUIRE_FALSE(played.fault);
  CHECK(played.field(0, "credit") == credit("0", R"("A":0,"B":20,"C":0)", "0"));
  CHECK(played.field(1, "credit") == credit("0", R"("A":0,"B":5,"C":5)", "10"));
  CHECK(played.field(2, "credit") == credit("6", R"("A":0,"B":5,"C":0)", "15"));
  CHECK(played.about(2, "items") == R"(["provisional-spend"])");
  CHECK(played.field(3, "credit") == credit("6", R"("A":0,"B":5,"C":0)", "15"));
}

TEST_CASE("replay: provisional is for ever, and wholly", "[replay][P11]") {
  const Played played =
      play_abc({write("A", grant("B", "4")), sync("A", "B"), write("B", spend("5")), dump("B"),
                write("A", grant("B", "90")), sync("A", "B"), dump("B"), write("B", spend("5")),
                dump("B")});
  CHECK(played.field(0, "credit") == credit("5", R"("A":0,"B":4,"C":0)", "0"));
  CHECK(played.field(1, "credit") == credit("5", R"("A":0,"B":94,"C":0)", "0"));
  CHECK(played.field(2, "credit") == credit("5", R"("A":0,"B":89,"C":0)", "5"));
}

TEST_CASE("replay: a transfer of too much makes its line change nothing at all", "[replay][P11]") {
  const Played played = play_abc(
      {write("A", "'set':{'reg':'x'}," + grant("A", "3")), dump("A"),
       write("A", "'set':{'reg':'y'}," + transfer("B", "4")), dump("A"),
       "{'do':'write','on':'A','record':'r2'," + transfer("B", "1") + "}", dump("A"),
       write("A", "'set':{'reg':'z'}," + transfer("B", "3")), dump("A")});
  REQUIRE_FALSE(played.fault);
  CHECK(played.dumps[1] == played.dumps[0]);
  CHECK(played.dumps[2] == played.dumps[0]);
  CHECK(played.field(3, "credit") == credit("0", R"("A":0,"B":3,"C":0)", "0"));
}

TEST_CASE("replay: a line sees its own grant and transfer, in that order", "[replay][P11]") {
  const Played played = play_abc(
      {write("A", grant("A", "5") + "," + transfer("B", "2") + "," + spend("3")), dump("A"),
       write("A", grant("A", "5") + "," + transfer("B", "2") + "," + spend("4")), dump("A"),
       write("A", transfer("A", "3") + "," + spend("3")), dump("A"),
       write("A", transfer("B", "0")), dump("A")});
  REQUIRE_FALSE(played.fault);
  CHECK(played.field(0, "credit") == credit("0", R"("A":0,"B":2,"C":0)", "3"));
  CHECK(played.field(1, "credit") == credit("4", R"("A":3,"B":4,"C":0)", "3"));
  CHECK(played.field(2, "credit") == credit("4", R"("A":0,"B":4,"C":0)", "6"));
  CHECK(played.digest(3) != played.digest(2));
}

TEST_CASE("replay: rights are the replica's, whatever form was open", "[replay][P11]") {
  const Played played = play_abc(
      {write("A", grant("A", "5")), on("open", "A", "'form':'f'"), write("B", grant("A", "5")),
       deliver("B", "A"), write("A", "'form':'f'," + spend("10")), dump("A"),
       write("A", "'form':'f'," + spend("1")), dump("A")});
  CHECK(played.field(0, "credit") == credit("0", R"("A":0,"B":0,"C":0)", "10"));
  CHECK(played.field(1, "credit") == credit("1", R"("A":0,"B":0,"C":0)", "10"));
}

TEST_CASE("replay: rights are those of one record", "[replay][P11]") {
  const Played played =
      play_abc({"{'do':'write','on':'A','record':'r2'," + grant("A", "5") + "}",
                write("A", spend("1")), dump("A")});
  CHECK(played.field(0, "credit") == credit("1", R"("A":0,"B":0,"C":0)", "0"));
}

TEST_CASE("replay: candidates go by the sum of their deps, then replica, then seq", "[replay]") {
  CHECK(order_of("'order':'causal'") == "abcdef");
  CHECK(order_of("'repeat':1") == "abcdef");
  CHECK(order_of("'order':'reverse'") == "fedcba");
  // B's change depends on two of A's, so C's, which depends on nothing, goes first. deps hold the
  // author's own earlier changes: A's second one comes after C's.
  const Played played = play_abc({tag("A", "a1"), tag("A", "a2"), deliver("A", "B"), tag("B", "b"),
                                  tag("C", "c"), deliver("C", "B"),
                                  "{'do':'sync','between':['A','B']}", dump("A")});
  REQUIRE_FALSE(played.fault);
  const auto first = [](int max) {
    const Played part = play(script_of(
        {"{'do':'replica','name':'A'}", "{'do':'replica','name':'B'}",
         "{'do':'replica','name':'C'}", "{'do':'replica','name':'D'}", tag("A", "a1"),
         tag("A", "a2"), deliver("A", "B"), tag("B", "b"), tag("C", "c"), deliver("C", "B"),
         deliver("B", "D", "'max':" + std::to_string(max)), dump("D")}));
    return part.field(0, "tags");
  };
  CHECK(first(1) == R"(["a1"])");
  CHECK(first(2) == R"(["a1","c"])");
  CHECK(first(3) == R"(["a1","a2","c"])");
  CHECK(first(4) == R"(["a1","a2","b","c"])");
}

TEST_CASE("replay: shuffle is Fisher-Yates from the last index with splitmix64", "[replay]") {
  CHECK(order_of("'order':'shuffle:1234567'") == "acbefd");
  CHECK(order_of("'order':'shuffle:0'") == "ecfdab");
  CHECK(order_of("'order':'shuffle:18446744073709551615'") == "dfabec");
}

TEST_CASE("replay: max counts after the order is made; repetition changes nothing", "[replay]") {
  const Played played = play_abc({tag("A", "1"), tag("A", "2"), tag("A", "3"),
                                  deliver("A", "B", "'max':0"), dump("B"),
                                  deliver("A", "B", "'max':2,'repeat':3"), dump("B"),
                                  deliver("A", "B", "'repeat':0"), dump("B"),
                                  deliver("A", "B", "'max':9,'repeat':5000000"), dump("B"),
                                  deliver("A", "A"), dump("A")});
  REQUIRE_FALSE(played.fault);
  CHECK(played.dump(0).at("records").as_object().empty());
  CHECK(played.field(1, "tags") == R"(["1","2"])");
  CHECK(played.field(2, "tags") == R"(["1","2"])");
  CHECK(played.field(3, "tags") == R"(["1","2","3"])");
  CHECK(played.digest(3) == played.digest(4));
}

TEST_CASE("replay: what waits stays across lines, is no candidate and is not forwarded",
          "[replay]") {
  const Played played = play_abc(
      {tag("A", "1"), tag("A", "2"), tag("A", "3"), deliver("A", "B", "'order':'reverse','max':1"),
       dump("B"), deliver("B", "C"), dump("C"),
       // The third one waits at B, so the first in reverse is now the second.
       deliver("A", "B", "'order':'reverse','max':1"), dump("B"), deliver("A", "B", "'max':1"),
       dump("B"), deliver("B", "C"), dump("C")});
  REQUIRE_FALSE(played.fault);
  CHECK(played.dump(0).at("records").as_object().empty());
  CHECK(played.dump(1).at("records").as_object().empty());
  CHECK(played.dump(2).at("records").as_object().empty());
  CHECK(played.field(3, "tags") == R"(["1","2","3"])");
  CHECK(played.field(4, "tags") == R"(["1","2","3"])");
}

TEST_CASE("replay: sync delivers all from the first to the second, then back", "[replay]") {
  const std::vector<std::string> begin{tag("A", "a"), deliver("A", "C"), tag("C", "c"),
                                       deliver("C", "B", "'order':'reverse','max':1")};
  auto lines = begin;
  lines.insert(lines.end(), {sync("A", "B"), dump("A"), dump("B")});
  // What A sends lets B apply what waits there, and B sends that back.
  Played played = play_abc(lines);
  CHECK(played.field(0, "tags") == R"(["a","c"])");
  CHECK(played.dumps[0].substr(0, 75) == played.dumps[1].substr(0, 75));
  lines = begin;
  lines.insert(lines.end(), {sync("B", "A"), dump("A"), dump("B")});
  played = play_abc(lines);
  CHECK(played.field(0, "tags") == R"(["a"])");
  CHECK(played.field(1, "tags") == R"(["a","c"])");
}

TEST_CASE("replay: a snapshot gives its own and all that the other applied; what waited follows",
          "[replay]") {
  const Played played = play_abc(
      {tag("A", "a1"), tag("A", "a2"), tag("B", "b"), deliver("B", "A"), tag("A", "a3"),
       tag("C", "c"), deliver("A", "C", "'order':'reverse','max':1"), dump("C"),
       "{'do':'snapshot','from':'A','to':'C'}", dump("C"), deliver("C", "B"), dump("B"),
       set("C", "after"), sync("A", "C"), dump("A"), dump("C")});
  REQUIRE_FALSE(played.fault);
  CHECK(played.field(0, "tags") == R"(["c"])");
  CHECK(played.field(1, "tags") == R"(["a1","a2","a3","b","c"])");
  CHECK(played.field(2, "tags") == R"(["a1","a2","a3","b","c"])");
  CHECK(played.digest(3) == played.digest(4));
}

TEST_CASE("replay: compaction alters no dump nor what can be delivered", "[replay]") {
  const auto with = [](const std::string& line) {
    return play_abc({splice("A", "[0,0,'una nota']"), on("open", "C", "'form':'f'"), sync("A", "B"),
                     sync("A", "C"), splice("B", "[4,4,'riga']"), sync("A", "B"), sync("A", "C"),
                     retract("A"), line, dump("A"), splice("C", "[4,4,'cosa']", "'form':'f'"),
                     sync("A", "C"), line, dump("A"), deliver("A", "B"), dump("B")});
  };
  const Played plain = with("");
  const Played compacted = with(on("compact", "A"));
  REQUIRE_FALSE(compacted.fault);
  CHECK(compacted.dumps == plain.dumps);
}

namespace {

/// Changes folded at all replicas A, B and C after the lines.
std::uint64_t folded_after(const std::vector<std::string>& lines) {
  insieme::replay::World world;
  std::istringstream script(script_of({"{'do':'replica','name':'A'}", "{'do':'replica','name':'B'}",
                                       "{'do':'replica','name':'C'}"}) +
                            script_of(lines));
  for (std::string text; std::getline(script, text);) {
    const auto line = insieme::replay::parse_line(text);
    REQUIRE(line.ok());
    REQUIRE(world.run(*line).ok());
  }
  return world.folded();
}

}  // namespace

TEST_CASE("replay: compact folds what all have applied, what forms saw and what others stand on",
          "[replay]") {
  const std::vector<std::string> all{set("A", "x"), sync("A", "B"), sync("A", "C"), set("B", "y")};
  const auto then = [&](std::vector<std::string> more) {
    std::vector<std::string> lines = all;
    lines.insert(lines.end(), more.begin(), more.end());
    return folded_after(lines);
  };
  CHECK(then({on("compact", "A")}) == 1);
  CHECK(then({sync("A", "B"), on("compact", "A")}) == 1);
  CHECK(then({sync("A", "B"), sync("A", "C"), on("compact", "A"), on("compact", "A")}) == 2);
  CHECK(folded_after({on("open", "C", "'form':'f'"), set("A", "x"), sync("A", "B"), sync("A", "C"),
                      on("compact", "A")}) == 0);
  // C wrote before it heard of x, and B has not heard of that.
  CHECK(folded_after({set("A", "x"), set("C", "z"), sync("A", "B"), deliver("A", "C"),
                      on("compact", "A")}) == 0);
  // A change that waits for another one has not been applied.
  CHECK(folded_after({set("A", "x"), set("A", "y"), deliver("A", "B"),
                      deliver("A", "C", "'order':'reverse','max':1"), on("compact", "A")}) == 0);
}

TEST_CASE("replay: snapshot hands over what may be folded in one piece, the rest as changes",
          "[replay]") {
  const std::vector<std::string> known{set("A", "x"), set("A", "y"), sync("A", "B"), set("B", "z")};
  const auto then = [&](std::vector<std::string> more) {
    std::vector<std::string> lines = known;
    lines.insert(lines.end(), more.begin(), more.end());
    return lines;
  };
  const std::string snapshot = "{'do':'snapshot','from':'B','to':'C'}";
  CHECK(folded_after(then({snapshot})) == 2);
  CHECK(folded_after(then({set("C", "w"), snapshot})) == 0);
  const Played played = play_abc(then({snapshot, dump("B"), dump("C"), set("C", "w"),
                                       sync("A", "C"), sync("A", "B"), dump("A"), dump("B")}));
  REQUIRE_FALSE(played.fault);
  CHECK(played.digest(0) == played.digest(1));
  CHECK(played.digest(2) == played.digest(3));
  CHECK(played.field(3, "reg") == R"({"display":"w","values":["w"]})");
}

TEST_CASE("replay: digests are equal exactly where the applied sets are", "[replay]") {
  const Played played = play_abc({dump("A"), dump("B"), set("A", "x"), dump("A"), set("B", "x"),
                                  dump("B"), sync("A", "B"), dump("A"), dump("B")});
  CHECK(played.digest(0) == played.digest(1));
  CHECK(played.digest(0) != played.digest(2));
  CHECK(played.digest(2) != played.digest(3));
  CHECK(played.digest(4) == played.digest(5));
}

TEST_CASE("replay: blank lines are skipped and counted, and so are line ends of Windows",
          "[replay]") {
  const Played played = play("\n  \t\r\n{\"do\":\"replica\",\"name\":\"A\"}\r\n\n" +
                             script_of({dump("A")}) + "\n{}");
  REQUIRE(played.fault);
  CHECK(played.fault->line == 7);
  CHECK(played.dumps.size() == 1);
  CHECK_FALSE(play("").fault);
  CHECK_FALSE(play("{\"do\":\"replica\",\"name\":\"\"}").fault);
}

TEST_CASE("replay: a malformed line ends the run at its number, after the dumps before it",
          "[replay]") {
  const std::string bad = GENERATE(
      "", "x", "[]", "1", "{'do':'dump','on':'A'} x", "{'do':'dump','on':'A'", "{'do':'dump'}",
      "{'on':'A'}", "{'do':1,'on':'A'}", "{'do':'Dump','on':'A'}", "{'do':'dump','on':'X'}",
      "{'do':'dump','on':1}", "{'do':'dump','on':'A','at':1}", "{'do':'dump','on':'A','on':'A'}",
      "{'do':'replica','name':'X'}", "{'do':'clock','on':'A'}", "{'do':'clock','on':'A','ms':1.0}",
      "{'do':'clock','on':'A','ms':1e3}", "{'do':'clock','on':'A','ms':'1'}",
      "{'do':'clock','on':'A','ms':9223372036854775808}", "{'do':'clock','on':'A','ms':01}",
      "{'do':'open','on':'A'}", "{'do':'write','on':'A'}", "{'do':'write','record':'r1'}",
      "{'do':'write','on':'A','record':1}", "{'do':'write','on':'A','record':'r','form':'no'}",
      "{'do':'write','on':'A','record':'r','set':{'tags':'x'}}",
      "{'do':'write','on':'A','record':'r','set':'x'}",
      "{'do':'write','on':'A','record':'r','set':{'reg':[]}}",
      "{'do':'write','on':'A','record':'r','set':{'reg':{}}}",
      "{'do':'write','on':'A','record':'r','set':{'reg':1e999}}",
      "{'do':'write','on':'A','record':'r','add':{'tags':'x'}}",
      "{'do':'write','on':'A','record':'r','add':{'tags':[1]}}",
      "{'do':'write','on':'A','record':'r','inc':{'n':'1'}}",
      "{'do':'write','on':'A','record':'r','inc':{'n':9007199254740993}}",
      "{'do':'write','on':'A','record':'r','inc':{'m':1}}",
      "{'do':'write','on':'A','record':'r','splice':{'note':[[0,0]]}}",
      "{'do':'write','on':'A','record':'r','splice':{'note':[[0,0,1]]}}",
      "{'do':'write','on':'A','record':'r','splice':{'note':[[0.5,0,'']]}}",
      "{'do':'write','on':'A','record':'r','splice':{'note':[[0,0,'\\ud800']]}}",
      "{'do':'write','on':'A','record':'r','spend':{'credit':-1}}",
      "{'do':'write','on':'A','record':'r','spend':5}",
      "{'do':'write','on':'A','record':'r','grant':{'credit':{'to':'X','amount':1}}}",
      "{'do':'write','on':'A','record':'r','grant':{'credit':{'to':'A'}}}",
      "{'do':'write','on':'A','record':'r','grant':{'credit':{'amount':1}}}",
      "{'do':'write','on':'A','record':'r','transfer':{'credit':{'to':'A','amount':-1}}}",
      "{'do':'write','on':'A','record':'r','incr':{'n':1}}",
      "{'do':'retract','on':'A'}", "{'do':'retract','on':'A','record':'r','form':'f'}",
      "{'do':'deliver','from':'A'}", "{'do':'deliver','from':'A','to':'A','max':-1}",
      "{'do':'deliver','from':'A','to':'A','order':'random'}",
      "{'do':'deliver','from':'A','to':'A','order':'shuffle:'}",
      "{'do':'deliver','from':'A','to':'A','order':'shuffle:-1'}",
      "{'do':'deliver','from':'A','to':'A','order':'shuffle:18446744073709551616'}",
      "{'do':'deliver','from':'A','to':'A','repeat':'2'}", "{'do':'sync','between':['A']}",
      "{'do':'sync','between':'A'}", "{'do':'sync','between':['A','X']}",
      "{'do':'snapshot','from':'A'}", "{'do':'snapshot','from':'A','to':'X'}",
      "{'do':'compact'}", "\xef\xbb\xbf{'do':'dump','on':'A'}", "{'do':'dump','on':'A\xff'}",
      "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");
  CAPTURE(bad);
  const Played played = play_abc({dump("A"), bad.empty() ? "nonsense" : bad, dump("A")});
  REQUIRE(played.fault);
  CHECK(played.fault->line == 5);
  CHECK_FALSE(played.fault->what.empty());
  CHECK(played.dumps.size() == 1);
}

TEST_CASE("replay: a replica line after another line, or the same twice, is malformed",
          "[replay]") {
  const std::string line = "{'do':'replica','name':'A'}";
  CHECK(play(script_of({line, line})).fault->line == 2);
  CHECK(play(script_of({dump("A")})).fault->line == 1);
}

TEST_CASE("replay: a long script with everything in reverse ends well", "[replay]") {
  std::vector<std::string> lines;
  const std::vector<std::string> names{"A", "B", "C"};
  for (int i = 0; i < 4'000; ++i) {
    const std::string& name = names[static_cast<std::size_t>(i) % 3];
    lines.push_back(i % 2 == 0 ? splice(name, "[3,1,'xy']") : write(name, spend("1")));
    if (i % 50 == 0) lines.push_back(sync(name, names[static_cast<std::size_t>(i + 1) % 3]));
  }
  lines.insert(lines.end(), {"{'do':'replica','name':'far'}"});
  std::rotate(lines.begin(), lines.end() - 1, lines.end());
  for (const std::string& name : names) {
    lines.push_back(deliver(name, "far", "'order':'reverse','repeat':2"));
  }
  for (const std::string& name : names) lines.push_back(sync("far", name));
  lines.insert(lines.end(), {dump("far"), sync("far", "A"), dump("A")});
  const Played played = play_abc(lines);
  REQUIRE_FALSE(played.fault);
  CHECK(played.dumps.at(0).substr(11, 64) == played.dumps.at(1).substr(11, 64));
}
