// A client that meets whatever replies the bytes make: lengths, then payloads of replies.
#include <algorithm>

#include "fuzz_input.hpp"
#include "insieme/sync/client_sync.hpp"

using namespace insieme;
using namespace insieme::sync;

namespace {

class Replies {
 public:
  explicit Replies(fuzzing::ByteList bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] bool empty() const { return at_ >= bytes_.size(); }
  std::uint8_t byte() { return empty() ? std::uint8_t{0} : bytes_[at_++]; }
  ClientInput next() {
    const std::uint8_t how = byte();
    if (how % 8 == 0) return SendFailed{static_cast<int>(byte()) * 2, "no", byte()};
    const std::size_t claimed = byte() + 256U * (byte() % 4U);
    const std::size_t size = std::min(claimed, bytes_.size() - at_);
    const auto payload = std::span(bytes_).subspan(at_, size);
    at_ += size;
    if (how % 8 == 1) return ReplyArrived{{payload.begin(), payload.end()}};
    return ReplyArrived{fuzzing::frame_of(2, payload)};
  }

 private:
  fuzzing::ByteList bytes_;
  std::size_t at_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Replies replies(fuzzing::bytes_of(data, size));
  ClientSync machine(ClientIdentity{{}, {}, {}, 1, make_key_pair({1}).secret_key});
  Gathered gathered;
  ClientAction action = machine.resume(StartSync{});
  // Each turn of a run costs at most ten steps and moves the cursor by input, which is used up.
  for (std::size_t step = 0; step < 64 * (size + 4); ++step) {
    if (std::holds_alternative<DoneAction>(action)) return 0;
    if (std::holds_alternative<GiveUpAction>(action)) return 0;
    if (std::holds_alternative<GatherAction>(action)) {
      action = machine.resume(GatherDone{gathered});
    } else if (std::holds_alternative<SendAction>(action)) {
      action = machine.resume(replies.next());
    } else if (std::holds_alternative<WaitAction>(action)) {
      action = machine.resume(WaitOver{});
    } else if (std::holds_alternative<TokenAction>(action)) {
      action = machine.resume(TokenReady{});
    } else if (const auto* apply = std::get_if<ApplyAction>(&action)) {
      gathered.cursor = apply->reply.cursor;
      gathered.backfill = apply->reply.backfill;
      action = machine.resume(ApplyDone{true});
    } else {
      gathered = {};
      action = machine.resume(ApplyDone{true});
    }
  }
  std::abort();  // a run that does not end
}
