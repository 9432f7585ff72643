#pragma once
// The floor of a server: Beast takes the bytes, SQLite commits as many rows with them, durably, and
// the bytes of an answer that is there already go back. No accounts, no merge, no reading.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace insieme::bench {

struct EchoAnswer {
  std::size_t rows = 0;  ///< that the request's bytes are written as; one more tells that it came
  std::string_view bytes;
};
/// What a process of `run_echo` answers with: `POST /N` gets the Nth.
void write_answers(const std::string& path, std::span<const EchoAnswer> answers);

/// Serves on loopback until it is ended; prints `echo on 127.0.0.1:PORT`.
int run_echo(const std::string& answers, const std::string& database);

}  // namespace insieme::bench
