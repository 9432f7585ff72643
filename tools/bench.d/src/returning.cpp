#include "returning.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <optional>

#include "hub.hpp"
#include "subject.hpp"
#include "syncs.hpp"
#include "tablet.hpp"
#include "workload.hpp"

namespace insieme::bench {
namespace {

namespace fs = std::filesystem;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Keeps the turns that pass through it.
class Recorder final : public client::Transport {
 public:
  Recorder(client::Transport& way, std::vector<Returning::Turn>& turns)
      : way_(way), turns_(turns) {}
  Result<client::HttpReply> post(const client::HttpRequest& request) override {
    auto reply = way_.post(request);
    if (reply.ok() && request.url.ends_with("/v1/sync")) {
      auto message = must(sync::decode_message(request.body));
      turns_.push_back({std::get<sync::SyncRequest>(std::move(message)),
                        std::string(reply->body.begin(), reply->body.end())});
    }
    return reply;
  }

 private:
  client::Transport& way_;
  std::vector<Returning::Turn>& turns_;
};

std::string name_of(std::size_t tablet) { return fmt::format("tablet{}", tablet); }

/// Workload of cases: of teams, and of each tablet alone.
struct Cases {
  Workload rows;
  std::vector<std::string> dossiers;
};

void save_rows_of(Subject& subject, const Cases& cases, std::size_t document) {
  for (std::size_t i = 0; i < cases.rows.rows.size(); ++i) {
    if (cases.rows.rows[i].document != document) continue;
    subject.call(save_request({&cases.rows.rows[i], 1}, cases.dossiers, cases.rows,
                              fmt::format("w-{}", i)));
  }
}

std::string store_of(const fs::path& folder, std::size_t tablet) {
  return (folder / (name_of(tablet) + ".db")).string();
}

/// Everybody is enrolled, has a dossier of their own and one of the team, and knows all there is.
void begin_week(Hub& hub, const fs::path& folder, const WeekScale& scale, const Cases& team,
                Cases& own) {
  for (std::size_t i = 0; i < scale.tablets; ++i) {
    Link link(hub);
    Subject tablet(store_of(folder, i), workload_bundle(), Subject::Open::create, &link);
    must(tablet.engine().enrol(hub.invite(name_of(i), "educator")));
    const std::string reply = tablet.call(fmt::format(
        R"({{"command":"dossier.create","request_id":"own","type":"case","id":"{}",)"
        R"("fields":{{"name":"Caso {}"}}}})",
        sync::to_text(own.rows.cases[i]), i));
    own.dossiers.emplace_back(boost::json::parse(reply).at("dossier").as_string());
    hub.assign(name_of(i), team.dossiers[i / scale.team]);
    must(tablet.engine().sync_now().status);
    must(tablet.engine().sync_now().status);
  }
}

Returning come_back(Hub& hub, const fs::path& folder, std::size_t number, const Cases& own) {
  Returning returning;
  Link link(hub);
  Recorder recorder(link, returning.turns);
  Subject tablet(store_of(folder, number), workload_bundle(), Subject::Open::existing, &recorder);
  save_rows_of(tablet, own, number);
  must(tablet.engine().sync_now().status);
  const client::Identity self = tablet.store().identity();
  returning.device = {self.device, self.keys};
  return returning;
}

Cases make_cases(std::uint64_t seed, std::size_t documents, std::size_t each) {
  // Rounds of twenty rows a document, cut to what was asked for.
  const std::size_t rounds = (each + kPerDocument - 1) / kPerDocument;
  Cases cases{make_workload(seed, documents * kPerDocument * rounds, documents), {}};
  std::vector<std::size_t> left(documents, each);
  std::erase_if(cases.rows.rows, [&left](const VisitRow& row) {
    if (left[row.document] == 0) return true;
    --left[row.document];
    return false;
  });
  return cases;
}

}  // namespace

sync::SyncReply reply_of(std::string_view frame) {
  return std::get<sync::SyncReply>(must(sync::decode_message(bytes_of(frame))));
}

std::size_t accepted_in(const sync::SyncReply& reply) {
  std::size_t count = 0;
  for (const sync::PushResult& result : reply.results) {
    if (result.verdict == sync::Verdict::accepted) ++count;
  }
  return count;
}

std::size_t changes_in(const sync::SyncReply& reply) {
  std::size_t count = 0;
  for (const sync::StreamItem& item : reply.items) {
    if (std::holds_alternative<sync::Change>(item.content)) ++count;
  }
  return count;
}

Week make_week(const Bench& bench, const fs::path& folder, const WeekScale& scale) {
  const SkipWalSyncs quicker;
  const fs::path live = folder / "live";
  Week week;
  week.data = folder / "data";
  fs::create_directories(live);
  const std::size_t teams = (scale.tablets + scale.team - 1) / scale.team;
  Cases team = make_cases(bench.seed, teams, scale.down);
  Cases own = make_cases(bench.seed + 1, scale.tablets, scale.up);
  {
    Hub hub(live);
    Tablet anna(hub, folder, "anna", "educator");
    anna.enrol();
    team.dossiers = create_cases(anna.subject, team.rows);
    anna.synchronise();
    begin_week(hub, folder, scale, team, own);
    for (std::size_t i = 0; i < teams; ++i) save_rows_of(anna.subject, team, i);
    anna.synchronise();
    week.space = anna.subject.store().identity().space;
  }
  fs::copy(live, week.data, fs::copy_options::recursive);
  Hub hub(live);
  for (std::size_t i = 0; i < scale.tablets; ++i) {
    week.tablets.push_back(come_back(hub, folder, i, own));
    for (const Returning::Turn& turn : week.tablets.back().turns) {
      const sync::SyncReply reply = reply_of(turn.reply);
      week.up += accepted_in(reply);
      week.down += changes_in(reply);
    }
  }
  return week;
}

}  // namespace insieme::bench
