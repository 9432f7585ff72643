#include "traces.hpp"

#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace insieme::bench {
namespace {

namespace json = boost::json;

std::string unpacked(const std::string& path) {
  std::string text;
  std::FILE* pipe = popen(("gzip -dcf '" + path + "'").c_str(), "r");
  if (pipe == nullptr) return text;
  std::vector<char> buffer(1 << 16);
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), n);
  }
  return pclose(pipe) == 0 ? text : std::string();
}

sync::Splice splice_of(const json::value& patch) {
  const json::array& parts = patch.as_array();
  return {parts.at(0).to_number<std::uint32_t>(), parts.at(1).to_number<std::uint32_t>(),
          std::string(parts.at(2).as_string())};
}

void see(sync::VersionVector& context, const sync::TextEvent& parent) {
  context.merge(parent.context);
  context.raise(parent.dot.replica, parent.dot.seq);
}

sync::ReplicaId replica_of(std::size_t agent) {
  sync::ReplicaId id;
  id.bytes[0] = 1;
  id.bytes[15] = static_cast<std::uint8_t>(agent + 1);
  return id;
}

/// Of nobody who writes afterwards.
void begin_with(Trace& trace, std::string text) {
  sync::TextEvent event;
  event.splices = {{0, 0, std::move(text)}};
  event.dot = {replica_of(254), 1, 0};
  event.stamp = {1'700'000'000'000, 0};
  event.author = "anna";
  trace.events.push_back(std::move(event));
}

void add_transaction(Trace& trace, const json::object& transaction,
                     std::vector<std::uint64_t>& seqs, std::size_t begun) {
  sync::TextEvent event;
  const json::value* agent = transaction.if_contains("agent");
  const auto number = agent == nullptr ? std::size_t{0} : agent->to_number<std::size_t>();
  if (const json::value* parents = transaction.if_contains("parents")) {
    trace.concurrent = true;
    for (const json::value& parent : parents->as_array()) {
      see(event.context, trace.events.at(begun + parent.to_number<std::size_t>()));
    }
    if (begun != 0) see(event.context, trace.events.front());
  } else if (!trace.events.empty()) {
    see(event.context, trace.events.back());
  }
  for (const json::value& patch : transaction.at("patches").as_array()) {
    event.splices.push_back(splice_of(patch));
    ++trace.patches;
  }
  if (seqs.size() <= number) seqs.resize(number + 1);
  event.dot = {replica_of(number), ++seqs[number], 0};
  event.stamp = {1'700'000'000'000 + static_cast<std::int64_t>(180 * trace.events.size()), 0};
  event.author = "anna";
  trace.events.push_back(std::move(event));
}

}  // namespace

Trace read_trace(const std::string& path) {
  Trace trace;
  trace.name = std::filesystem::path(path).stem().stem().string();
  const json::value file = json::parse(unpacked(path));
  trace.end = std::string(file.at("endContent").as_string());
  if (const auto* start = file.as_object().if_contains("startContent")) {
    if (!start->as_string().empty()) begin_with(trace, std::string(start->as_string()));
  }
  const std::size_t begun = trace.events.size();
  std::vector<std::uint64_t> seqs;
  for (const json::value& transaction : file.at("txns").as_array()) {
    add_transaction(trace, transaction.as_object(), seqs, begun);
  }
  return trace;
}

std::optional<Trace> load_trace(const std::string& name) {
  const char* shared = std::getenv("INSIEME_SHARED");
  const std::string path = std::string(shared != nullptr ? shared : "../shared") +
                           "/data/traces/" + name + ".json.gz";
  if (!std::filesystem::exists(path)) return std::nullopt;
  return read_trace(path);
}

}  // namespace insieme::bench
