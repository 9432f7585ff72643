#pragma once
// What people type: which fields there are, how an edit of one looks to the program and to the
// ledger.

#include "simulation/chance.hpp"
#include "simulation/world.hpp"

namespace insieme::simulation {

/// One field that the simulation types into. Its record type belongs to a kind of dossier.
struct FieldPlan {
  const char* type;
  const char* field;
  Sort sort;
  const char* section;
};
/// Nothing: it is not one of those.
[[nodiscard]] std::optional<FieldPlan> plan_of(const std::string& type, const std::string& field);
/// Those that a tablet's program knows.
[[nodiscard]] std::vector<FieldPlan> fields_of(const Tablet& tablet, const std::string& type);
[[nodiscard]] bool knows(const Tablet& tablet, const std::string& type,
                         const std::string& field = {});

/// Fields of a request, and what the ledger has to know of them.
struct Edit {
  json::object fields;
  std::vector<Typed> typed;
};
/// Types into some fields of `form` (what is on the screen).
[[nodiscard]] Edit type_into(World& world, const Tablet& tablet, const Form& form, Chance& chance);
/// The same into one field.
void type_field(World& world, const Form& form, const FieldPlan& plan, Chance& chance, Edit& edit);

/// Fields that a new record of this type needs, with the ledger's part.
[[nodiscard]] Edit new_record_fields(World& world, Tablet& tablet, const std::string& type,
                                     Chance& chance);

/// Says where all of it was typed.
void place_all(Edit& edit, const std::string& dossier, const std::string& record);
/// Ids chosen by the caller, so that the ledger knows a record before the program answers.
[[nodiscard]] std::string new_record_id(World& world, Chance& chance);

/// The id that a natural key gives (docs/commands.md: two offline creations are one record).
[[nodiscard]] std::string natural_id(const sync::DossierId& dossier, const std::string& type,
                                     const std::vector<std::string>& key);

struct Found {
  std::string record;
  std::string type;
  std::string dossier;
  bool retracted = false;
};
/// Records on the tablet, in its order.
[[nodiscard]] std::vector<Found> records_of(Tablet& tablet);
[[nodiscard]] std::optional<Found> pick_record(Tablet& tablet, Chance& chance);
/// The ids of a dossier's objectives as the tablet shows their order.
[[nodiscard]] std::vector<std::string> objectives_in_order(World& world, Tablet& tablet,
                                                           const std::string& dossier);
/// Opens a record's form: what it shows now. Nothing if it is not there (any more).
[[nodiscard]] std::optional<Form> open_form(World& world, Tablet& tablet, const Found& found);

}  // namespace insieme::simulation
