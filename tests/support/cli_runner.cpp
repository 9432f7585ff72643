#include "support/cli_runner.hpp"

#include <signal.h>

#include "support/catch.hpp"

namespace insieme::testing {

Terminal::Terminal(std::filesystem::path folder, const std::string& name)
    : environment{{"INSIEME_STORE", (folder / (name + ".insieme")).string()}},
      store_((folder / (name + ".insieme")).string()) {}

Finished Terminal::run(const Words& words, const std::string& input) const {
  return run_program("insieme", words, environment, input);
}

std::string Terminal::ok(const Words& words) const {
  const Finished finished = run(words);
  CAPTURE(words, finished.out, finished.err);
  REQUIRE(finished.code == 0);
  return finished.out;
}

json::object Terminal::ask(Words words) const {
  words.insert(words.begin(), "--json");
  const Finished finished = run(words);
  CAPTURE(words, finished.out, finished.err);
  REQUIRE(finished.code == 0);
  return finished.reply();
}

std::string Terminal::refused(int code, const Words& words) const {
  const Finished finished = run(words);
  CAPTURE(words, finished.out, finished.err);
  REQUIRE(finished.code == code);
  return finished.err;
}

bool says(const std::string& text, const std::string& words) {
  if (text.find(words) != std::string::npos) return true;
  UNSCOPED_INFO("not \"" << words << "\" in: " << text);
  return false;
}

OfficeServer::OfficeServer(const std::filesystem::path& folder, Words flags_,
                           Environment environment_)
    : flags(std::move(flags_)),
      environment(std::move(environment_)),
      data_((folder / "server").string()) {
  admin({"init", "--name", "Ambito di prova"});
  start();
}

void OfficeServer::start() {
  process_ = std::make_unique<ServerProcess>(data_, flags, port_, environment);
  port_ = process_->port();
}

void OfficeServer::stop() {
  if (!process_) return;
  process_->signal(SIGTERM);
  CHECK(process_->wait() == 0);
  process_.reset();
}

void OfficeServer::kill() {
  if (process_) process_->kill_hard();
  process_.reset();
}

std::string OfficeServer::admin(Words words) const {
  words.insert(words.begin(), {"--data", data_});
  const Finished finished = run_program("insieme-server", words, environment);
  CAPTURE(words, finished.out, finished.err);
  REQUIRE(finished.code == 0);
  return finished.out;
}

json::value OfficeServer::admin_json(Words words) const {
  words.insert(words.begin(), "--json");
  return json::parse(admin(std::move(words)));
}

std::string OfficeServer::invitation(const std::string& account) const {
  return member(admin_json({"invite", account}).as_object(), "url");
}

}  // namespace insieme::testing
