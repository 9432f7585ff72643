#include "insieme/schema/bundle.hpp"

#include <algorithm>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/stream_parser.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iterator>

#include "compiled/compiled.hpp"
#include "parse.hpp"

namespace insieme::schema {
namespace json = boost::json;

namespace {

constexpr const char* kManifest = "bundle.json";
constexpr std::int64_t kVersionMax = 1'000'000'000;
constexpr std::size_t kNestingMax = 16;
constexpr std::uint64_t kFnvPrime = 1'099'511'628'211ULL;
constexpr std::uint64_t kFnvBasis = 14'695'981'039'346'656'037ULL;

std::uint64_t fnv(std::uint64_t hash, std::string_view text) noexcept {
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= kFnvPrime;
  }
  return hash;
}

/// As the library writes it, without going through it where nothing is to be escaped.
void append_quoted(std::string& out, std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
  });
  if (!plain) {
    out += json::serialize(json::string(json::string_view(text.data(), text.size())));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

/// JSON with the keys of every object in order.
void append_canonical(std::string& out, const json::value& value) {
  if (const json::object* object = value.if_object(); object != nullptr) {
    std::vector<std::string_view> keys;
    for (const auto& member : *object) keys.emplace_back(member.key().data(), member.key().size());
    std::sort(keys.begin(), keys.end());
    out += '{';
    for (const std::string_view key : keys) {
      append_quoted(out, key);
      out += ':';
      append_canonical(out, object->at(key));
      out += ',';
    }
    out += '}';
  } else if (const json::array* array = value.if_array(); array != nullptr) {
    out += '[';
    for (const json::value& item : *array) {
      append_canonical(out, item);
      out += ',';
    }
    out += ']';
  } else if (const json::string* text = value.if_string(); text != nullptr) {
    append_quoted(out, std::string_view(text->data(), text->size()));
  } else {
    out += json::serialize(value);
  }
}

std::string line_and_column(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (const char c : text.substr(0, offset)) {
    column = c == '\n' ? 1 : column + 1;
    if (c == '\n') ++line;
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Everything of one bundle lies in `storage` and dies together.
std::optional<json::value> parse_json(const std::string& file, std::string_view text,
                                      const json::storage_ptr& storage, detail::Faults& faults) {
  json::parse_options options;
  options.max_depth = kNestingMax;
  json::stream_parser parser({}, options);
  parser.reset(storage);
  json::error_code failed;
  const std::size_t used = parser.write_some(text.data(), text.size(), failed);
  if (!failed && used < text.size()) failed = json::error::extra_data;
  if (!failed) parser.finish(failed);
  if (failed) {
    faults.add({file, ""}, "is not JSON: " + failed.message() + " at " +
                               line_and_column(text, std::min(used, text.size())));
    return std::nullopt;
  }
  return parser.release();
}

/// The manifest, and the files that it lists, each parsed.
class Parser {
 public:
  explicit Parser(const BundleFiles& files) : files_(files) {}

  Result<Bundle> run() {
    const auto manifest = open(kManifest);
    if (!manifest) return failure();
    if (const Status read = read_manifest(*manifest); !read.ok()) return read.error();
    std::vector<std::pair<std::string, json::value>> parts;
    for (const std::string& file : listed_) {
      auto part = open(file);
      if (part) parts.emplace_back(file, std::move(*part));
    }
    report_unlisted();
    std::sort(parts.begin(), parts.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    bundle_.digest = digest(*manifest, parts);
    for (const auto& [file, root] : parts) read_part(file, root);
    if (bundle_.sections.empty() && faults_.empty()) {
      faults_.add({kManifest, "files"}, "lists no sections.json");
    }
    detail::resolve(bundle_, origins_, faults_);
    // Expressions name fields of all types, which must be known, and sound, first.
    if (faults_.empty()) detail::parse_rules(rules_, bundle_, faults_);
    if (faults_.empty()) {
      ReportBook book;  // only to know that it is sound
      detail::parse_reports(reports_, bundle_, book, faults_);
    }
    if (!faults_.empty()) return failure();
    return std::move(bundle_);
  }

 private:
  std::optional<json::value> open(const std::string& file) {
    const auto found = files_.find(file);
    if (found == files_.end()) {
      faults_.add({file, ""}, "is missing");
      return std::nullopt;
    }
    return parse_json(file, found->second, storage_, faults_);
  }

  Status read_manifest(const json::value& root) {
    detail::ObjectReader reader(root, {kManifest, ""}, faults_);
    bundle_.name = reader.name("name");
    bundle_.version = static_cast<int>(reader.integer("version", 1, kVersionMax, true));
    bundle_.min_engine = static_cast<int>(reader.integer("min_engine", 1, kVersionMax, true));
    if (bundle_.min_engine > kEngineVersion) {
      return {ErrorCode::wrong_version,
              "bundle.json: min_engine: this schema needs engine " +
                  std::to_string(bundle_.min_engine) + ", this program has " +
                  std::to_string(kEngineVersion) + "; update the program"};
    }
    listed_ = reader.strings("files", true);
    reader.finish();
    return {};
  }

  void report_unlisted() {
    for (const auto& [file, text] : files_) {
      if (file == kManifest) continue;
      if (std::find(listed_.begin(), listed_.end(), file) == listed_.end()) {
        faults_.add({file, ""}, "is not listed in bundle.json");
      }
    }
  }

  void read_part(const std::string& file, const json::value& root) {
    if (file == "sections.json") {
      detail::parse_sections(root, file, bundle_, faults_);
    } else if (file.rfind("lists/", 0) == 0) {
      detail::parse_lists(root, file, bundle_, faults_);
    } else if (file.rfind("types/", 0) == 0) {
      detail::parse_type_file(root, file, bundle_, origins_, faults_);
    } else if (file.rfind("rules/", 0) == 0) {
      rules_.emplace_back(file, &root);
    } else if (file.rfind("reports/", 0) == 0) {
      reports_.emplace_back(file, &root);
    } else {
      faults_.add({kManifest, "files"},
                  "\"" + file +
                      "\" is neither sections.json nor under lists/, types/, rules/ or reports/");
    }
  }

  static std::uint64_t digest(const json::value& manifest,
                              const std::vector<std::pair<std::string, json::value>>& parts) {
    std::string text;
    append_canonical(text, manifest);
    for (const auto& [file, root] : parts) {
      text += '\n' + file + '\n';
      append_canonical(text, root);
    }
    return fnv(kFnvBasis, text);
  }

  [[nodiscard]] Error failure() const { return {ErrorCode::malformed, faults_.text()}; }

  const BundleFiles& files_;
  detail::Faults faults_;
  Bundle bundle_;
  std::vector<detail::TypeOrigin> origins_;
  std::vector<std::string> listed_;
  std::vector<std::pair<std::string, const json::value*>> rules_;
  std::vector<std::pair<std::string, const json::value*>> reports_;
  json::storage_ptr storage_ = json::make_shared_resource<json::monotonic_resource>();
};

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return std::nullopt;
  return text;
}

bool stays_inside(const std::string& file) {
  const std::filesystem::path path(file);
  if (path.is_absolute()) return false;
  return std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

}  // namespace

const Section* Bundle::find_section(std::string_view section_name) const noexcept {
  const auto found = section_index.find(section_name);
  return found == section_index.end() ? nullptr : &sections[found->second];
}

const CodeList* Bundle::find_list(std::string_view list_name) const noexcept {
  const auto found = list_index.find(list_name);
  return found == list_index.end() ? nullptr : &lists[found->second];
}

const RecordType* Bundle::find_type(std::string_view type_name) const noexcept {
  const auto found = type_index.find(type_name);
  return found == type_index.end() ? nullptr : &types[found->second];
}

RegisterPolicy Bundle::policy(std::string_view type_name,
                              std::string_view field_name) const noexcept {
  const RecordType* type = find_type(type_name);
  const Field* field = type == nullptr ? nullptr : type->find_field(field_name);
  return field == nullptr ? RegisterPolicy::review : field->policy;
}

std::vector<const Rule*> Bundle::rules_for(std::string_view type_name) const {
  std::vector<const Rule*> out;
  const auto found = rules_of_type.find(type_name);
  if (found == rules_of_type.end()) return out;
  for (const std::size_t at : found->second) out.push_back(&rules[at]);
  return out;
}

std::string Bundle::digest_text() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t i = 0; i < 16; ++i) out[15 - i] = kDigits[(digest >> (4 * i)) & 0xF];
  return out;
}

Result<Bundle> parse_bundle(const BundleFiles& files) {
  return Parser(files).run();
}

Result<Bundle> load_bundle(const std::filesystem::path& dir) {
  BundleFiles files;
  auto manifest = read_file(dir / kManifest);
  if (!manifest) return {ErrorCode::not_found, "bundle.json: cannot be read"};
  files[kManifest] = *manifest;
  detail::Faults faults;
  const auto root = parse_json(kManifest, *manifest, {}, faults);
  const json::object* object = root ? root->if_object() : nullptr;
  const json::value* listed = object == nullptr ? nullptr : object->if_contains("files");
  // Whatever else is wrong with the manifest, parse_bundle says it better.
  if (listed == nullptr || !listed->is_array()) return parse_bundle(files);
  for (const json::value& item : listed->get_array()) {
    if (!item.is_string()) continue;
    const std::string file(item.get_string().data(), item.get_string().size());
    if (!stays_inside(file)) {
      faults.add({kManifest, "files"}, "\"" + file + "\" leaves the bundle's folder");
      continue;
    }
    auto text = read_file(dir / file);
    if (!text) {
      faults.add({file, ""}, "cannot be read, but bundle.json lists it");
      continue;
    }
    files[file] = std::move(*text);
  }
  if (!faults.empty()) return {ErrorCode::not_found, faults.text()};
  return parse_bundle(files);
}

const BundleFiles& embedded_bundle_files() {
  static const BundleFiles files = [] {
    BundleFiles out = detail::embedded_other_files();
    out.insert(detail::embedded_report_files().begin(), detail::embedded_report_files().end());
    return out;
  }();
  return files;
}

}  // namespace insieme::schema
