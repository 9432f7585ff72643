#pragma once
// From a form's content to the operations of one act. Planning only reads; nothing is written
// before the whole act is known to be in order.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/lookup.hpp"
#include "insieme/schema/rules.hpp"

namespace insieme::client::commands {

struct DocumentOps {
  sync::DocumentId document;
  std::vector<sync::Operation> ops;
};

/// An id that derives from a natural key in a dossier that does not exist yet.
struct KeyedId {
  sync::RecordId provisional;
  std::string type;
  std::vector<std::string> key;
};

/// What a record was and will be, for the rules that look beyond one field.
struct PlannedRecord {
  std::optional<schema::RuleRecord> before;  ///< of an existing record
  schema::RuleRecord after;
  std::vector<std::string> changed;
};

struct Plan {
  /// `memory`: of the reply; that of the request, which is given back as one.
  explicit Plan(json::storage_ptr memory) : records(memory), warnings(std::move(memory)) {}
  Plan() = default;

  std::vector<DocumentOps> documents;
  std::vector<KeyedId> keyed;  ///< only with a new dossier
  std::vector<std::string> drafts_to_drop;
  json::array records;  ///< for the reply
  std::vector<PlannedRecord> judged;
  json::array warnings;
  std::map<std::string, sync::RecordId, std::less<>> names;  ///< `@name` of this request's records
  /// What this device may still spend of an escrow, by record and field, after the act so far.
  std::map<std::pair<sync::RecordId, std::string>, std::uint64_t> purses;

  // Records of one act mostly name the same dossier and point to the same few.
  struct NamedDossier {
    std::string given;
    sync::DossierId id;
  };
  NamedDossier named_dossier;                         ///< the last one
  std::map<sync::RecordId, std::string> types_there;  ///< of the store's records; empty: none

  std::vector<sync::Operation>& ops_of(const sync::DocumentId& document);
};

/// Adds one record to the plan. `input` has the members of record.save. `new_dossier` stands for
/// the dossier that the same act will create.
[[nodiscard]] Check plan_record(Context& context, const json::object& input,
                                const std::optional<sync::DossierId>& new_dossier, Plan& plan);
/// Judges the whole act by the rules of the bundle, once all of its records are planned: a refusal,
/// or warnings in the plan.
[[nodiscard]] Check judge_act(Context& context, Plan& plan);
/// Writes a plan and takes its operations.
[[nodiscard]] Check carry_out(Plan& plan, Writer& writer);
/// Puts the real id of a new dossier into a plan made with a provisional one.
void settle(Plan& plan, const sync::DossierId& provisional, const sync::DossierId& real);

/// A name for ever the same for the same parts (a UUID of version 8).
[[nodiscard]] sync::RecordId derived_id(std::string_view domain, const sync::DossierId& dossier,
                                        std::string_view type, const std::vector<std::string>& key);

/// One field of one record: what its input does to what is there.
struct FieldTask {
  Context& context;
  const schema::Field& field;
  const json::value& input;
  const json::value* base = nullptr;          ///< what the form showed when it was opened
  const StoredRecord* part = nullptr;         ///< null: nothing is stored yet
  const sync::VersionVector* seen = nullptr;  ///< null: everything that is here
  Plan* plan = nullptr;  ///< so far
  std::optional<std::uint64_t> limit;  ///< escrow: what may be minted, all in all

  std::vector<sync::Action> actions;  ///< empty: nothing changes
  std::vector<sync::Value> after;     ///< what the field will show
  bool left_contested = false;
};
/// All kinds but escrows (rights.hpp) and positions.
[[nodiscard]] Check plan_field(FieldTask& task);
/// `first`, `last`, `{"after": id}` or `{"before": id}` among the records of its type and dossier.
[[nodiscard]] Check plan_position(FieldTask& task, const RecordRef& ref);

/// Notes what whoever closes a record had seen of it (sync::kClosureField), in each section where a
/// part of it may lie, or takes that back where it is opened again. `facets` null: a new record;
/// `opened`: versions that a form was opened with, if any.
[[nodiscard]] Check plan_closure(Context& context, const schema::RecordType& type,
                                 const RecordRef& ref, const Facets* facets,
                                 const schema::RecordValues& before,
                                 const schema::RecordValues& after, const Versions* opened,
                                 Plan& plan);
/// What people may not do to a record although the merge would let them.
[[nodiscard]] std::vector<schema::Problem> edit_problems(const schema::RecordType& type,
                                                         const schema::RecordValues& before,
                                                         const schema::RecordValues& after,
                                                         const std::vector<std::string>& changed);

}  // namespace insieme::client::commands
