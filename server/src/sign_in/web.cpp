#include "sign_in/web.hpp"

#include <curl/curl.h>
#include <openssl/x509.h>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "owned.hpp"

namespace insieme::server {
namespace {

using Easy = Owned<CURL, curl_easy_cleanup>;
using Headers = Owned<curl_slist, curl_slist_free_all>;

struct Sink {
  std::string body;
  bool too_large = false;
};

std::size_t on_bytes(char* data, std::size_t size, std::size_t count, void* to) {
  Sink& sink = *static_cast<Sink*>(to);
  if (sink.body.size() + size * count > kWebReplyBytesMax) {
    sink.too_large = true;
    return 0;
  }
  sink.body.append(data, size * count);
  return size * count;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* to) {
  const std::string_view line(data, size * count);
  constexpr std::string_view kDate = "date:";
  if (line.size() <= kDate.size() || curl_strnequal(data, kDate.data(), kDate.size()) == 0) {
    return line.size();
  }
  const std::time_t told = curl_getdate(std::string(line.substr(kDate.size())).c_str(), nullptr);
  if (told > 0) {
    *static_cast<std::optional<std::int64_t>*>(to) = static_cast<std::int64_t>(told) * 1000;
  }
  return line.size();
}

int on_progress(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

bool is_own_machine(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) return false;
  const std::string host = parsed->host_name().empty() ? parsed->host() : parsed->host_name();
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

std::string reason_of(CURLcode code, const Sink& sink, long verdict) {
  if (sink.too_large) return "its answer is longer than 256 KiB";
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return "its name is not found";
    case CURLE_COULDNT_CONNECT: return "it cannot be reached";
    case CURLE_OPERATION_TIMEDOUT: return "it does not answer in time";
    case CURLE_PEER_FAILED_VERIFICATION:
      if (verdict <= X509_V_ERR_UNSPECIFIED) return "its certificate is somebody else's";
      return std::string("its certificate is not trusted: ") +
             X509_verify_cert_error_string(verdict);
    case CURLE_SSL_CACERT_BADFILE: return "the file of sign_in_ca cannot be read";
    default: return curl_easy_strerror(code);
  }
}

void set_up(CURL* curl, const std::string& url, const std::string& ca_file) {
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, Web::kConnectMs);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, Web::kTotalMs);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "insieme-server");
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  if (is_own_machine(url)) curl_easy_setopt(curl, CURLOPT_PROXY, "");
}

}  // namespace

Web::Web(std::string ca_file) : ca_file_(std::move(ca_file)) {
  static const CURLcode kGlobal = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(kGlobal);
}

WebReply Web::get(const std::string& url) const { return perform(url, nullptr, {}); }

WebReply Web::post_form(const std::string& url, const std::string& form,
                        const std::string& authorization) const {
  return perform(url, &form, authorization);
}

WebReply Web::perform(const std::string& url, const std::string* form,
                      const std::string& authorization) const {
  WebReply reply;
  const Easy curl(curl_easy_init());
  if (!curl || !may_be_asked(url)) {
    reply.failure = "its address is not https://";
    return reply;
  }
  set_up(curl.get(), url, ca_file_);
  Headers headers(curl_slist_append(nullptr, "Accept: application/json"));
  if (!authorization.empty()) {
    curl_slist* longer =
        curl_slist_append(headers.get(), ("Authorization: " + authorization).c_str());
    if (longer != nullptr) {
      static_cast<void>(headers.release());
      headers.reset(longer);
    }
  }
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  if (form != nullptr) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, form->data());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(form->size()));
  }
  Sink sink;
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &on_bytes);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &sink);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &reply.date_ms);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, &on_progress);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA,
                   const_cast<void*>(static_cast<const void*>(&stop_)));
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) {
    long verdict = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_SSL_VERIFYRESULT, &verdict);
    reply.failure = reason_of(code, sink, verdict);
    return reply;
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  const char* type = nullptr;
  curl_easy_getinfo(curl.get(), CURLINFO_CONTENT_TYPE, &type);
  reply.status = static_cast<int>(status);
  if (type != nullptr) reply.content_type = type;
  reply.body = std::move(sink.body);
  return reply;
}

bool may_be_asked(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->host().empty() || parsed->has_userinfo() || parsed->has_fragment()) {
    return false;
  }
  return parsed->scheme() == "https" || (parsed->scheme() == "http" && is_own_machine(url));
}

std::string url_encode(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return encoded;
}

}  // namespace insieme::server
