#pragma once
// Connections that are served now, in all and by address. One whose device waits for news gives its
// seat back meanwhile: the waits have limits of their own. On the I/O thread.

#include <cstddef>
#include <cstdint>
#include <map>

#include "net/net.hpp"

namespace insieme::server {

class Seats {
 public:
  void take(const asio::ip::address& address) {
    ++all_;
    ++of_[address];
  }
  void give_back(const asio::ip::address& address) {
    --all_;
    const auto at = of_.find(address);
    if (at != of_.end() && --at->second == 0) of_.erase(at);
  }
  [[nodiscard]] std::size_t all() const noexcept { return all_; }
  [[nodiscard]] std::uint32_t of(const asio::ip::address& address) const {
    const auto at = of_.find(address);
    return at == of_.end() ? 0 : at->second;
  }

  /// Given back for a scope.
  class Away {
   public:
    Away(Seats& seats, const asio::ip::address& address) : seats_(seats), address_(address) {
      seats_.give_back(address_);
    }
    ~Away() { seats_.take(address_); }
    Away(const Away&) = delete;
    Away& operator=(const Away&) = delete;

   private:
    Seats& seats_;
    const asio::ip::address address_;
  };

 private:
  std::size_t all_ = 0;
  std::map<asio::ip::address, std::uint32_t> of_;
};

}  // namespace insieme::server
