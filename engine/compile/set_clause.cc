#include "engine/compile/set_clause.h"

#include <utility>

#include "engine/compile/binder.h"
#include "engine/compile/row_key.h"

namespace orrery {

Status SetClause::Bind(const std::vector<Assignment>& assignments, Scope& scope) {
  Binder binder(context_, scope);
  for (const Assignment& assignment : assignments) RETURN_IF_ERROR(BindOne(assignment, binder));
  if (!rowid_cell().late_error.ok()) binder.FoundLate(rowid_cell().late_error);
  for (const Cell& cell : cells_) {
    if (!cell.late_error.ok()) binder.FoundLate(cell.late_error);
  }
  return OkStatus();
}

Status SetClause::CheckNames(const std::vector<Assignment>& assignments) {
  for (const Assignment& assignment : assignments) {
    for (const Name& column : assignment.columns) {
      RETURN_IF_ERROR(CellOf(column.text).status());
    }
  }
  return OkStatus();
}

Status SetClause::BindOne(const Assignment& assignment, Binder& binder) {
  const size_t count = assignment.columns.size();
  BoundPtr value;
  if (assignment.is_row) {
    ASSIGN_OR_RETURN(value, binder.BindRow(*assignment.value));
    const int width = WidthOf(*value);
    if (static_cast<size_t>(width) != count) {
      return SqlError(std::to_string(count) + " columns assigned " + std::to_string(width) +
                      " values");
    }
  } else {
    ASSIGN_OR_RETURN(value, binder.Bind(*assignment.value));
  }
  const Status error = std::exchange(context_.late_error, OkStatus());
  const bool is_query = value->kind == BoundKind::kSubquery && count > 1;
  for (size_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(Cell* const cell, CellOf(assignment.columns[i].text));
    *cell = Cell();
    cell->is_set = true;
    cell->late_error = error;
    if (is_query) {
      cell->row = static_cast<int>(rows_.size());
      cell->column = static_cast<int>(i);
    } else if (value->kind == BoundKind::kRow) {
      cell->value = std::move(value->operands[i]);
    } else {
      cell->value = std::move(value);
    }
  }
  if (is_query) rows_.push_back(std::move(value));
  return OkStatus();
}

Result<SetClause::Cell*> SetClause::CellOf(const std::string& name) {
  const int column = table_.FindColumn(name);
  const bool has_rowid = !table_.is_without_rowid;
  if (column < 0 && !(has_rowid && IsRowidName(name))) return SqlError("no such column: " + name);
  const bool is_rowid = column < 0 || column == table_.rowid_column;
  return is_rowid ? &cells_.back() : &cells_[static_cast<size_t>(column)];
}

// -- Values --

int SetClause::value_count() const {
  int count = 0;
  for (const Cell& cell : cells_) count += cell.is_set ? 1 : 0;
  return count;
}

void SetClause::VisitValues(const std::function<void(const Bound&)>& visit) const {
  for (const Cell& cell : cells_) {
    if (cell.value) visit(*cell.value);
  }
  for (const BoundPtr& row : rows_) visit(*row);
}

void SetClause::CodeValues(ExprCoder& coder, int first) const {
  const std::vector<int> rows = CodeRows(coder);
  for (const Cell& cell : cells_) {
    if (cell.is_set) CodeCell(coder, cell, rows, first++);
  }
}

std::vector<int> SetClause::CodeRows(ExprCoder& coder) const {
  std::vector<int> firsts;
  firsts.reserve(rows_.size());
  for (const BoundPtr& row : rows_) firsts.push_back(coder.CodeRow(*row));
  return firsts;
}

void SetClause::CodeCell(ExprCoder& coder, const Cell& cell, const std::vector<int>& rows,
                         int target) const {
  if (cell.value) {
    coder.Code(*cell.value, target);
    return;
  }
  context_.builder.Emit(Opcode::kSCopy, rows[static_cast<size_t>(cell.row)] + cell.column, target);
}

// -- The row --

NewRow SetClause::CodeRow(ExprCoder& coder, int cursor, int key, int kept_cursor) const {
  ProgramBuilder& builder = context_.builder;
  std::vector<int> kept(cells_.size());  // where the values are kept
  int next = KeyWidth(table_);
  for (size_t i = 0; i < cells_.size(); ++i) {
    if (cells_[i].is_set) kept[i] = next++;
  }
  const bool is_kept = kept_cursor >= 0;
  const std::vector<int> rows = is_kept ? std::vector<int>() : CodeRows(coder);
  const auto code = [&](size_t i, int target) {
    if (is_kept) {
      builder.Emit(Opcode::kColumn, kept_cursor, kept[i], target);
    } else {
      CodeCell(coder, cells_[i], rows, target);
    }
  };
  NewRow row;
  if (table_.primary_key == nullptr) row.rowid = key;
  const size_t count = table_.columns.size();
  if (rowid_cell().is_set) {
    row.rowid = builder.NewRegister();
    code(count, row.rowid);
    builder.Emit(Opcode::kMustBeInt, row.rowid);
  }
  row.first_column = builder.NewRegisters(static_cast<int>(count));
  for (size_t i = 0; i < count; ++i) {
    const int target = row.first_column + static_cast<int>(i);
    if (cells_[i].is_set) {
      code(i, target);
    } else if (static_cast<int>(i) == table_.rowid_column) {
      builder.Emit(Opcode::kNull, 0, target);
    } else {
      coder.Code(*MakeColumn(table_, cursor, static_cast<int>(i)), target);
    }
  }
  return row;
}

bool SetClause::MayMove() const {
  if (rowid_cell().is_set) return true;
  for (size_t i = 0; i < table_.columns.size(); ++i) {
    const bool is_key = table_.primary_key != nullptr && table_.columns[i].primary_key_position > 0;
    if (is_key && cells_[i].is_set) return true;
  }
  return false;
}

void SetClause::CodeUpdate(ExprCoder& coder, RowWriter& writer, int cursor, int key,
                           int kept_cursor, RowTriggers& triggers, Returning& returning,
                           Label next) const {
  ProgramBuilder& builder = context_.builder;
  OldRow old;
  old.key = key;
  old.may_move = MayMove();
  for (size_t i = 0; i < table_.columns.size(); ++i) old.changed.push_back(cells_[i].is_set);
  triggers.CodeOld(coder, cursor, key);
  const NewRow row = CodeRow(coder, cursor, key, kept_cursor);
  if (triggers.Has(TriggerTime::kBefore)) {
    triggers.CodeNew(row);
    triggers.Run(TriggerTime::kBefore, next);
    // They may have changed the row, or taken it away.
    SeekKey(builder, table_, cursor, key, next);
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      const auto column = static_cast<int>(i);
      if (cells_[i].is_set || column == table_.rowid_column) continue;
      coder.Code(*MakeColumn(table_, cursor, column), row.first_column + column);
    }
  }
  writer.CheckRow(row, &old, next);
  writer.CheckKeys(row, &old, /*checks_rowid=*/rowid_cell().is_set, next);
  // The checks may have moved the cursor, but no row that they took away was this one.
  SeekKey(builder, table_, cursor, key, next);
  writer.DeleteEntries(key, &old);
  if (old.may_move) {
    const Label same_key = builder.NewLabel();
    if (row.rowid != 0) JumpIfSameKey(builder, table_, key, row.rowid, same_key);
    builder.Emit(Opcode::kDelete, cursor);
    builder.Place(same_key);
  }
  writer.Write(row, kInsertCountChange);
  returning.Add(row);
  triggers.CodeNew(row);
  triggers.Run(TriggerTime::kAfter, next);
}

}  // namespace orrery
