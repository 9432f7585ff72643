#include "simulation/log_reader.hpp"

namespace insieme::simulation {
namespace {

void collect_letters(const std::string& text, std::set<std::string>& into) {
  for (std::size_t at = 0; at + 2 < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0xe4 && byte <= 0xe9) into.insert(text.substr(at, 3));
  }
}

struct Reader {
  Delivered& found;
  bool aside = false;

  void token(const std::string& text) const { (aside ? found.aside : found.tokens).insert(text); }
  void amount(std::int64_t number) const {
    (aside ? found.amounts_aside : found.amounts).insert(number);
  }
  void units(std::uint64_t number) const { amount(static_cast<std::int64_t>(number)); }
  void value(const sync::Value& value) const {
    if (const auto* text = std::get_if<std::string>(&value)) token(*text);
    if (const auto* number = std::get_if<std::int64_t>(&value)) token(std::to_string(*number));
    if (const auto* bytes = std::get_if<sync::Bytes>(&value)) {
      if (const auto blob = sync::decode_blob_ref(*bytes); blob.ok()) token(blob_text(*blob));
    }
  }
  void operator()(const sync::WriteOp& op) const { value(op.value); }
  void operator()(const sync::AddOp& op) const { value(op.element); }
  void operator()(const sync::RemoveOp& op) const {
    const auto* text = std::get_if<std::string>(&op.element);
    if (text != nullptr) (aside ? found.removed_aside : found.removed).insert(*text);
  }
  void operator()(const sync::IncrementOp& op) const { amount(op.delta); }
  void operator()(const sync::SpliceOp& op) const {
    for (const sync::Splice& splice : op.splices) {
      collect_letters(splice.inserted, aside ? found.aside : found.tokens);
    }
  }
  void operator()(const sync::ResolveOp& op) const {
    token(op.reason);
    if (op.value) value(*op.value);
  }
  void operator()(const sync::GrantOp& op) const { units(op.amount); }
  void operator()(const sync::TransferOp& op) const { units(op.amount); }
  void operator()(const sync::SpendOp& op) const { units(op.amount); }
  template <class Other>
  void operator()(const Other&) const {}
};

/// One operation on the units of a voucher.
struct UnitsReader {
  Units& units;
  const sync::ChangeHeader& header;
  std::size_t op = 0;

  static std::string dot(const sync::ReplicaId& replica, std::uint64_t seq, std::size_t op) {
    return sync::to_hex(replica.bytes) + "-" + std::to_string(seq) + "-" + std::to_string(op);
  }
  void operator()(const sync::GrantOp& grant) const {
    units.moves.push_back({{}, sync::to_text(grant.to), static_cast<std::int64_t>(grant.amount)});
  }
  void operator()(const sync::TransferOp& transfer) const {
    units.moves.push_back({sync::to_text(header.replica), sync::to_text(transfer.to),
                           static_cast<std::int64_t>(transfer.amount)});
    units.again = units.again || header.origin.has_value();
  }
  void operator()(const sync::SpendOp& spend) const {
    units.spends[dot(header.replica, header.seq, op)] = {sync::to_text(header.replica),
                                                         static_cast<std::int64_t>(spend.amount)};
    units.again = units.again || header.origin.has_value();
  }
  void operator()(const sync::RefundOp& refund) const {
    units.refunded.insert(dot(refund.spend.replica, refund.spend.seq, refund.spend.op));
  }
  void operator()(const sync::ReclaimOp& reclaim) const {
    units.reclaimed.insert(sync::to_text(reclaim.from));
    ++units.reclaims;
  }
  template <class Other>
  void operator()(const Other&) const {}
};

void collect_edge(const sync::ChangeHeader& header, const sync::Operation& op, Delivered& into) {
  std::set<std::string>& said = into.edges[sync::to_text(op.record)][header.document];
  const auto* write = std::get_if<sync::WriteOp>(&op.action);
  if (write != nullptr && op.field == "reason") said.insert(std::get<std::string>(write->value));
  if (!std::holds_alternative<sync::RetractOp>(op.action)) return;
  said.insert(UnitsReader::dot(header.replica, header.seq, 0));
  if (header.origin) said.insert(UnitsReader::dot(header.origin->replica, header.origin->seq, 0));
}

}  // namespace

std::string blob_text(const sync::BlobRef& blob) {
  return blob.media_type + " " + std::to_string(blob.size) + " " + sync::to_hex(blob.content);
}

void collect_tokens(const std::vector<sync::Operation>& ops, bool aside, Delivered& into) {
  const Reader reader{into, aside};
  for (const sync::Operation& op : ops) std::visit(reader, op.action);
}

void collect_change(const sync::ChangeHeader& header, const std::vector<sync::Operation>& ops,
                    Delivered& into) {
  collect_tokens(ops, false, into);
  if (header.origin) {
    ++into.changes_again;
    Delivered again;
    collect_tokens(ops, false, again);
    into.again.insert(again.tokens.begin(), again.tokens.end());
  }
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (ops[i].field == kUnitsField) {
      std::visit(UnitsReader{into.units[sync::to_text(ops[i].record)], header, i}, ops[i].action);
    }
    if (ops[i].type == kEdgeType) collect_edge(header, ops[i], into);
  }
}

}  // namespace insieme::simulation
