// From words to a tree, by recursive descent with a bounded depth.

#include <limits>

#include "insieme/schema/civil.hpp"
#include "insieme/schema/validate.hpp"
#include "number_text.hpp"
#include "rules/lexer.hpp"

namespace insieme::schema::rules {

namespace {

struct Named {
  std::string_view name;
  Quantifier quantifier;
};
constexpr Named kQuantifiers[] = {
    {"count", Quantifier::count},      {"sum", Quantifier::sum},
    {"any", Quantifier::any},          {"all", Quantifier::all},
    {"least", Quantifier::least},      {"greatest", Quantifier::greatest},
    {"distinct", Quantifier::distinct}, {"each", Quantifier::each}};

const Named* quantifier_called(std::string_view name) noexcept {
  for (const Named& one : kQuantifiers) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

class Parser {
 public:
  Parser(std::vector<Word> words, Fault& fault) : words_(std::move(words)), fault_(fault) {}

  std::optional<Node> run() {
    Node root = either();
    if (!failed_ && here().token != Token::end) fail("something is left over: " + shown());
    if (failed_) return std::nullopt;
    return root;
  }

 private:
  /// Counts depth while it lives.
  struct Deeper {
    explicit Deeper(Parser& of) : parser(of) {
      if (++parser.depth_ > kNestingMax) parser.fail("is nested too deeply");
    }
    ~Deeper() { --parser.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    Parser& parser;
  };

  [[nodiscard]] const Word& here() const { return words_[next_]; }
  [[nodiscard]] const Word& ahead() const {
    return words_[next_ + 1 < words_.size() ? next_ + 1 : next_];
  }
  [[nodiscard]] bool is(Token token, std::string_view text) const {
    return here().token == token && here().text == text;
  }
  bool take(Token token, std::string_view text) {
    if (failed_ || !is(token, text)) return false;
    ++next_;
    return true;
  }
  void expect(std::string_view symbol) {
    if (!take(Token::symbol, symbol))
      fail("expected \"" + std::string(symbol) + "\", found " + shown());
  }
  [[nodiscard]] std::string shown() const {
    return here().token == Token::end ? "the end" : "\"" + here().text + "\"";
  }
  void fail(std::string reason) {
    if (!failed_) fault_ = {here().at, std::move(reason)};
    failed_ = true;
  }
  Node make(Op op, std::size_t at) {
    if (++nodes_ > kNodesMax) fail("is too long");
    Node node;
    node.op = op;
    node.at = at;
    return node;
  }
  Node pair(Op op, std::size_t at, Node left, Node right) {
    Node node = make(op, at);
    node.args.push_back(std::move(left));
    node.args.push_back(std::move(right));
    return node;
  }

  Node either() {
    const Deeper deeper(*this);
    if (failed_) return {};
    Node left = both();
    while (!failed_ && is(Token::name, "or")) {
      const std::size_t at = here().at;
      ++next_;
      left = pair(Op::logical_or, at, std::move(left), both());
    }
    return left;
  }

  Node both() {
    Node left = negation();
    while (!failed_ && is(Token::name, "and")) {
      const std::size_t at = here().at;
      ++next_;
      left = pair(Op::logical_and, at, std::move(left), negation());
    }
    return left;
  }

  Node negation() {
    const Deeper deeper(*this);
    if (failed_) return {};
    const std::size_t at = here().at;
    if (!take(Token::name, "not")) return comparison();
    Node node = make(Op::logical_not, at);
    node.args.push_back(negation());
    return node;
  }

  Node comparison() {
    Node left = sum();
    if (failed_) return left;
    const std::size_t at = here().at;
    struct Sign {
      std::string_view text;
      Op op;
    };
    constexpr Sign kSigns[] = {{"=", Op::equal},   {"!=", Op::not_equal},
                               {"<", Op::less},    {"<=", Op::less_equal},
                               {">", Op::greater}, {">=", Op::greater_equal}};
    for (const Sign& sign : kSigns) {
      if (take(Token::symbol, sign.text)) return pair(sign.op, at, std::move(left), sum());
    }
    if (take(Token::name, "in")) return pair(Op::in, at, std::move(left), sum());
    if (is(Token::name, "not") && ahead().text == "in") {
      next_ += 2;
      return pair(Op::not_in, at, std::move(left), sum());
    }
    return left;
  }

  Node sum() {
    Node left = product();
    while (!failed_) {
      const std::size_t at = here().at;
      if (take(Token::symbol, "+")) {
        left = pair(Op::add, at, std::move(left), product());
      } else if (take(Token::symbol, "-")) {
        left = pair(Op::subtract, at, std::move(left), product());
      } else {
        break;
      }
    }
    return left;
  }

  Node product() {
    Node left = sign();
    while (!failed_ && is(Token::symbol, "*")) {
      const std::size_t at = here().at;
      ++next_;
      left = pair(Op::multiply, at, std::move(left), sign());
    }
    return left;
  }

  Node sign() {
    const Deeper deeper(*this);
    if (failed_) return {};
    const std::size_t at = here().at;
    if (!take(Token::symbol, "-")) return path();
    Node node = make(Op::negate, at);
    node.args.push_back(sign());
    return node;
  }

  Node path() {
    Node node = primary();
    while (!failed_ && is(Token::symbol, ".")) {
      const std::size_t at = here().at;
      ++next_;
      if (here().token != Token::name) {
        fail("expected a field after the point, found " + shown());
        return node;
      }
      Node field = make(Op::field, at);
      field.name = here().text;
      ++next_;
      field.args.push_back(std::move(node));
      node = std::move(field);
    }
    return node;
  }

  Node primary() {
    const std::size_t at = here().at;
    if (here().token == Token::number) return number();
    if (here().token == Token::text) {
      Node node = make(Op::literal, at);
      node.literal = here().text;
      node.type.kind = Kind::text;
      ++next_;
      return node;
    }
    if (take(Token::symbol, "(")) {
      Node node = either();
      expect(")");
      return node;
    }
    if (take(Token::symbol, "[")) return list(at);
    if (here().token != Token::name) {
      fail("expected a value, found " + shown());
      return {};
    }
    return named();
  }

  Node number() {
    Node node = make(Op::literal, here().at);
    const std::string& text = here().text;
    if (text.find('.') != std::string::npos) {
      node.literal = detail::real_from(text).value_or(0);
      node.type.kind = Kind::real;
    } else {
      constexpr std::size_t kDigitsMax = 18;
      if (text.size() > kDigitsMax) fail("the number is too large");
      std::int64_t value = 0;
      for (std::size_t i = 0; i < text.size() && i < kDigitsMax; ++i) {
        value = value * 10 + (text[i] - '0');
      }
      node.literal = value;
      node.type.kind = Kind::integer;
    }
    ++next_;
    return node;
  }

  Node list(std::size_t at) {
    Node node = make(Op::list, at);
    do {
      node.args.push_back(sign());
    } while (take(Token::symbol, ","));
    expect("]");
    return node;
  }

  Node named() {
    const std::size_t at = here().at;
    const std::string name = here().text;
    ++next_;
    if (name == "true" || name == "false") {
      Node node = make(Op::literal, at);
      node.literal = name == "true";
      node.type.kind = Kind::boolean;
      return node;
    }
    if (name == "null") return make(Op::literal, at);
    if (here().token == Token::text) return typed_literal(at, name);
    if (is(Token::symbol, "(")) {
      if (const Named* one = quantifier_called(name); one != nullptr) return quantified(at, *one);
      return call(at, name);
    }
    Node node = make(name[0] == '$' ? Op::parameter : Op::variable, at);
    node.name = name[0] == '$' ? name.substr(1) : name;
    return node;
  }

  /// `date '2024-03-04'`, `money '6000.00'`, `instant '2024-03-04T22:59:59Z'`.
  Node typed_literal(std::size_t at, const std::string& name) {
    Node node = make(Op::literal, at);
    const std::string& text = here().text;
    if (name == "date") {
      node.type.kind = Kind::date;
      if (const auto date = date_from_iso(text)) node.literal = *date;
    } else if (name == "instant") {
      node.type.kind = Kind::instant;
      if (const auto instant = instant_from_iso(text)) node.literal = *instant;
    } else if (name == "money") {
      node.type.kind = Kind::money;
      if (const auto cents = parse_cents(text); cents.ok()) node.literal = *cents;
    } else {
      fail("only date, instant and money stand before a text");
    }
    if (std::holds_alternative<sync::Null>(node.literal)) fail("this is no " + name);
    ++next_;
    return node;
  }

  Node call(std::size_t at, const std::string& name) {
    Node node = make(Op::call, at);
    node.name = name;
    expect("(");
    if (take(Token::symbol, ")")) return node;
    do {
      node.args.push_back(either());
    } while (take(Token::symbol, ","));
    expect(")");
    return node;
  }

  std::string a_name(std::string_view what) {
    if (here().token != Token::name) {
      fail("expected " + std::string(what) + ", found " + shown());
      return {};
    }
    std::string out = here().text;
    ++next_;
    return out;
  }

  Node quantified(std::size_t at, const Named& named) {
    Node node = make(Op::quantify, at);
    node.quantifier = named.quantifier;
    expect("(");
    node.name = a_name("a name for each record");
    if (!take(Token::name, "in")) fail("expected \"in\", found " + shown());
    if (take(Token::name, "all")) {
      node.record_type = a_name("a record type");
      node.has_beside = take(Token::name, "beside");
      if (node.has_beside) node.args.push_back(path());
    } else if (ahead().token == Token::name && ahead().text == "by") {
      node.source = Source::by_field;
      node.record_type = a_name("a record type");
      ++next_;
      node.by = a_name("a field");
    } else {
      node.source = Source::set;
      node.args.push_back(path());
    }
    if (take(Token::name, "where")) {
      node.has_where = true;
      node.args.push_back(either());
    }
    if (take(Token::symbol, ":")) {
      node.has_body = true;
      node.args.push_back(either());
    }
    expect(")");
    return node;
  }

  std::vector<Word> words_;
  Fault& fault_;
  std::size_t next_ = 0;
  std::size_t depth_ = 0;
  std::size_t nodes_ = 0;
  bool failed_ = false;
};

}  // namespace

std::optional<Node> parse(std::string_view source, Fault& fault) {
  if (source.size() > kSourceBytesMax) {
    fault = {kSourceBytesMax, "is longer than " + std::to_string(kSourceBytesMax) + " bytes"};
    return std::nullopt;
  }
  std::vector<Word> words;
  if (!split_words(source, words, fault)) return std::nullopt;
  return Parser(std::move(words), fault).run();
}

}  // namespace insieme::schema::rules
