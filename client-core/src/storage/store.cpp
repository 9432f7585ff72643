// The façade: opening, reading, care.
#include "storage/agenda.hpp"
#include "storage/answers.hpp"
#include "storage/loaded_history.hpp"
#include "storage/notices.hpp"
#include "storage/packed.hpp"
#include "storage/queries.hpp"
#include "storage/reauthor.hpp"
#include "storage/store_impl.hpp"
#include "storage/store_open.hpp"
#include "storage/writer.hpp"

namespace insieme::client {

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

namespace {

Result<std::unique_ptr<Core>> guarded_open(const StoreOptions& options, bool create) {
  try {
    return open_core(options, create);
  } catch (...) {
    return error_from_current_exception();
  }
}

}  // namespace

Result<std::unique_ptr<Store>> Store::create(const StoreOptions& options) {
  INSIEME_TRY_ASSIGN(auto core, guarded_open(options, true));
  auto impl = std::make_unique<Impl>();
  impl->core = std::move(core);
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  INSIEME_TRY_ASSIGN(auto core, guarded_open(options, false));
  auto impl = std::make_unique<Impl>();
  impl->core = std::move(core);
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

const schema::Bundle& Store::bundle() const noexcept { return impl_->core->words(); }
void Store::speak(schema::Language language) noexcept { impl_->core->language = language; }
const Identity& Store::identity() const noexcept { return impl_->core->identity; }

Status Store::set_identity(const Identity& identity) {
  Core& core = *impl_->core;
  return impl_->write_status([&] {
    // The caller's copy may be older than a replica id that another program took meanwhile.
    const sync::ReplicaId replica = core.identity.replica;
    const bool is_first = !core.identity.is_enrolled() && identity.is_enrolled();
    if (is_first && core.identity.account != identity.account) {
      author_as(core, identity.account);
    }
    core.identity = identity;
    core.identity.replica = replica;
    core.save_identity();
  });
}

Store::Reading Store::reading() {
  if (impl_->in_reading) return Reading(nullptr);
  impl_->in_reading = true;
  return Reading(this);
}

Store::Reading::~Reading() {
  if (store_ != nullptr) store_->impl_->end_reading();
}

Result<std::string> Store::once(const std::string& request_id, std::uint64_t fingerprint,
                                const std::function<Result<std::string>(Writer&)>& act) {
  if (request_id.empty() || request_id.size() > 64) {
    return Error{ErrorCode::invalid_argument, "a request id has 1 to 64 bytes"};
  }
  Core& core = *impl_->core;
  const auto save = [&]() -> std::string {
    if (auto known = answer_to(core, request_id, fingerprint)) return *std::move(known);
    StoreWriter writer(core);
    std::string answer = require(act(writer));
    writer.finish();
    keep_answer(core, request_id, fingerprint, answer);
    return answer;
  };
  return impl_->write(save, Impl::Unsent::grow);
}

Result<StoredRecord> Store::record(const RecordRef& ref) {
  Core& core = *impl_->core;
  return impl_->read([&] {
    Documents documents(core, Access::read);
    return require(read_record(core, documents, ref));
  });
}

Result<RecordRef> Store::locate(const sync::RecordId& id) {
  // Not an exception: to find nothing is what usually happens when a record is made.
  INSIEME_TRY_ASSIGN(auto ref, impl_->read([&] { return locate_record(*impl_->core, id); }));
  if (!ref) return Error{ErrorCode::not_found, "there is no such record here"};
  return *std::move(ref);
}

Result<std::vector<DossierLine>> Store::dossiers() {
  return impl_->read([&] { return list_dossiers(*impl_->core); });
}

Result<DossierRef> Store::dossier(const sync::DossierId& id) {
  return impl_->read([&] {
    auto row = impl_->core->dossier(id);
    if (!row) refuse(ErrorCode::not_found, "this dossier is not on this device");
    return DossierRef{id, std::move(row->sections)};
  });
}

Result<std::vector<sync::DossierId>> Store::dossier_ids() {
  return impl_->read([&] { return list_dossier_ids(*impl_->core); });
}

Result<Agenda> Store::agenda(const AgendaQuery& query) {
  return impl_->read([&] { return read_agenda(*impl_->core, query); });
}

Result<std::vector<RecordLine>> Store::list(const ListQuery& query) {
  return impl_->read([&] { return list_records(*impl_->core, query); });
}

Result<std::vector<schema::RuleRecord>> Store::shown(const std::string& type,
                                                     const std::vector<std::string>& fields) {
  return impl_->read([&] { return read_shown(*impl_->core, type, fields); });
}

Result<std::vector<RecordLine>> Store::search(const std::string& words, std::size_t limit) {
  return impl_->read([&] { return search_records(*impl_->core, words, limit); });
}

Result<OpenItems> Store::open_items(const ItemQuery& query) {
  return impl_->read([&] { return read_open_items(*impl_->core, query); });
}

Result<std::vector<HistoryLine>> Store::history(const RecordRef& ref) {
  return impl_->read([&] { return read_history(*impl_->core, ref); });
}

Result<std::vector<sync::Dot>> Store::replaced_behind(const RecordRef& ref,
                                                      const std::string& field,
                                                      const std::vector<sync::Dot>& dots) {
  return impl_->read([&] { return client::replaced_behind(*impl_->core, ref, field, dots); });
}

Result<std::vector<sync::Dot>> Store::replaced_among(const RecordRef& ref,
                                                     const std::vector<sync::Dot>& dots) {
  return impl_->read([&] { return client::replaced_among(*impl_->core, ref, dots); });
}

Result<std::vector<Draft>> Store::drafts() {
  return impl_->read([&] { return read_drafts(*impl_->core); });
}

Result<std::vector<HeldChange>> Store::inbox(bool closed_too) {
  return impl_->read([&] { return read_inbox(*impl_->core, closed_too); });
}

Result<std::vector<Quarantined>> Store::quarantine() {
  return impl_->read([&] { return read_quarantine(*impl_->core); });
}

Result<StoreStatus> Store::status() {
  return impl_->read([&] { return read_status(*impl_->core); });
}

Result<std::vector<sync::DocumentDigest>> Store::accepted() {
  return impl_->read([&] { return read_accepted(*impl_->core); });
}

Result<std::vector<Notice>> Store::notices() {
  return impl_->read([&] { return read_notices(*impl_->core); });
}

Status Store::drop_notices(std::int64_t up_to) {
  return impl_->write_status([&] { client::drop_notices(*impl_->core, up_to); });
}

Status Store::note_refusal(const std::string& why) {
  return impl_->write_status([&] { client::note_refusal(*impl_->core, why); });
}

Result<VerifyReport> Store::verify() {
  return impl_->read([&] { return verify_store(*impl_->core); });
}

Status Store::backup(const std::string& path) {
  impl_->end_reading();  // SQLite copies nothing within a transaction
  try {
    backup_core(*impl_->core, path);
    return {};
  } catch (...) {
    return error_from_current_exception();
  }
}

Status Store::restore(const std::string& backup_path, const StoreOptions& options) {
  try {
    restore_core(backup_path, options);
    return {};
  } catch (...) {
    return error_from_current_exception();
  }
}

}  // namespace insieme::client
