#include "usage.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>

namespace insieme::cli {
namespace {

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
  return text;
}

/// The parser writes `TEXT:{csv,json}` and `[Option Group: Come]`; people read the rest.
class PlainFormatter : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    std::string opts = CLI::Formatter::make_option_opts(option);
    for (const char* type : {"TEXT:", "INT:", "FLOAT:"}) opts = replaced(std::move(opts), type, "");
    return opts;
  }
  std::string make_expanded(const CLI::App* command) const override {
    std::string text = CLI::Formatter::make_expanded(command);
    text = replaced(std::move(text), "[Exactly 1 of the following options is required]",
                    tr("(una sola di queste)", "(exactly one of these)"));
    text = replaced(std::move(text), "[At most 1 of the following options are allowed]",
                    tr("(al massimo una di queste)", "(at most one of these)"));
    const std::string group = "[Option Group: ";
    for (std::size_t at = 0; (at = text.find(group, at)) != std::string::npos;) {
      text.erase(at, group.size());
      const std::size_t end = text.find(']', at);
      if (end != std::string::npos) text[end] = ':';
    }
    return text;
  }
};

/// How many letters have to be typed differently.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({diagonal + (a[i - 1] == b[j - 1] ? 0 : 1), above + 1, row[j - 1] + 1});
      diagonal = above;
    }
  }
  return row.back();
}

/// The first word that is neither an option nor the value of one; empty if there is none.
std::string first_word(const CLI::App& app, const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].rfind('-', 0) != 0) return words[i];
    const CLI::Option* option = app.get_option_no_throw(words[i]);
    if (option != nullptr && option->get_items_expected_max() > 0) ++i;
  }
  return {};
}

/// What to say of a first word that is no command; empty if it is one.
std::string not_a_command(const CLI::App& app, const std::string& word) {
  std::string best;
  std::size_t best_distance = 3;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::size_t now = distance(word, command->get_name());
    if (now == 0) return {};
    if (now >= best_distance) continue;
    best_distance = now;
    best = command->get_name();
  }
  return tr("«", "“") + word + tr("» non è un comando", "” is no command") +
         (best.empty() ? std::string()
                       : tr(". Forse: insieme ", ". Did you mean: insieme ") + best);
}

/// `[--a,--b]` of an English sentence as `--a, --b`.
std::string options_in(const std::string& english) {
  const std::size_t from = english.find('[');
  const std::size_t to = english.rfind(']');
  if (from == std::string::npos || to == std::string::npos || to < from) return {};
  return replaced(english.substr(from + 1, to - from - 1), ",", ", ");
}

std::string missing_in_italian(const std::string& english) {
  if (english.find("subcommand") != std::string::npos) return "manca un comando";
  const std::string options = options_in(english);
  if (options.empty()) return "manca: " + english.substr(0, english.find(" is required"));
  const bool only_one =
      english.find("xactly 1") != std::string::npos || english.find("most 1") != std::string::npos;
  return (only_one ? "serve una sola di queste opzioni: " : "serve una di queste opzioni: ") +
         options;
}

std::string value_in_italian(std::string english) {
  english = replaced(std::move(english), "Value ", "");
  english = replaced(std::move(english), " not in range ", " non è tra ");
  english = replaced(std::move(english), " not in ", " non è tra ");
  english = replaced(std::move(english), " to ", " e ");
  english = replaced(std::move(english), "Could not convert: ", "");
  return "valore non ammesso: " + english;
}

/// The parser's complaint in the person's language. Its own texts are English: what they name is
/// kept, what they say is said again.
std::string complaint_of(const CLI::ParseError& error) {
  const std::string english = error.what();
  if (language() == Language::en) return english;
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    return "di troppo: " + english.substr(english.find(": ") + 2);
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    return missing_in_italian(english);
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    return "manca un valore o ce n'è uno di troppo: " + english.substr(0, english.find(':'));
  }
  if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr ||
      dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    return value_in_italian(english);
  }
  return english;
}

}  // namespace

void translate(CLI::App& app) {
  app.set_help_flag("-h,--help", tr("Questo aiuto", "This help"));
  app.set_version_flag("--version", "insieme 0.1.0", tr("La versione", "The version"));
  const auto formatter = std::make_shared<PlainFormatter>();
  app.formatter(formatter);
  if (language() == Language::en) return;
  for (const auto& [english, italian] :
       std::vector<std::pair<const char*, const char*>>{{"Usage", "Uso"},
                                                        {"OPTIONS", "OPZIONI"},
                                                        {"SUBCOMMAND", "COMANDO"},
                                                        {"SUBCOMMANDS", "COMANDI"},
                                                        {"Positionals", "Argomenti"},
                                                        {"REQUIRED", "(necessario)"},
                                                        {"TEXT", "TESTO"},
                                                        {"INT", "NUMERO"}}) {
    formatter->label(english, italian);
  }
  app.option_defaults()->group("Opzioni");
  app.get_help_ptr()->group("Opzioni");
  app.get_version_ptr()->group("Opzioni");
}

std::string usage_reply(const std::string& it, const std::string& en) {
  json::object error{{"code", "usage"}, {"message_it", it}, {"message_en", en}};
  return json::serialize(json::object{{"ok", false}, {"error", std::move(error)}}) + "\n";
}

namespace {

/// What was wrong with the words, in the language that is set.
std::string usage_sentence(const CLI::App& app, const CLI::ParseError& error,
                           const std::vector<std::string>& words) {
  const std::string word = first_word(app, words);
  const std::string unknown = word.empty() ? std::string() : not_a_command(app, word);
  return (unknown.empty()
              ? tr("comando non capito: ", "command not understood: ") + complaint_of(error)
              : unknown) +
         tr(". Aiuto: insieme --help, insieme COMANDO --help",
            ". Help: insieme --help, insieme COMMAND --help");
}

}  // namespace

int explain(const CLI::App& app, const CLI::ParseError& error,
            const std::vector<std::string>& words) {
  if (error.get_exit_code() == 0) {
    std::ostringstream help;
    app.exit(error, help, std::cerr);
    print(help.str());
    return kOk;
  }
  // The parser may have stopped before it came to the flag.
  if (std::find(words.begin(), words.end(), "--json") != words.end()) {
    const Language set = language();
    set_language(Language::it);
    const std::string it = usage_sentence(app, error, words);
    set_language(Language::en);
    const std::string en = usage_sentence(app, error, words);
    set_language(set);
    print(usage_reply(it, en));
  }
  std::cerr << "insieme: " << harmless(usage_sentence(app, error, words)) << '\n';
  return kUsage;
}

}  // namespace insieme::cli
