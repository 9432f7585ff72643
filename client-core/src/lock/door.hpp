#pragma once
// What stands before a store: its key, given by the host as it is, or wrapped under a PIN and what
// the host keeps. Whoever has no PIN changes nothing here, however often they try; a try is counted
// before it is judged.

#include <optional>
#include <string>
#include <string_view>

#include "commands/failure.hpp"
#include "insieme/client/engine.hpp"
#include "lock/key_wrap.hpp"
#include "lock/order_file.hpp"

namespace insieme::client {

class Door {
 public:
  /// `host_key`: what the host keeps for this store: the store's key, or, once there is a PIN, the
  /// device secret. The platform must outlive the door.
  Door(std::string store_path, const lock::Secret& host_key, Platform& platform);
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  struct State {
    bool pin = false;
    bool locked = false;
    std::uint32_t failed = 0;   ///< wrong PINs since the last right one
    std::int64_t wait_ms = 0;   ///< before the next try is judged
    bool recovery = false;      ///< the holder of the recovery key could open
    bool blocked = false;       ///< only the recovery opens
    bool pin_required = false;  ///< as far as this run was told
  };
  [[nodiscard]] commands::Outcome<State> state();

  /// There is no PIN: what the host gave is the key.
  [[nodiscard]] commands::Check enter();
  /// `pin_wrong`, `pin_wait`, `pin_blocked`, `no_pin`, or why the PIN file cannot be used.
  [[nodiscard]] commands::Check enter(std::string_view pin);
  [[nodiscard]] bool is_open() const noexcept { return store_key_.has_value(); }
  [[nodiscard]] const lock::Secret& store_key() const;
  /// Forgets the store's key.
  void shut() noexcept;
  /// Beside a store that the host's key does not open lies the PIN file of another key.
  [[nodiscard]] bool has_foreign_pin() const;

  // ---- while open -----------------------------------------------------------------------------
  /// What the host must keep from now on in place of its key; in force once it says `kept`. Until
  /// then the former one opens.
  [[nodiscard]] commands::Outcome<lock::Secret> set_pin(std::string_view pin);
  [[nodiscard]] commands::Outcome<lock::Secret> remove_pin(std::string_view pin);
  [[nodiscard]] commands::Check kept();
  [[nodiscard]] commands::Check change_pin(std::string_view pin, std::string_view new_pin);
  /// What the space asks of its devices. With a PIN the recovery is wrapped, or wrapped anew for
  /// another holder.
  [[nodiscard]] commands::Check adopt(const DevicePolicy& policy, const sync::DeviceId& device);
  /// The PIN file as it is, beside a copy of the store.
  [[nodiscard]] commands::Check copy_to(const std::string& store_path);

  // ---- without the PIN ------------------------------------------------------------------------
  [[nodiscard]] commands::Outcome<std::string> recovery_request();
  /// Opens and puts a new PIN in place; what was told serves once.
  [[nodiscard]] commands::Check recover(std::string_view answer, std::string_view new_pin);

  // ---- what the server ordered (docs/adr/0054) ------------------------------------------------
  /// Nothing: none, or a new store lies where a wiped one was.
  [[nodiscard]] std::optional<lock::OrderFile> order() const;
  /// `device_locked`, `device_wiped`, in words for whoever holds the device. A closed one that is
  /// to be wiped opens with its PIN, for `only_hands_over`.
  [[nodiscard]] commands::Check order_allows() const;
  /// It was closed when it heard that it is to be wiped: whoever opens it synchronises, and is
  /// given nothing else.
  [[nodiscard]] bool only_hands_over() const noexcept { return only_hands_over_; }
  /// What is said to everything else.
  [[nodiscard]] static commands::Failure being_wiped();
  /// Notes the order durably, then wants to lock; or, with the server's receipt, to destroy. A lock
  /// that the coordinator's code has opened stays open.
  [[nodiscard]] commands::Check obey(const sync::DeviceOrder& order, const Identity& self,
                                     const std::optional<sync::EscrowReceipt>& receipt);
  /// What a wipe was obeyed for turned out not to hold: it is as if it had not been heard.
  void take_back();
  /// The server has what was not sent, and the program ended before it had destroyed the rest.
  [[nodiscard]] bool must_destroy() const;
  /// Keys, store and what lies beside it. The host drops what it keeps. Goes on where it was cut.
  void destroy();
  /// What is to be asked while the store is closed or gone: whether a lock still stands, or to say
  /// that all was destroyed. Nothing: nothing.
  [[nodiscard]] std::optional<HttpRequest> begin_contact();
  [[nodiscard]] commands::Check end_contact(const Result<HttpReply>& reply);
  /// A new store is to be made where a wiped one was.
  void begin_anew() noexcept { begins_anew_ = true; }

  /// The closed store's server says that it is to be wiped: the owner synchronises once it is open,
  /// and again whenever somebody unlocks it.
  bool heard_wipe = false;
  /// As wants_lock: the owner ends all use and calls `destroy`.
  bool wants_destroy = false;
  /// `lock` was asked for: the owner shuts as soon as nobody uses the store.
  bool wants_lock = false;

 private:
  [[nodiscard]] commands::Outcome<std::optional<lock::PinFile>> read() const;
  [[nodiscard]] commands::Outcome<lock::PinFile> read_pin() const;
  [[nodiscard]] std::int64_t wait_ms(lock::PinFile& file);
  [[nodiscard]] commands::Check may_try(lock::PinFile& file);
  [[nodiscard]] commands::Outcome<lock::Secret> judge(lock::PinFile& file, std::string_view pin);
  void open_with(const lock::Secret& key);

  std::string store_path_;
  std::string path_;
  lock::Secret host_key_;
  Platform& platform_;
  std::optional<lock::Secret> store_key_;
  std::optional<lock::Secret> pending_;  ///< given to the host, which has not kept it yet
  bool is_removing_ = false;
  std::optional<std::int64_t> waiting_since_;  ///< steady clock, if this run counted the last try
  std::optional<lock::RecoveryHolder> holder_;
  bool pin_required_ = false;
  bool begins_anew_ = false;
  bool only_hands_over_ = false;
  sync::OrderAsk ask_{};  ///< of the contact under way
};

}  // namespace insieme::client
