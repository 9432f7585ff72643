#pragma once
// What the commands about files share, whether a record holds them or a draft.

#include <string>
#include <vector>

#include "commands/records/plan.hpp"

namespace insieme::client::commands {

[[nodiscard]] bool holds_blobs(const schema::Field& field);
/// The field that is meant, or the only one that takes files.
[[nodiscard]] Outcome<const schema::Field*> file_field(const schema::RecordType& type,
                                                       const std::string& name);
/// Of `record` and `draft` the command has one.
[[nodiscard]] Check one_holder(Context& context);

/// The content that the command brings (`path` or `content`, `media_type`), sealed for a dossier.
[[nodiscard]] Outcome<sync::SealedBlob> seal_given(Context& context,
                                                   const sync::DossierId& dossier);
/// The reference as commands read and write it.
[[nodiscard]] std::string reference_text(Context& context, const schema::Field& field,
                                         const sync::BlobRef& reference);
[[nodiscard]] json::object reference_json(const sync::BlobRef& reference);

/// blob.get of the one among `all` that the command names (`content`), into `path` or the reply.
[[nodiscard]] Outcome<json::object> open_chosen(Context& context, const schema::Field& field,
                                                const sync::DocumentId& document,
                                                std::vector<sync::BlobRef> all);

}  // namespace insieme::client::commands
