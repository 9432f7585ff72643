#pragma once
// What every request of the server to somebody else has in common: TLS that is verified, no
// redirects, a time limit for connecting, and why there was no answer, in words.

#include <curl/curl.h>

#include <string>

#include "owned.hpp"

namespace insieme::server {

using CurlEasy = Owned<CURL, curl_easy_cleanup>;
using CurlHeaders = Owned<curl_slist, curl_slist_free_all>;

/// Once in a process, before the first handle. Thread-safe.
void set_up_curl();

/// For `curl`, which is new or reset. `ca_file`: PEM, in place of the system's; empty: the
/// system's. A proxy of the environment is used, but not with `on_this_machine`.
void set_up_request(CURL* curl, const std::string& url, const std::string& ca_file,
                    bool on_this_machine, long connect_ms, long total_ms);

void add_header(CurlHeaders& headers, const std::string& line);

/// In English, without secrets. `ca_setting`: the setting that names `ca_file`.
[[nodiscard]] std::string reason_of(CURLcode code, const std::string& ca_setting);

}  // namespace insieme::server
