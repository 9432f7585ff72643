#include "exports/sils.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "insieme/schema/civil.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::client::exports {
namespace {

namespace json = boost::json;

constexpr std::size_t kCasesMax = 10'000;
constexpr std::size_t kPseudonym = 32;
constexpr const char* kFormat = "insieme-sils";

std::string day_text(const std::optional<sync::Date>& day) {
  return day ? schema::iso_text(*day) : std::string{};
}

std::string quoted(const std::string& text) { return json::serialize(json::string(text)); }

std::string list_text(const std::vector<std::string>& all) {
  std::string out = "[";
  for (std::size_t i = 0; i < all.size(); ++i) out += (i == 0 ? "" : ", ") + quoted(all[i]);
  return out + "]";
}

std::string referral_text(const SilsReferral& one) {
  return "{\"sent_on\": " + quoted(day_text(one.sent_on)) +
         ", \"acknowledged_on\": " + quoted(day_text(one.acknowledged_on)) + "}";
}

std::string case_text(const SilsCase& one) {
  std::string referrals;
  for (const SilsReferral& referral : one.cpi_referrals) {
    referrals += (referrals.empty() ? "" : ", ") + referral_text(referral);
  }
  const std::string margin = "\n      ";
  return "    {" + margin + "\"case\": " + quoted(one.id) + "," + margin +
         "\"people\": " + list_text(one.people) + "," + margin +
         "\"status\": " + quoted(one.status) + "," + margin +
         "\"opened_on\": " + quoted(day_text(one.opened_on)) + "," + margin +
         "\"closed_on\": " + quoted(day_text(one.closed_on)) + "," + margin +
         "\"organization\": " + quoted(one.organization) + "," + margin +
         "\"systems\": " + list_text(one.systems) + "," + margin + "\"cpi_referrals\": [" +
         referrals + "]\n    }";
}

constexpr std::size_t kSaid = 40;  ///< bytes of a wrong value that are told

/// A wrong value, as far as it helps to find it.
std::string said(const std::string& text) {
  std::size_t end = std::min(text.size(), kSaid);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
    --end;
  }
  return text.substr(0, end);
}

std::string member_named(const char* name) { return std::string("\"") + name + "\""; }

/// Reads members of one object; keeps the first fault.
class Reader {
 public:
  Reader(const json::value& value, std::string place)
      : object_(value.if_object()), place_(std::move(place)) {
    if (object_ == nullptr) fail("must be an object", "deve essere un oggetto");
  }
  [[nodiscard]] const std::string& fault() const { return fault_; }
  /// In English, and after a line end in Italian.
  void fail(const std::string& en, const std::string& it) {
    if (fault_.empty()) fault_ = place_ + ": " + en + "\n" + place_ + ": " + it;
  }
  const json::value* member(const char* name) {
    const json::value* found = object_ == nullptr ? nullptr : object_->if_contains(name);
    if (found == nullptr) fail(member_named(name) + " is missing", "manca " + member_named(name));
    return found;
  }
  std::string text(const char* name) {
    const json::value* found = member(name);
    const json::string* text = found == nullptr ? nullptr : found->if_string();
    if (text != nullptr) return std::string(text->data(), text->size());
    if (found != nullptr) {
      const std::string value = said(json::serialize(*found));
      fail(member_named(name) + " must be a text, not " + value,
           member_named(name) + " deve essere un testo, non " + value);
    }
    return {};
  }
  std::optional<sync::Date> day(const char* name) {
    const std::string iso = text(name);
    if (iso.empty()) return std::nullopt;
    const auto date = schema::date_from_iso(iso);
    if (!date) {
      const std::string value = said(iso);
      fail(member_named(name) + " must be a date such as 2024-03-04, or empty, not “" + value + "”",
           member_named(name) + " deve essere una data come 2024-03-04, o vuoto, non «" + value +
               "»");
    }
    return date;
  }
  const json::array* list(const char* name) {
    const json::value* found = member(name);
    const json::array* array = found == nullptr ? nullptr : found->if_array();
    if (found != nullptr && array == nullptr) {
      fail(member_named(name) + " must be a list", member_named(name) + " deve essere una lista");
    }
    return array;
  }
  std::vector<std::string> texts(const char* name) {
    std::vector<std::string> out;
    const json::array* all = list(name);
    for (std::size_t i = 0; all != nullptr && i < all->size(); ++i) {
      const json::string* text = (*all)[i].if_string();
      if (text == nullptr) {
        fail(member_named(name) + " must hold texts", member_named(name) + " deve avere testi");
      } else {
        out.emplace_back(text->data(), text->size());
      }
    }
    return out;
  }

