#pragma once
// The replicas of a script: in-memory copies of one document, driven through the real engine. What
// travels between them is encoded and decoded as on the wire. The language is docs/testing.md.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/document.hpp"
#include "replay/script.hpp"

namespace insieme::replay {

class World {
 public:
  World();
  /// Carries one line out; a dump gives its line of canonical JSON, without the end of line. Errors
  /// leave the world as it was.
  Result<std::optional<std::string>> run(const Line& line);
  /// How many changes stand folded at the replicas, each counted where it does. No dump shows it.
  [[nodiscard]] std::uint64_t folded() const;

 private:
  using Key = std::pair<std::size_t, std::uint64_t>;  ///< author's place by name, seq

  /// What is remembered of a change wherever it is.
  struct Authored {
    std::uint64_t dep_sum = 0;
    /// What may be folded under it: its deps, or what the form of its splices had seen.
    sync::VersionVector stands_on;
  };

  struct Replica {
    Replica(std::string its_name, sync::Document empty)
        : name(std::move(its_name)), document(std::move(empty)) {}
    std::string name;
    sync::ReplicaId id;
    sync::Document document;
    std::int64_t clock_ms = 0;
    std::optional<std::int64_t> last_ms;  ///< of its previous change
    std::map<std::string, sync::VersionVector> forms;
    std::set<Key> waiting;           ///< received and not applied
    std::vector<Authored> authored;  ///< its own changes, by seq - 1
  };
  struct Runner;
  class OperationList;

  [[nodiscard]] Result<std::size_t> find(const std::string& name) const;
  void freeze();
  Status add(const ReplicaLine& line);
  Status write(const WriteLine& line);
  [[nodiscard]] Result<bool> move_rights(const WriteLine& line, const sync::RecordId& record,
                                         const Replica& writer, OperationList& ops) const;
  Status live(const LifeLine& line);
  Status author(Replica& replica, std::vector<sync::Operation> ops);
  Status deliver(std::size_t from, std::size_t to, const DeliverLine& how);
  Status install(std::size_t from, std::size_t to);
  Status compact(std::size_t on);
  [[nodiscard]] sync::VersionVector stable(std::size_t newcomer) const;
  Status receive(Replica& to, const std::vector<const sync::Change*>& changes);
  [[nodiscard]] std::vector<Key> candidates(const Replica& from, const Replica& to) const;
  void forget_applied(Replica& replica) const;
  [[nodiscard]] std::string dump(const Replica& replica) const;

  std::vector<Replica> replicas_;  ///< by name, once the first line that is no `replica` has come
  static constexpr std::size_t kNobody = SIZE_MAX;
  bool frozen_ = false;
  std::map<sync::RecordId, std::string> records_;  ///< names
};

}  // namespace insieme::replay
