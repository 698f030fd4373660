// A RowWriter writes the code that checks a new row against its table's constraints and stores it:
// what INSERT and UPDATE have in common.

#ifndef ORRERY_ENGINE_COMPILE_ROW_WRITER_H_
#define ORRERY_ENGINE_COMPILE_ROW_WRITER_H_

#include <string>
#include <vector>

#include "engine/compile/bound.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"

namespace orrery {

// A row in registers. The register of the column that is the rowid is not looked at.
struct NewRow {
  int rowid = 0;
  int first_column = 0;
};

class RowWriter {
 public:
  // `cursor` is open on the table, to write. `or_action` is the statement's OR ...
  RowWriter(CompileContext& context, const Table& table, int cursor, ConflictAction or_action);

  // Looks up the names in CHECK constraints and defaults.
  Status Bind();

  // The default of a column into a register.
  void CodeDefault(int column_index, int target);

  // NOT NULL and CHECK. A row that is to be ignored goes to `ignore`. Of an UPDATE, `changed` says
  // which columns may have changed; empty: all.
  void CheckRow(const NewRow& row, const std::vector<bool>& changed, Label ignore);
  // That no other row has the rowid. Moves the cursor.
  void CheckRowid(const NewRow& row, Label ignore);
  // `flags` are those of the Insert opcode.
  void Write(const NewRow& row, uint16_t flags);

 private:
  void CheckNotNull(int column_index, int reg, Label ignore);
  void HaltIfNull(int column_index, int reg, ConflictAction action);
  void CheckConstraints(const NewRow& row, Label ignore);
  ConflictAction ActionOr(ConflictAction declared) const;
  // Ends the statement with a constraint's error, as `action` says.
  void Halt(ResultCode code, ConflictAction action, std::string message);
  std::string Letters() const;

  CompileContext& context_;
  ProgramBuilder& builder_;
  const Table& table_;
  const int cursor_;
  const ConflictAction or_action_;
  ExprCoder coder_;
  std::vector<int> replaced_;  // columns whose NULL has been replaced by their default
  // Stands for the row in registers.
  int row_cursor_ = 0;
  std::vector<BoundPtr> checks_;
  std::vector<BoundPtr> defaults_;  // null: NULL
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_ROW_WRITER_H_
