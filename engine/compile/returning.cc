#include "engine/compile/returning.h"

#include "engine/compile/query_binder.h"

namespace orrery {

Status Returning::Bind(const std::vector<ResultColumn>& columns, const WithScope* with) {
  if (columns.empty()) return OkStatus();
  for (const ResultColumn& column : columns) {
    if (column.is_star() && column.table) {
      return SqlError("RETURNING may not use \"TABLE.*\" wildcards");
    }
  }
  row_cursor_ = builder_.NewCursor();
  memory_ = builder_.NewCursor();
  ASSIGN_OR_RETURN(query_,
                   BindReturning(context_, columns, {&table_, table_.name, row_cursor_}, with));
  builder_.program().column_names = query_->names;
  return OkStatus();
}

void Returning::Open() {
  if (is_empty()) return;
  builder_.Emit(Opcode::kOpenEphemeral, memory_, query_->column_count());
}

void Returning::Add(const NewRow& row) {
  if (is_empty()) return;
  const ExprCoder::Places outer = coder_.places();
  coder_.PlaceInRegister(row_cursor_, kRowidColumn, row.rowid);
  const int count = static_cast<int>(table_.columns.size());
  for (int i = 0; i < count; ++i) coder_.PlaceInRegister(row_cursor_, i, row.first_column + i);
  // As they are stored.
  builder_.Emit(Opcode::kAffinity, row.first_column, count, 0, StoredLetters(table_));
  const int first = builder_.NewRegisters(query_->column_count());
  coder_.CodeList(query_->blocks[0]->result, first);
  coder_.SetPlaces(outer);
  const int record = builder_.NewRegister();
  const int rowid = builder_.NewRegister();
  builder_.Emit(Opcode::kMakeRecord, first, query_->column_count(), record);
  builder_.Emit(Opcode::kNewRowid, memory_, rowid);
  builder_.Emit(Opcode::kInsert, memory_, record, rowid);
}

void Returning::AddFrom(int cursor, int rowid) {
  if (is_empty()) return;
  NewRow row;
  row.rowid = rowid;
  const int count = static_cast<int>(table_.columns.size());
  row.first_column = builder_.NewRegisters(count);
  for (int i = 0; i < count; ++i) {
    if (i != table_.rowid_column) coder_.Code(*MakeColumn(table_, cursor, i), row.first_column + i);
  }
  Add(row);
}

void Returning::Finish() {
  if (is_empty()) return;
  builder_.Emit(Opcode::kKeepChanges);
  const Label done = builder_.NewLabel();
  builder_.EmitJump(Opcode::kRewind, memory_, done);
  const Label loop = builder_.Here();
  const int count = query_->column_count();
  const int first = builder_.NewRegisters(count);
  for (int i = 0; i < count; ++i) builder_.Emit(Opcode::kColumn, memory_, i, first + i);
  builder_.Emit(Opcode::kResultRow, first, count);
  builder_.EmitJump(Opcode::kNext, memory_, loop);
  builder_.Place(done);
}

}  // namespace orrery
