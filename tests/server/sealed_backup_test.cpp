// The format of sealed copies, attacked.
#include "insieme/server/sealed_backup.hpp"

#include <algorithm>
#include <cstring>

#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::server;

namespace {

using Bytes = std::vector<std::uint8_t>;

sync::KeyPair pair_of(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return sync::make_key_pair(bytes);
}

ByteSource from(const Bytes& bytes, std::size_t begin = 0) {
  return [&bytes, at = begin](std::span<std::uint8_t> out) mutable -> Result<std::size_t> {
    const std::size_t count = std::min(out.size(), bytes.size() - at);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, out.begin());
    at += count;
    return count;
  };
}

ByteSink into(Bytes& bytes) {
  return [&bytes](std::span<const std::uint8_t> more) -> Status {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return {};
  };
}

Bytes content_of(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 256);
  return bytes;
}

const sync::KeyPair kServer = pair_of(1);
const sync::KeyPair kFirst = pair_of(2);
const sync::KeyPair kSecond = pair_of(3);
const sync::KeyPair kStranger = pair_of(4);

Bytes sealed_of(const Bytes& plain, const sync::KeyPair& server = kServer) {
  Bytes sealed;
  const auto content =
      seal_backup(from(plain), into(sealed), {kFirst.public_key, kSecond.public_key},
                  sync::SpaceId{{7}}, server, 1'700'000'000'000);
  REQUIRE(content.ok());
  REQUIRE(content->bytes == plain.size());
  return sealed;
}

/// As a file is read: header, then the rest.
Result<Bytes> open(const Bytes& sealed, const sync::KeyPair& key) {
  const ByteSource source = from(sealed);
  INSIEME_TRY_ASSIGN(const BackupHeader header, read_backup_header(source));
  Bytes plain;
  INSIEME_TRY(open_backup(header, source, key.secret_key, into(plain)));
  return plain;
}

constexpr std::size_t kHeader = 16 + 16 + 32 + 8 + 1 + 2 * 88 + 24;
constexpr std::size_t kAround = 4 + 17;
constexpr std::size_t kPiece = kBackupPieceBytes + kAround;

}  // namespace

TEST_CASE("sealed backup: each of its keys opens it, whatever its length", "[server][backup]") {
  for (const std::size_t size : {0U, 1U, 65'535U, 65'536U, 65'537U, 131'072U, 200'000U}) {
    CAPTURE(size);
    const Bytes plain = content_of(size);
    const Bytes sealed = sealed_of(plain);
    for (const sync::KeyPair& key : {kFirst, kSecond}) {
      const auto opened = open(sealed, key);
      REQUIRE(opened.ok());
      CHECK(*opened == plain);
    }
    const ByteSource source = from(sealed);
    const auto header = read_backup_header(source);
    REQUIRE(header.ok());
    CHECK(header->server == kServer.public_key);
    CHECK(header->made_ms == 1'700'000'000'000);
    CHECK(check_backup_frame(source).ok());
  }
  CHECK_FALSE(sealed_of(content_of(9)) == sealed_of(content_of(9)));  // a new key each time
}

TEST_CASE("sealed backup: another key is told for which ones it is", "[server][backup]") {
  const auto opened = open(sealed_of(content_of(100)), kStranger);
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().code == ErrorCode::wrong_key);
  for (const sync::KeyPair& key : {kFirst, kSecond, kStranger}) {
    CHECK(opened.error().detail.find(sync::to_hex(backup_key_id(key.public_key))) !=
          std::string::npos);
  }
  // Whoever wrote it cannot read it again.
  CHECK_FALSE(open(sealed_of(content_of(100)), kServer).ok());
}

TEST_CASE("sealed backup: cut anywhere, it does not open, and without a key it shows",
          "[server][backup]") {
  const Bytes sealed = sealed_of(content_of(150'000));
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i <= kHeader + 30; ++i) ends.push_back(i);
  for (std::size_t at = kHeader; at < sealed.size(); at += kPiece) {
    for (const std::size_t near : {at - 1, at, at + 1, at + 3, at + 4, at + 5}) {
      if (near < sealed.size()) ends.push_back(near);
    }
  }
  for (std::size_t i = 1; i < 130; ++i) ends.push_back(sealed.size() - i);
  for (const std::size_t end : ends) {
    CAPTURE(end);
    const Bytes cut(sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(end));
    const auto opened = open(cut, kFirst);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().code == ErrorCode::truncated);
    const ByteSource source = from(cut);
    CHECK_FALSE((read_backup_header(source).ok() && check_backup_frame(source).ok()));
  }
}

