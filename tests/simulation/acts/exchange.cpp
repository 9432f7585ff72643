// What tablets give each other without the server: people who meet, and sticks that lie about.
#include "simulation/acts.hpp"
#include "simulation/world.hpp"

namespace insieme::simulation {
namespace {

constexpr std::size_t kSticksMax = 40;

/// Two tablets over a stream, which is often cut.
class Meeting {
 public:
  Meeting(World& world, Tablet& one, Tablet& two, Chance& chance)
      : world_(world), sides_{Side{one, {}}, Side{two, {}}}, chance_(chance) {}

  void cut_after(std::size_t frames) { frames_left_ = frames; }

  void run() {
    for (Side& side : sides_) world_.reopen(side.tablet);
    ask(sides_[0], {{"command", "exchange.begin"}, {"role", "connects"}});
    ask(sides_[1], {{"command", "exchange.begin"}, {"role", "listens"}});
    while (pass(sides_[0], sides_[1]) || pass(sides_[1], sides_[0])) {
    }
    // Whoever still waits hears nothing any more.
    for (Side& side : sides_) {
      if (!text_of(side.step, "do").empty() && text_of(side.step, "do") != "end") {
        ask(side, {{"command", "exchange.resume"}, {"broken", true}});
      }
    }
  }

 private:
  struct Side {
    Tablet& tablet;
    json::object step;  ///< empty: it is over for this one
  };

  /// Whether a frame went from one to the other.
  bool pass(Side& from, Side& to) {
    if (text_of(from.step, "do") != "send" || text_of(to.step, "do") != "receive") return false;
    if (frames_left_-- == 0) {
      world_.note_fault("exchange cut");
      return false;
    }
    const std::string frame = text_of(from.step, "frame");
    ask(from, {{"command", "exchange.resume"}});
    ask(to, {{"command", "exchange.resume"}, {"frame", frame}});
    return true;
  }

  void ask(Side& side, json::object request) {
    auto reply = side.tablet.call(request);
    side.step.clear();
    if (!reply) {
      world_.restart(side.tablet, chance_.one_in(2) ? Stop::power : Stop::kill);
      return;
    }
    const std::string code = code_of(*reply);
    if (code == "storage_failure" || code == "wrong_key") {
      demand(side.tablet.disk().counts().refused_io > 0, "no failure without a fault",
             json::serialize(*reply));
      side.tablet.close();
      world_.reopen(side.tablet);
      return;
    }
    demand(code != "internal" && code != "damaged" && code != "forged", "an exchange is sound",
           json::serialize(*reply));
    if (!is_ok(*reply)) return;
    if (text_of(*reply, "do") == "end") {
      world_.tell("  " + side.tablet.name() + " has exchanged " + json::serialize(*reply));
      for (const json::value& one : reply->at("refused").as_array()) check_refusal(one.as_object());
    }
    side.step = *std::move(reply);
  }

  static void check_refusal(const json::object& refusal) {
    const std::string code = text_of(refusal, "code");
    demand(code != "damaged" && code != "forged", "what honest devices give is good",
           json::serialize(refusal));
  }

  World& world_;
  std::array<Side, 2> sides_;
  Chance& chance_;
  std::size_t frames_left_ = SIZE_MAX;
};

void meet(World& world, Tablet& tablet, Chance& chance) {
  Tablet& other = *world.tablets()[chance.below(world.tablets().size())];
  if (&other == &tablet || tablet.busy || other.busy) return;
  world.tell("  " + tablet.name() + " meets " + other.name());
  Meeting meeting(world, tablet, other, chance);
  if (chance.one_in(2)) meeting.cut_after(chance.below(14));
  meeting.run();
}

void write_stick(World& world, Tablet& tablet, Chance& chance) {
  if (world.sticks.size() >= kSticksMax) return;
  const std::string path = tablet.disk().folder() + "/stick-" + std::to_string(world.sticks.size());
  const char* whom = chance.one_in(4) ? "server" : "all";
  const json::object reply =
      world.ask(tablet, {{"command", "exchange.export"}, {"path", path}, {"for", whom}});
  if (is_ok(reply)) world.sticks.push_back(path);
}

/// Any stick that was ever written, also an old one, also one's own.
void read_stick(World& world, Tablet& tablet, Chance& chance) {
  if (world.sticks.empty()) return;
  const std::string path = chance.pick(world.sticks);
  const json::object reply = world.ask(tablet, {{"command", "exchange.import"}, {"path", path}});
  world.tell("  " + tablet.name() + " reads a stick: " + json::serialize(reply));
}

}  // namespace

void exchange_between(World& world, Tablet& connects, Tablet& listens) {
  Chance chance(1);
  Meeting(world, connects, listens, chance).run();
}

std::vector<ActKind> exchange_acts() {
  return {
      {"meet", {6, 6, 3}, meet},
      {"write a stick", {2, 2, 1}, write_stick},
      {"read a stick", {3, 3, 2}, read_stick},
  };
}

}  // namespace insieme::simulation
