// What stands before a store: wrapping, counting, waiting, and what a crash leaves of it.
#include "lock/door.hpp"

#include <fstream>
#include <iterator>

#include "client-core/commands/desk.hpp"
#include "insieme/sqlite/files.hpp"
#include "lock/pin_rules.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using namespace client::lock;
using client::Door;

constexpr const char* kPin = "407319";
constexpr const char* kOther = "530847";

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A device whose store has a PIN.
struct Device {
  Folder folder;
  DeskPlatform platform;
  std::string store = folder.file("anna.db");
  Secret store_key{1, 2, 3};
  Secret secret{};
  KeyPair office = sync::make_key_pair({9, 9});
  client::DevicePolicy policy{office.public_key, false};

  explicit Device(bool recovery = false, std::uint64_t seed = 7) : platform(seed) {
    Door door(store, store_key, platform);
    REQUIRE(door.enter().ok());
    if (recovery) REQUIRE(door.adopt(policy, DeviceId{{5}}).ok());
    auto given = door.set_pin(kPin);
    REQUIRE(given.ok());
    secret = given.value();
    REQUIRE(door.kept().ok());
  }
  /// As after a restart of the program.
  [[nodiscard]] std::unique_ptr<Door> door() {
    return std::make_unique<Door>(store, secret, platform);
  }
  [[nodiscard]] PinFile file() const {
    auto read = read_pin_file(pin_path(store));
    REQUIRE(read.ok());
    return *std::move(read);
  }
  bool opens(const char* pin) {
    const auto at = door();
    return at->enter(pin).ok() && at->store_key() == store_key;
  }
};

std::string code_of(const client::commands::Check& check) {
  return check.ok() ? "" : check.error().code;
}

TEST_CASE("pin: the key comes out with PIN and device secret together, and with nothing less",
          "[pin]") {
  Device device;
  CHECK(device.opens(kPin));
  CHECK(code_of(device.door()->enter(kOther)) == "pin_wrong");
  CHECK(code_of(device.door()->enter()) == "locked");
  // Without the device's secret the file is of another key: PIN and file alone are worth nothing.
  Door stranger(device.store, Secret{4, 4}, device.platform);
  CHECK(code_of(stranger.enter(kPin)) == "no_pin");
  PinFile file = device.file();
  CHECK(unwrap_with_pin(file, device.secret, kPin).ok());
  CHECK(unwrap_with_pin(file, Secret{4, 4}, kPin).error().code == ErrorCode::wrong_key);
  const std::string bytes = bytes_of(pin_path(device.store));
  const std::string key(device.store_key.begin(), device.store_key.end());
  CHECK(bytes.find(key.substr(0, 8)) == std::string::npos);
}

TEST_CASE("pin: salt, cost and device are bound to the key: lowered, it opens no more", "[pin]") {
  Device device;
  const PinFile genuine = device.file();
  CHECK(genuine.cost.memory_kib == 19 * 1024);
  const auto refused = [&](PinFile changed) {
    return unwrap_with_pin(changed, device.secret, kPin).error().code;
  };
  PinFile changed = genuine;
  changed.cost.passes = 1;
  CHECK(refused(changed) == ErrorCode::wrong_key);
  changed = genuine;
  changed.cost.memory_kib = 8;
  CHECK(refused(changed) == ErrorCode::wrong_key);
  changed.cost.memory_kib = 2 * 1024 * 1024;  // would stop the device
  CHECK(refused(changed) == ErrorCode::limit_exceeded);
  changed = genuine;
  changed.salt[0] ^= 1;
  CHECK(refused(changed) == ErrorCode::wrong_key);
  changed = genuine;
  changed.device_tag[0] ^= 1;
  CHECK(refused(changed) == ErrorCode::wrong_key);
}

