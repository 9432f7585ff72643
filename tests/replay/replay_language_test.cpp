// `insieme replay`, clause by clause of docs/testing.md, with what is expected written by hand.
#include "replay/played.hpp"
#include "support/catch.hpp"

using namespace insieme::testing::replay;

namespace {

std::string shown(const std::string& display, const std::string& values) {
  return R"({"display":)" + display + R"(,"values":)" + values + "}";
}

}  // namespace

TEST_CASE("replay: a dump is the canonical line that the language shows", "[replay]") {
  const Played played = play_abc({on("clock", "A", "'ms':1"),
                                  write("A",
                                        "'set':{'reg':'y'},'splice':{'note':[[0,0,'ciao']]},"
                                        "'inc':{'n':3},'grant':{'credit':{'to':'B','amount':20}}"),
                                  set("B", "z"), deliver("A", "B"), dump("B"), dump("C")});
  REQUIRE_FALSE(played.fault);
  std::string line = played.dumps.at(0);
  CHECK(line.substr(0, 11) == R"({"digest":")");
  CHECK(line.find_first_not_of("0123456789abcdef", 11) == 11 + 64);
  CHECK(line.substr(75) ==
        R"(","on":"B","records":{"r1":{"fields":{"auto":{"display":null,"values":[]},)"
        R"("credit":{"provisional":0,"rights":{"A":0,"B":20,"C":0},"spent":0},"n":3,)"
        R"("note":"ciao","reg":{"display":"y","values":["y","z"]},"tags":[]},"flags":[],)"
        R"("items":["concurrent-values"],"lifecycle":"active"}}})");
  CHECK(played.dumps.at(1).substr(75) == R"(","on":"C","records":{}})");
}

TEST_CASE("replay: strings are escaped where JSON requires it and nowhere else", "[replay]") {
  const Played played = play(
      "{\"do\":\"replica\",\"name\":\"\\u00e8\\u0001\"}\n"
      "{\"do\":\"write\",\"on\":\"\xc3\xa8\\u0001\",\"record\":\"\\\"\\\\\\/\",\"set\":{\"reg\":"
      "\"\\b\\f\\n\\r\\t\\u001f\\u007f\xf0\x9f\x8c\xb3\\ud83c\\udf33\\u0000\"}}\n"
      "{\"do\":\"dump\",\"on\":\"\xc3\xa8\\u0001\"}\n");
  REQUIRE_FALSE(played.fault);
  CHECK(played.dumps.at(0).find("\"on\":\"\xc3\xa8\\u0001\",\"records\":{\"\\\"\\\\/\":") !=
        std::string::npos);
  CHECK(played.dumps.at(0).find("\"\\b\\f\\n\\r\\t\\u001f\x7f\xf0\x9f\x8c\xb3\xf0\x9f\x8c\xb3"
                                "\\u0000\"") != std::string::npos);
}

TEST_CASE("replay: replica ids are ordered as the bytes of the names, whatever stands first",
          "[replay]") {
  // Equal times: the greatest replica is shown.
  const auto winner = [](const std::vector<std::string>& names) {
    std::string script;
    for (const auto& name : names) script += script_of({"{'do':'replica','name':'" + name + "'}"});
    for (const auto& name : names) script += script_of({set(name, name)});
    for (const auto& name : names) script += script_of({deliver(name, names[0])});
    const Played played = play(script + script_of({dump(names[0])}));
    REQUIRE_FALSE(played.fault);
    const auto reg = played.dump(0).at("records").at("r1").at("fields").at("reg");
    return std::string(reg.at("display").as_string());
  };
  CHECK(winner({"b", "a", "B"}) == "b");
  CHECK(winner({"a", "z", "\xc3\xa8"}) == "\xc3\xa8");
  CHECK(winner({"\xf0\x9f\x8c\xb3", "\xef\xbf\xbd"}) == "\xf0\x9f\x8c\xb3");
  CHECK(winner({"AA", "A"}) == "AA");
  CHECK(winner({"a-very-long-name-of-a-replica-1", "a-very-long-name-of-a-replica-2"}) ==
        "a-very-long-name-of-a-replica-2");
}

TEST_CASE("replay: a write is one change even if it alters nothing", "[replay]") {
  const Played played = play_abc({write("A"), dump("A"), write("A", "'inc':{'n':0}"), dump("A"),
                                  write("A", "'remove':{'tags':['t']}"), dump("A"),
                                  write("A", "'set':{},'add':{'tags':[]}"), dump("A"),
                                  deliver("A", "B", "'max':4"), dump("B")});
  REQUIRE_FALSE(played.fault);
  for (std::size_t i = 1; i < 4; ++i) CHECK(played.digest(i) != played.digest(i - 1));
  CHECK(played.digest(4) == played.digest(3));
  CHECK(played.about(0, "lifecycle") == R"("active")");
}

TEST_CASE("replay: setting the same value writes it again", "[replay]") {
  const Played played =
      play_abc({set("A", "x"), sync("A", "B"), set("B", "x"), set("A", "y"), sync("A", "B"),
                dump("A"), set("A", "x"), set("B", "x"), sync("A", "B"), dump("B")});
  CHECK(played.field(0, "reg") == shown("\"x\"", R"(["x","y"])"));
  CHECK(played.field(1, "reg") == shown("\"x\"", R"(["x"])"));
  CHECK(played.about(1, "items") == "[]");
}

TEST_CASE("replay: operations of one line never remove each other", "[replay]") {
  const Played played =
      play_abc({write("A", "'add':{'tags':['t']},'remove':{'tags':['t']}"), dump("A"),
                write("A", "'add':{'tags':['t','t']},'remove':{'tags':['t','t']}"), dump("A"),
                write("A", "'remove':{'tags':['t']}"), dump("A")});
  REQUIRE_FALSE(played.fault);
  CHECK(played.field(0, "tags") == R"(["t"])");
  CHECK(played.field(1, "tags") == R"(["t"])");
  CHECK(played.field(2, "tags") == "[]");
}

TEST_CASE("replay: a tag is in iff one of its adds lies in no context of a remove", "[replay]") {
  const Played played = play_abc(
      {write("A", "'add':{'tags':['t','u']}"), sync("A", "B"),
       write("A", "'remove':{'tags':['t']}"), write("B", "'add':{'tags':['t']}"), sync("A", "B"),
       dump("A"),
       on("open", "A", "'form':'f'"), write("A", "'add':{'tags':['w']}"),
       write("A", "'form':'f','remove':{'tags':['w','u']}"), dump("A")});
  CHECK(played.field(0, "tags") == R"(["t","u"])");
  CHECK(played.field(1, "tags") == R"(["t","w"])");
}

TEST_CASE("replay: a write with a form has the form's context, every other line all there is",
          "[replay]") {
  const Played played = play_abc(
      {set("A", "old"), on("open", "A", "'form':'f'"), set("B", "new"), deliver("B", "A"),
       dump("A"), write("A", "'form':'f','set':{'reg':'typed'}"), dump("A"),
       write("A", "'form':'f','set':{'reg':'again'}"), dump("A"), set("A", "z"), dump("A"),
       on("open", "A", "'form':'f'"), write("A", "'form':'f','set':{'reg':'fresh'}"), dump("A")});
  REQUIRE_FALSE(played.fault);
  CHECK(played.field(0, "reg") == shown("\"new\"", R"(["new","old"])"));
  CHECK(played.field(1, "reg") == shown("\"new\"", R"(["new","typed"])"));
  CHECK(played.field(2, "reg") == shown("\"new\"", R"(["again","new","typed"])"));
  CHECK(played.field(3, "reg") == shown("\"z\"", R"(["z"])"));
  CHECK(played.field(4, "reg") == shown("\"fresh\"", R"(["fresh"])"));
}

TEST_CASE("replay: splices apply in list order to the text of their context, clamped to it",
          "[replay]") {
  const Played played = play_abc(
      {splice("A", "[0,0,'ciao'],[4,0,'!'],[1,2,'']"), dump("A"),
       splice("A", "[99,99,'?'],[-5,-5,'<'],[0,1,'>']"), dump("A"),
       splice("A", "[9223372036854775807,-9223372036854775808,'.']"), dump("A"),
       splice("A", "[0,9223372036854775807,'e\xcc\x81\xf0\x9f\x8c\xb3'],[1,1,''],[2,0,'x']"),
       dump("A"), on("open", "B", "'form':'f'"), deliver("A", "B"),
       splice("B", "[7,3,'y']", "'form':'f'"), dump("B")});
  REQUIRE_FALSE(played.fault);
  CHECK(played.field(0, "note") == R"("co!")");
  CHECK(played.field(1, "note") == R"(">co!?")");
  CHECK(played.field(2, "note") == R"(">co!?.")");
  CHECK(played.field(3, "note") == "\"e\xf0\x9f\x8c\xb3x\"");
  // In the empty text of the form everything is clamped to the start.
  CHECK(played.field(4, "note").size() == std::string("\"ye\xf0\x9f\x8c\xb3x\"").size());
}

TEST_CASE("replay: concurrent runs at one place do not interleave; ties go by replica",
          "[replay]") {
  const Played played = play_abc({splice("B", "[0,0,'bbb']"), splice("A", "[0,0,'aaa']"),
                                  splice("C", "[0,0,'c'],[1,0,'c']"), sync("A", "B"),
                                  sync("A", "C"), sync("A", "B"), dump("A"), dump("B")});
  CHECK(played.field(0, "note") == R"("aaabbbcc")");
  CHECK(played.field(1, "note") == R"("aaabbbcc")");
  CHECK(played.about(0, "flags") == "[]");
}

TEST_CASE("replay: a span that two rewrote without seeing each other is flagged", "[replay]") {
  const auto flags = [](const std::string& first, const std::string& second) {
    const Played played = play_abc({splice("A", "[0,0,'una nota']"), sync("A", "B"),
                                    splice("A", first), splice("B", second), sync("A", "B"),
                                    dump("A")});
    return played.about(0, "flags");
  };
  CHECK(flags("[4,4,'riga']", "[4,4,'cosa']") == R"(["note"])");
  CHECK(flags("[4,4,'riga']", "[6,1,'']") == R"(["note"])");
  CHECK(flags("[4,4,'']", "[4,4,'']") == "[]");
  CHECK(flags("[0,3,'la']", "[4,4,'cosa']") == "[]");
}

TEST_CASE("replay: a stamp is the greater of the clock and the replica's change before",
          "[replay]") {
  const Played played = play_abc(
      {on("clock", "B", "'ms':100"), set("B", "b1"), on("clock", "B", "'ms':-50"), set("B", "b2"),
       on("clock", "A", "'ms':100"), set("A", "a"), sync("A", "B"), dump("A"),
       // Nothing that was delivered moves a clock.
       on("clock", "C", "'ms':1000"), set("C", "c"), deliver("C", "A"), set("A", "a2"),
       on("clock", "B", "'ms':101"), set("B", "b3"), sync("A", "B"), dump("A")});
  CHECK(played.field(0, "reg") == shown("\"b2\"", R"(["a","b2"])"));
  CHECK(played.field(1, "reg") == shown("\"b3\"", R"(["a2","b3"])"));
}

TEST_CASE("replay: many changes at one time do not outweigh a greater replica", "[replay]") {
  const Played played = play_abc({set("A", "1"), set("A", "2"), set("A", "3"), set("B", "b"),
                                  sync("A", "B"), dump("A"), dump("B")});
  CHECK(played.field(0, "reg") == shown("\"b\"", R"(["3","b"])"));
  CHECK(played.field(1, "reg") == shown("\"b\"", R"(["3","b"])"));
}

TEST_CASE("replay: values are distinct, strings by their bytes, then the others by their JSON",
          "[replay]") {
  const auto values = [](const std::vector<std::string>& written) {
    std::vector<std::string> lines{on("open", "A", "'form':'f'")};
    for (const std::string& value : written) {
      lines.push_back(write("A", "'form':'f','set':{'reg':" + value + "}"));
    }
    lines.push_back(dump("A"));
    const Played played = play_abc(lines);
    REQUIRE_FALSE(played.fault);
    // Cut out of the line as it is: whoever parses it may write numbers differently.
    const std::string& line = played.dumps.at(0);
    const auto begin = line.find("\"values\":", line.find("\"reg\":")) + 9;
    return line.substr(begin, line.find("},\"tags\"") - begin);
  };
  CHECK(values({"'x!'", "'x'", "'x '", "'x'", "'\xc3\xa8'", "''"}) ==
        "[\"\",\"x\",\"x \",\"x!\",\"\xc3\xa8\"]");
  CHECK(values({"10", "9", "-1", "true", "false", "null", "'9'", "'null'"}) ==
        R"(["9","null",-1,10,9,false,null,true])");
  CHECK(values({"1", "1.0", "10e-1", "-0", "0", "-0.0"}) == "[0,1]");
  CHECK(values({"0.5", "1e21", "1e-7", "123456789012345678", "9223372036854775808", "-2.5e-6"}) ==
        "[-0.0000025,0.5,123456789012345678,1e+21,1e-7,9223372036854776000]");
  // Whole and within 64 bits is a whole number, however it is written.
  CHECK(values({"1e17", "100000000000000000", "100000000000000000.0"}) == "[100000000000000000]");
  CHECK(values({"-9223372036854775808.0", "-9223372036854775808", "9223372036854774784",
                "9223372036854774784.0", "9223372036854775807.0", "1234567890123456800.0"}) ==
        "[-9223372036854775808,1234567890123456768,9223372036854774784,9223372036854776000]");
  CHECK(values({"1e-400", "-1e-400", "0e9", "0.0000001e-330"}) == "[0]");
}

TEST_CASE("replay: n is a signed number of 64 bits that comes round", "[replay]") {
  std::vector<std::string> lines(1'023, write("A", "'inc':{'n':9007199254740992}"));
  lines.push_back(write("A", "'inc':{'n':9007199254740991}"));
  lines.push_back(dump("A"));
  lines.push_back(write("A", "'inc':{'n':2}"));
  lines.push_back(dump("A"));
  const Played played = play_abc(lines);
  REQUIRE_FALSE(played.fault);
  CHECK(played.field(0, "n") == "9223372036854775807");
  CHECK(played.field(1, "n") == "-9223372036854775807");
  CHECK(play_abc({write("A", "'inc':{'n':9007199254740993}")}).fault);
}

TEST_CASE("replay: reg asks for a review where auto only shows", "[replay]") {
  const Played played = play_abc({write("A", "'set':{'reg':'1','auto':'1'}"),
                                  write("B", "'set':{'auto':'2'}"), sync("A", "B"), dump("A"),
                                  write("C", "'set':{'reg':'2'}"), sync("A", "C"), dump("A")});
  CHECK(played.field(0, "auto") == shown("\"2\"", R"(["1","2"])"));
  CHECK(played.about(0, "items") == "[]");
  CHECK(played.about(1, "items") == R"(["concurrent-values"])");
}

TEST_CASE("replay: retracted iff every write and restore lies in some surviving retraction",
          "[replay]") {
  SECTION("one that saw all") {
    const Played played = play_abc({set("A", "x"), retract("A"), dump("A"), set("A", "y"),
                                    dump("A"), retract("A"), dump("A"), restore("A"), dump("A")});
    CHECK(played.about(0, "lifecycle") == R"("retracted")");
    CHECK(played.about(1, "lifecycle") == R"("active")");
    CHECK(played.about(1, "items") == R"(["edited-after-retraction"])");
    CHECK(played.about(2, "lifecycle") == R"("retracted")");
    CHECK(played.about(3, "lifecycle") == R"("active")");
    CHECK(played.about(3, "items") == "[]");
  }
  SECTION("two that saw a part each") {
    const Played played = play_abc({set("A", "x"), set("B", "x"), retract("A"), retract("B"),
                                    sync("A", "B"), dump("A"), set("C", "x"), sync("A", "C"),
                                    dump("A")});
    CHECK(played.about(0, "lifecycle") == R"("retracted")");
    CHECK(played.about(0, "items") == "[]");
    CHECK(played.about(1, "lifecycle") == R"("active")");
    CHECK(played.about(1, "items") == R"(["edited-after-retraction"])");
  }
  SECTION("an empty write is a write") {
    const Played played =
        play_abc({set("A", "x"), sync("A", "B"), retract("A"), write("B"), sync("A", "B"),
                  dump("A")});
    CHECK(played.about(0, "lifecycle") == R"("active")");
    CHECK(played.about(0, "items") == R"(["edited-after-retraction"])");
  }
  SECTION("a restore and a retraction that did not see each other") {
    const Played played = play_abc({retract("A"), sync("A", "B"), restore("A"), retract("B"),
                                    sync("A", "B"), dump("A"), retract("A"), dump("A")});
    CHECK(played.about(0, "lifecycle") == R"("active")");
    CHECK(played.about(0, "items") == R"(["concurrent-lifecycle"])");
    CHECK(played.about(1, "lifecycle") == R"("retracted")");
    CHECK(played.about(1, "items") == "[]");
  }
  SECTION("a record exists from the first change that names it") {
    const Played played = play_abc({retract("A"), dump("A"), restore("B"), dump("B")});
    CHECK(played.about(0, "lifecycle") == R"("retracted")");
    CHECK(played.about(1, "lifecycle") == R"("active")");
  }
}
