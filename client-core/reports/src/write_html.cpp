#include <algorithm>

#include "chart.hpp"
#include "insieme/reports/write.hpp"

namespace insieme::reports {

namespace {

constexpr const char* kStyle = R"css(
:root{color-scheme:light}
body{font:15px/1.45 "Titillium Web",system-ui,sans-serif;color:#17324d;margin:2rem auto;
max-width:60rem;padding:0 1rem;background:#fff}
h1{font-size:1.6rem;margin:0 0 .2rem}h2{font-size:1.15rem;margin:2rem 0 .3rem}
p{margin:.2rem 0}.code{color:#06c;font-weight:600}.quiet{color:#455b71;font-size:.9rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.8rem 0}
dt{color:#455b71}dd{margin:0;font-weight:600}
.scroll{overflow-x:auto}
table{border-collapse:collapse;margin:.6rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .7rem;border-bottom:1px solid #c2c9d1;text-align:left;vertical-align:top}
thead th{border-bottom:2px solid #17324d}td.n,th.n{text-align:right;white-space:nowrap}
tr.sum th,tr.sum td{font-weight:700;background:#eef4fb}
.broken{color:#a32638;font-weight:700}.fine{color:#00613d}
svg{display:block;margin:.6rem 0;max-width:100%;height:auto}
@media print{body{margin:0;max-width:none;font-size:11px}h2{break-after:avoid}
table,svg{break-inside:avoid}.scroll{overflow:visible}@page{size:A4;margin:15mm}}
)css";

class Html {
 public:
  explicit Html(const Page& page) : page_(page) {}

  std::string run() {
    out_ = "<!doctype html>\n<html lang=\"" + page_.language +
           "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
           "content=\"width=device-width\">\n<title>" +
           escaped(page_.title) + "</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n";
    out_ += "<header>\n<h1>";
    if (!page_.code.empty()) out_ += "<span class=\"code\">" + escaped(page_.code) + "</span> ";
    out_ += escaped(page_.title) + "</h1>\n<p>" + escaped(page_.help) + "</p>\n";
    parameters();
    out_ += "</header>\n<main>\n";
    for (const PageTable& one : page_.tables) table(one);
    checks();
    out_ += "</main>\n<footer><p class=\"quiet\">" + std::string(say("Fonte: ", "Source: ")) +
            escaped(page_.source) + "</p></footer>\n</body>\n</html>\n";
    return std::move(out_);
  }

 private:
  [[nodiscard]] const char* say(const char* it, const char* en) const {
    return page_.language == "it" ? it : en;
  }

  void parameters() {
    if (page_.parameters.empty()) return;
    out_ += "<dl>\n";
    for (const auto& [label, text] : page_.parameters) {
      out_ += "<dt>" + escaped(label) + "</dt><dd>" + escaped(text) + "</dd>\n";
    }
    out_ += "</dl>\n";
  }

  void table(const PageTable& one) {
    out_ += "<section>\n<h2 id=\"" + one.name + "\">" + escaped(one.title) + "</h2>\n";
    if (!one.help.empty()) out_ += "<p class=\"quiet\">" + escaped(one.help) + "</p>\n";
    out_ += "<div class=\"scroll\"><table aria-labelledby=\"" + one.name + "\">\n";
    if (!one.heads.empty()) {
      out_ += "<thead><tr>";
      for (const std::string& head : one.label_heads) {
        out_ += "<th scope=\"col\">" + escaped(head) + "</th>";
      }
      for (const std::string& head : one.heads) {
        out_ += "<th scope=\"col\" class=\"n\">" + escaped(head) + "</th>";
      }
      out_ += "</tr></thead>\n";
    }
    out_ += "<tbody>\n";
    for (const PageRow& line : one.rows) row(line);
    out_ += "</tbody>\n</table></div>\n";
    if (one.bars) out_ += bar_chart(one);
    for (const std::string& note : one.notes) {
      out_ += "<p class=\"quiet\">" + escaped(note) + "</p>\n";
    }
    out_ += "</section>\n";
  }

  void row(const PageRow& line) {
    out_ += line.level == Level::group ? "<tr>" : "<tr class=\"sum\">";
    for (const std::string& label : line.labels) {
      out_ += "<th scope=\"row\">" + escaped(label) + "</th>";
    }
    for (const Cell& cell : line.cells) out_ += "<td class=\"n\">" + escaped(cell.text) + "</td>";
    out_ += "</tr>\n";
  }

  void checks() {
    if (page_.checks.empty()) return;
    out_ += std::string("<section>\n<h2 id=\"quadrature\">") + say("Quadrature", "Checks") +
            "</h2>\n<div class=\"scroll\"><table aria-labelledby=\"quadrature\">\n<tbody>\n";
    for (const PageCheck& one : page_.checks) {
      out_ += "<tr><th scope=\"row\">" + escaped(one.label) + "</th><td class=\"n\">" +
              escaped(one.left) + "</td><td>" + (one.at_most ? "≤" : "=") +
              "</td><td class=\"n\">" + escaped(one.right) + "</td><td class=\"" +
              (one.holds ? std::string("fine\">") + say("torna", "holds")
                         : std::string("broken\">") + say("NON torna", "does NOT hold")) +
              "</td></tr>\n";
    }
    out_ += "</tbody>\n</table></div>\n</section>\n";
  }

  const Page& page_;
  std::string out_;
};

}  // namespace

std::string to_html(const Page& page) { return Html(page).run(); }

}  // namespace insieme::reports
