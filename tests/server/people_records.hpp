#pragma once
// Two educators who share no dossier, a coordinator, and the records that they write.

#include "fixture.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/server/findings.hpp"
#include "support/catch.hpp"

namespace insieme::testing {

[[nodiscard]] inline Operation record_op(const std::string& record, const char* type,
                                         std::string field, Value value) {
  return Operation{rec(record), type, std::move(field), WriteOp{std::move(value)}, {}};
}

struct Named {
  const char* surname;
  const char* given_names;
  const char* born;
  std::string tax_code{};
};

struct Office {
  World world;
  MemoryDevice anna{"anna"};
  MemoryDevice bruno{"bruno"};
  MemoryDevice carla{"carla"};

  Office() {
    world.add(anna);
    world.add(bruno);
    world.add(carla, "coordinator");
  }

  static void open(MemoryDevice& by, const std::string& name) {
    if (by.dossier_keys.count(dossier(name)) == 0) by.create(dossier(name));
  }

  void person(MemoryDevice& by, const std::string& where, const std::string& id,
              const Named& named) const {
    open(by, where);
    std::vector<Operation> ops{record_op(id, "member", "surname", text(named.surname)),
                               record_op(id, "member", "given_names", text(named.given_names))};
    if (const auto born = schema::date_from_iso(named.born)) {
      ops.push_back(record_op(id, "member", "birth_date", Value{*born}));
    }
    if (!named.tax_code.empty()) {
      ops.push_back(record_op(id, "member", "codice_fiscale", text(named.tax_code)));
    }
    by.write(document_of(where), std::move(ops));
  }

  void visit(MemoryDevice& by, const std::string& where, const std::string& id, std::int64_t at_ms,
             std::int64_t minutes) const {
    open(by, where);
    by.write(document_of(where, "education"),
             {record_op(id, "visit", "start_at", Value{Instant{at_ms}}),
              record_op(id, "visit", "minutes", number(minutes))});
  }

  void support(MemoryDevice& by, const std::string& where, const std::string& id,
               const std::string& member, const char* provider) const {
    Operation to{rec(id), "support", "members", AddOp{Value{Reference{rec(member)}}}, {}};
    by.write(
        document_of(where),
        {record_op(id, "support", "kind", text("a")),
         record_op(id, "support", "provider", text(provider)),
         record_op(id, "support", "from_date", Value{*schema::date_from_iso("2024-01-01")}), to});
  }

  void edge(MemoryDevice& by, const std::string& where, const std::string& id, const char* first,
            const char* second) const {
    by.write(document_of(where),
             {record_op(id, "identity_edge", "kind", text("member")),
              record_op(id, "identity_edge", "first", text(to_text(rec(first)))),
              record_op(id, "identity_edge", "second", text(to_text(rec(second))))});
  }

  void decision(MemoryDevice& by, const std::string& where, const std::string& id,
                const std::string& key, const char* evidence, const char* state) const {
    std::vector<Operation> ops{record_op(id, "finding", "finding_key", text(key)),
                               record_op(id, "finding", "state", text(state))};
    if (*evidence != '\0') {
      Operation written = splice_op("evidence", {Splice{0, 0, evidence}}, id);
      written.type = "finding";
      ops.push_back(std::move(written));
    }
    by.write(document_of(where), std::move(ops));
  }

  void sync_all() {
    for (MemoryDevice* one : {&anna, &bruno, &carla}) REQUIRE(world.sync(*one).done);
  }

  [[nodiscard]] server::SpaceFindings find() {
    auto out = server::find_in_space(*world.repository);
    if (!out.ok()) FAIL(out.error().detail);
    return std::move(out).value();
  }
};

}  // namespace insieme::testing
