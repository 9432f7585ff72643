#pragma once
// Reads what a log holds by its content, for the ledger to compare with.

#include "insieme/sync/blob.hpp"
#include "insieme/sync/change.hpp"
#include "simulation/ledger.hpp"

namespace insieme::simulation {

/// The tokens in operations; `aside`: of a change that does not count (yet).
void collect_tokens(const std::vector<sync::Operation>& ops, bool aside, Delivered& into);

/// An accepted change: its tokens, and what it says about vouchers and duplicates.
void collect_change(const sync::ChangeHeader& header, const std::vector<sync::Operation>& ops,
                    Delivered& into);

/// `image/png 120 9f2c…`, as people enter a reference to a picture.
[[nodiscard]] std::string blob_text(const sync::BlobRef& blob);

}  // namespace insieme::simulation
