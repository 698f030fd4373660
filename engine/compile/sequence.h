// AUTOINCREMENT: the largest rowid that a table ever had is kept in sqlite_sequence
// (https://www.sqlite.org/autoinc.html). A statement reads those of all tables that it, or a
// trigger that it may run, inserts into before its first row, and writes them after its last.

#ifndef ORRERY_ENGINE_COMPILE_SEQUENCE_H_
#define ORRERY_ENGINE_COMPILE_SEQUENCE_H_

#include <vector>

#include "engine/base/status.h"
#include "engine/catalog/catalog.h"
#include "engine/compile/program_builder.h"

namespace orrery {

// Of kSequenceTable, which the first AUTOINCREMENT makes.
inline constexpr char kSequenceTableSql[] = "CREATE TABLE sqlite_sequence(name,seq)";

class Sequences {
 public:
  // `builder` is that of the statement's own program, whose registers they are in.
  explicit Sequences(ProgramBuilder& builder) : builder_(builder) {}

  // The table is inserted into. Answers P3 of NewRowid and P1 of MemMax: the register of its
  // largest rowid; 0 without AUTOINCREMENT.
  Result<int> Use(const Catalog& catalog, const Table& table);

  // Before the first row, and after the last.
  void Open();
  void Close();

 private:
  struct One {
    const Table* table;
    PageNumber root;  // of sqlite_sequence
    int cursor;
    int name;  // registers: the table's name,
    int row;   // and the rowid of the two in sqlite_sequence; NULL when it has none yet
    int largest() const { return name + 1; }  // behind its name
  };

  ProgramBuilder& builder_;
  std::vector<One> all_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_SEQUENCE_H_
