// Two sessions of an exchange, both with documents, bundles and beginnings of bundles, and a stream
// between them on which the bytes say what becomes of each frame: it passes, or is another one with
// a right checksum. Whatever comes, a session ends, and asks for nothing that was not promised.
#include <algorithm>

#include "fuzz_input.hpp"
#include "support/exchange_samples.hpp"

using namespace insieme;
using namespace insieme::testing;
using ByteList = std::vector<std::uint8_t>;

namespace {

constexpr std::size_t kOverhead = 4 + 1 + 8;  // length, kind, checksum

ByteList in_frame(std::uint8_t kind, std::span<const std::uint8_t> payload) {
  ByteList frame;
  const std::size_t rest = kOverhead - 4 + payload.size();
  for (int shift = 0; shift < 32; shift += 8) {
    frame.push_back(static_cast<std::uint8_t>(rest >> shift));
  }
  frame.push_back(kind);
  frame.insert(frame.end(), payload.begin(), payload.end());
  const std::uint64_t sum = Hasher("insieme session frame v1").add(frame).finish().prefix();
  for (int shift = 0; shift < 64; shift += 8) {
    frame.push_back(static_cast<std::uint8_t>(sum >> shift));
  }
  return frame;
}

class Input {
 public:
  explicit Input(ByteList bytes) : bytes_(std::move(bytes)) {}
  std::uint8_t byte() { return at_ < bytes_.size() ? bytes_[at_++] : std::uint8_t{0}; }
  ByteList some() {
    const std::size_t size = std::min<std::size_t>(byte(), bytes_.size() - at_);
    const auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ += size;
    return {from, from + static_cast<std::ptrdiff_t>(size)};
  }

 private:
  ByteList bytes_;
  std::size_t at_ = 0;
};

const ExchangeSamples& samples() {
  static const ExchangeSamples kSamples;
  return kSamples;
}

/// One of two devices: what it holds, and what it answers.
class Device {
 public:
  Device(const char* name, ExchangeRole role) : session_(role) {
    const ExchangeSamples& s = samples();
    const DocumentId core = document_of("d1");
    Holdings own;
    own.space = s.space;
    own.device_key = pair_of(name).secret_key;
    own.server_key = s.server.public_key;
    own.now_ms = kSampleNow;
    own.nonce.fill(static_cast<std::uint8_t>(name[0]));
    held_.assign({ByteList(90, static_cast<std::uint8_t>(name[0])), ByteList(7, 1)});
    for (const ByteList& bytes : held_) own.bundles.push_back(digest_bundle(bytes));
    std::sort(own.bundles.begin(), own.bundles.end());
    own.partial = {{digest_bundle(ByteList(90, name[0] == 'a' ? 'b' : 'a')), 20}};
    own.documents = {{core, s.key(core), s.grant(name, core.dossier), vv({{name, 3}})}};
    action_ = session_.resume(StartExchange{std::move(own)});
    settle();
  }

  [[nodiscard]] const ByteList* frame() const {
    const auto* send = std::get_if<SendFrame>(&action_);
    return send == nullptr ? nullptr : &send->frame;
  }
  [[nodiscard]] bool hears() const { return std::holds_alternative<ReceiveFrame>(action_); }
  [[nodiscard]] bool is_over() const {
    return std::holds_alternative<ExchangeDone>(action_) ||
           std::holds_alternative<ExchangeGiveUp>(action_);
  }
  void sent() {
    action_ = session_.resume(FrameSent{});
    settle();
  }
  void hear(ByteList frame) {
    action_ = session_.resume(FrameArrived{std::move(frame)});
    settle();
  }

 private:
  /// Answers everything that needs no stream.
  void settle() {
    for (;;) {
      if (std::holds_alternative<OfferAction>(action_)) {
        Offered offered;
        for (const ByteList& bytes : held_) {
          offered.bundles.push_back({digest_bundle(bytes), bytes.size()});
        }
        action_ = session_.resume(std::move(offered));
      } else if (const auto* read = std::get_if<ReadPiece>(&action_)) {
        const auto at = std::find_if(held_.begin(), held_.end(), [&](const ByteList& bytes) {
          return digest_bundle(bytes) == read->bundle;
        });
        fuzzing::expect(at != held_.end() && read->bytes != 0 &&
                        read->offset + read->bytes <= at->size());
        const auto from = at->begin() + static_cast<std::ptrdiff_t>(read->offset);
        action_ = session_.resume(
            PieceRead{{from, from + static_cast<std::ptrdiff_t>(read->bytes)}});
      } else if (const auto* piece = std::get_if<KeepPiece>(&action_)) {
        fuzzing::expect(!piece->bytes.empty() &&
                        piece->offset + piece->bytes.size() <= piece->total);
        action_ = session_.resume(PieceKept{});
      } else if (const auto* handed = std::get_if<NoteHanded>(&action_)) {
        fuzzing::expect(handed->bundles.size() <= held_.size() * 4'096);
        action_ = session_.resume(HandedNoted{});
      } else {
        return;
      }
    }
  }

  ExchangeSession session_;
  ExchangeAction action_;
  std::vector<ByteList> held_;
};

/// What the stream makes of a frame.
ByteList passed(const ByteList& frame, Input& input) {
  const std::uint8_t how = input.byte();
  if (how < 192) return frame;
  ByteList payload(frame.begin() + 5, frame.end() - 8);
  if (how < 224 && !payload.empty()) {
    payload[input.byte() % payload.size()] ^= static_cast<std::uint8_t>(how | 1);
    return in_frame(frame[4], payload);
  }
  return in_frame(how < 240 ? frame[4] : how % 8, input.some());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(fuzzing::bytes_of(data, size));
  Device anna("anna", ExchangeRole::connects);
  Device bruno("bruno", ExchangeRole::listens);
  const auto pass = [&](Device& from, Device& to) {
    if (from.frame() == nullptr || !to.hears()) return false;
    ByteList frame = passed(*from.frame(), input);
    from.sent();
    to.hear(std::move(frame));
    return true;
  };
  int frames = 0;
  while (pass(anna, bruno) || pass(bruno, anna)) fuzzing::expect(++frames < 1'000);
  // What is told when nothing was touched.
  if (size == 0) fuzzing::expect(anna.is_over() && bruno.is_over());
  return 0;
}
