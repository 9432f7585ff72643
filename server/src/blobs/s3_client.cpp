#include "blobs/s3_client.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "curl_request.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kLinesMax = 16;
constexpr std::size_t kListingMax = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kTextMax = 64 * 1024;  ///< of an error
constexpr auto kPause = std::chrono::milliseconds(200);
/// Of no bytes: what requests without a body sign.
constexpr const char* kNothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct Sink {
  std::vector<std::uint8_t> bytes;
  std::size_t limit = kTextMax;
  bool too_large = false;
};

std::size_t on_bytes(char* data, std::size_t size, std::size_t count, void* to) {
  Sink& sink = *static_cast<Sink*>(to);
  const std::size_t more = size * count;
  if (more > sink.limit - sink.bytes.size()) {
    sink.too_large = true;
    return 0;
  }
  sink.bytes.insert(sink.bytes.end(), data, data + more);
  return more;
}

std::size_t on_read(char* out, std::size_t size, std::size_t count, void* from) {
  const auto& source = *static_cast<PutSource*>(from);
  const auto read = source({reinterpret_cast<std::uint8_t*>(out), size * count});
  return read.ok() ? *read : CURL_READFUNC_ABORT;
}

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Of one request among those on their way.
class Place {
 public:
  explicit Place(std::atomic<std::uint32_t>& taken) : taken_(taken), number_(++taken) {}
  ~Place() { --taken_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  [[nodiscard]] std::uint32_t number() const noexcept { return number_; }

 private:
  std::atomic<std::uint32_t>& taken_;
  std::uint32_t number_;
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '/' ? std::string("%2F") : std::string(1, c);
  return out;
}

}  // namespace

/// Handles that keep their connections, so that TLS is not begun anew for each request.
class S3Client::Lines {
 public:
  CurlEasy take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        CurlEasy line = std::move(idle_.back());
        idle_.pop_back();
        curl_easy_reset(line.get());
        return line;
      }
    }
    return CurlEasy(curl_easy_init());
  }
  void give(CurlEasy line) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kLinesMax) idle_.push_back(std::move(line));
  }

  // On the steady clock. A body that did not get through says nothing of small requests.
  std::atomic<std::int64_t> rests_until_ms{0};
  std::atomic<std::int64_t> bodies_rest_until_ms{0};
  std::atomic<std::uint32_t> asking{0};         ///< requests on their way

 private:
  std::mutex mutex_;
  std::vector<CurlEasy> idle_;  ///< guarded by mutex_
};

struct S3Client::Ask {
  const char* method = "GET";
  std::string url;
  std::string sha256 = kNothing;
  std::string range;
  std::uint64_t size = 0;
  std::function<PutSource()> open;
  std::size_t answer_max = kTextMax;
};

struct S3Client::Answer {
  long status = 0;  ///< 0: none; `failure` says why
  std::string failure;
  bool ours = false;  ///< we broke it off: it says nothing of the store, nor would another try
  std::uint64_t length = 0;
  std::vector<std::uint8_t> body;
};

S3Client::S3Client(BucketSettings settings)
    : settings_(std::move(settings)), lines_(std::make_unique<Lines>()) {
  set_up_curl();
  while (settings_.url.ends_with('/')) settings_.url.pop_back();
}

S3Client::~S3Client() = default;

std::string S3Client::url_of(const std::string& key) const {
  const std::string prefix = settings_.prefix.empty() ? "" : settings_.prefix + "/";
  return settings_.url + "/" + prefix + key;
}

S3Client::Answer S3Client::once(const Ask& ask) {
  Answer answer;
  CurlEasy line = lines_->take();
  if (!line) {
    answer.failure = "no memory";
    return answer;
  }
  CURL* curl = line.get();
  const std::string provider = "aws:amz:" + settings_.region + ":s3";
  set_up_request(curl, ask.url, settings_.ca_file, settings_.on_this_machine, kConnectMs,
                 total_ms(ask.size));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kStallSeconds);
  curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, provider.c_str());
  curl_easy_setopt(curl, CURLOPT_USERNAME, settings_.key_id.c_str());
  curl_easy_setopt(curl, CURLOPT_PASSWORD, settings_.secret.c_str());
  CurlHeaders headers(curl_slist_append(nullptr, ("x-amz-content-sha256: " + ask.sha256).c_str()));
  if (!ask.range.empty()) curl_easy_setopt(curl, CURLOPT_RANGE, ask.range.c_str());
  PutSource source;
  if (ask.open) {
    source = ask.open();
    add_header(headers, "Content-Type: application/octet-stream");
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, &on_read);
    curl_easy_setopt(curl, CURLOPT_READDATA, &source);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(ask.size));
  } else if (std::string_view(ask.method) == "HEAD") {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask.method);
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  Sink sink;
  sink.limit = ask.answer_max;
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_bytes);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) {
    const bool broken_off = code == CURLE_ABORTED_BY_CALLBACK;
    answer.failure = sink.too_large ? "its answer is too long"
                     : broken_off   ? "the bytes for it are not here any more"
                                    : reason_of(code, "blob_bucket_ca");
    answer.ours = sink.too_large || broken_off;
    return answer;
  }
  curl_off_t length = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  answer.length = length > 0 ? static_cast<std::uint64_t>(length) : 0;
  answer.body = std::move(sink.bytes);
  lines_->give(std::move(line));
  return answer;
}

