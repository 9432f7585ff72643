// A tablet whose server answers anything: the bytes are the bodies of its answers, one after the
// other, each after its status and its length. Work saved before is still there and whole.
#include <algorithm>

#include "fuzz_input.hpp"
#include "fuzz_store.hpp"
#include "insieme/client/findings_run.hpp"

using namespace insieme;

namespace {

class Server {
 public:
  explicit Server(fuzzing::ByteList bytes) : bytes_(std::move(bytes)) {}

  client::HttpReply answer(const client::HttpRequest& request) {
    static const int kStatus[] = {200, 200, 200, 201, 204, 301, 400, 401,
                                  403, 404, 409, 410, 413, 429, 503, 0};
    client::HttpReply reply;
    const std::uint8_t how = byte();
    reply.status = kStatus[how % 16];
    reply.retry_after_s = how / 16;
    reply.handed_over = true;
    const std::size_t low = byte();
    const std::size_t wanted = low + 256U * (byte() % 4U);
    const std::size_t length = std::min(wanted, bytes_.size() - at_);
    const auto body = std::span(bytes_).subspan(at_, length);
    at_ += length;
    const bool is_sync = request.url.find("/v1/sync") != std::string::npos;
    reply.content_type = reply.status >= 400 ? "application/problem+json" : "application/json";
    reply.body = is_sync && how < 128 ? fuzzing::frame_of(2, body)
                                      : fuzzing::ByteList(body.begin(), body.end());
    return reply;
  }

 private:
  std::uint8_t byte() { return at_ < bytes_.size() ? bytes_[at_++] : std::uint8_t{0}; }

  fuzzing::ByteList bytes_;
  std::size_t at_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Server server(fuzzing::bytes_of(data + 1, size - 1));
  const bool is_enrolled = data[0] % 2 == 1;
  fuzzing::Tablet tablet(
      [&server](const client::HttpRequest& request) { return server.answer(request); },
      is_enrolled);
  if (!is_enrolled) {
    static_cast<void>(tablet.call(R"({"command": "device.enrol", "request_id": "r",
      "invitation": "http://server.test/CODE-CODE"})"));
  }
  static_cast<void>(tablet.call(R"({"command": "sync.run", "request_id": "s"})"));
  static_cast<void>(tablet.call(R"({"command": "finding.fetch"})"));
  const auto page = client::parse_findings_page(std::span(data + 1, size - 1));
  fuzzing::expect(!page.ok() || page->next.empty() || page->next == page->findings.back().key);
  const auto found = tablet.engine().store().search("rossi", 10);
  fuzzing::expect(found.ok() && !found->empty());
  return 0;
}
