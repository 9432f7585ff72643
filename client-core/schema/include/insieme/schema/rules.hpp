#pragma once
// Rules of the bundle that look beyond one field: across fields, across records, at what a record
// was before. The same rules give the same answer wherever the same records are held, on a tablet
// without a network as on the server. Evaluation is pure: no clock, no I/O but the RecordSource;
// it does not throw and does bounded work.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/schema/validate.hpp"

namespace insieme::schema {

/// A record as rules see it: what it shows now.
struct RuleRecord {
  sync::RecordId id;
  std::string type;
  sync::DossierId dossier;
  RecordValues values;
};

/// The other records. Only active ones, and only those held here: a rule can say no more than what
/// is known. Pointers stay valid as long as the source.
class RecordSource {
 public:
  virtual ~RecordSource() = default;
  /// nullptr if the record is not held here.
  [[nodiscard]] virtual const RuleRecord* find(const sync::RecordId& id) = 0;
  [[nodiscard]] virtual std::vector<const RuleRecord*> in_dossier(const sync::DossierId& dossier,
                                                                  std::string_view type) = 0;
  /// Those whose register `field` shows this value, in any dossier.
  [[nodiscard]] virtual std::vector<const RuleRecord*> with(std::string_view type,
                                                            std::string_view field,
                                                            const sync::Value& value) = 0;
};

/// A source over records in memory.
class RecordSet final : public RecordSource {
 public:
  /// Adds a record, or puts it in the place of the one with the same id.
  void put(RuleRecord record);
  void erase(const sync::RecordId& id);
  [[nodiscard]] const std::vector<std::unique_ptr<RuleRecord>>& all() const noexcept {
    return records_;
  }

  const RuleRecord* find(const sync::RecordId& id) override;
  std::vector<const RuleRecord*> in_dossier(const sync::DossierId& dossier,
                                            std::string_view type) override;
  std::vector<const RuleRecord*> with(std::string_view type, std::string_view field,
                                      const sync::Value& value) override;

 private:
  std::vector<std::unique_ptr<RuleRecord>> records_;
};

/// A save under judgement.
struct SaveContext {
  const RuleRecord* before = nullptr;  ///< null for a new record
  std::vector<std::string> changed;    ///< fields that the save changes
};

/// The rules that `record`, as it will be after the save, breaks: `blocks` as errors, `warns` as
/// warnings. `others` shows the state after the whole act. A rule whose work exceeds the limit is
/// told as a warning called by its name: it was not judged.
[[nodiscard]] std::vector<Problem> check_rules(const Bundle& bundle, const RuleRecord& record,
                                               const SaveContext& save, RecordSource& others);

/// The rules that a state breaks which nobody saved, such as after a merge: `blocks` as errors,
/// `item` as warnings. Rules about changes do not apply.
[[nodiscard]] std::vector<Problem> check_standing_rules(const Bundle& bundle,
                                                        const RuleRecord& record,
                                                        RecordSource& others);

struct ComputedValue {
  const ComputedField* field = nullptr;
  sync::Value value;  ///< Null: not known
};
[[nodiscard]] std::vector<ComputedValue> computed_values(const Bundle& bundle,
                                                         const RuleRecord& record,
                                                         RecordSource& others);

/// For trying out expressions: the value of `source` for a record. `malformed` with a position if
/// it is no expression about the record's type; Null is unknown.
[[nodiscard]] Result<sync::Value> evaluate_expression(const Bundle& bundle, std::string_view source,
                                                      const RuleRecord& record,
                                                      RecordSource& others);

}  // namespace insieme::schema
