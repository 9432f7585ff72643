#pragma once
// Flows for the social-services information system of INPS (SIUSS), as it fetches them, and what it
// answers to each. Source: OpenAPI document and XSDs of github INPS-it/WaaS.Comuni 2.0.1 (MIT).

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "insieme/sync/result.hpp"

namespace insieme::server {

/// 10,000,000 characters of base 64 are what INPS takes of one flow.
inline constexpr std::size_t kFlowBytesMax = 7'500'000;

struct Flow {
  std::string name;       ///< `H501.PS.20210520.0000002`
  std::string kind;       ///< `PS_PSA_SINA` or `SINBA`
  std::string body_code;  ///< of the body that sends it: a letter and three digits
  std::string body_name;
  std::vector<std::uint8_t> xml;  ///< empty in lists, and when it was withdrawn
  std::int64_t ts_ms = 0;         ///< given by the server: no two flows share one
  std::int64_t added_ms = 0;
  std::optional<std::int64_t> withdrawn_ms;
  std::string withdrawn_reason;
};

struct FlowOutcome {
  std::string name;
  std::string kind;
  std::int64_t flow_ts_ms = 0;
  std::int64_t acquired_ms = 0;
  std::string code;  ///< OK, DATI_NON_TROVATI, RICHIESTA_INVALIDA, ERRORE_GENERICO
  std::string description;
  std::string siuss_id;  ///< given by INPS with OK
  std::int64_t received_ms = 0;
  bool known = true;  ///< false: this server never published a flow of that name
};

/// Part of every Repository; the same rules about threads and StorageFailure.
class FlowStore {
 public:
  virtual ~FlowStore() = default;
  FlowStore(const FlowStore&) = delete;
  FlowStore& operator=(const FlowStore&) = delete;

  /// Publishes it and gives it its time: later than that of every flow before it, whatever the
  /// clock says, and no reader ever sees a later one first. The same again is the same flow.
  /// `conflict`: another flow, or a withdrawn one, has its name.
  [[nodiscard]] virtual Result<Flow> add_flow(const Flow& flow) = 0;
  /// The next ones after `ts_ms`, in order, without the withdrawn. At least one if there is any,
  /// then as many as `bytes_max` and `count_max` allow.
  [[nodiscard]] virtual std::vector<Flow> flows_after(std::int64_t ts_ms, std::size_t count_max,
                                                      std::size_t bytes_max) = 0;
  /// All, the newest first.
  [[nodiscard]] virtual std::vector<Flow> flows() = 0;
  /// Destroys its content and keeps its name and time. `not_found`.
  [[nodiscard]] virtual Status withdraw_flow(const std::string& name,
                                             const std::string& reason) = 0;
  /// All or nothing. What is known already is not noted twice.
  virtual void note_outcomes(std::span<const FlowOutcome> outcomes) = 0;
  /// All, the newest first.
  [[nodiscard]] virtual std::vector<FlowOutcome> flow_outcomes() = 0;

 protected:
  FlowStore() = default;
};

/// What INPS said last of each name.
[[nodiscard]] std::map<std::string, FlowOutcome> newest_outcomes(FlowStore& store);

}  // namespace insieme::server
