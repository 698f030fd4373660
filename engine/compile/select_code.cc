// SelectCompiler: the loops of a SELECT without aggregates, and what all SELECTs do with a row.

#include "engine/compile/select.h"

namespace orrery {

Status CompileSelect(CompileContext& context, const SelectStatement& statement) {
  SelectCompiler select(context, statement);
  RETURN_IF_ERROR(select.Bind());
  ProgramBuilder& builder = context.builder;
  builder.program().column_names = select.column_names();
  if (select.table() != nullptr) builder.NeedTransaction(/*to_write=*/false);
  select.Code([&](int first, int count) { builder.Emit(Opcode::kResultRow, first, count); });
  return OkStatus();
}

void SelectCompiler::Code(const RowTaker& take_row) {
  take_row_ = take_row;
  end_ = builder_.NewLabel();
  CodeLimits();
  if (!values_.empty()) {
    CodeValues(take_row);
  } else if (!group_by_.empty()) {
    CodeGroups();
  } else if (!aggregates_.empty()) {
    CodeAggregate();
  } else {
    CodeRows();
  }
  builder_.Place(end_);
}

// LIMIT and OFFSET into registers. A LIMIT below 0 is none, one of 0 ends everything here.
void SelectCompiler::CodeLimits() {
  if (limit_ == nullptr) return;
  limit_register_ = coder_.CodeNew(*limit_);
  builder_.Emit(Opcode::kMustBeInt, limit_register_);
  builder_.EmitJump(Opcode::kIfNot, limit_register_, end_);
  if (offset_ == nullptr) return;
  offset_register_ = coder_.CodeNew(*offset_);
  builder_.Emit(Opcode::kMustBeInt, offset_register_);
}

void SelectCompiler::CodeValues(const RowTaker& take_row) {
  const int count = column_count();
  for (const std::vector<BoundPtr>& row : values_) {
    const Label next = builder_.NewLabel();
    if (offset_register_ != 0) builder_.EmitJump(Opcode::kIfPos, offset_register_, next, 1);
    const int first = builder_.NewRegisters(count);
    coder_.CodeList(row, first);
    take_row(first, count);
    if (limit_register_ != 0) builder_.EmitJump(Opcode::kDecrJumpZero, limit_register_, end_);
    builder_.Place(next);
  }
}

void SelectCompiler::OpenSource() {
  builder_.Emit(Opcode::kOpenRead, source_.cursor, static_cast<int>(source_.table->root), 0,
                static_cast<int64_t>(source_.table->columns.size()));
  scan_.emplace(source_, where_.get());
}

SortKey SelectCompiler::KeyOfOrder() const {
  SortKey key;
  for (const OrderTerm& term : order_by_) key.push_back(term.sort);
  return key;
}

// Rows come in the order of their rowids, so ORDER BY rowid needs no sorting.
void SelectCompiler::PlanOrder() {
  needs_sorter_ = false;
  if (order_by_.empty() || !scan_) return;
  const OrderTerm& first = order_by_[0];
  const Bound* bound =
      first.expr ? first.expr.get() : result_[static_cast<size_t>(first.result_index)].get();
  if (bound->kind == BoundKind::kColumn && bound->column == kRowidColumn) {
    if (first.sort.descending) scan_->Reverse();
    return;
  }
  needs_sorter_ = true;
}

void SelectCompiler::CodeRows() {
  Label next_row = end_;
  const Label rows_done = builder_.NewLabel();
  if (source_.table != nullptr) {
    OpenSource();
    PlanOrder();
  } else {
    builder_.Explain("SCAN CONSTANT ROW");
    next_row = rows_done;
  }
  if (needs_sorter_) {
    sorter_cursor_ = builder_.NewCursor();
    builder_.Emit(Opcode::kSorterOpen, sorter_cursor_, 0, 0, KeyOfOrder());
  }
  if (is_distinct_) {
    SortKey key;
    for (const BoundPtr& bound : result_) {
      SortColumn column;
      if (bound->collation != nullptr) column.collation = bound->collation;
      key.push_back(column);
    }
    distinct_cursor_ = builder_.NewCursor();
    builder_.Emit(Opcode::kOpenEphemeral, distinct_cursor_, column_count(), 0, std::move(key));
  }
  if (scan_) {
    scan_->Begin(builder_, coder_, rows_done);
    next_row = scan_->next();
  } else if (where_) {
    coder_.JumpIfFalse(*where_, rows_done, /*if_null=*/true);
  }
  CodeRow(next_row);
  if (scan_) scan_->End(builder_);
  builder_.Place(rows_done);
  if (is_distinct_) builder_.Explain("USE TEMP B-TREE FOR DISTINCT");
  if (needs_sorter_) CodeSortedRows();
}

void SelectCompiler::CodeRow(Label next_row) {
  const int count = column_count();
  const auto skip_offset = [&] {
    if (offset_register_ != 0) builder_.EmitJump(Opcode::kIfPos, offset_register_, next_row, 1);
  };
  if (!needs_sorter_ && !is_distinct_) skip_offset();

  const int key_count = needs_sorter_ ? static_cast<int>(order_by_.size()) : 0;
  const int first_key = builder_.NewRegisters(key_count + count);
  const int first = first_key + key_count;
  coder_.CodeList(result_, first);
  if (is_distinct_) CodeDistinct(first, next_row);
  if (!needs_sorter_) {
    if (is_distinct_) skip_offset();
    take_row_(first, count);
    if (limit_register_ != 0) builder_.EmitJump(Opcode::kDecrJumpZero, limit_register_, end_);
    return;
  }
  for (int i = 0; i < key_count; ++i) {
    const OrderTerm& term = order_by_[static_cast<size_t>(i)];
    if (term.expr) {
      coder_.Code(*term.expr, first_key + i);
    } else {
      builder_.Emit(Opcode::kSCopy, first + term.result_index, first_key + i);
    }
  }
  const int record = builder_.NewRegister();
  builder_.Emit(Opcode::kMakeRecord, first_key, key_count + count, record);
  builder_.Emit(Opcode::kSorterInsert, sorter_cursor_, record);
}

void SelectCompiler::CodeDistinct(int first, Label next_row) {
  const int count = column_count();
  builder_.EmitJump(Opcode::kFound, distinct_cursor_, next_row, first, int64_t{count});
  const int record = builder_.NewRegister();
  builder_.Emit(Opcode::kMakeRecord, first, count, record);
  builder_.Emit(Opcode::kIdxInsert, distinct_cursor_, record, first, int64_t{count});
}

void SelectCompiler::CodeSortedRows() {
  const int count = column_count();
  const int key_count = static_cast<int>(order_by_.size());
  builder_.Explain("USE TEMP B-TREE FOR ORDER BY");
  const int record = builder_.NewRegister();
  const int pseudo = builder_.NewCursor();
  builder_.Emit(Opcode::kOpenPseudo, pseudo, record, key_count + count);
  const Label next = builder_.NewLabel();
  builder_.EmitJump(Opcode::kSorterSort, sorter_cursor_, end_);
  const Label loop = builder_.Here();
  if (offset_register_ != 0) builder_.EmitJump(Opcode::kIfPos, offset_register_, next, 1);
  builder_.Emit(Opcode::kSorterData, sorter_cursor_, record);
  const int first = builder_.NewRegisters(count);
  for (int i = 0; i < count; ++i) {
    builder_.Emit(Opcode::kColumn, pseudo, key_count + i, first + i);
  }
  take_row_(first, count);
  if (limit_register_ != 0) builder_.EmitJump(Opcode::kDecrJumpZero, limit_register_, end_);
  builder_.Place(next);
  builder_.EmitJump(Opcode::kSorterNext, sorter_cursor_, loop);
}

}  // namespace orrery
