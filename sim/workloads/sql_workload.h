// Draws SQL text for the differential with SQLite: tables of any column types with constraints and
// indexes, expressions over all storage classes, and now and then a statement that is wrong. It
// keeps off what is not settled by the language (the order of equal rows, and of rows that an index
// may give in its own; reals at the edge of their digits) and what SQLite releases answer
// differently (sums of reals, functions that are new).

#ifndef ORRERY_SIM_WORKLOADS_SQL_WORKLOAD_H_
#define ORRERY_SIM_WORKLOADS_SQL_WORKLOAD_H_

#include <optional>
#include <string>
#include <vector>

#include "sim/choices/choices.h"

namespace orrery::sim {

enum class SqlKind : uint8_t {
  kRead,   // changes nothing
  kWrite,  // changes rows or the schema
  kBegin,
  kCommit,
  kRollback,
  kCheckpoint,  // not for the oracle
};

struct SqlStatementText {
  SqlKind kind = SqlKind::kRead;
  std::string sql;
};

class SqlWorkload {
 public:
  explicit SqlWorkload(Choices choices) : choices_(choices) {}

  SqlStatementText Next(bool in_transaction);
  // Statements that read all that there may be: one for the schema, one for each table. Errors are
  // an answer too.
  std::vector<std::string> ReadAll() const;

 private:
  static constexpr int kTableCount = 3;
  static constexpr int kIndexCount = 5;  // of all tables
  struct Table {
    std::vector<std::string> columns;
    // The first column is INTEGER PRIMARY KEY; the same at each CREATE, since it is not known which
    // of them succeeded and no key must come near the largest rowid.
    std::optional<bool> has_key;
  };

  SqlStatementText Schema(int table);
  std::string CreateTable(int table);
  std::string CreateIndex(int table);
  std::string ColumnConstraints();
  std::string TableConstraints(const Table& table);
  // One column of a key: with a collation and a direction, now and then; or an expression whose
  // value no release reads otherwise.
  std::string KeyTerm(const Table& table, bool may_be_expression);
  // ON CONFLICT ..., or nothing.
  std::string OnConflict();
  // OR ..., or nothing.
  std::string OrAction();
  std::string Insert(int table);
  std::string Update(int table);
  std::string Delete(int table);
  std::string Select(int table);
  std::string Wrong(std::string sql);

  std::string Where(int table);
  std::string Column(int table);
  std::string Literal();
  std::string Integer();
  // `table` -1: no columns.
  std::string Expression(int table, int depth);
  std::string Call(int table, int depth);
  uint64_t Choose(uint64_t n, const char* label) { return choices_.Choose(n, label); }
  const char* OneOf(std::initializer_list<const char*> words, const char* label);

  Choices choices_;
  Table tables_[kTableCount];  // as last created, whether or not that succeeded
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_SQL_WORKLOAD_H_
