#include "storage/dictionary.hpp"

#include "insieme/sqlite/statement.hpp"

namespace insieme::client {

std::uint32_t StoreDictionary::number_of_id(const std::array<std::uint8_t, 16>& id) {
  if (const std::uint32_t known = find_id(id); known != 0) return known;
  db_.cached("INSERT INTO dict_ids(id) VALUES(?)").bind_all(id).run();
  const auto number = static_cast<std::uint32_t>(db_.last_insert_rowid());
  id_numbers_.emplace(IdKey{id}, number);
  ids_.emplace(number, IdKey{id});
  return number;
}

std::uint32_t StoreDictionary::find_id(const std::array<std::uint8_t, 16>& id) const {
  const IdKey key{id};
  if (const auto known = id_numbers_.find(key); known != id_numbers_.end()) return known->second;
  auto& find = db_.cached("SELECT n FROM dict_ids WHERE id = ?");
  const sqlite::ResetGuard guard(find);
  find.bind_all(id);
  if (!find.step()) return 0;
  const auto number = static_cast<std::uint32_t>(find.get_int64(0));
  id_numbers_.emplace(key, number);
  ids_.emplace(number, key);
  return number;
}

std::uint32_t StoreDictionary::number_of_name(std::string_view name) {
  if (const auto known = name_numbers_.find(name); known != name_numbers_.end()) {
    return known->second;
  }
  const std::string key(name);
  std::uint32_t number = 0;
  {
    auto& find = db_.cached("SELECT n FROM dict_names WHERE name = ?");
    const sqlite::ResetGuard guard(find);
    find.bind_all(key);
    if (find.step()) number = static_cast<std::uint32_t>(find.get_int64(0));
  }
  if (number == 0) {
    db_.cached("INSERT INTO dict_names(name) VALUES(?)").bind_all(key).run();
    number = static_cast<std::uint32_t>(db_.last_insert_rowid());
  }
  name_numbers_.emplace(key, number);
  names_.emplace(number, key);
  return number;
}

const std::array<std::uint8_t, 16>* StoreDictionary::id_at(std::uint32_t number) const {
  const auto known = ids_.find(number);
  if (known != ids_.end()) return &known->second.bytes;
  auto& find = db_.cached("SELECT id FROM dict_ids WHERE n = ?");
  const sqlite::ResetGuard guard(find);
  find.bind_all(std::int64_t{number});
  if (!find.step() || find.get_blob(0).size() != 16) return nullptr;
  IdKey id;
  const auto blob = find.get_blob(0);
  std::copy(blob.begin(), blob.end(), id.bytes.begin());
  return &ids_.emplace(number, id).first->second.bytes;
}

const std::string* StoreDictionary::name_at(std::uint32_t number) const {
  const auto known = names_.find(number);
  if (known != names_.end()) return &known->second;
  auto& find = db_.cached("SELECT name FROM dict_names WHERE n = ?");
  const sqlite::ResetGuard guard(find);
  find.bind_all(std::int64_t{number});
  if (!find.step()) return nullptr;
  return &names_.emplace(number, std::string(find.get_text(0))).first->second;
}

void StoreDictionary::forget() {
  id_numbers_.clear();
  ids_.clear();
  name_numbers_.clear();
  names_.clear();
}

}  // namespace insieme::client
