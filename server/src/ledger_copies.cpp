#include "ledger_copies.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "denial_ledger.hpp"
#include "durable.hpp"
#include "revocation_ledger.hpp"

namespace insieme::server {
namespace {

namespace fs = std::filesystem;

fs::path folder_beside(const std::string& copy, const sync::SpaceId& space) {
  return fs::absolute(copy).parent_path() / "ledgers" / sync::to_text(space);
}

/// Up to the end of its last whole line.
std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  text.resize(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  return text;
}

/// In one step: who looks finds the old one or the new one.
Status write_whole(const fs::path& file, const std::string& text) {
  const std::string own = file.string() + "." + std::to_string(::getpid()) + ".part";
  const int handle = ::open(own.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool written = handle >= 0;
  for (std::size_t at = 0; written && at < text.size();) {
    const ::ssize_t count = ::write(handle, text.data() + at, text.size() - at);
    written = count > 0;
    if (written) at += static_cast<std::size_t>(count);
  }
  written = written && ::fsync(handle) == 0;
  if (handle >= 0) ::close(handle);
  written = written && ::rename(own.c_str(), file.c_str()) == 0 && sync_folder(file.parent_path());
  if (written) return {};
  ::unlink(own.c_str());
  return {ErrorCode::storage_failure, file.string() + ": cannot be written"};
}

// What `from` knows and `to` does not, for ledgers of servers that went ways of their own.

Status add(const ErasureLedger& from, const ErasureLedger& to) {
  INSIEME_TRY_ASSIGN(const auto entries, from.read());
  for (const LedgerEntry& entry : entries) INSIEME_TRY(to.append(entry));
  return {};
}

Status add(const DenialLedger& from, const DenialLedger& to) {
  INSIEME_TRY_ASSIGN(const auto theirs, from.read());
  INSIEME_TRY_ASSIGN(const auto ours, to.read());
  for (const DenialEntry& entry : theirs) {
    const bool known = std::any_of(ours.begin(), ours.end(), [&](const DenialEntry& one) {
      return one.dossier == entry.dossier && one.denial.account == entry.denial.account &&
             one.denial.since_ms >= entry.denial.since_ms;
    });
    if (!known) INSIEME_TRY(to.append(entry));
  }
  return {};
}

Status add(const RevocationLedger& from, const RevocationLedger& to) {
  INSIEME_TRY_ASSIGN(const auto theirs, from.read());
  INSIEME_TRY_ASSIGN(const auto ours, to.read());
  for (const Revocation& entry : theirs) {
    const bool known = std::any_of(ours.begin(), ours.end(), [&](const Revocation& one) {
      return one.kind == entry.kind && one.subject == entry.subject && one.at_ms >= entry.at_ms;
    });
    if (!known) INSIEME_TRY(to.append(entry));
  }
  return {};
}

template <class Ledger>
Status check(const fs::path& file) {
  const auto entries = Ledger(file.string()).read();
  return entries.ok() ? Status{} : Status(entries.error());
}

template <class Ledger>
Status merge(const fs::path& from, const fs::path& to) {
  if (!fs::exists(from)) return {};
  INSIEME_TRY(check<Ledger>(from));
  const std::string theirs = text_of(from);
  const std::string ours = text_of(to);
  if (fs::exists(to) && ours.starts_with(theirs)) return check<Ledger>(to);
  if (theirs.starts_with(ours)) return write_whole(to, theirs);
  return add(Ledger(from.string()), Ledger(to.string()));
}

Status merge_all(const fs::path& from, const fs::path& to) {
  INSIEME_TRY(merge<ErasureLedger>(from / "erasures.ledger", to / "erasures.ledger"));
  INSIEME_TRY(merge<DenialLedger>(from / "denials.ledger", to / "denials.ledger"));
  return merge<RevocationLedger>(from / "revocations.ledger", to / "revocations.ledger");
}

std::vector<std::string> missing_in(const fs::path& folder) {
  std::vector<std::string> missing;
  std::error_code ignored;
  for (const std::string& name : ledger_names()) {
    if (!fs::exists(folder / name, ignored)) missing.push_back(name);
  }
  return missing;
}

}  // namespace

const std::vector<std::string>& ledger_names() {
  static const std::vector<std::string> kNames{"erasures.ledger", "denials.ledger",
                                               "revocations.ledger"};
  return kNames;
}

std::vector<std::string> missing_ledgers(const DataDir& dir) { return missing_in(dir.folder); }

std::vector<std::string> missing_beside(const std::string& copy, const sync::SpaceId& space) {
  return missing_in(folder_beside(copy, space));
}

void make_ledgers(const DataDir& dir) noexcept {
  bool made = false;
  for (const std::string& name : ledger_names()) {
    const std::string file = (dir.folder / name).string();
    const int handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (handle < 0) continue;
    made = true;
    ::close(handle);
  }
  if (made) sync_folder(dir.folder);
}

Status copy_ledgers(const DataDir& dir, const std::string& copy, const sync::SpaceId& space) {
  const fs::path beside = folder_beside(copy, space);
  std::error_code failed;
  fs::create_directories(beside, failed);
  if (failed) return {ErrorCode::storage_failure, beside.string() + ": " + failed.message()};
  return merge_all(dir.folder, beside);
}

Status bring_ledgers(const DataDir& dir, const std::string& copy, const sync::SpaceId& space) {
  return merge_all(folder_beside(copy, space), dir.folder);
}

Status check_ledgers(const DataDir& dir) {
  INSIEME_TRY(check<ErasureLedger>(dir.folder / "erasures.ledger"));
  INSIEME_TRY(check<DenialLedger>(dir.folder / "denials.ledger"));
  return check<RevocationLedger>(dir.folder / "revocations.ledger");
}

}  // namespace insieme::server