 private:
  const json::object* object_;
  std::string place_;
  std::string fault_;
};

Result<SilsCase> read_case(const json::value& value, std::size_t number) {
  const std::string place = "cases[" + std::to_string(number) + "]";
  Reader reader(value, place);
  SilsCase out;
  out.id = reader.text("case");
  if (out.id.empty()) {
    reader.fail("\"case\" must not be empty", "\"case\" non può essere vuoto");
  }
  out.people = reader.texts("people");
  out.status = reader.text("status");
  out.opened_on = reader.day("opened_on");
  out.closed_on = reader.day("closed_on");
  out.organization = reader.text("organization");
  out.systems = reader.texts("systems");
  const json::array* referrals = reader.list("cpi_referrals");
  for (std::size_t i = 0; referrals != nullptr && i < referrals->size(); ++i) {
    Reader inner((*referrals)[i], place + ".cpi_referrals[" + std::to_string(i) + "]");
    SilsReferral referral;
    referral.sent_on = inner.day("sent_on");
    referral.acknowledged_on = inner.day("acknowledged_on");
    if (!inner.fault().empty()) return {ErrorCode::malformed, inner.fault()};
    out.cpi_referrals.push_back(referral);
  }
  if (!reader.fault().empty()) return {ErrorCode::malformed, reader.fault()};
  return out;
}

}  // namespace

std::string to_text(const SilsReferral& referral) {
  return day_text(referral.sent_on) + "/" + day_text(referral.acknowledged_on);
}

std::optional<SilsReferral> sils_referral(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  return SilsReferral{schema::date_from_iso(text.substr(0, slash)),
                      schema::date_from_iso(text.substr(slash + 1))};
}

std::string to_json(SilsPackage package) {
  std::sort(package.cases.begin(), package.cases.end(),
            [](const SilsCase& a, const SilsCase& b) { return a.id < b.id; });
  std::string cases;
  for (SilsCase& one : package.cases) {
    std::sort(one.people.begin(), one.people.end());
    std::sort(one.systems.begin(), one.systems.end());
    std::sort(one.cpi_referrals.begin(), one.cpi_referrals.end(),
              [](const SilsReferral& a, const SilsReferral& b) { return to_text(a) < to_text(b); });
    cases += (cases.empty() ? "\n" : ",\n") + case_text(one);
  }
  return std::string("{\n  \"format\": \"") + kFormat +
         "\",\n  \"version\": 1,\n  \"sender\": " + quoted(package.sender) + ",\n  \"cases\": [" +
         cases + (cases.empty() ? "" : "\n  ") + "]\n}\n";
}

Result<SilsPackage> sils_from_json(std::string_view text) {
  boost::system::error_code failed;
  const json::value root = json::parse(json::string_view(text.data(), text.size()), failed);
  if (failed)
    return {ErrorCode::malformed, "this is not JSON (" + failed.message() + ")\nnon è JSON"};
  Reader reader(root, "package");
  if (reader.text("format") != kFormat) {
    reader.fail("\"format\" must be \"insieme-sils\"", "\"format\" deve essere \"insieme-sils\"");
  }
  const json::value* version = reader.member("version");
  if (version != nullptr && (!version->is_int64() || version->as_int64() != 1)) {
    reader.fail("only version 1 is known here", "qui si conosce solo la versione 1");
  }
  SilsPackage out;
  out.sender = reader.text("sender");
  const json::array* cases = reader.list("cases");
  if (!reader.fault().empty()) return {ErrorCode::malformed, reader.fault()};
  if (cases->size() > kCasesMax) {
    return {ErrorCode::limit_exceeded,
            "a package has at most 10,000 cases\n"
            "un pacchetto ha al massimo 10.000 casi"};
  }
  for (std::size_t i = 0; i < cases->size(); ++i) {
    INSIEME_TRY_ASSIGN(SilsCase one, read_case((*cases)[i], i));
    out.cases.push_back(std::move(one));
  }
  return out;
}

std::string sils_pseudonym(std::string_view id) {
  return sync::to_hex(sync::Hasher("insieme sils person v1").add(id).finish())
      .substr(0, kPseudonym);
}

}  // namespace insieme::client::exports
