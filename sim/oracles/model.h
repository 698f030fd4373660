// The model: what every table holds and what each TableStatement must answer, in ordinary C++.
//
// A Tables is one state of the whole database. Copying it is cheap: tables are shared and copied
// when they change, so each committed version can be kept.

#ifndef ORRERY_SIM_ORACLES_MODEL_H_
#define ORRERY_SIM_ORACLES_MODEL_H_

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result_code.h"
#include "sim/workloads/table_statement.h"

namespace orrery::sim {

struct ModelRow {
  int64_t id;
  std::optional<int64_t> a;
  Filler b;

  bool operator==(const ModelRow&) const = default;
};

struct ModelTable {
  std::vector<ModelRow> rows;  // by id

  bool operator==(const ModelTable&) const = default;
};

class Tables {
 public:
  const ModelTable* Find(int table) const { return tables_[table].get(); }
  int count() const;

  // Carries out a statement that writes. kOk; or the primary code of the error it must end in, and
  // then nothing has changed: kConstraint for a rowid that is taken, kError for a table that is not
  // there or already is. `change_count` is what changes() answers afterwards.
  ResultCode Apply(const TableStatement& statement, int64_t* change_count);

  // What a SELECT answers, in order. The table is there.
  Rows Select(const TableStatement& statement) const;
  // "" when `actual` is that answer, else where they first differ.
  std::string CompareAnswer(const TableStatement& statement, const Rows& actual) const;

  bool operator==(const Tables& other) const;

 private:
  // The rows that a SELECT finds; without aggregates, in order and within its LIMIT.
  std::vector<const ModelRow*> Found(const TableStatement& statement) const;

  std::array<std::shared_ptr<const ModelTable>, kTableCountMax> tables_;
};

// The parts of Select(), for sessions that evaluate a statement on rows of their own.
bool Holds(const Predicate& predicate, const ModelRow& row);
Row Aggregate(Projection projection, const std::vector<const ModelRow*>& rows);
bool ComesBefore(Order order, const ModelRow& x, const ModelRow& y);
void Limit(const TableStatement& statement, Rows& rows);

Row ToRow(const ModelRow& row);
bool SameRows(const Rows& a, const Rows& b);
// "" when both are equal, else where they first differ.
std::string DescribeDifference(const Rows& expected, const Rows& actual);

// Rows as read by SELECT id,a,b, turned into the model's form and compared with a table: "" when
// they agree.
std::string CompareTable(const ModelTable& expected, const Rows& actual);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_MODEL_H_