TEST_CASE("pin: a try is counted before it is judged, and the right one forgets the wrong ones",
          "[pin]") {
  Device device;
  CHECK(code_of(device.door()->enter(kOther)) == "pin_wrong");
  CHECK(code_of(device.door()->enter("")) == "pin_wrong");
  CHECK(code_of(device.door()->enter(std::string(10'000, 'x'))) == "pin_wrong");
  CHECK(device.file().failed == 3);
  CHECK(device.opens(kPin));
  CHECK(device.file().failed == 0);
}

/// Wrong ones until the first wait.
void fail_five(Device& device) {
  for (int i = 0; i < 5; ++i) CHECK(code_of(device.door()->enter(kOther)) == "pin_wrong");
}

TEST_CASE("pin: after five wrong ones even the right one waits, also across restarts", "[pin]") {
  Device device;
  fail_five(device);
  CHECK(code_of(device.door()->enter(kPin)) == "pin_wait");
  CHECK(device.file().failed == 5);  // what is not judged is not counted
  device.platform.now += 31'000;
  CHECK(device.opens(kPin));
}

TEST_CASE("pin: a clock that was set back begins the wait anew, and it ends all the same",
          "[pin]") {
  Device device;
  fail_five(device);
  device.platform.now -= 1'000'000'000;
  CHECK(code_of(device.door()->enter(kPin)) == "pin_wait");
  device.platform.now += 29'000;
  CHECK(code_of(device.door()->enter(kPin)) == "pin_wait");
  device.platform.now += 2'000;
  CHECK(device.opens(kPin));
}

TEST_CASE("pin: while the program runs, a clock that is set forward shortens no wait", "[pin]") {
  Device device;
  const auto door = device.door();
  for (int i = 0; i < 5; ++i) CHECK(code_of(door->enter(kOther)) == "pin_wrong");
  device.platform.now += 1'000'000'000;
  CHECK(code_of(door->enter(kPin)) == "pin_wait");
  device.platform.steady += 30'000;
  CHECK(door->enter(kPin).ok());
}

TEST_CASE("pin: waits grow, and never end the way in for good", "[pin]") {
  std::int64_t before = 0;
  for (std::uint32_t failed = 0; failed < 40; ++failed) {
    CHECK(wait_after_ms(failed) >= before);
    before = wait_after_ms(failed);
  }
  CHECK(before == 3'600'000);
  Device device;
  PinFile file = device.file();
  file.failed = 4'000'000'000U;
  REQUIRE(write_pin_file(pin_path(device.store), file).ok());
  device.platform.now += 4'000'000;
  CHECK(device.opens(kPin));  // no recovery was prepared: the PIN is all there is
}

TEST_CASE("pin: a PIN that would be guessed at once is refused, with the reason", "[pin]") {
  for (const char* weak : {"", "12345", "111111", "123456", "987654", "121212", "123123", "112233",
                           "abcabc", "insieme", "40731\xc3\xa8", "024680"}) {
    CAPTURE(weak);
    CHECK(code_of(check_pin(weak)) == "pin_weak");
  }
  for (const char* fine : {kPin, kOther, "gatto nero 7", "9f-Qz!"}) CHECK(check_pin(fine).ok());
}

TEST_CASE("pin: it is changed without the store, and the old one is nowhere any more", "[pin]") {
  Device device;
  const auto door = device.door();
  CHECK(code_of(door->change_pin(kOther, "abc123x")) == "pin_wrong");
  CHECK(code_of(door->change_pin(kPin, "111111")) == "pin_weak");
  const std::vector<std::uint8_t> wrapped = device.file().key;
  REQUIRE(door->change_pin(kPin, kOther).ok());
  CHECK(device.opens(kOther));
  CHECK_FALSE(device.opens(kPin));
  CHECK(bytes_of(pin_path(device.store)).find(std::string(wrapped.begin(), wrapped.end())) ==
        std::string::npos);
}

TEST_CASE("pin: set or removed, it holds once the host has kept what it got; before, nothing did",
          "[pin][P2]") {
  const Folder folder;
  DeskPlatform platform(3);
  const std::string store = folder.file("a.db");
  const Secret key{1};
  Secret secret{};
  {
    Door door(store, key, platform);
    REQUIRE(door.enter().ok());
    secret = door.set_pin(kPin).value();
  }  // switched off before the host could write
  CHECK(Door(store, key, platform).enter().ok());
  {
    Door door(store, secret, platform);  // or just after it had
    CHECK(code_of(door.enter()) == "locked");
    REQUIRE(door.enter(kPin).ok());
    CHECK(door.store_key() == key);
    CHECK(code_of(door.set_pin(kOther).error()) == "already_exists");
    CHECK(door.remove_pin(kPin).value() == key);
  }  // switched off before the host could write
  CHECK(Door(store, secret, platform).enter(kPin).ok());
  CHECK(Door(store, key, platform).enter().ok());  // and just after
  Door door(store, secret, platform);
  REQUIRE(door.enter(kPin).ok());
  REQUIRE(door.remove_pin(kPin).ok());
  REQUIRE(door.kept().ok());
  CHECK_FALSE(sqlite::file_exists(pin_path(store)));
  CHECK(code_of(door.kept()) == "invalid_argument");
}

TEST_CASE("pin: whatever a crash leaves of a write, the old content is there or the new one",
          "[pin][P2]") {
  Device device;
  const std::string path = pin_path(device.store);
  const std::string before = bytes_of(path);
  const std::uint64_t old_generation = device.file().generation;
  REQUIRE(device.door()->enter(kPin).ok());
  REQUIRE(device.file().generation > old_generation);
  PinFile file = device.file();
  const std::string middle = bytes_of(path);
  wrap_with_pin(file, device.secret, kOther, device.store_key, device.platform);
  REQUIRE(write_pin_file(path, file).ok());
  const std::string after = bytes_of(path);
  REQUIRE(after.size() == 1024);
  REQUIRE(before.size() == 1024);
  std::size_t olds = 0;
  std::size_t news = 0;
  // Which slot comes first alternates or not: both orders must hold.
  for (const std::size_t first : {std::size_t{0}, std::size_t{512}}) {
    std::string disk = middle;
    for (const std::size_t slot : {first, 512 - first}) {
      for (std::size_t n = 0; n < 512; n += 37) {
        std::string torn = disk;
        torn.replace(slot, n, after, slot, n);
        std::ofstream(path, std::ios::binary) << torn;
        const auto read = read_pin_file(path);
        REQUIRE(read.ok());
        (read->key == file.key ? news : olds) += 1;
        CHECK((read->key == file.key || read->generation < file.generation));
      }
      disk.replace(slot, 512, after, slot, 512);
    }
  }
  CHECK(olds > 0);
  CHECK(news > 0);
}

TEST_CASE("pin: a damaged file is told as that, and nothing is written to it", "[pin][P2]") {
  Device device;
  const std::string path = pin_path(device.store);
  for (const std::string& damaged : {std::string(1024, 'x'), std::string(5, '\0')}) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << damaged;
    CHECK(code_of(device.door()->enter(kPin)) == "storage_failure");
    CHECK(code_of(device.door()->enter()) == "storage_failure");
    CHECK(bytes_of(path) == damaged);
  }
}

/// What the holder of the recovery key answers (insieme-server recovery answer).
std::string answer_to(const std::string& request, const KeyPair& office) {
  std::string digits;
  for (const char c : request) {
    if (c != '-') digits += c;
  }
  std::vector<std::uint8_t> bytes(digits.size() / 2);
  REQUIRE(sync::from_hex(digits, bytes).ok());
  const auto sealed = std::span<const std::uint8_t>(bytes).first(80);
  const auto opened = sync::open_sealed_for(office.secret_key, sealed);
  REQUIRE(opened.ok());
  std::vector<std::uint8_t> code(opened->begin(), opened->begin() + 16);
  const auto check = sync::Hasher("insieme recovery answer v1")
                         .add(sealed)
                         .add(std::span<const std::uint8_t>(code))
                         .finish();
  code.insert(code.end(), check.bytes.begin(), check.bytes.begin() + 4);
  return sync::to_hex(code);
}

TEST_CASE("pin: the holder of the recovery key opens it once, with nothing lost", "[pin][P2]") {
  Device device(true);
  const std::string request = device.door()->recovery_request().value();
  const std::string answer = answer_to(request, device.office);
  std::string mistyped = answer;
  mistyped[3] = mistyped[3] == '0' ? '1' : '0';
  CHECK(code_of(device.door()->recover(mistyped, kOther)) == "answer_wrong");
  CHECK(code_of(device.door()->recover("", kOther)) == "answer_wrong");
  CHECK(code_of(device.door()->recover(answer, "1234")) == "pin_weak");
  const auto door = device.door();
  REQUIRE(door->recover(answer, kOther).ok());
  CHECK(door->store_key() == device.store_key);
  CHECK(device.opens(kOther));
  CHECK_FALSE(device.opens(kPin));
  // What was said over the telephone opens nothing any more, and the next time there is another.
  CHECK(code_of(device.door()->recover(answer, kPin)) == "answer_wrong");
  const std::string again = device.door()->recovery_request().value();
  CHECK(again != request);
  CHECK(device.door()->recover(answer_to(again, device.office), kPin).ok());
}

TEST_CASE("pin: an answer opens this device alone", "[pin]") {
  Device anna(true);
  Device bruno(true, 8);
  const std::string answer = answer_to(anna.door()->recovery_request().value(), anna.office);
  CHECK(code_of(bruno.door()->recover(answer, kOther)) == "answer_wrong");
  // Nor does the file copied from it, without what its host keeps.
  Door thief(anna.store, Secret{8}, anna.platform);
  CHECK(code_of(thief.recover(answer, kOther)) == "no_pin");
  const PinFile file = anna.file();
  const auto told = read_answer(*file.recovery, answer);
  REQUIRE(told.ok());
  CHECK_FALSE(unwrap_recovered(*file.recovery, Secret{8}, *told).ok());
}

TEST_CASE("pin: after twenty wrong ones only the recovery opens, where it is prepared", "[pin]") {
  Device device(true);
  PinFile file = device.file();
  file.failed = kFailedMax - 1;
  REQUIRE(write_pin_file(pin_path(device.store), file).ok());
  device.platform.now += 4'000'000;
  CHECK(code_of(device.door()->enter(kOther)) == "pin_wrong");
  device.platform.now += 4'000'000;
  CHECK(code_of(device.door()->enter(kPin)) == "pin_blocked");
  CHECK(device.door()->state().value().blocked);
  const std::string answer =
      answer_to(device.door()->recovery_request().value(), device.office);
  CHECK(device.door()->recover(answer, kOther).ok());
  CHECK(device.opens(kOther));
}

TEST_CASE("pin: the recovery follows the space's key, also when the PIN was there first", "[pin]") {
  Device device;
  CHECK(code_of(device.door()->recovery_request().error()) == "no_recovery");
  const auto door = device.door();
  REQUIRE(door->enter(kPin).ok());
  REQUIRE(door->adopt(device.policy, DeviceId{{5}}).ok());
  const std::string request = door->recovery_request().value();
  REQUIRE(door->adopt(device.policy, DeviceId{{5}}).ok());
  CHECK(door->recovery_request().value() == request);  // nothing new, nothing written
  const KeyPair next = sync::make_key_pair({8, 8});
  REQUIRE(door->adopt({next.public_key, false}, DeviceId{{5}}).ok());
  CHECK_FALSE(door->recovery_request().value() == request);
  CHECK(device.door()->recover(answer_to(door->recovery_request().value(), next), kOther).ok());
}

TEST_CASE("pin: where the space asks for one it can be changed and not removed", "[pin]") {
  Device device;
  const auto door = device.door();
  REQUIRE(door->enter(kPin).ok());
  REQUIRE(door->adopt({std::nullopt, true}, DeviceId{{5}}).ok());
  CHECK(code_of(door->remove_pin(kPin).error()) == "not_allowed");
  CHECK(door->change_pin(kPin, kOther).ok());
}

TEST_CASE("order: a store that was made in this very run of the program is locked, too",
          "[client][device][P2]") {
  Device device;
  Door door(device.store, device.secret, device.platform);
  door.begin_anew();
  CHECK(door.order_allows().ok());
  const sync::DeviceOrder order{sync::SpaceId{{1}}, DeviceId{{2}}, sync::DeviceOrderId{{4}},
                                sync::OrderKind::lock, "smarrito", 1'790'000};
  REQUIRE(door.obey(order, client::Identity{}, std::nullopt).ok());
  REQUIRE_FALSE(door.order_allows().ok());
  CHECK(door.order_allows().error().code == "device_locked");
}

}  // namespace
}  // namespace insieme::testing
