#pragma once
// What the parts of the façade share: transactions, and exceptions turned into values.

#include "insieme/client/store.hpp"
#include "storage/exchange.hpp"
#include "storage/outbox.hpp"

namespace insieme::client {

/// Set once all of a store was handed over before a wipe.
inline constexpr const char* kClosedSetting = "closed_for_good";

struct Store::Impl {
  /// For what is asked once in a store's life, before a wipe (escrow_stock.hpp).
  static Impl& of(Store& store) { return *store.impl_; }
  friend auto& impl_of(Store& store) { return of(store); }

  std::unique_ptr<Core> core;
  std::vector<std::int64_t> gathered;  ///< changes.n of the last request
  std::optional<std::string> place;    ///< where the last request stood in the server's log
  std::vector<sync::Acknowledgement> acknowledged;  ///< by the last request
  CarriedNotes carried;                ///< by the last request
  std::int64_t glass_looked_ms = 0;    ///< when it was last read when one is over; 0: never
  bool in_reading = false;             ///< a Reading lives
  std::optional<sqlite::Transaction> reading;  ///< its transaction, from the first read on

  /// What a body does to unsent changes: it only adds some, or anything.
  enum class Unsent : std::uint8_t { grow, change };
  /// `body` in one immediate transaction; its errors roll everything back.
  template <class Body>
  auto write(Body&& body, Unsent unsent = Unsent::change) -> Result<decltype(body())> {
    Identity before = core->identity;
    std::int64_t version = core->identity_version;
    end_reading();
    try {
      sqlite::Transaction transaction(core->db);
      // Another program on this store may have taken a new replica id: one that is under the old
      // one in memory would fork what that one has left behind.
      core->refresh_identity();
      if (core->setting(kClosedSetting).has_value()) {
        refuse(ErrorCode::unavailable,
               "this tablet was handed over and is being wiped: nothing is written here any more\n"
               "questo tablet è stato consegnato e viene cancellato: qui non si scrive più nulla");
      }
      before = core->identity;
      version = core->identity_version;
      if (unsent == Unsent::change) core->keep_stamp();
      auto result = body();
      transaction.commit();
      return result;
    } catch (...) {
      core->dictionary.forget();
      core->identity = before;  // a replica id that was not stored must not be written under
      core->identity_version = version;
      return error_from_current_exception();
    }
  }
  /// `body` over one consistent state. Reading never writes.
  template <class Body>
  auto read(Body&& body) -> Result<decltype(body())> {
    try {
      if (reading) return body();
      std::optional<sqlite::Transaction> transaction;
      (in_reading ? reading : transaction).emplace(core->db, sqlite::TransactionKind::deferred);
      if (in_reading) core->tables.begin_reading();
      core->refresh_identity();
      return body();
    } catch (...) {
      core->dictionary.forget();
      return error_from_current_exception();
    }
  }
  void end_reading() noexcept {
    in_reading = false;
    core->tables.end_reading();
    reading.reset();
  }
  template <class Body>
  Status write_status(Body&& body) {
    const auto result = write([&] {
      body();
      return true;
    });
    return result.ok() ? Status{} : Status{result.error()};
  }
};

auto& impl_of(Store& store);

}  // namespace insieme::client
