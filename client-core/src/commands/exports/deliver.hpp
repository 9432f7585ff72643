#pragma once
// What several commands that write a package do with its bytes.

#include "commands/context.hpp"
#include "commands/exchange/files.hpp"

namespace insieme::client::commands {

/// Into a new file if `path` was asked for, else into the reply as `content`.
[[nodiscard]] inline Outcome<json::object> delivered(const Context& context, json::object reply,
                                                     const std::string& content) {
  if (!context.has("path")) {
    reply["content"] = content;
    return reply;
  }
  INSIEME_OUT(write_new_file(context.text("path"), content));
  reply["path"] = context.text("path");
  return reply;
}

/// The package that was sent here: `content`, or what the file at `path` holds.
[[nodiscard]] inline Outcome<std::string> received(const Context& context) {
  if (context.has("path")) return read_file(context.text("path"));
  return context.text("content");
}

}  // namespace insieme::client::commands
