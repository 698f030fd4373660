// Draws SQL statements for the differential with SQLite: tables of any column types, constraints
// and indexes, views, reads and changes of all kinds, and now and then one that is wrong. It keeps
// off what the language does not settle (the order of equal rows, a rowid after the largest).

#ifndef ORRERY_SIM_WORKLOADS_SQL_WORKLOAD_H_
#define ORRERY_SIM_WORKLOADS_SQL_WORKLOAD_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/workloads/sql_aggregates.h"
#include "sim/workloads/sql_changes.h"
#include "sim/workloads/sql_expressions.h"
#include "sim/workloads/sql_features.h"
#include "sim/workloads/sql_indexes.h"
#include "sim/workloads/sql_queries.h"
#include "sim/workloads/sql_table.h"
#include "sim/workloads/sql_triggers.h"
#include "sim/workloads/sql_views.h"
#include "sim/workloads/sql_windows.h"

namespace orrery::sim {

enum class SqlKind : uint8_t {
  kRead,     // changes nothing
  kExplain,  // its rows are each engine's own, so only errors are for the oracle
  kWrite,    // changes rows
  kSchema,   // changes tables
  kBegin,
  kCommit,
  kRollback,
  kSavepoint,  // outside a transaction it begins one
  kRelease,    // may commit
  kRollbackTo,
  kCheckpoint,  // and a change of the journal mode: not for the oracle
};

inline bool IsWrite(SqlKind kind) { return kind == SqlKind::kWrite || kind == SqlKind::kSchema; }
inline bool IsSavepoint(SqlKind kind) {
  return kind == SqlKind::kSavepoint || kind == SqlKind::kRelease || kind == SqlKind::kRollbackTo;
}

struct SqlStatementText {
  SqlKind kind = SqlKind::kRead;
  std::string sql;
  bool counts_changes = false;  // it sets changes()
  bool is_insert = false;       // likewise last_insert_rowid()
  bool is_unordered = false;    // its rows may come in any order
  // Made wrong at random: it may have become something that this engine has not yet.
  bool is_garbled = false;
};

class SqlWorkload {
 public:
  explicit SqlWorkload(Choices choices)
      : choices_(choices),
        expressions_(choices),
        views_(choices.Branch("views")),
        queries_(choices, expressions_, views_),
        indexes_(choices.Branch("indexes")),
        aggregates_(choices.Branch("aggregates")),
        windows_(choices.Branch("windows")),
        changes_(choices.Branch("changes")),
        mistakes_(choices.Branch("mistakes")),
        triggers_(choices.Branch("triggers")),
        vacuums_(choices.Branch("vacuums")),
        increments_(choices.Branch("incremental vacuums")),
        alters_(choices.Branch("alters")) {}

  // All of them when it is not called.
  void UseFeatures(const SqlFeatures& features) { features_ = features; }
  // Now and then the database is changed to one of these journal modes.
  void ChangeJournalModes(std::vector<std::string_view> modes) {
    journal_modes_ = std::move(modes);
  }

  // Tables of that number, from 0 to 2, are made in a database of that name, not in main.
  void PlaceTable(int number, std::string database) {
    databases_["t" + std::to_string(number)] = std::move(database);
  }

  SqlStatementText Next(bool in_transaction);
  // The tables, indexes and views that are there, as sqlite_schema.sql of all databases has them.
  // To be called before the next statement whenever they may have changed.
  void Learn(const std::vector<std::string>& definitions);
  const std::vector<SqlTable>& tables() const { return tables_; }
  // Statements that read all that there may be: one for the schema, one for each table. Errors are
  // an answer too.
  std::vector<std::string> ReadAll() const;

 private:
  static constexpr int kTableCount = 3;

  SqlStatementText IndexStatement();
  SqlStatementText Savepoint(bool in_transaction);
  SqlStatementText Change(const SqlTable& table);
  std::string CreateTable();
  std::string ColumnDefinition(const std::string& name);
  std::string TableConstraint(const std::string& name);
  std::string Drop();
  std::string AddColumn();
  std::string Insert(const SqlTable& table);
  std::string InsertSelect(const SqlTable& table);
  // `may_fail`: also a rowid that is none.
  std::string ValueFor(const SqlTable& table, const std::string& column, bool may_fail);
  std::string Update(const SqlTable& table);
  std::string Delete(const SqlTable& table);
  std::string Select(const SqlTable& table);
  std::string SelectValues();
  std::string SelectRows(const SqlTable& table);
  std::string SelectDistinct(const SqlTable& table);
  std::string SelectAggregates(const SqlTable& table);
  std::string SelectGroups(const SqlTable& table);
  std::string Aggregate();
  std::string Limit();
  SqlStatementText Pragma(const SqlTable& table);
  std::string Where(const SqlTable& table);
  // Its subqueries read only these tables.
  std::string Where(const SqlTable& table, const std::vector<SqlTable>& read);
  std::string From(const SqlTable& table);
  // In the order of the rowids, if no other is asked for.
  std::string FromByRowid(const SqlTable& table);
  std::string Garbled(std::string sql);
  std::string WithNoise(std::string sql);

  bool Has(SqlFeature feature) const { return features_.Has(feature); }
  uint64_t Choose(uint64_t n, const char* label) { return choices_.Choose(n, label); }
  bool Chance(uint32_t per_million, const char* label) {
    return choices_.Chance(per_million, label);
  }
  const char* OneOf(std::initializer_list<const char*> words, const char* label) {
    return expressions_.OneOf(words, label);
  }

  Choices choices_;
  SqlExpressions expressions_;
  SqlViews views_;
  SqlQueries queries_;
  SqlIndexes indexes_;
  SqlAggregates aggregates_;
  SqlWindows windows_;
  SqlChanges changes_;
  Choices mistakes_;
  SqlTriggers triggers_;
  Choices vacuums_;
  Choices increments_;
  Choices alters_;
  std::map<std::string, SqlTable> made_;  // by definition
  // Columns added to tables: by what stands in their definitions then.
  std::map<std::string, std::string> added_;
  std::vector<SqlTable> tables_;  // that are there
  std::vector<std::string_view> journal_modes_;
  std::map<std::string, std::string> databases_;  // by table; those of main are not in it
  SqlFeatures features_;
  bool missing_ = false;       // names in this statement may be missing
  bool is_unordered_ = false;  // the rows of this query may come in any order
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_SQL_WORKLOAD_H_
