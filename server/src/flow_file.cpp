#include "flow_file.hpp"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlschemas.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string_view>

#include "owned.hpp"

namespace insieme::server {
namespace {

constexpr std::string_view kNamespace = "http://inps.it/Casellario";
constexpr std::size_t kSaidMax = 600;

using Document = Owned<xmlDoc, xmlFreeDoc>;

Error bad(std::string detail) { return {ErrorCode::malformed, std::move(detail)}; }

std::string_view name_of(const xmlNode* node) {
  return reinterpret_cast<const char*>(node->name);
}

bool is_element(const xmlNode* node, std::string_view name) {
  return node->type == XML_ELEMENT_NODE && name_of(node) == name && node->ns != nullptr &&
         reinterpret_cast<const char*>(node->ns->href) == kNamespace;
}

std::vector<xmlNode*> children_of(const xmlNode* parent, std::string_view name) {
  std::vector<xmlNode*> found;
  for (xmlNode* node = parent->children; node != nullptr; node = node->next) {
    if (is_element(node, name)) found.push_back(node);
  }
  return found;
}

std::string attribute_of(xmlNode* node, const char* name) {
  xmlChar* value = xmlGetNoNsProp(node, reinterpret_cast<const xmlChar*>(name));
  if (value == nullptr) return {};
  std::string text = reinterpret_cast<const char*>(value);
  xmlFree(value);
  return text;
}

bool are_digits(std::string_view text, std::size_t min, std::size_t max) {
  return text.size() >= min && text.size() <= max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// `H501.PS.20210520.0000002`: body, kind, day, number. INPS's own example has eight digits.
bool is_flow_name(std::string_view name, std::string_view body, std::string_view tag) {
  const std::string front = std::string(body) + "." + std::string(tag) + ".";
  if (!name.starts_with(front)) return false;
  const std::string_view rest = name.substr(front.size());
  const std::size_t dot = rest.find('.');
  return dot != std::string_view::npos && are_digits(rest.substr(0, dot), 8, 8) &&
         are_digits(rest.substr(dot + 1), 7, 8);
}

bool is_body_code(std::string_view code) {
  return code.size() == 4 && code[0] >= 'A' && code[0] <= 'Z' && are_digits(code.substr(1), 3, 3);
}

void collect(void* said, const char* format, ...) __attribute__((format(printf, 2, 3)));
void collect(void* said, const char* format, ...) {
  auto& text = *static_cast<std::string*>(said);
  char part[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(part, sizeof part, format, arguments);
  va_end(arguments);
  if (text.size() < kSaidMax) text += part;
}

/// What the schema says against it; empty if nothing.
Result<std::string> against_schema(xmlDoc* document, const std::string& file) {
  std::string said;
  const Owned<xmlSchemaParserCtxt, xmlSchemaFreeParserCtxt> parser(
      xmlSchemaNewParserCtxt(file.c_str()));
  if (!parser) return Error{ErrorCode::not_found, file + ": cannot be read"};
  xmlSchemaSetParserErrors(parser.get(), collect, collect, &said);
  const Owned<xmlSchema, xmlSchemaFree> schema(xmlSchemaParse(parser.get()));
  if (!schema) return Error{ErrorCode::not_found, file + ": is no schema, or is not there"};
  const Owned<xmlSchemaValidCtxt, xmlSchemaFreeValidCtxt> valid(
      xmlSchemaNewValidCtxt(schema.get()));
  if (!valid) return Error{ErrorCode::internal, file + ": cannot be used"};
  xmlSchemaSetValidErrors(valid.get(), collect, collect, &said);
  if (xmlSchemaValidateDoc(valid.get(), document) == 0) return std::string();
  return said.empty() ? std::string("not valid") : said;
}

Result<std::vector<std::uint8_t>> bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{ErrorCode::not_found, path + ": cannot be read"};
  std::vector<std::uint8_t> bytes(kFlowBytesMax + 1);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes.size() > kFlowBytesMax) {
    return Error{ErrorCode::limit_exceeded, path + ": more than INPS takes (7.5 MB)"};
  }
  return bytes;
}

Result<Document> parse(const std::vector<std::uint8_t>& bytes) {
  const Owned<xmlParserCtxt, xmlFreeParserCtxt> parser(xmlNewParserCtxt());
  if (!parser) return Error{ErrorCode::internal, "no XML parser"};
  Document document(xmlCtxtReadMemory(parser.get(), reinterpret_cast<const char*>(bytes.data()),
                                      static_cast<int>(bytes.size()), nullptr, nullptr,
                                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
  if (!document) {
    const xmlError* error = xmlCtxtGetLastError(parser.get());
    std::string why = error != nullptr && error->message != nullptr ? error->message : "";
    while (!why.empty() && why.back() == '\n') why.pop_back();
    return bad("is no well-formed XML" + (why.empty() ? "" : ": " + why));
  }
  if (document->intSubset != nullptr || document->extSubset != nullptr) {
    return bad("declares a document type, which no flow has");
  }
  return Result<Document>(std::move(document));
}

/// Kind, names; exactly one beneficiary with one benefit, or one minor.
Result<Flow> describe(xmlDoc* document) {
  xmlNode* root = xmlDocGetRootElement(document);
  if (root == nullptr || !is_element(root, "Flusso")) {
    return bad("is no flow: its root is Flusso of " + std::string(kNamespace));
  }
  const auto heads = children_of(root, "IdentificazioneFlusso");
  if (heads.size() != 1) return bad("has no IdentificazioneFlusso, or several");
  const auto bodies = children_of(heads.front(), "Ente");
  if (bodies.size() != 1) return bad("has no Ente, or several");
  Flow flow;
  flow.name = attribute_of(heads.front(), "Nome");
  flow.body_code = attribute_of(bodies.front(), "Codice");
  flow.body_name = attribute_of(bodies.front(), "Denominazione");
  const auto people = children_of(root, "Beneficiario");
  const auto minors = children_of(root, "SINBA");
  flow.kind = minors.empty() ? "PS_PSA_SINA" : "SINBA";
  if (people.size() + minors.size() != 1) {
    return bad("is about " + std::to_string(people.size() + minors.size()) +
               " persons: INPS takes one in a flow");
  }
  const std::size_t benefits =
      minors.empty() ? children_of(people.front(), "PrestazioniSociali").size() : 1;
  if (benefits != 1) {
    return bad("holds " + std::to_string(benefits) + " benefits: INPS takes one in a flow");
  }
  if (!is_body_code(flow.body_code)) {
    return bad("Ente.Codice is a letter and three digits, as H501");
  }
  const char* tag = minors.empty() ? "PS" : "SINBA";
  if (!is_flow_name(flow.name, flow.body_code, tag)) {
    return bad("Nome is \"" + flow.name + "\", not " + flow.body_code + "." + tag +
               ".YYYYMMDD.NNNNNNN");
  }
  return flow;
}

}  // namespace

Result<FlowFile> read_flow_file(const std::string& path, const std::string& schemas) {
  INSIEME_TRY_ASSIGN(auto bytes, bytes_of(path));
  const auto about = [&path](const Error& error) {
    return Error{error.code, path + ": " + error.detail};
  };
  const auto document = parse(bytes);
  if (!document.ok()) return about(document.error());
  auto flow = describe(document->get());
  if (!flow.ok()) return about(flow.error());
  FlowFile file;
  file.flow = std::move(flow).value();
  if (!schemas.empty()) {
    const char* name = file.flow.kind == "SINBA" ? "/SINBA.xsd" : "/PS_PSA_SINA201812.xsd";
    INSIEME_TRY_ASSIGN(const std::string said, against_schema(document->get(), schemas + name));
    if (!said.empty()) return about(bad("is not valid: " + said));
    file.schema_checked = true;
  }
  file.flow.xml = std::move(bytes);
  return Result<FlowFile>(std::move(file));
}

}  // namespace insieme::server