S3Client::Answer S3Client::perform(const Ask& ask) {
  const std::int64_t begun = steady_ms();
  Answer answer;
  const Place place(lines_->asking);
  if (place.number() > settings_.at_once) {
    answer.failure = "enough is being asked of it already";
    return answer;
  }
  const bool has_body = static_cast<bool>(ask.open);
  if (begun < lines_->rests_until_ms || (has_body && begun < lines_->bodies_rest_until_ms)) {
    answer.failure = "it did not answer in time a moment ago";
    return answer;
  }
  for (int attempt = 1;; ++attempt) {
    answer = once(ask);
    if (answer.ours) return answer;
    const bool later = answer.status == 0 || answer.status >= 500 || answer.status == 429;
    const bool slow = steady_ms() - begun > kPatienceMs;
    if (later && slow) {
      (has_body ? lines_->bodies_rest_until_ms : lines_->rests_until_ms) = steady_ms() + kRestMs;
    }
    if (!later || slow || attempt == kTries) return answer;
    std::this_thread::sleep_for(kPause * attempt * attempt);
  }
}

Error S3Client::error_of(const Answer& answer) const {
  const std::string store = "the store of blobs, " + settings_.url + ": ";
  if (answer.status == 0) return {ErrorCode::unavailable, store + answer.failure};
  const std::string said = store + "it answers " + std::to_string(answer.status);
  if (answer.status >= 500 || answer.status == 429) return {ErrorCode::unavailable, said};
  if (answer.status == 401 || answer.status == 403) {
    return {ErrorCode::not_allowed, said + ": it does not take the key of blob_bucket_key here, or "
                                           "its clock and this one differ"};
  }
  if (answer.status == 404) return {ErrorCode::storage_failure, said + ": there is no such bucket"};
  return {ErrorCode::storage_failure, said};
}

Result<std::optional<std::uint64_t>> S3Client::size_of(const std::string& key) {
  Ask ask;
  ask.method = "HEAD";
  ask.url = url_of(key);
  const Answer answer = perform(ask);
  if (answer.status == 200) return std::optional<std::uint64_t>(answer.length);
  if (answer.status == 404) return std::optional<std::uint64_t>();
  return error_of(answer);
}

Status S3Client::put(const std::string& key, std::uint64_t size, const std::string& sha256,
                     const std::function<PutSource()>& open) {
  Ask ask;
  ask.url = url_of(key);
  ask.sha256 = sha256;
  ask.size = size;
  ask.open = open;
  const Answer answer = perform(ask);
  if (answer.status >= 200 && answer.status < 300) return {};
  return error_of(answer);
}

Result<std::vector<std::uint8_t>> S3Client::get(const std::string& key, std::uint64_t offset,
                                                std::size_t length) {
  Ask ask;
  ask.url = url_of(key);
  ask.range = std::to_string(offset) + "-" + std::to_string(offset + length - 1);
  ask.answer_max = std::max(length, kTextMax);
  Answer answer = perform(ask);
  if (answer.status == 206) return std::move(answer.body);
  // Some send all of it where all of it was asked for.
  if (answer.status == 200 && offset == 0 && answer.body.size() <= length) {
    return std::move(answer.body);
  }
  if (answer.status == 404) return Error{ErrorCode::not_found, "these bytes are not here yet"};
  if (answer.status == 416) return Error{ErrorCode::invalid_argument, "it has no byte there"};
  return error_of(answer);
}

Status S3Client::remove(const std::string& key) {
  Ask ask;
  ask.method = "DELETE";
  ask.url = url_of(key);
  const Answer answer = perform(ask);
  if ((answer.status >= 200 && answer.status < 300) || answer.status == 404) return {};
  return error_of(answer);
}

Result<S3Page> S3Client::list(const std::string& after, std::size_t limit) {
  // Signed as it stands: names in their order, values escaped.
  const std::string prefix = settings_.prefix.empty() ? "" : settings_.prefix + "/";
  Ask ask;
  ask.url = settings_.url + "/?list-type=2&max-keys=" + std::to_string(limit) +
            "&prefix=" + escaped(prefix);
  if (!after.empty()) ask.url += "&start-after=" + escaped(prefix + after);
  ask.answer_max = kListingMax;
  const Answer answer = perform(ask);
  if (answer.status != 200) return error_of(answer);
  INSIEME_TRY_ASSIGN(S3Page page,
                     parse_s3_listing({reinterpret_cast<const char*>(answer.body.data()),
                                       answer.body.size()}));
  for (S3Object& object : page.objects) {
    if (!object.key.starts_with(prefix)) {
      return Error{ErrorCode::malformed, "the store of blobs lists what was not asked for"};
    }
    object.key.erase(0, prefix.size());
  }
  return page;
}

}  // namespace insieme::server