TEST_CASE("sealed backup: one bit, anywhere that matters, and it does not open",
          "[server][backup]") {
  const Bytes sealed = sealed_of(content_of(150'000));
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < kHeader + 40; ++i) places.push_back(i);
  for (std::size_t at = kHeader + kPiece; at < sealed.size(); at += kPiece) {
    for (std::size_t i = at - 20; i < std::min(at + 20, sealed.size()); ++i) places.push_back(i);
  }
  for (std::size_t i = 1; i <= 150; ++i) places.push_back(sealed.size() - i);
  const std::size_t second_box = 73 + 88;
  for (const std::size_t place : places) {
    for (const int bit : {0, 7}) {
      CAPTURE(place, bit);
      Bytes changed = sealed;
      changed[place] = static_cast<std::uint8_t>(changed[place] ^ (1U << bit));
      // The header is bound whole: also what only the other key needs.
      CHECK_FALSE(open(changed, kFirst).ok());
      if (place >= second_box) CHECK_FALSE(open(changed, kSecond).ok());
    }
  }
}

TEST_CASE("sealed backup: pieces left out, doubled, in another order, or more behind its end",
          "[server][backup]") {
  const Bytes sealed = sealed_of(content_of(3 * kBackupPieceBytes));
  const auto at = [&](std::size_t piece) {
    return sealed.begin() + static_cast<std::ptrdiff_t>(kHeader + piece * kPiece);
  };
  const auto with = [&](const std::vector<std::size_t>& pieces) {
    Bytes made(sealed.begin(), at(0));
    for (const std::size_t piece : pieces) made.insert(made.end(), at(piece), at(piece + 1));
    made.insert(made.end(), at(3), sealed.end());
    return made;
  };
  CHECK(open(with({0, 1, 2}), kFirst).ok());
  for (const auto& pieces : std::vector<std::vector<std::size_t>>{
           {}, {0}, {0, 1}, {1, 2}, {0, 2, 1}, {0, 1, 1, 2}, {0, 1, 2, 2}}) {
    CHECK_FALSE(open(with(pieces), kFirst).ok());
  }
  Bytes more = sealed;
  more.push_back(0);
  REQUIRE_FALSE(open(more, kFirst).ok());
  // The end of one copy is not that of another.
  const Bytes other = sealed_of(content_of(3 * kBackupPieceBytes));
  Bytes mixed(sealed.begin(), at(3));
  mixed.insert(mixed.end(), other.begin() + static_cast<std::ptrdiff_t>(kHeader + 3 * kPiece),
               other.end());
  CHECK_FALSE(open(mixed, kFirst).ok());
}

TEST_CASE("sealed backup: nobody but the server signs as the server", "[server][backup]") {
  // Whoever knows the public keys can seal, but under the server's name only with its key.
  sync::KeyPair forged = kStranger;
  forged.public_key = kServer.public_key;
  const auto opened = open(sealed_of(content_of(100), forged), kFirst);
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().code == ErrorCode::checksum);
}

TEST_CASE("sealed backup: what source and sink say ends it", "[server][backup]") {
  const Bytes plain = content_of(100'000);
  Bytes sealed;
  const ByteSink full = [](std::span<const std::uint8_t>) {
    return Status(ErrorCode::storage_full, "full");
  };
  const auto made = seal_backup(from(plain), full, {kFirst.public_key}, {}, kServer, 0);
  REQUIRE_FALSE(made.ok());
  CHECK(made.error().code == ErrorCode::storage_full);
  CHECK_FALSE(seal_backup(from(plain), into(sealed), {}, {}, kServer, 0).ok());
  CHECK_FALSE(seal_backup(from(plain), into(sealed), std::vector<sync::PublicKey>(9), {}, kServer,
                          0)
                  .ok());
}

TEST_CASE("backup key: the text has it, and a mistyped digit is told", "[server][backup]") {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(9);
  const std::string text = backup_key_text(seed, "Ambito di prova", "2026-01-31");
  const auto read = parse_backup_key(text);
  REQUIRE(read.ok());
  CHECK(read->public_key == sync::make_key_pair(seed).public_key);
  CHECK(text.find(sync::to_hex(backup_key_id(read->public_key))) != std::string::npos);
  std::string digits = text.substr(text.rfind("\n", text.size() - 2) + 1);
  CHECK(parse_backup_key(digits).ok());
  std::transform(digits.begin(), digits.end(), digits.begin(),
                 [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  CHECK(parse_backup_key(digits).ok());
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] == '-' || digits[i] == '\n') continue;
    std::string wrong = digits;
    wrong[i] = wrong[i] == '3' ? '4' : '3';
    CHECK(parse_backup_key(wrong).error().code == ErrorCode::checksum);
  }
  CHECK(parse_backup_key("").error().code == ErrorCode::malformed);
  CHECK(parse_backup_key("# solo parole\n").error().code == ErrorCode::malformed);
}
