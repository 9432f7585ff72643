#include "exports/siuss_parts.hpp"

#include "insieme/schema/civil.hpp"
#include "insieme/schema/codice_fiscale.hpp"
#include "insieme/schema/place_codes.hpp"
#include "insieme/schema/text.hpp"

namespace insieme::client::exports {
namespace {

constexpr std::int64_t kNumberMax = 9'999'999;
constexpr std::size_t kBodyNameMax = 100;

std::string day_text(sync::Date day) {
  std::string out = schema::iso_text(day);
  out.erase(7, 1);
  out.erase(4, 1);
  return out;
}

std::string number_text(std::int64_t number) {
  std::string out = std::to_string(number);
  return std::string(7 - std::min<std::size_t>(out.size(), 7), '0') + out;
}

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool siuss_takes_tax_code(std::string_view code) {
  // ([A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z][A-Za-z0-9]{3}[A-Za-z])|(\d{11} {0,5})
  static constexpr std::string_view kShape = "aaaaaa11a11axxxa";
  if (code.size() == 11) {
    for (const char c : code) {
      if (!is_digit(c)) return false;
    }
    return true;
  }
  if (code.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const bool fits = kShape[i] == '1'   ? is_digit(code[i])
                      : kShape[i] == 'a' ? is_letter(code[i])
                                         : is_letter(code[i]) || is_digit(code[i]);
    if (!fits) return false;
  }
  return true;
}

FlowBuilder::FlowBuilder(const SiussBody& body, const char* kind, const char* tag)
    : root_("Flusso") {
  flow_.kind = kind;
  flow_.name = body.code + "." + tag + "." + day_text(body.day) + "." + number_text(body.number);
  root_.set("xmlns", "http://inps.it/Casellario");
  XmlElement& head = root_.child("IdentificazioneFlusso").set("Nome", flow_.name);
  head.child("Ente")
      .set("Codice", body.code)
      .set("Denominazione", body.name)
      .set("Indirizzo", body.seat)
      .set("CFOperatore", body.operator_tax_code);
  if (!schema::is_belfiore_code(body.code)) {
    fault("Ente.Codice", "il codice dell'ente è una lettera e tre cifre",
          "the body's code is a letter and three digits");
  }
  if (schema::count_code_points(body.name) > kBodyNameMax) {
    fault("Ente.Denominazione", "al massimo 100 caratteri", "at most 100 characters");
  }
  if (!schema::is_belfiore_code(body.seat)) {
    fault("Ente.Indirizzo", "la sede è il codice catastale di un comune, come L407",
          "the seat is the cadastral code of a commune, such as L407");
  }
  if (body.number < 1 || body.number > kNumberMax) {
    fault("Nome", "il numero del flusso va da 1 a 9.999.999", "a flow's number is 1 to 9,999,999");
  }
  check_tax_code("Ente.CFOperatore", body.operator_tax_code);
}

void FlowBuilder::fault(std::string what, std::string it, std::string en) {
  flow_.faults.push_back({std::move(what), std::move(it), std::move(en)});
}

std::string FlowBuilder::need(const char* what, std::string value, const char* it, const char* en) {
  if (value.empty()) {
    fault(what, std::string("manca: ") + it, std::string("missing: ") + en);
  }
  return value;
}

void FlowBuilder::check_tax_code(const char* what, const std::string& code) {
  if (code.empty()) {
    fault(what, "manca il codice fiscale", "the tax code is missing");
  } else if (!siuss_takes_tax_code(code)) {
    const bool omocodia = schema::tax_code_kind(code) == schema::TaxCodeKind::omocodia;
    if (omocodia) {
      fault(what,
            "il codice fiscale è giusto, ma lo schema del SIUSS non ammette lettere al posto delle "
            "cifre nelle posizioni 7, 8, 10 e 11: va inviato dal portale",
            "the tax code is right, but the schema of SIUSS admits no letters for digits at the "
            "places 7, 8, 10 and 11: send it through the portal");
    } else {
      fault(what, "non è un codice fiscale", "this is not a tax code");
    }
  } else if (!schema::has_valid_check_character(code)) {
    fault(what, "il carattere di controllo del codice fiscale non torna",
          "the check character of the tax code does not fit");
  }
}

SiussFlow FlowBuilder::finish() {
  if (flow_.faults.empty()) {
    flow_.xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root_.written();
  }
  return std::move(flow_);
}

std::string decimal(std::optional<std::int64_t> cents) {
  if (!cents) return {};
  const std::int64_t rest = *cents % 100;
  return std::to_string(*cents / 100) + (rest < 10 ? ".0" : ".") + std::to_string(rest);
}

std::string attribute_of(const schema::Bundle& bundle, const char* list, const std::string& code,
                         const char* name) {
  const schema::CodeList* codes = bundle.find_list(list);
  const schema::CodeValue* found = codes == nullptr ? nullptr : codes->find(code);
  return found == nullptr ? std::string{} : std::string(found->attribute(name));
}

std::string yes_no(std::optional<bool> flag) {
  return flag ? std::string(*flag ? "1" : "2") : std::string{};
}

}  // namespace insieme::client::exports
