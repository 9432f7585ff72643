#include "subject.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <stdexcept>

#include "floor.hpp"

namespace insieme::bench {
namespace {

namespace json = boost::json;

class NoNetwork final : public client::Transport {
 public:
  Result<client::HttpReply> post(const client::HttpRequest& /*request*/) override {
    return client::HttpReply{};
  }
};

json::object fields_json(const VisitRow& row, const std::string& case_id) {
  return {{"case_id", case_id},         {"educator", row.educator},   {"date", row.date},
          {"minutes", row.minutes},     {"place", row.place},         {"code_one", row.codes[0]},
          {"code_two", row.codes[1]},   {"code_three", row.codes[2]}, {"note", row.note},
          {"score", row.score},
          {"amount", json::object{{"cents", std::to_string(row.cents)}}}};
}

}  // namespace

void stop(const std::string& why) { throw std::runtime_error(why); }

void must(const Status& status) {
  if (!status.ok()) stop(status.error().detail);
}

Subject::Subject(std::string path, const schema::Bundle& bundle, Open open,
                 client::Transport* transport, std::int64_t fold_from)
    : path_(std::move(path)) {
  const client::StoreOptions options{path_, bench_key(), &bundle, &client::system_platform(),
                                     fold_from};
  auto store = must(open == Open::create ? client::Store::create(options)
                                         : client::Store::open(options));
  if (transport == nullptr) {
    own_transport_ = std::make_unique<NoNetwork>();
    transport = own_transport_.get();
  }
  engine_ = std::make_unique<client::Engine>(std::move(store), client::system_platform(),
                                             *transport, [](std::uint32_t) { return false; });
  commands_ = std::make_unique<client::Commands>(*engine_);
}

Subject::~Subject() = default;

std::string Subject::call(const std::string& request) {
  std::string reply = commands_->call(request);
  if (reply.rfind(R"({"ok":true)", 0) != 0) {
    stop(request.substr(0, 200) + " gave " + reply.substr(0, 600));
  }
  return reply;
}

std::vector<LogRow> Subject::new_log() {
  if (!reader_) reader_ = std::make_unique<sqlite::Connection>(open_encrypted(path_));
  auto& rows = reader_->cached("SELECT n, document, header, body FROM changes WHERE n > ?");
  const sqlite::ResetGuard guard(rows);
  rows.bind_all(last_logged_);
  std::vector<LogRow> log;
  while (rows.step()) {
    last_logged_ = rows.get_int64(0);
    LogRow row;
    row.document = rows.get_int64(1);
    for (const int column : {2, 3}) {
      const auto part = rows.get_blob(column);
      row.bytes.insert(row.bytes.end(), part.begin(), part.end());
    }
    log.push_back(std::move(row));
  }
  return log;
}

std::vector<std::string> create_cases(Subject& subject, const Workload& workload) {
  std::vector<std::string> dossiers;
  for (std::size_t i = 0; i < workload.cases.size(); ++i) {
    const std::string reply = subject.call(fmt::format(
        R"({{"command":"dossier.create","request_id":"case-{}","type":"case","id":"{}",)"
        R"("fields":{{"name":"Caso {}"}}}})",
        i, sync::to_text(workload.cases[i]), i));
    dossiers.emplace_back(json::parse(reply).at("dossier").as_string());
  }
  return dossiers;
}

std::string save_request(std::span<const VisitRow> rows, const std::vector<std::string>& dossiers,
                         const Workload& workload, const std::string& request_id) {
  json::array records;
  records.reserve(rows.size());
  for (const VisitRow& row : rows) {
    records.push_back(
        json::object{{"type", "visit"},
                     {"dossier", dossiers[row.document]},
                     {"id", sync::to_text(row.id)},
                     {"fields", fields_json(row, sync::to_text(workload.cases[row.document]))}});
  }
  return json::serialize(json::object{
      {"command", "record.save"}, {"request_id", request_id}, {"records", std::move(records)}});
}

std::string edit_request(const sync::RecordId& id, std::int64_t minutes,
                         const std::string& request_id) {
  return fmt::format(
      R"({{"command":"record.save","request_id":"{}","record":"{}","fields":{{"minutes":{}}}}})",
      request_id, sync::to_text(id), minutes);
}

}  // namespace insieme::bench
