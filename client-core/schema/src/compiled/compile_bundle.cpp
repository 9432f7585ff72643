// Part of the build: reads and checks the bundle, and prints a C++ file that holds its compiled
// form. A bundle that is wrong ends the build with all that is wrong with it.

#include <cstdio>

#include "compiled/compiled.hpp"

namespace {

constexpr std::size_t kLineBytes = 64;

/// As octal escapes, which end after three digits whatever follows.
void print_literal(std::string_view bytes) {
  std::string line;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    const bool plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\' && byte != '?';
    if (plain) {
      line += bytes[at];
    } else {
      line += '\\';
      for (const unsigned shift : {6U, 3U, 0U}) {
        line += static_cast<char>('0' + (byte >> shift & 7U));
      }
    }
    if (at % kLineBytes != kLineBytes - 1 && at + 1 != bytes.size()) continue;
    std::printf("    \"%s\"\n", line.c_str());
    line.clear();
  }
}

}  // namespace

int main() {
  const auto bundle = insieme::schema::parse_bundle(insieme::schema::embedded_bundle_files());
  if (!bundle.ok()) {
    std::fprintf(stderr, "schema/: %s\n", bundle.error().detail.c_str());
    return 1;
  }
  const std::string bytes = insieme::schema::detail::compiled_form(*bundle);
  std::printf(
      "// Generated from schema/ by compile_bundle.cpp.\n"
      "#include \"compiled/compiled.hpp\"\n\n"
      "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n"
      "namespace insieme::schema::detail {\n\n"
      "std::string_view compiled_bundle() noexcept {\n"
      "  static constexpr char kBytes[] =\n");
  print_literal(bytes);
  std::printf(
      "      ;\n"
      "  return {kBytes, %zu};\n"
      "}\n\n"
      "}  // namespace insieme::schema::detail\n",
      bytes.size());
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0 ? 0 : 1;
}
