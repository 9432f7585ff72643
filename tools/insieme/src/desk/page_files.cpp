#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "desk/page_server.hpp"

namespace insieme::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBytesMax = 64 * 1024 * 1024;

struct MediaType {
  const char* ending;
  const char* type;
};
constexpr std::array<MediaType, 8> kTypes{MediaType{".html", "text/html; charset=utf-8"},
                                          MediaType{".js", "text/javascript; charset=utf-8"},
                                          MediaType{".css", "text/css; charset=utf-8"},
                                          MediaType{".webmanifest", "application/manifest+json"},
                                          MediaType{".svg", "image/svg+xml"},
                                          MediaType{".png", "image/png"},
                                          MediaType{".woff2", "font/woff2"},
                                          MediaType{".txt", "text/plain; charset=utf-8"}};

[[noreturn]] void stop_for(const std::string& folder) {
  throw Stop(kUsage, tr("Qui non c'è l'app: ", "The app is not here: ") + folder +
                         tr(". Dove sia si dice con --app CARTELLA.",
                            ". Say where it is with --app FOLDER."));
}

}  // namespace

PageFiles::PageFiles(const std::string& folder) {
  std::error_code error;
  std::size_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    const fs::path& path = entry.path();
    for (const MediaType& known : kTypes) {  // nothing else of it is asked for here
      if (path.extension() != known.ending || !entry.is_regular_file()) continue;
      std::ifstream in(path, std::ios::binary);
      File file{known.type, {std::istreambuf_iterator<char>(in), {}}};
      bytes += file.bytes.size();
      if (bytes > kBytesMax) stop_for(folder);
      files_.emplace("/" + path.lexically_relative(folder).generic_string(), std::move(file));
    }
  }
  if (error || find("/") == nullptr) stop_for(folder);
}

const PageFiles::File* PageFiles::find(const std::string& path) const {
  const auto found = files_.find(path == "/" ? "/index.html" : path);
  return found == files_.end() ? nullptr : &found->second;
}

}  // namespace insieme::cli
