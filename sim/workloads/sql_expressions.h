// Draws expressions: every operator, function, affinity and collation of the engine, over constants
// of all storage classes and the columns of a table.
//
// Kept off: what oracles/differential.h says is not compared, and reals at the edge of their
// digits.

#ifndef ORRERY_SIM_WORKLOADS_SQL_EXPRESSIONS_H_
#define ORRERY_SIM_WORKLOADS_SQL_EXPRESSIONS_H_

#include <initializer_list>
#include <string>

#include "sim/choices/choices.h"
#include "sim/workloads/sql_table.h"

namespace orrery::sim {

class SqlExpressions {
 public:
  explicit SqlExpressions(Choices choices)
      : choices_(choices),
        mistakes_(choices.Branch("mistakes in expressions")),
        calls_(choices.Branch("calls of dates and mathematics")),
        json_(choices.Branch("calls of json")) {}

  // Whose columns may be named from now on; null: none. With `missing` now and then one is named
  // that is not there.
  void Use(const SqlTable* table, bool missing = false) {
    table_ = table;
    missing_ = missing;
  }

  std::string Draw(int depth);
  // One of one storage class alone.
  std::string Literal();
  std::string Integer();
  std::string Text();
  std::string Column();
  // Integers of modest size, whose sum is the same in all releases.
  std::string Summand();
  std::string Collation() { return OneOf({"NOCASE", "RTRIM", "BINARY"}, "collation"); }

  uint64_t Choose(uint64_t n, const char* label) { return choices_.Choose(n, label); }
  bool Chance(uint32_t per_million, const char* label) {
    return choices_.Chance(per_million, label);
  }
  const char* OneOf(std::initializer_list<const char*> words, const char* label) {
    return words.begin()[Choose(words.size(), label)];
  }
  // Whether 3.40.1 and 3.50.4 may fold an AND of this and another away, or something in this.
  static bool MayFold(const std::string& text);
  // For pieces that draw: a list in braces is evaluated from left to right, operands of + are not.
  static std::string Join(std::initializer_list<std::string> pieces);

 private:
  std::string Leaf();
  std::string Unary(int depth);
  std::string Logic(int depth);
  std::string In(int depth);
  std::string InOfRows();
  std::string SeveralMistakes();
  std::string Between(int depth);
  std::string Pattern(int depth);
  std::string Case(int depth);
  std::string Cast(int depth);
  std::string Call(int depth);
  std::string CallOfText(int depth);
  std::string CallOfDateOrMath(const std::string& x);
  std::string CallOfJson(const std::string& x);
  std::string CallOfNumber(int depth);
  // The name of a column as it is written now: alone, or after that of its table.
  std::string Qualified(std::string column);

  Choices choices_;
  Choices mistakes_;
  Choices calls_;
  Choices json_;
  const SqlTable* table_ = nullptr;
  bool missing_ = false;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_SQL_EXPRESSIONS_H_
