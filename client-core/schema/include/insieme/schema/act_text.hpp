#pragma once
// Acts and days as Italian documents write them in a sentence. What the words do not say stays
// empty: nothing is guessed.

#include <optional>
#include <string>
#include <string_view>

#include "insieme/sync/value.hpp"

namespace insieme::schema {

/// `15 febbraio`, `26 gennaio 2023`, `15/02/2021`, `lunedì 4 marzo 2024`.
struct DayInWords {
  int day = 1;
  int month = 1;
  std::optional<int> year;
};
/// The first day that the text names; nullopt if there is none, or none that exists.
[[nodiscard]] std::optional<DayInWords> find_day(std::string_view text);

/// The day; where its year is not stated, that of the nearest such day to `near`. nullopt without
/// both, and for a 29 February that no year near enough has.
[[nodiscard]] std::optional<sync::Date> day_near(const DayInWords& day,
                                                 std::optional<sync::Date> near);

/// What is written of an act. A field that is not stated is empty.
struct ActInWords {
  std::string kind;    ///< of the list `act_kinds`; empty for a plain "decreto"
  std::string number;  ///< `69`
  std::optional<int> year;
  std::optional<sync::Date> date;
  std::string annex;  ///< `B`
  std::string page;   ///< `13 di 52`
};
/// Reads `DGR n. 69 del 26 gennaio 2023`, `ALLEGATO B DGR n. 69 … pag. 13 di 52`,
/// `D.Lgs. 147/2017`, `Regolamento (UE) 2021/1057`. nullopt if the text names no act with a number
/// or a date. Texts of more than 2,000 bytes are not read.
[[nodiscard]] std::optional<ActInWords> read_act(std::string_view text);

}  // namespace insieme::schema
