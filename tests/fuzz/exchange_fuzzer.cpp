// Everything that devices exchange, as it comes and behind a right checksum; and a session fed with
// it as frames.
#include "fuzz_input.hpp"
#include "insieme/sync/exchange_session.hpp"

using namespace insieme;

namespace {

using ByteList = std::vector<std::uint8_t>;

ByteList in_envelope(char kind, std::span<const std::uint8_t> payload) {
  ByteList bytes{'I', static_cast<std::uint8_t>(kind), 1};
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  const std::uint64_t checksum = sync::Hasher("insieme exchange v1").add(bytes).finish().prefix();
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(checksum >> shift));
  }
  return bytes;
}

ByteList in_frame(std::uint8_t kind, std::span<const std::uint8_t> payload) {
  ByteList frame;
  const std::size_t rest = 9 + payload.size();
  for (int shift = 0; shift < 32; shift += 8) {
    frame.push_back(static_cast<std::uint8_t>(rest >> shift));
  }
  frame.push_back(kind);
  frame.insert(frame.end(), payload.begin(), payload.end());
  const std::uint64_t checksum =
      sync::Hasher("insieme session frame v1").add(frame).finish().prefix();
  for (int shift = 0; shift < 64; shift += 8) {
    frame.push_back(static_cast<std::uint8_t>(checksum >> shift));
  }
  return frame;
}

template <class T, class Encode, class Decode>
void stable(const Result<T>& value, Encode&& encode, Decode&& decode) {
  if (!value.ok()) return;
  const auto again = decode(encode(*value));
  fuzzing::expect(again.ok() && *again == *value);
}

void decode_all(std::span<const std::uint8_t> bytes) {
  stable(sync::decode_handout(bytes), sync::encode_handout, sync::decode_handout);
  stable(sync::decode_letter(bytes), sync::encode_letter, sync::decode_letter);
  stable(sync::decode_permit(bytes), sync::encode_permit, sync::decode_permit);
  static_cast<void>(sync::decode_bundle(bytes));
  static_cast<void>(sync::decode_exchange_file(bytes));
}

/// Whatever comes, it ends, and asks for nothing that was not promised.
void feed(std::span<const std::uint8_t> bytes) {
  sync::ExchangeSession session(sync::ExchangeRole::listens);
  sync::Holdings own;
  own.nonce.fill(7);
  sync::ExchangeAction action = session.resume(sync::StartExchange{std::move(own)});
  std::size_t at = 0;
  bool said_hello = false;
  for (int step = 0; step < 200; ++step) {
    if (std::holds_alternative<sync::SendFrame>(action)) {
      action = session.resume(sync::FrameSent{});
    } else if (std::holds_alternative<sync::ReceiveFrame>(action)) {
      if (!said_hello) {
        said_hello = true;
        ByteList hello(1 + 16 + 32);
        hello[0] = 1;
        action = session.resume(sync::FrameArrived{in_frame(1, hello)});
        continue;
      }
      if (at >= bytes.size()) return;
      const std::uint8_t kind = static_cast<std::uint8_t>(1 + bytes[at] % 6);
      const std::size_t size = std::min<std::size_t>(bytes[at] / 6U * 4U, bytes.size() - at - 1);
      action = session.resume(sync::FrameArrived{in_frame(kind, bytes.subspan(at + 1, size))});
      at += 1 + size;
    } else if (std::holds_alternative<sync::OfferAction>(action)) {
      action = session.resume(sync::Offered{{{sync::Digest{}, 10}}});
    } else if (const auto* read = std::get_if<sync::ReadPiece>(&action)) {
      fuzzing::expect(read->offset + read->bytes <= 10);
      action = session.resume(sync::PieceRead{ByteList(read->bytes)});
    } else if (const auto* piece = std::get_if<sync::KeepPiece>(&action)) {
      fuzzing::expect(piece->offset + piece->bytes.size() <= piece->total);
      action = session.resume(sync::PieceKept{});
    } else if (std::holds_alternative<sync::NoteHanded>(action)) {
      action = session.resume(sync::HandedNoted{});
    } else {
      return;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzzing::bytes_of(data, size);
  const std::span<const std::uint8_t> bytes(input);
  decode_all(bytes);
  const auto bundle = sync::decode_bundle(in_envelope('X', bytes));
  if (bundle.ok()) stable(bundle, sync::encode_bundle, sync::decode_bundle);
  const auto file = sync::decode_exchange_file(in_envelope('F', bytes));
  if (file.ok()) {
    const auto again = sync::decode_exchange_file(*sync::encode_exchange_file(*file));
    fuzzing::expect(again.ok() && *again == *file);
  }
  feed(bytes);
  return 0;
}
