#include "insieme/server/finding_board.hpp"

#include <algorithm>
#include <system_error>

#include "storage/access_log.hpp"

namespace insieme::server {
namespace {

namespace fs = std::filesystem;

/// More than anybody reads in a day; then some are noted twice.
constexpr std::size_t kNotedMax = 200'000;

}  // namespace

FindingBoard::FindingBoard(Repository& repository, fs::path data_folder)
    : repository_(repository), folder_(std::move(data_folder)) {}

/// Which files of other bodies there are, and when each was written.
std::string FindingBoard::agreements_state() const {
  std::vector<std::string> lines;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder_ / "agreements", error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    const auto written = at->last_write_time(gone).time_since_epoch().count();
    const auto bytes = at->is_regular_file(gone) ? at->file_size(gone) : 0;
    lines.push_back(at->path().string() + " " + std::to_string(bytes) + " " +
                    std::to_string(written));
  }
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

Result<std::shared_ptr<const FindingBoard::Found>> FindingBoard::compute(
    std::uint64_t position) const {
  auto out = std::make_shared<Found>();
  out->position = position;
  INSIEME_TRY_ASSIGN(out->space, find_in_space(repository_));
  INSIEME_TRY_ASSIGN(out->matches, find_matches(repository_, Agreements(folder_), out->space));
  out->space.people.clear();
  out->space.records.reset();
  return std::shared_ptr<const Found>(std::move(out));
}

Result<std::shared_ptr<const FindingBoard::Found>> FindingBoard::look() {
  // Before the replay: what is written meanwhile moves the log beyond it, and is looked at next.
  const std::uint64_t position = repository_.space().position;
  std::string agreements = agreements_state();
  const auto kept = [&]() -> std::shared_ptr<const Found> {
    const std::lock_guard lock(mutex_);
    const bool same = found_ != nullptr && found_->position == position;
    return same && agreements_ == agreements ? found_ : nullptr;
  };
  if (auto found = kept()) return found;
  const std::unique_lock only_one(computing_, std::try_to_lock);
  if (!only_one.owns_lock()) {
    return Error{ErrorCode::busy, "the findings are being computed"};
  }
  if (auto found = kept()) return found;
  INSIEME_TRY_ASSIGN(auto found, compute(position));
  const std::lock_guard lock(mutex_);
  found_ = found;
  agreements_ = std::move(agreements);
  return found;
}

std::vector<AccessNote> FindingBoard::to_note(const std::string& account,
                                              const std::set<sync::DocumentId>& documents,
                                              Day day) {
  std::vector<AccessNote> notes;
  const std::lock_guard lock(mutex_);
  for (const sync::DocumentId& document : documents) {
    if (day == noted_on_ && noted_.count({account, document}) != 0) continue;
    add_note(notes, document, AccessKind::read);
  }
  // Nothing of the log was sent.
  for (AccessNote& note : notes) note.changes = 0;
  return notes;
}

void FindingBoard::noted(const std::string& account, const std::set<sync::DocumentId>& documents,
                         Day day) {
  const std::lock_guard lock(mutex_);
  if (day != noted_on_ || noted_.size() >= kNotedMax) noted_.clear();
  noted_on_ = day;
  for (const sync::DocumentId& document : documents) noted_.emplace(account, document);
}

}  // namespace insieme::server
