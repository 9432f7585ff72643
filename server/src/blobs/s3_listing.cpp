// Answers to ListObjectsV2. Our keys are hexadecimal digits and slashes, so nothing in them is
// escaped; what is, is of no interest here.
#include <ctime>

#include "blobs/s3_client.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kObjectsMax = 10'000;
constexpr std::string_view kRoot = "<ListBucketResult";

/// Between `<name>` and `</name>`; empty if it is not there.
std::string_view between(std::string_view text, std::string_view name) {
  const std::string open = "<" + std::string(name) + ">";
  const std::size_t begin = text.find(open);
  if (begin == std::string_view::npos) return {};
  const std::size_t end = text.find("</" + std::string(name) + ">", begin);
  if (end == std::string_view::npos) return {};
  return text.substr(begin + open.size(), end - begin - open.size());
}

/// Of `2026-11-26T22:10:03.000Z`; 0 if it is nothing of the kind.
std::int64_t time_of(std::string_view text) {
  std::tm parts{};
  const std::string copy(text.substr(0, 19));
  const char* end = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr || *end != '\0') return 0;
  return std::int64_t{::timegm(&parts)} * 1'000;
}

}  // namespace

Result<S3Page> parse_s3_listing(std::string_view xml) {
  if (xml.find(kRoot) == std::string_view::npos) {
    return Error{ErrorCode::malformed, "its answer is no listing"};
  }
  constexpr std::string_view kOpen = "<Contents>";
  constexpr std::string_view kClose = "</Contents>";
  S3Page page;
  std::size_t at = xml.find(kOpen);
  page.more = between(xml, "IsTruncated") == "true";
  while (at != std::string_view::npos) {
    const std::size_t end = xml.find(kClose, at);
    if (end == std::string_view::npos || page.objects.size() == kObjectsMax) {
      return Error{ErrorCode::malformed, "its listing has no end"};
    }
    const std::string_view entry = xml.substr(at, end - at);
    const std::string_view key = between(entry, "Key");
    if (key.empty()) return Error{ErrorCode::malformed, "its listing names nothing"};
    page.objects.push_back({std::string(key), time_of(between(entry, "LastModified"))});
    at = xml.find(kOpen, end);
  }
  return page;
}

}  // namespace insieme::server
