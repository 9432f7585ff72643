#include "fuzz_store.hpp"

#include <boost/json.hpp>

namespace insieme::fuzzing {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

client::StoreOptions options_of(const fs::path& folder, Chance& chance) {
  client::StoreOptions options{folder / "store.db", {}, &schema::embedded_bundle(), &chance};
  options.key.fill(7);
  return options;
}

constexpr std::string_view kFamily = R"({"command": "dossier.create", "request_id": "seed",
  "type": "household", "fields": {"name": "Famiglia Rossi", "commune": "Bibbiano"},
  "records": [{"type": "visit", "fields": {"start_at": "12/03/2024 15:30", "place": "casa",
    "educator": "anna", "observations": "La madre lavora al mattino."}}]})";

/// The store that every input starts from.
class Template {
 public:
  explicit Template(bool is_enrolled) {
    Chance chance;
    Wire wire([](const client::HttpRequest&) { return client::HttpReply{}; });
    auto store = client::Store::create(options_of(folder(), chance));
    expect(store.ok());
    client::Engine engine(std::move(store).value(), chance, wire,
                          [](std::uint32_t) { return false; });
    expect(client::Commands(engine).call(kFamily).rfind(R"({"ok":true)", 0) == 0);
    if (!is_enrolled) return;
    client::Identity self = engine.store().identity();
    self.device = client::random_id<sync::DeviceId>(chance);
    self.space = client::random_id<sync::SpaceId>(chance);
    self.server_url = "http://server.test";
    self.account = "anna";
    self.keys = sync::make_key_pair({1});
    expect(engine.store().set_identity(self).ok());
  }
  Template(const Template&) = delete;
  Template& operator=(const Template&) = delete;
  [[nodiscard]] const fs::path& folder() const { return folder_.path(); }

 private:
  Folder folder_;
};

const fs::path& folder_to_copy(bool is_enrolled) {
  static const Template kAlone(false);
  static const Template kEnrolled(true);
  return is_enrolled ? kEnrolled.folder() : kAlone.folder();
}

}  // namespace

void Chance::random(std::span<std::uint8_t> bytes) {
  for (std::uint8_t& byte : bytes) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    byte = static_cast<std::uint8_t>(state_ >> 32);
  }
}

Tablet::Tablet(Answer answer, bool is_enrolled) : wire_(std::move(answer)) {
  fs::copy(folder_to_copy(is_enrolled), folder_.path(), fs::copy_options::recursive);
  auto store = client::Store::open(options_of(folder_.path(), chance_));
  expect(store.ok());
  // A run that must wait is given up after a few tries.
  engine_ = std::make_unique<client::Engine>(std::move(store).value(), chance_, wire_,
                                             [n = 0](std::uint32_t) mutable { return ++n < 4; });
  commands_ = std::make_unique<client::Commands>(*engine_);
}

std::string Tablet::call(std::string_view request) {
  std::string reply = commands_->call(request);
  json::error_code error;
  const json::value value = json::parse(reply, error);
  expect(!error && value.is_object());
  const json::object& object = value.get_object();
  const json::value* ok = object.if_contains("ok");
  expect(ok != nullptr && ok->is_bool());
  if (!ok->get_bool()) {
    const json::object& fault = object.at("error").as_object();
    for (const char* member : {"code", "message_it", "message_en"}) {
      expect(!fault.at(member).as_string().empty());
    }
  }
  return reply;
}

}  // namespace insieme::fuzzing
