// The network of a world: what becomes of a request and of its reply. And what is checked of every
// message on its way.
#include "insieme/sync/protocol.hpp"
#include "simulation/acts.hpp"
#include "simulation/world.hpp"

namespace insieme::simulation {
namespace {

constexpr std::uint64_t kPostsPerRunMax = 2'000;
constexpr std::size_t kLateMax = 8;
constexpr std::string_view kHost = "http://office.test";

client::HttpReply no_answer(bool handed_over, std::string why) {
  client::HttpReply reply;
  reply.handed_over = handed_over;
  reply.failure = std::move(why);
  return reply;
}

/// An older program does not write what this one would write first; its engine, which is today's,
/// takes the refusal as a server's and goes on in the version below (docs/protocol.md, section 12).
bool is_beyond(const Tablet& tablet, const client::HttpRequest& request) {
  if (tablet.protocol_max == sync::kProtocolVersion) return false;
  if (request.url.substr(kHost.size()) != "/v1/sync") return false;
  const auto message = sync::decode_message(request.body);
  const auto* asked = message.ok() ? std::get_if<sync::SyncRequest>(&message.value()) : nullptr;
  return asked != nullptr && asked->protocol > tablet.protocol_max;
}

client::HttpReply not_understood() {
  client::HttpReply reply;
  reply.status = 400;
  reply.handed_over = true;
  return reply;
}

server::Request to_server(const client::HttpRequest& request) {
  server::Request out;
  out.method = "POST";
  out.path = request.url.substr(kHost.size());
  out.request_id = "simulated";
  out.body = request.body;
  for (const auto& [name, value] : request.headers) {
    if (name == "Content-Type") out.content_type = value;
    if (name == "Authorization") out.authorization = value;
  }
  return out;
}

}  // namespace

class Line final : public client::Transport {
 public:
  Line(World& world, std::size_t tablet) : world_(world), tablet_(tablet) {}
  Result<client::HttpReply> post(const client::HttpRequest& request) override {
    world_.on_the_way(true);
    Result<client::HttpReply> reply = world_.post(*world_.tablets()[tablet_], request);
    world_.on_the_way(false);
    return reply;
  }

 private:
  World& world_;
  std::size_t tablet_;
};

std::unique_ptr<client::Transport> make_line(World& world, std::size_t tablet) {
  return std::make_unique<Line>(world, tablet);
}

/// While somebody waits for an answer, others go on working.
void World::meanwhile(Tablet& tablet) {
  if (meanwhile_.empty() || network_.one_in(2)) return;
  const Act next = meanwhile_.front();
  if (tablets_[next.tablet % tablets_.size()].get() == &tablet) {
    if (act_table()[next.kind].takes_others || act_table()[next.kind].is_outside) return;
    meanwhile_.pop_front();
    return save_beside(tablet, next);
  }
  meanwhile_.pop_front();
  note_fault("others work during a synchronisation");
  perform(next);
}

/// The same person, in a second program on the same store (a command line beside the app).
void World::save_beside(Tablet& tablet, const Act& act) {
  if (tablet.disk().full() || !tablet.push_program()) return;
  note_fault("a second program on the store during a synchronisation");
  tell(std::string("beside: ") + act_table()[act.kind].name + " " + tablet.name());
  Chance chance(act.seed);
  act_table()[act.kind].run(*this, tablet, chance);
  tablet.pop_program();
}

void World::deliver_late() {
  while (!late_.empty() && network_.one_in(3)) {
    const std::size_t at = network_.below(late_.size());
    const Late late = late_[at];
    late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(at));
    note_fault("request arrives again, late");
    tell("  a late copy of a request of " + tablets_[late.tablet]->name() + " arrives");
    const auto ignored = office_->handle(to_server(late.request));
    if (!ignored) office_->restart(Stop::power, network_);
  }
}

client::HttpReply World::carry(Tablet& tablet, const client::HttpRequest& request) {
  const std::optional<server::Response> response = office_->handle(to_server(request));
  if (!response) {
    note_fault("server stops during a request");
    tell("  the server stops");
    office_->restart(network_.one_in(2) ? Stop::power : Stop::kill, network_);
    return no_answer(true, "the connection was cut before an answer came");
  }
  client::HttpReply reply;
  reply.status = response->status;
  reply.content_type = response->content_type;
  reply.body = response->body;
  reply.handed_over = true;
  tally_.reply_bytes_max = std::max<std::uint64_t>(tally_.reply_bytes_max, reply.body.size());
  demand(reply.body.size() <= sync::kFrameBytesMax, "messages are bounded", "a reply is too large");
  const std::string path = request.url.substr(kHost.size());
  if (path == "/v1/sync" && reply.status == 200) check_reply(tablet, reply.body);
  tell("  " + tablet.name() + " " + path + " → " + std::to_string(reply.status));
  demand(reply.status != 500, "no internal error", path);
  return reply;
}

