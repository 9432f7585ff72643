// The machine of an exchange: everything that may go wrong at every step, on either side.
#include "exchange_devices.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// Both give and take a bundle of more than one piece, and one that was begun before.
struct Busy : TwoDevices {
  Busy() {
    ByteList large(2 * kExchangePieceBytesMax + 5, 7);
    disk_a.hold(large);
    disk_b.partial[digest_bundle(large)] = ByteList(9, 7);
  }
};

/// What a whole session feeds each of them.
std::vector<ExchangeInput> inputs_of(ExchangeRole role) {
  Busy devices;
  REQUIRE(talk(devices.anna, devices.bruno, 1).done());
  REQUIRE(devices.disk_a.whole == devices.disk_b.whole);
  return role == ExchangeRole::connects ? devices.anna.fed : devices.bruno.fed;
}

ExchangeSession after(ExchangeRole role, const std::vector<ExchangeInput>& inputs,
                      std::size_t steps) {
  ExchangeSession session(role);
  for (std::size_t i = 0; i < steps; ++i) {
    const ExchangeAction action = session.resume(inputs[i]);
    REQUIRE_FALSE(std::holds_alternative<ExchangeGiveUp>(action));
  }
  return session;
}

ErrorCode given_up(const ExchangeAction& action) {
  const auto* end = std::get_if<ExchangeGiveUp>(&action);
  return end == nullptr ? ErrorCode::ok : end->error.code;
}

/// It stays ended, whatever comes.
void check_ended(ExchangeSession& session, const std::vector<ExchangeInput>& all) {
  for (const ExchangeInput& input : all) {
    CHECK(given_up(session.resume(input)) != ErrorCode::ok);
  }
}

const std::vector<ExchangeInput>& one_of_each() {
  static const std::vector<ExchangeInput> kAll{
      StartExchange{}, FrameSent{}, FrameArrived{}, Offered{}, PieceRead{}, PieceKept{},
      HandedNoted{}};
  return kAll;
}

const std::vector<ExchangeRole> kRoles{ExchangeRole::connects, ExchangeRole::listens};

}  // namespace

TEST_CASE("session: every input that does not fit the last action ends it, on either side",
          "[sync][exchange][failure]") {
  for (const ExchangeRole role : kRoles) {
    const auto good = inputs_of(role);
    std::set<std::size_t> kinds;
    for (const ExchangeInput& input : good) kinds.insert(input.index());
    REQUIRE(kinds.size() == one_of_each().size());
    for (std::size_t step = 0; step <= good.size(); ++step) {
      for (const ExchangeInput& input : one_of_each()) {
        if (step < good.size() && good[step].index() == input.index()) continue;
        INFO("role " << static_cast<int>(role) << " step " << step << " input " << input.index());
        ExchangeSession session = after(role, good, step);
        const ErrorCode code = given_up(session.resume(input));
        // An empty frame is looked at before anybody asks whether one was to come.
        const bool is_frame = std::holds_alternative<FrameArrived>(input);
        CHECK(code == (is_frame ? ErrorCode::truncated : ErrorCode::internal));
        check_ended(session, one_of_each());
      }
    }
  }
}

TEST_CASE("session: what fails at any step ends it with that error, on either side",
          "[sync][exchange][failure]") {
  for (const ExchangeRole role : kRoles) {
    const auto good = inputs_of(role);
    for (std::size_t step = 0; step <= good.size(); ++step) {
      ExchangeSession session = after(role, good, step);
      INFO("role " << static_cast<int>(role) << " step " << step);
      CHECK(given_up(session.resume(ExchangeFailed{{ErrorCode::storage_full, "disk"}})) ==
            ErrorCode::storage_full);
      check_ended(session, one_of_each());
    }
  }
}

TEST_CASE("session: every frame that comes damaged, cut, out of turn or twice ends it",
          "[sync][exchange][failure][damage]") {
  for (const ExchangeRole role : kRoles) {
    const auto good = inputs_of(role);
    std::vector<ByteList> frames;
    for (const ExchangeInput& input : good) {
      if (const auto* arrived = std::get_if<FrameArrived>(&input)) frames.push_back(arrived->frame);
    }
    std::size_t at = 0;
    for (std::size_t step = 0; step < good.size(); ++step) {
      if (!std::holds_alternative<FrameArrived>(good[step])) continue;
      const ByteList& right = frames[at++];
      ByteList flipped = right;
      flipped[flipped.size() / 2] ^= 0x10;
      std::vector<ByteList> wrong{flipped, {right.begin(), right.end() - 1}, {}};
      if (at > 1) wrong.push_back(frames[0]);  // the greeting once more
      INFO("role " << static_cast<int>(role) << " step " << step);
      for (const ByteList& frame : wrong) {
        ExchangeSession session = after(role, good, step);
        CHECK(given_up(session.resume(FrameArrived{frame})) != ErrorCode::ok);
        check_ended(session, one_of_each());
      }
      // The same frame again is none of those that may come now, or a piece that stands already.
      ExchangeSession session = after(role, good, step + 1);
      CHECK(given_up(session.resume(FrameArrived{right})) != ErrorCode::ok);
    }
    CHECK(at == frames.size());
  }
}

TEST_CASE("session: a piece that is not kept ends it, a whole bundle that is not is told",
          "[sync][exchange][failure]") {
  for (const ExchangeRole role : kRoles) {
    const auto good = inputs_of(role);
    int ended = 0;
    int told = 0;
    for (std::size_t step = 0; step < good.size(); ++step) {
      if (!std::holds_alternative<PieceKept>(good[step])) continue;
      ExchangeSession session = after(role, good, step);
      const ExchangeAction action = session.resume(PieceKept{ErrorCode::checksum});
      const bool goes_on = std::holds_alternative<ReceiveFrame>(action);
      ++(goes_on ? told : ended);
      if (!goes_on) CHECK(given_up(action) == ErrorCode::checksum);
    }
    CHECK(ended > 0);
    CHECK(told > 0);
  }
}
