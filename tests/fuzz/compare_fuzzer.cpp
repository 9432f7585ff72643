// `verify --server`: a tablet that is in step with its server asks it for digests; the bytes are
// the pages that it answers with, a form feed between them. However many there are, it ends.
#include <algorithm>

#include "fuzz_input.hpp"
#include "fuzz_store.hpp"
#include "insieme/sync/protocol.hpp"

using namespace insieme;

namespace {

client::HttpReply reply_of(std::string_view type, fuzzing::ByteList body) {
  client::HttpReply reply;
  reply.status = 200;
  reply.handed_over = true;
  reply.content_type = type;
  reply.body = std::move(body);
  return reply;
}

fuzzing::ByteList bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

class Server {
 public:
  explicit Server(std::string pages) : pages_(std::move(pages)) {}

  client::HttpReply answer(const client::HttpRequest& request) {
    const auto asks = [&request](const char* path) {
      return request.url.find(path) != std::string::npos;
    };
    if (asks("/v1/sync")) return reply_of("application/octet-stream", taken(request.body));
    if (!asks("/v1/digests")) {
      return reply_of("application/json", bytes_of(R"({"nonce":"00","token":"t"})"));
    }
    // The last page again and again, as a server that wants to be asked for ever would.
    const std::size_t end = std::min(pages_.find('\f', at_), pages_.size());
    const std::string page = pages_.substr(at_, end - at_);
    if (end < pages_.size()) at_ = end + 1;
    return reply_of("application/json", bytes_of(page));
  }

 private:
  /// Everything is accepted, and there is no news.
  fuzzing::ByteList taken(const fuzzing::ByteList& body) {
    sync::SyncReply reply;
    const auto message = sync::decode_message(body);
    fuzzing::expect(message.ok());
    for (const sync::Change& change : std::get<sync::SyncRequest>(*message).changes) {
      const sync::ChangeHeader& header = change.header;
      reply.results.push_back({header.document, header.replica, header.seq,
                               sync::Verdict::accepted, ++position_, ErrorCode::ok, {}});
    }
    reply.cursor.epoch = 1;
    reply.cursor.position = position_;
    reply.cursor.log_hash = sync::Hasher("sample").finish();
    return sync::encode_message(reply);
  }

  std::string pages_;
  std::size_t at_ = 0;
  std::uint64_t position_ = 1;  ///< in its log
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Server server(std::string(data, data + size));
  fuzzing::Tablet tablet(
      [&server](const client::HttpRequest& request) { return server.answer(request); }, true);
  const auto found = tablet.engine().compare_with_server();
  fuzzing::expect(found.status.ok() || found.status.error().code != ErrorCode::internal);
  return 0;
}
