// A Sequence writes the code for AUTOINCREMENT: the largest rowid that a table has ever had is kept
// in sqlite_sequence, and no rowid up to it is given again (https://www.sqlite.org/autoinc.html).

#ifndef ORRERY_ENGINE_COMPILE_SEQUENCE_H_
#define ORRERY_ENGINE_COMPILE_SEQUENCE_H_

#include "engine/base/status.h"
#include "engine/catalog/schema.h"
#include "engine/compile/compile_context.h"

namespace orrery {

// Of kSequenceTable, which the first AUTOINCREMENT makes.
inline constexpr char kSequenceTableSql[] = "CREATE TABLE sqlite_sequence(name,seq)";

class Sequence {
 public:
  // For a table without AUTOINCREMENT nothing is written.
  Sequence(CompileContext& context, const Table& table)
      : context_(context), builder_(context.builder), table_(table) {}

  Status Bind();
  // Before the first row: reads the largest rowid.
  void Open();
  // P3 of NewRowid: the register of the largest; 0 without AUTOINCREMENT.
  int largest() const { return largest_; }
  // A rowid in a register is to be used.
  void Use(int rowid);
  // After the last row: keeps the largest.
  void Close();

 private:
  CompileContext& context_;
  ProgramBuilder& builder_;
  const Table& table_;
  const Table* sequences_ = nullptr;
  int cursor_ = -1;
  int name_ = 0;     // registers: the table's name,
  int largest_ = 0;  // and behind it its number,
  int row_ = 0;      // and the rowid of the two in sqlite_sequence; NULL when it has none yet
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_SEQUENCE_H_
