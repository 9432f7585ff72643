#include "support/document_states.hpp"

namespace insieme::testing {

States states_of_tablet(const json::object& verified) {
  States states;
  for (const json::value& one : verified.at("states").as_array()) {
    const json::object& state = one.as_object();
    states[member(state, "dossier") + "/" + member(state, "section")] =
        member(state, "count") + " " + member(state, "history") + " " + member(state, "state");
  }
  return states;
}

States states_of_server(const json::object& verified) {
  States states;
  for (const auto& [document, one] : verified.at("documents").as_object()) {
    const json::object& state = one.as_object();
    states[document] = std::to_string(state.at("count").to_number<std::uint64_t>()) + " " +
                       member(state, "history") + " " + member(state, "state");
  }
  return states;
}

}  // namespace insieme::testing