Result<client::HttpReply> World::post(Tablet& tablet, const client::HttpRequest& request) {
  if (is_beyond(tablet, request)) return not_understood();
  ++tally_.requests;
  demand(++posts_of_run_ <= kPostsPerRunMax, "every run ends", tablet.name());
  check_request(request);
  now_ms_ += network_.between(5, 400);
  if (tablet.disk().stopped()) return no_answer(false, "the tablet is off");
  meanwhile(tablet);
  deliver_late();
  const auto strikes = [this](std::size_t percent, const char* kind) {
    if (!network_.percent(percent)) return false;
    note_fault(kind);
    tell(std::string("  network: ") + kind);
    return true;
  };
  if (!tablet.reachable) return no_answer(false, "the server cannot be reached");
  if (strikes(weather.unreachable, "server unreachable")) {
    return no_answer(false, "the server cannot be reached");
  }
  if (strikes(weather.request_lost, "request lost")) return no_answer(true, "the line was cut");
  if (strikes(weather.request_late, "request copied") && late_.size() < kLateMax) {
    for (std::size_t i = 0; i < tablets_.size(); ++i) {
      if (tablets_[i].get() == &tablet) late_.push_back({i, request});
    }
  }
  if (strikes(weather.request_twice, "request twice")) carry(tablet, request);
  client::HttpRequest arrived = request;
  if (!arrived.body.empty() && strikes(weather.request_damaged, "request damaged")) {
    arrived.body[network_.below(arrived.body.size())] ^=
        static_cast<std::uint8_t>(1U << network_.below(8));
  }
  client::HttpReply reply = carry(tablet, arrived);
  if (reply.status == 0) return reply;
  meanwhile(tablet);
  if (strikes(weather.reply_lost, "reply lost")) return no_answer(true, "the line was cut");
  if (!reply.body.empty() && strikes(weather.reply_cut, "reply cut")) {
    reply.body.resize(network_.below(reply.body.size()));
  } else if (!reply.body.empty() && strikes(weather.reply_damaged, "reply damaged")) {
    reply.body[network_.below(reply.body.size())] ^=
        static_cast<std::uint8_t>(1U << network_.below(8));
  }
  return reply;
}

void World::check_request(const client::HttpRequest& request) {
  tally_.request_bytes_max = std::max<std::uint64_t>(tally_.request_bytes_max, request.body.size());
  demand(request.body.size() <= sync::kFrameBytesMax, "messages are bounded",
         "a request is too large");
}

/// Nobody is sent what they may not see: checked on the wire, against who is assigned now.
void World::check_reply(Tablet& tablet, const std::vector<std::uint8_t>& body) {
  const auto message = sync::decode_message(body);
  demand(message.ok(), "replies are readable", tablet.name());
  const auto* reply = std::get_if<sync::SyncReply>(&message.value());
  demand(reply != nullptr, "replies are readable", tablet.name());
  for (const auto* results : {&reply->healed, &reply->results}) {
    for (const sync::PushResult& result : *results) {
      if (result.verdict == sync::Verdict::accepted) continue;
      tell("  " + tablet.name() + " is told of " + sync::to_text(result.document) + " " +
           std::to_string(result.seq) + " of " + sync::to_text(result.replica).substr(0, 8) +
           ": verdict " + std::to_string(static_cast<int>(result.verdict)) + ", code " +
           std::to_string(static_cast<int>(result.code)) + " " + result.reason);
    }
  }
  std::map<sync::DossierId, std::set<std::string>> sections;
  for (const server::DossierInfo& dossier : office_->repository().dossiers()) {
    for (const auto& assignment : dossier.assignments) {
      if (assignment.to_position || assignment.account != tablet.person().account) continue;
      sections[dossier.id].insert(assignment.sections.begin(), assignment.sections.end());
    }
  }
  for (const sync::StreamItem& item : reply->items) {
    const sync::DocumentId* document = nullptr;
    if (const auto* part = std::get_if<sync::SnapshotPart>(&item.content)) {
      ++tally_.snapshots;
      document = &part->document;
    }
    if (const auto* change = std::get_if<sync::Change>(&item.content)) {
      document = &change->header.document;
    } else if (const auto* event = std::get_if<sync::Event>(&item.content)) {
      if (const auto* held = std::get_if<sync::HeldEvent>(event)) {
        document = &held->change.header.document;
        demand(tablet.person().role == "coordinator", "nobody is sent what they may not see",
               "a held change reaches " + tablet.person().account);
      } else if (const auto* seen = std::get_if<sync::SeenEvent>(event)) {
        document = &seen->seen.document;
      }
    }
    if (document == nullptr) continue;
    const bool may = sections[document->dossier].count(document->section) != 0;
    demand(may, "nobody is sent what they may not see",
           tablet.person().account + " gets " + sync::to_text(*document));
  }
}

}  // namespace insieme::simulation
