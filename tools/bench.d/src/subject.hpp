#pragma once
// A client store under test, driven as an app drives it: one JSON call.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "insieme/client/commands.hpp"
#include "insieme/client/engine.hpp"
#include "insieme/sqlite/connection.hpp"
#include "workload.hpp"

namespace insieme::bench {

/// What a change left in a store's log: the bytes that the floor of equal duty appends too.
struct LogRow {
  std::int64_t document = 0;
  std::vector<std::uint8_t> bytes;
};

class Subject {
 public:
  enum class Open : std::uint8_t { create, existing };
  /// `transport` null: no network. All but the path must outlive it.
  Subject(std::string path, const schema::Bundle& bundle, Open open = Open::create,
          client::Transport* transport = nullptr,
          std::int64_t fold_from = client::StoreOptions{}.fold_from);
  ~Subject();
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  /// The reply of a command that succeeds; anything else ends the program with the reply.
  std::string call(const std::string& request);
  [[nodiscard]] client::Store& store() { return engine_->store(); }
  [[nodiscard]] client::Engine& engine() { return *engine_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// Changes logged since the last call, through a second connection; not part of any timing.
  std::vector<LogRow> new_log();

 private:
  std::string path_;
  std::unique_ptr<client::Transport> own_transport_;
  std::unique_ptr<client::Engine> engine_;
  std::unique_ptr<client::Commands> commands_;
  std::unique_ptr<sqlite::Connection> reader_;
  std::int64_t last_logged_ = 0;
};

/// Makes the dossiers of W; gives their ids as text, by place of the case.
std::vector<std::string> create_cases(Subject& subject, const Workload& workload);
/// `record.save` of these rows in one act, ready to be called.
[[nodiscard]] std::string save_request(std::span<const VisitRow> rows,
                                       const std::vector<std::string>& dossiers,
                                       const Workload& workload, const std::string& request_id);
/// `record.save` of one field of one record.
[[nodiscard]] std::string edit_request(const sync::RecordId& id, std::int64_t minutes,
                                       const std::string& request_id);

template <class T>
T must(Result<T> result);
void must(const Status& status);
[[noreturn]] void stop(const std::string& why);

template <class T>
T must(Result<T> result) {
  if (!result.ok()) stop(result.error().detail);
  return std::move(result).value();
}

}  // namespace insieme::bench
