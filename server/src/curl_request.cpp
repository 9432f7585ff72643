#include "curl_request.hpp"

namespace insieme::server {

void set_up_curl() {
  static const CURLcode kGlobal = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(kGlobal);
}

void set_up_request(CURL* curl, const std::string& url, const std::string& ca_file,
                    bool on_this_machine, long connect_ms, long total_ms) {
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, total_ms);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "insieme-server");
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  if (on_this_machine) curl_easy_setopt(curl, CURLOPT_PROXY, "");
}

void add_header(CurlHeaders& headers, const std::string& line) {
  curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
  if (longer == nullptr) return;
  static_cast<void>(headers.release());
  headers.reset(longer);
}

std::string reason_of(CURLcode code, const std::string& ca_setting) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return "its name is not found";
    case CURLE_COULDNT_CONNECT: return "it cannot be reached";
    case CURLE_OPERATION_TIMEDOUT: return "it does not answer in time";
    case CURLE_PEER_FAILED_VERIFICATION: return "its certificate is not trusted";
    case CURLE_SSL_CACERT_BADFILE: return "the file of " + ca_setting + " cannot be read";
    default: return curl_easy_strerror(code);
  }
}

}  // namespace insieme::server
