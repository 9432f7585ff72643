// A browser's core sees no files of the machine: contents come and go in requests and replies.

#include "commands/exchange/files.hpp"

namespace insieme::client::commands {

Outcome<std::string> read_file(const std::string& path) {
  return Failure("not_found", "Il file " + quoted_it(path) + " non c'è.",
                 "There is no file " + quoted_en(path) + ".", "path");
}

Status write_new_file(const std::string& path, std::string_view) {
  return {ErrorCode::storage_failure,
          "the file cannot be made: " + path + "\nil file non si può fare: " + path};
}

}  // namespace insieme::client::commands
