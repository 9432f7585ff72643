#include "cli/context.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "blobs/claim.hpp"
#include "insieme/server/audit.hpp"
#include "insieme/sync/value.hpp"

namespace insieme::server::cli {
namespace {

Config load_config(const Options& options, const DataDir& dir) {
  Config config;
  const auto check = [](const Status& status) {
    if (!status.ok()) throw CommandError(kConfiguration, status.error().detail);
  };
  if (!options.config_file.empty()) {
    check(load_config_file(config, options.config_file));
  } else if (std::filesystem::exists(dir.config())) {
    check(load_config_file(config, dir.config()));
  }
  check(load_config_environment(config, [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // read before any thread starts
    if (value == nullptr) return std::nullopt;
    return value;
  }));
  check(load_config_flags(config, options.flags));
  return config;
}

/// Who asked: the person behind sudo, at their terminal. What they say, not what they prove.
std::string operator_name() {
  const char* name = std::getenv("SUDO_USER");  // read before any thread starts
  std::string who = name == nullptr ? "" : name;
  if (who.empty()) {
    const struct ::passwd* own = ::getpwuid(::getuid());
    who = own == nullptr ? std::to_string(::getuid()) : own->pw_name;
  }
  const char* terminal = nullptr;
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (terminal == nullptr) terminal = ::ttyname(file);
  }
  std::string_view at = terminal == nullptr ? "" : terminal;
  constexpr std::string_view kDevices = "/dev/";
  if (at.starts_with(kDevices)) at.remove_prefix(kDevices.size());
  std::string all = std::string(kOperator) + " " + who + (at.empty() ? "" : "@" + std::string(at));
  constexpr std::size_t kLongest = 100;
  if (all.size() > kLongest) all.resize(kLongest);
  std::replace_if(
      all.begin(), all.end(),
      [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == '\x7f' || (c & '\x80'); },
      '_');
  all[std::string_view(kOperator).size()] = ' ';
  return all;
}

}  // namespace

Clock wall_clock() {
  return [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
}

Context::Context(const Options& options)
    : dir_{options.data}, config_(load_config(options, dir_)), json_(options.json) {}

Repository& Context::repository() {
  if (!repository_) {
    SnapshotPolicy snapshots;
    snapshots.covered_only = !config_.fold_without_backup;
    repository_ =
        require(open_repository(dir_, config_.roles, wall_clock(), config_.database, snapshots));
    audit_of(*repository_).act_as(operator_name(), {});
  }
  return *repository_;
}

void Context::give_reason(const std::string& reason) {
  constexpr std::size_t kReasonMax = 1000;
  if (reason.size() > kReasonMax || !sync::is_valid_utf8(reason) ||
      reason.find('\0') != std::string::npos) {
    throw CommandError(kRefused, "a reason is text of at most 1,000 bytes");
  }
  audit_of(repository()).act_as(operator_name(), reason);
}

void Context::act_as_server() { audit_of(repository()).act_as("server", {}); }

std::string Context::blob_folder() const {
  return config_.blob_folder.empty() ? dir_.blobs() : config_.blob_folder;
}

BlobStore& Context::blobs() {
  if (!blobs_) {
    // A disk that is full, or away, is the store's to say when it is needed; records go on.
    const Status ours = claim_blob_folder(blob_folder(), repository().space().id);
    if (ours.code() == ErrorCode::conflict) {
      throw CommandError(kConfiguration, ours.error().detail);
    }
  }
  if (!blobs_ && config_.blob_bucket.empty()) blobs_ = open_blob_folder(blob_folder());
  if (!blobs_) {
    blobs_ = open_blob_bucket(require(load_bucket_settings(config_)), repository().space().id,
                              blob_folder());
  }
  return *blobs_;
}

std::unique_ptr<BlobStore> Context::blob_copies(const std::string& copy) const {
  namespace fs = std::filesystem;
  const fs::path beside = fs::absolute(copy).parent_path() / "blobs";
  std::error_code ignored;
  if (fs::weakly_canonical(beside, ignored) == fs::weakly_canonical(blob_folder(), ignored)) {
    return nullptr;
  }
  return open_blob_folder(beside.string());
}

namespace {

std::string digits_of(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
  for (char& c : text) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

std::string short_id(const std::string& id) {
  constexpr std::size_t kDigits = 8;
  return id.size() > kDigits ? id.substr(id.size() - kDigits) : id;
}

bool names_id(const std::string& text, const std::string& id) {
  constexpr std::size_t kShortest = 4;
  const std::string part = digits_of(text);
  const std::string whole = digits_of(id);
  return part.size() >= kShortest && (whole.starts_with(part) || whole.ends_with(part));
}

void require(const Status& status) {
  if (status.ok()) return;
  const bool storage = status.code() == ErrorCode::storage_failure ||
                       status.code() == ErrorCode::storage_full ||
                       status.code() == ErrorCode::busy ||
                       status.code() == ErrorCode::storage_newer;
  throw CommandError(storage ? kStorage : kRefused, status.error().detail);
}

}  // namespace insieme::server::cli
