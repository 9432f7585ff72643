#pragma once
// What a person is told who wrote a command that is none: in their language, with what was meant.

#include "program.hpp"

namespace insieme::cli {

/// The parser's help in the person's language. Before any command is added.
void translate(CLI::App& app);

/// The line of --json for what was not understood: the code is `usage`.
[[nodiscard]] std::string usage_reply(const std::string& it, const std::string& en);

/// Prints help, or what is wrong with the command line `words`; gives the exit code.
int explain(const CLI::App& app, const CLI::ParseError& error,
            const std::vector<std::string>& words);

}  // namespace insieme::cli
