#pragma once
// An identity provider on loopback that does as it is told: also what none should. The real one is
// in tests/integration/sign_in_test.cpp.

#include <atomic>
#include <boost/json.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "support/voucher_authority.hpp"

namespace insieme::testing {

class BentProvider {
 public:
  BentProvider();
  ~BentProvider();
  BentProvider(const BentProvider&) = delete;
  BentProvider& operator=(const BentProvider&) = delete;

  [[nodiscard]] std::string issuer() const;

  /// How it behaves from now on.
  struct Manner {
    std::string description;  ///< in place of its own
    std::string keys;         ///< likewise: of what it publishes
    std::string token_reply;  ///< likewise
    int token_status = 200;
    std::string date;         ///< its clock, as a header tells it; empty: it does not
    bool hangs = false;       ///< takes every request and answers none, until it is told otherwise
    boost::json::object claims;  ///< of the next id token
    boost::json::object header;
    std::shared_ptr<VoucherAuthority> signer;  ///< and publisher
  };
  void behave(const Manner& manner);
  [[nodiscard]] Manner manner() const;

  [[nodiscard]] int descriptions() const { return descriptions_.load(); }
  [[nodiscard]] int keys_asked() const { return keys_asked_.load(); }
  [[nodiscard]] int codes() const { return codes_.load(); }
  [[nodiscard]] std::string last_form() const;

 private:
  void serve();
  [[nodiscard]] std::string answer(const std::string& request);
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  Manner manner_;
  std::string last_form_;
  std::atomic<int> descriptions_{0};
  std::atomic<int> keys_asked_{0};
  std::atomic<int> codes_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace insieme::testing
