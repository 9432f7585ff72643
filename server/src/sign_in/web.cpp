#include "sign_in/web.hpp"

#include <openssl/x509.h>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "curl_request.hpp"

namespace insieme::server {
namespace {

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

std::string failure_of(CURLcode code, const Sink& sink, long verdict) {
  if (sink.too_large) return "its answer is longer than 256 KiB";
  if (code != CURLE_PEER_FAILED_VERIFICATION) return reason_of(code, "sign_in_ca");
  if (verdict <= X509_V_ERR_UNSPECIFIED) return "its certificate is somebody else's";
  return std::string("its certificate is not trusted: ") + X509_verify_cert_error_string(verdict);
}

}  // namespace

Web::Web(std::string ca_file) : ca_file_(std::move(ca_file)) {
  set_up_curl();
}

WebReply Web::get(const std::string& url) const { return perform(url, nullptr, {}); }

WebReply Web::post_form(const std::string& url, const std::string& form,
                        const std::string& authorization) const {
  return perform(url, &form, authorization);
}

WebReply Web::perform(const std::string& url, const std::string* form,
                      const std::string& authorization) const {
  WebReply reply;
  const CurlEasy curl(curl_easy_init());
  if (!curl || !may_be_asked(url)) {
    reply.failure = "its address is not https://";
    return reply;
  }
  set_up_request(curl.get(), url, ca_file_, is_own_machine(url), kConnectMs, kTotalMs);
  CurlHeaders headers(curl_slist_append(nullptr, "Accept: application/json"));
  if (!authorization.empty()) add_header(headers, "Authorization: " + authorization);
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
    reply.failure = failure_of(code, sink, verdict);
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
