#include "postgres/statement.hpp"

namespace insieme::server::postgres {
namespace {

constexpr Oid kInt8 = 20;
constexpr Oid kInferred = 0;
constexpr int kFetch = 128;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace

std::string translate(std::string_view sql) {
  constexpr std::string_view kHint = " INDEXED BY ";
  std::string out;
  int number = 0;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql.substr(i).starts_with(kHint)) {
      i = sql.find(' ', i + kHint.size());
      if (i == std::string_view::npos) break;
    }
    out += sql[i] == '?' ? '$' : sql[i];
    if (sql[i] != '?') continue;
    if (i + 1 < sql.size() && is_digit(sql[i + 1])) continue;
    out += std::to_string(++number);
  }
  return out;
}

void Parameters::clear() noexcept {
  types_.clear();
  data_.clear();
  lengths_.clear();
  formats_.clear();
  numbers_.clear();
  copies_.clear();
}

void Parameters::add(Oid type, const char* bytes, std::size_t length) {
  types_.push_back(type);
  data_.push_back(bytes);
  lengths_.push_back(static_cast<int>(length));
  formats_.push_back(1);
}

void Parameters::set(std::span<const sql::Value> values) {
  clear();
  numbers_.reserve(values.size());  // pointers into both stay good
  copies_.reserve(values.size());
  for (const sql::Value& value : values) {
    if (const auto* number = std::get_if<std::int64_t>(&value.content)) {
      auto& bytes = numbers_.emplace_back();
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>(static_cast<std::uint64_t>(*number) >> (56 - 8 * i));
      }
      add(kInt8, bytes.data(), bytes.size());
      continue;
    }
    std::string_view bytes;
    if (const auto* text = std::get_if<std::string_view>(&value.content)) {
      bytes = *text;
    } else if (const auto* blob = std::get_if<sql::Blob>(&value.content)) {
      bytes = {reinterpret_cast<const char*>(blob->data()), blob->size()};
    } else {
      add(kInferred, nullptr, 0);
      continue;
    }
    if (value.temporary) bytes = copies_.emplace_back(bytes);
    add(kInferred, bytes.empty() ? "" : bytes.data(), bytes.size());
  }
}

std::int64_t RowStatement::get_int64(int column) const noexcept {
  const char* bytes = PQgetvalue(result_.get(), row_, column);
  const int length = PQgetlength(result_.get(), row_, column);
  if (length == 0) return 0;
  std::uint64_t number = (static_cast<unsigned char>(bytes[0]) & 0x80U) != 0 && length > 1
                             ? ~std::uint64_t{0}
                             : 0;
  for (int i = 0; i < length; ++i) number = (number << 8) | static_cast<unsigned char>(bytes[i]);
  return static_cast<std::int64_t>(number);
}

std::string_view RowStatement::get_text(int column) const noexcept {
  return {PQgetvalue(result_.get(), row_, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
}

sql::Blob RowStatement::get_blob(int column) const noexcept {
  const std::string_view text = get_text(column);
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

bool RowStatement::is_null(int column) const noexcept {
  return PQgetisnull(result_.get(), row_, column) != 0;
}

void PreparedStatement::prepare() {
  if (generation_ == connection_.generation()) return;
  name_ = connection_.next_name('s');
  connection_.checked(PQprepare(connection_.native(), name_.c_str(), sql_.c_str(),
                                parameters_.count(), parameters_.types()));
  generation_ = connection_.generation();
}

bool PreparedStatement::step() {
  if (!result_) {
    prepare();
    result_ = connection_.checked(
        PQexecPrepared(connection_.native(), name_.c_str(), parameters_.count(),
                       parameters_.data(), parameters_.lengths(), parameters_.formats(), 1));
    row_ = -1;
  }
  if (++row_ < PQntuples(result_.get())) return true;
  reset();
  return false;
}

void PreparedStatement::reset() noexcept {
  result_.reset();
  parameters_.clear();
}

CursorStatement::~CursorStatement() { reset(); }

bool CursorStatement::step() {
  if (name_.empty()) {
    const std::string name = connection_.next_name('w');
    const std::string declare = "DECLARE " + name + " NO SCROLL CURSOR FOR " + sql_;
    connection_.checked(PQexecParams(connection_.native(), declare.c_str(), parameters_.count(),
                                     parameters_.types(), parameters_.data(),
                                     parameters_.lengths(), parameters_.formats(), 1));
    name_ = name;
  }
  if (!result_ || ++row_ == PQntuples(result_.get())) {
    const std::string fetch = "FETCH FORWARD " + std::to_string(kFetch) + " FROM " + name_;
    result_ = connection_.checked(PQexecParams(connection_.native(), fetch.c_str(), 0, nullptr,
                                               nullptr, nullptr, nullptr, 1));
    row_ = 0;
  }
  if (PQntuples(result_.get()) > 0) return true;
  reset();
  return false;
}

void CursorStatement::reset() noexcept {
  result_.reset();
  parameters_.clear();
  if (!name_.empty() && PQtransactionStatus(connection_.native()) == PQTRANS_INTRANS) {
    PQclear(PQexec(connection_.native(), ("CLOSE " + name_).c_str()));
  }
  name_.clear();
}

}  // namespace insieme::server::postgres
