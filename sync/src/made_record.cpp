#include "insieme/sync/made_record.hpp"

#include "record_brief.hpp"

namespace insieme::sync {
namespace {

using namespace detail;

bool is_whole_text(const SpliceOp& splice) {
  return !splice.base && splice.splices.size() == 1 && splice.splices[0].position == 0 &&
         splice.splices[0].removed == 0 && !splice.splices[0].inserted.empty();
}

}  // namespace

bool makes_plainly(std::span<const Operation> ops) {
  for (std::size_t i = 0; i < ops.size(); ++i) {
    const auto* splice = std::get_if<SpliceOp>(&ops[i].action);
    const bool plain = splice != nullptr ? is_whole_text(*splice)
                                         : std::holds_alternative<WriteOp>(ops[i].action);
    if (!plain) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (ops[j].field == ops[i].field) return false;
    }
  }
  return !ops.empty();
}

std::vector<std::uint8_t> pack_made_plainly(std::span<const Operation> ops,
                                            const Provenance& first, Dictionary& dictionary,
                                            const std::function<bool(std::size_t)>& elide) {
  std::vector<BriefPiece> pieces;
  pieces.reserve(ops.size());
  for (std::size_t i = 0; i < ops.size(); ++i) {
    BriefPiece piece{static_cast<std::uint32_t>(i), &ops[i].field, BriefKind::text_in_column,
                     nullptr};
    if (const auto* write = std::get_if<WriteOp>(&ops[i].action)) {
      const bool elided = elide(i);
      piece.kind = elided ? BriefKind::value_in_column : BriefKind::value;
      if (!elided) piece.value = &write->value;
    }
    pieces.push_back(piece);
  }
  WireOut ar(&dictionary);
  write_brief(ar, Mark{first.dot, first.stamp, std::string(first.author)}, pieces);
  return ar.take();
}

}  // namespace insieme::sync
