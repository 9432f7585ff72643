#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "durable.hpp"
#include "findings/match_ledger.hpp"
#include "insieme/server/blind_index.hpp"

namespace insieme::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kKeyHead = "insieme-agreement-key 1 ";
constexpr std::string_view kScopeHead = "organization: ";

Status cannot(const fs::path& path) {
  return {ErrorCode::storage_failure, path.string() + ": cannot be written"};
}

/// Whole and durable or not there, for the owner alone.
Status write_file(const fs::path& path, std::string_view text) {
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  fs::permissions(path.parent_path(), fs::perms::owner_all, failed);
  fs::path aside = path;
  aside += ".new";
  fs::remove(aside, failed);
  const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return cannot(path);
  bool written = true;
  while (!text.empty() && written) {
    const ssize_t count = ::write(file, text.data(), text.size());
    written = count > 0;
    if (written) text.remove_prefix(static_cast<std::size_t>(count));
  }
  written = written && ::fsync(file) == 0;
  written = ::close(file) == 0 && written;
  if (written) fs::rename(aside, path, failed);
  if (written && !failed && sync_folder(path.parent_path())) return {};
  fs::remove(aside, failed);
  return cannot(path);
}

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

std::string file_of(const std::string& from) {
  constexpr std::size_t kDigits = 32;
  const sync::Digest digest = sync::Hasher("insieme blind body v1").add(from).finish();
  return sync::to_hex(digest).substr(0, kDigits) + ".index";
}

Result<ReceivedIndex> read_received(const fs::path& path, const reports::BlindKey& key) {
  const auto text = read_file(path);
  const std::size_t end = text ? text->find('\n') : std::string::npos;
  if (end == std::string::npos || text->compare(0, kScopeHead.size(), kScopeHead) != 0) {
    return Error{ErrorCode::malformed, path.string() + ": is no index that was received"};
  }
  ReceivedIndex out;
  out.organization = text->substr(kScopeHead.size(), end - kScopeHead.size());
  auto index = parse_blind_index(std::string_view(*text).substr(end + 1), key);
  if (!index.ok()) {
    return Error{index.error().code, path.string() + ": " + index.error().detail};
  }
  out.index = std::move(index).value();
  return out;
}

std::vector<fs::path> indexes_in(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".index") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Result<reports::BlindKey> read_agreement_key(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string line;
  if (!stream || !std::getline(stream, line)) {
    return Error{ErrorCode::not_found, path.string() + ": cannot be read"};
  }
  reports::BlindKey key;
  if (line.compare(0, kKeyHead.size(), kKeyHead) != 0 ||
      !sync::from_hex(std::string_view(line).substr(kKeyHead.size()), key.bytes).ok()) {
    return Error{ErrorCode::malformed, path.string() + ": is no key of an agreement"};
  }
  return key;
}

std::vector<std::string> Agreements::names() const {
  std::vector<std::string> out;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder_, failed)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() == ".key" && check_agreement_name(name).ok()) {
      out.push_back(name);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

fs::path Agreements::key_path(const std::string& agreement) const {
  return folder_ / (agreement + ".key");
}

Result<reports::BlindKey> Agreements::key(const std::string& agreement) const {
  INSIEME_TRY(check_agreement_name(agreement));
  std::error_code ignored;
  if (!fs::exists(key_path(agreement), ignored)) {
    return Error{ErrorCode::not_found, "there is no agreement \"" + agreement +
                                           "\": insieme-server blind-index agree makes one"};
  }
  return read_agreement_key(key_path(agreement));
}

Status Agreements::put_key(const std::string& agreement, const reports::BlindKey& key, bool renew) {
  INSIEME_TRY(check_agreement_name(agreement));
  std::error_code failed;
  if (!renew && fs::exists(key_path(agreement), failed)) {
    return {ErrorCode::already_exists,
            "\"" + agreement +
                "\" has a key already; --renew puts another one in its place, and "
                "forgets what was received under the old one"};
  }
  // First: under another key it could not be read any more.
  fs::remove_all(folder_ / agreement, failed);
  return write_file(key_path(agreement), std::string(kKeyHead) + sync::to_hex(key.bytes) + "\n");
}

Result<ReceivedIndex> Agreements::receive(const std::string& agreement, std::string_view text,
                                          const std::string& organization) {
  INSIEME_TRY_ASSIGN(const reports::BlindKey own, key(agreement));
  ReceivedIndex out;
  out.organization = organization;
  INSIEME_TRY_ASSIGN(out.index, parse_blind_index(text, own));
  if (out.index.agreement != agreement) {
    return Error{ErrorCode::invalid_argument,
                 "made for the agreement \"" + out.index.agreement + "\", not this one"};
  }
  const fs::path path = folder_ / agreement / file_of(out.index.from);
  std::error_code failed;
  if (fs::exists(path, failed)) {
    const auto before = read_received(path, own);
    if (before.ok() && before->index.made_ms > out.index.made_ms) {
      return Error{
          ErrorCode::conflict,
          "there is a newer index of " + out.index.from +
              ": ask for one that was made since, or forget that one first (blind-index forget)"};
    }
  }
  INSIEME_TRY(write_file(path, std::string(kScopeHead) + organization + "\n" + std::string(text)));
  return out;
}

Result<std::vector<ReceivedIndex>> Agreements::received() const {
  std::vector<ReceivedIndex> out;
  for (const std::string& name : names()) {
    INSIEME_TRY_ASSIGN(const reports::BlindKey own, key(name));
    const std::size_t first = out.size();
    for (const fs::path& path : indexes_in(folder_ / name)) {
      INSIEME_TRY_ASSIGN(ReceivedIndex one, read_received(path, own));
      out.push_back(std::move(one));
    }
    std::sort(
        out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
        [](const ReceivedIndex& a, const ReceivedIndex& b) { return a.index.from < b.index.from; });
  }
  return out;
}

Status Agreements::forget(const std::string& agreement, const std::string& from) {
  INSIEME_TRY(check_agreement_name(agreement));
  std::error_code failed;
  const fs::path path = from.empty() ? folder_ / agreement : folder_ / agreement / file_of(from);
  if (!fs::exists(path, failed)) {
    return {ErrorCode::not_found, "nothing was received under \"" + agreement + "\"" +
                                      (from.empty() ? "" : " from " + from)};
  }
  fs::remove_all(path, failed);
  return failed ? cannot(path) : Status{};
}

Status Agreements::decide(const MatchDecision& decision) {
  std::error_code failed;
  fs::create_directories(folder_, failed);
  fs::permissions(folder_, fs::perms::owner_all, failed);
  return MatchLedger(ledger()).append(decision);
}

Result<std::map<std::string, MatchDecision>> Agreements::decisions() const {
  return MatchLedger(ledger()).read();
}

}  // namespace insieme::server
