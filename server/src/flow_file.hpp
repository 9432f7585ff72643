#pragma once
// A flow as a file, checked before anybody fetches it.

#include <string>

#include "insieme/server/flows.hpp"

namespace insieme::server {

struct FlowFile {
  Flow flow;
  bool schema_checked = false;  ///< against INPS's schema
};

/// `malformed`: what INPS would refuse, in words: no well-formed XML, no name of a flow, more than
/// one beneficiary or benefit, not valid against the schema. `limit_exceeded`, `not_found`.
/// `schemas`: folder of INPS's two schemas; empty: the schema is not checked. No network is used,
/// and a document that declares entities is refused.
[[nodiscard]] Result<FlowFile> read_flow_file(const std::string& path, const std::string& schemas);

}  // namespace insieme::server
