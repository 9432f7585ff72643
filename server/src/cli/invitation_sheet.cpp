#include "cli/invitation_sheet.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "cli/context.hpp"
#include "cli/output.hpp"
#include "cli/qr.hpp"
#include "insieme/reports/markup.hpp"

namespace insieme::server::cli {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="it"><head><meta charset="utf-8"><title>Inviti</title><style>
@page { size: A4; margin: 20mm }
body { font: 12pt/1.4 sans-serif; margin: 0 auto; max-width: 170mm; color: #000; background: #fff }
section { break-after: page; padding: 1em 0 }
section:last-child { break-after: auto }
svg { display: block; width: 80mm; margin: 1em auto }
code { font: bold 14pt/1.4 monospace }
p.long { font: 8pt/1.3 monospace; overflow-wrap: anywhere }
p.en { color: #444 }
</style></head><body>
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const std::string_view entity = reports::entity_of(c);
    if (entity.empty()) {
      out += c;
    } else {
      out += entity;
    }
  }
  return out;
}

std::string page_of(const std::string& space_name, const Invitation& one) {
  const std::string until = show_time(one.expires_ms);
  return fmt::format(
      "<section><h1>Insieme · {0}</h1><h2>{1} <small>({2})</small></h2>\n"
      "<p>Questo invito lega <strong>un solo dispositivo</strong> a questa persona, una volta "
      "sola, entro il {3}. Inquadrare il codice con la fotocamera del tablet, oppure aprire "
      "Insieme e scrivere il codice. Poi distruggere il foglio.</p>\n"
      "<p class=\"en\" lang=\"en\">This invitation binds one device to this person, once, until "
      "{3}. Point the tablet's camera at it, or open Insieme and type the code. Then destroy the "
      "sheet.</p>\n{4}\n<p><code>{5}</code></p><p class=\"long\">{6}</p></section>\n",
      escaped(space_name), escaped(one.name), escaped(one.account), until,
      svg_of(make_qr(one.scanned)), escaped(one.code), escaped(one.url));
}

}  // namespace

std::string sheet_of(const std::string& space_name, const std::vector<Invitation>& invitations) {
  std::string html(kHead);
  for (const Invitation& one : invitations) html += page_of(space_name, one);
  return html + "</body></html>\n";
}

void write_secret(const std::string& path, const std::string& content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) throw CommandError(kRefused, path + " exists already");
  std::size_t written = 0;
  while (file >= 0 && written < content.size()) {
    const ::ssize_t count = ::write(file, content.data() + written, content.size() - written);
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  const bool whole = file >= 0 && ::close(file) == 0 && written == content.size();
  if (whole) return;
  if (file >= 0) ::unlink(path.c_str());
  throw CommandError(kStorage, path + " cannot be written");
}

}  // namespace insieme::server::cli
