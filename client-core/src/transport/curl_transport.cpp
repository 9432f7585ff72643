// The only file that knows libcurl.
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "insieme/client/stoppable_transport.hpp"
#include "insieme/sync/digest.hpp"
#include "insieme/sync/welcome.hpp"

namespace insieme::client {
namespace {

struct EasyCleanup {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct ListCleanup {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, ListCleanup>;

struct Sink {
  std::vector<std::uint8_t> body;
  std::size_t bytes_max = 0;
  bool too_large = false;
  bool headers_ended = false;
  bool chunked = false;
};

/// About once a second; anything but 0 ends the request.
int on_progress(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) {
  auto& sink = *static_cast<Sink*>(context);
  std::string line(data, size * count);
  for (char& c : line) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (line.rfind("http/", 0) == 0) {  // an interim answer begins anew
    sink.headers_ended = false;
    sink.chunked = false;
  }
  if (line == "\r\n" || line == "\n") sink.headers_ended = true;
  if (line.rfind("transfer-encoding:", 0) == 0 && line.find("chunked") != std::string::npos) {
    sink.chunked = true;
  }
  return size * count;
}

std::size_t on_bytes(char* data, std::size_t size, std::size_t count, void* context) {
  auto& sink = *static_cast<Sink*>(context);
  const std::size_t bytes = size * count;
  if (sink.body.size() + bytes > sink.bytes_max) {
    sink.too_large = true;
    return 0;  // anything but `bytes` makes curl stop
  }
  sink.body.insert(sink.body.end(), data, data + bytes);
  return bytes;
}

bool is_loopback(const std::string& url) {
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return false;
  char* host = nullptr;
  if (curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK) return false;
  const std::string name = host;
  curl_free(host);
  // 127.evil.example is somebody else's name.
  const bool is_number = name.find_first_not_of("0123456789.") == std::string::npos;
  return name == "localhost" || name == "[::1]" || (is_number && name.rfind("127.", 0) == 0);
}

Headers make_headers(const HttpRequest& request) {
  Headers headers;
  const auto append = [&headers](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
    if (longer == nullptr) return;
    static_cast<void>(headers.release());
    headers.reset(longer);
  };
  for (const auto& [name, value] : request.headers) append(name + ": " + value);
  // A request is small enough to be sent whole: waiting for leave would cost a round trip.
  append("Expect:");
  return headers;
}

std::string base64_of(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = (group << 8) | (k < count ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count ? kLetters[(group >> (18 - 6 * k)) & 63U] : '=';
    }
  }
  return text;
}

/// What curl's outcome means to a person, where it is worth another try. In English, and after a
/// line end in Italian.
std::string sentence_of(CURLcode code, bool too_large) {
  if (too_large) {
    return "the reply is longer than this program takes\n"
           "la risposta è più lunga di quanto questo programma accetti";
  }
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "the server's name was not found: is there a network?\n"
             "il nome del server non è stato trovato: c'è rete?";
    case CURLE_COULDNT_CONNECT:
      return "the server cannot be reached\nil server non è raggiungibile";
    case CURLE_OPERATION_TIMEDOUT:
      return "the connection was too slow or stopped answering\n"
             "la connessione è troppo lenta o si è fermata";
    case CURLE_GOT_NOTHING:
      return "the connection was cut before an answer came\n"
             "la connessione si è interrotta prima di una risposta";
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
      return "the connection was cut in the middle of the answer\n"
             "la connessione si è interrotta durante la risposta";
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND:
      return "the connection was cut while sending\n"
             "la connessione si è interrotta durante l'invio";
    case CURLE_SSL_CONNECT_ERROR:
      return "no secure connection could be made: is the address right, https or http?\n"
             "non si è potuta aprire una connessione sicura: l'indirizzo è giusto, https o http?";
    default: {
      const std::string reason = curl_easy_strerror(code);
      return "the network failed: " + reason + "\nla rete non ha funzionato: " + reason;
    }
  }
}

/// OpenSSL's numbers for a certificate whose time has not come or has passed.
constexpr long kNotYetValid = 9;
constexpr long kHasExpired = 10;

std::string distrust_of(long verdict) {
  if (verdict == kHasExpired) {
    return "the server's certificate has expired, or this device's clock is wrong\n"
           "il certificato del server è scaduto, o l'orologio di questo dispositivo è sbagliato";
  }
  if (verdict == kNotYetValid) {
    return "the server's certificate is not valid yet: this device's clock seems wrong\n"
           "il certificato del server non vale ancora: l'orologio di questo dispositivo sembra "
           "sbagliato";
  }
  return "the server's certificate is not the expected one\n"
         "il certificato del server non è quello atteso";
}

/// What another try cannot mend. `verdict`: what verification found, as OpenSSL numbers it.
Status lasting_error(CURLcode code, long verdict) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {ErrorCode::invalid_argument,
              "not the address of a server\nnon è l'indirizzo di un server"};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_ISSUER_ERROR:
      return {ErrorCode::bad_signature, distrust_of(verdict)};
    case CURLE_SSL_CACERT_BADFILE:
      return {ErrorCode::storage_failure,
              "the file of certificates cannot be read\n"
              "il file dei certificati non si può leggere"};
    case CURLE_SSL_CERTPROBLEM:
      return {ErrorCode::storage_failure,
              "this device's certificate or its key cannot be read, or they do not fit\n"
              "il certificato di questo dispositivo o la sua chiave non si possono leggere, o non "
              "vanno insieme"};
    default:
      return {};
  }
}

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(TransportOptions options, const std::atomic<bool>* stop = nullptr)
      : options_(std::move(options)), stop_(stop) {
    static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (global == CURLE_OK) handle_.reset(curl_easy_init());
  }

  Result<HttpReply> post(const HttpRequest& request) override {
    if (!handle_) return Error{ErrorCode::internal, "libcurl could not be started"};
    if (request.url.rfind("http://", 0) == 0 && !is_loopback(request.url)) {
      return Error{ErrorCode::invalid_argument,
                   "without https nothing leaves this device\n"
                   "senza https nulla lascia questo dispositivo"};
    }
    CURL* curl = handle_.get();
    curl_easy_reset(curl);  // keeps connections and sessions
    const Headers headers = make_headers(request);
    Sink sink;
    sink.bytes_max = request.limits.reply_bytes_max;
    set_request(curl, request, headers.get(), sink);
    set_limits(curl, request.limits);
    set_trust(curl, request.url);
    set_stop(curl);
    CURLcode code = CURLE_SSL_PINNEDPUBKEYNOTMATCH;
    if (!request.pin.empty() && options_.public_key.empty()) {
      code = perform_pinned(curl, request.pin);
    }
    if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH) code = curl_easy_perform(curl);
    long verdict = 0;
    curl_easy_getinfo(curl, CURLINFO_SSL_VERIFYRESULT, &verdict);
    INSIEME_TRY(lasting_error(code, verdict));
    return reply_of(curl, code, request, std::move(sink));
  }

 private:
  /// With the pin proven nothing else has to be; without it nothing was sent.
  static CURLcode perform_pinned(CURL* curl, const std::string& pin) {
    if (!sync::are_pins(pin)) return CURLE_SSL_PINNEDPUBKEYNOTMATCH;
    std::string wanted;
    for (std::string_view rest(pin); !rest.empty();) {
      std::array<std::uint8_t, 32> digest{};
      const std::string_view one = rest.substr(0, rest.find(','));
      if (!sync::from_hex(one, digest).ok()) return CURLE_SSL_PINNEDPUBKEYNOTMATCH;
      wanted += (wanted.empty() ? "sha256//" : ";sha256//") + base64_of(digest);
      rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    }
    curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, wanted.c_str());
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    const CURLcode code = curl_easy_perform(curl);
    curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, nullptr);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    return code;
  }
  static void set_request(CURL* curl, const HttpRequest& request, curl_slist* headers, Sink& sink) {
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &sink);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  }
  static void set_limits(CURL* curl, const HttpLimits& limits) {
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_timeout_ms));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total_timeout_ms));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT,
                     static_cast<long>(limits.low_speed_bytes_per_s));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.low_speed_s));
  }
  void set_stop(CURL* curl) const {
    if (stop_ == nullptr) return;
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA,
                     const_cast<void*>(static_cast<const void*>(stop_)));
  }
  void set_trust(CURL* curl, const std::string& url) const {
    curl_easy_setopt(curl, CURLOPT_USERAGENT, options_.user_agent.c_str());
    if (!options_.ca_file.empty()) {
      curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
    }
    if (!options_.public_key.empty()) {
      curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, options_.public_key.c_str());
    }
    if (!options_.certificate.empty()) {
      const std::string& key = options_.certificate_key;
      curl_easy_setopt(curl, CURLOPT_SSLCERT, options_.certificate.c_str());
      curl_easy_setopt(curl, CURLOPT_SSLKEY,
                       (key.empty() ? options_.certificate : key).c_str());
    }
    if (is_loopback(url)) curl_easy_setopt(curl, CURLOPT_PROXY, "");
  }
  /// An HTTP/1 answer without a length ends wherever the connection does: nobody could tell it from
  /// one that was cut, and curl takes a cut within the headers for the end, too.
  static bool is_whole(CURL* curl, const Sink& sink) {
    long version = 0;
    curl_easy_getinfo(curl, CURLINFO_HTTP_VERSION, &version);
    if (version == CURL_HTTP_VERSION_2_0 || version == CURL_HTTP_VERSION_3) return true;
    curl_off_t length = -1;
    curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    return sink.headers_ended && (sink.chunked || length >= 0);
  }

  static HttpReply reply_of(CURL* curl, CURLcode code, const HttpRequest& request, Sink sink) {
    HttpReply reply;
    curl_off_t uploaded = 0;
    curl_easy_getinfo(curl, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    reply.handed_over = static_cast<std::size_t>(uploaded) >= request.body.size();
    if (code != CURLE_OK) {
      reply.failure = sentence_of(code, sink.too_large);
      return reply;
    }
    if (!is_whole(curl, sink)) {
      reply.failure = sentence_of(CURLE_PARTIAL_FILE, false);
      return reply;
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    reply.status = static_cast<int>(status);
    curl_off_t retry_after = 0;
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
    reply.retry_after_s =
        static_cast<std::uint32_t>(std::clamp<curl_off_t>(retry_after, 0, 86'400));
    const char* type = nullptr;
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    if (type != nullptr) reply.content_type = type;
    reply.body = std::move(sink.body);
    return reply;
  }

  TransportOptions options_;
  const std::atomic<bool>* stop_;  ///< null: nobody ends a request early
  std::unique_ptr<CURL, EasyCleanup> handle_;
};

}  // namespace

std::unique_ptr<Transport> make_stoppable_transport(const TransportOptions& options,
                                                    const std::atomic<bool>& stop) {
  return std::make_unique<CurlTransport>(options, &stop);
}

std::unique_ptr<Transport> make_transport(const TransportOptions& options) {
  return std::make_unique<CurlTransport>(options);
}

}  // namespace insieme::client
