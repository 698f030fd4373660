// SelectCompiler: aggregates, over all rows and over groups.

#include "engine/compile/select.h"

namespace orrery {
namespace {

// Adds columns that are not there yet.
void AddColumns(const Bound& bound, std::vector<const Bound*>& columns) {
  std::vector<const Bound*> all;
  CollectColumns(bound, all);
  for (const Bound* column : all) {
    bool is_there = false;
    for (const Bound* each : columns) {
      is_there = is_there || (each->cursor == column->cursor && each->column == column->column);
    }
    if (!is_there) columns.push_back(column);
  }
}

}  // namespace

// Registers for the accumulators, and for the columns that are read beside them.
void SelectCompiler::AllocateAggregates() {
  for (const BoundPtr& bound : result_) AddColumns(*bound, bare_columns_);
  if (having_) AddColumns(*having_, bare_columns_);
  for (const OrderTerm& term : order_by_) {
    if (term.expr) AddColumns(*term.expr, bare_columns_);
  }
  for (size_t i = 0; i < bare_columns_.size(); ++i)
    bare_registers_.push_back(builder_.NewRegister());
  first_row_done_register_ = builder_.NewRegister();
  for (BoundAggregate& aggregate : aggregates_) {
    aggregate.accumulator = builder_.NewRegister();
    if (aggregate.is_distinct) {
      aggregate.distinct_cursor = builder_.NewCursor();
      builder_.Explain("USE TEMP B-TREE FOR " + std::string(aggregate.function->name) +
                       "(DISTINCT)");
    }
  }
  coder_.SetAggregates(&aggregates_);
}

// Adds the current row to each aggregate. The columns beside them are kept from the first row of
// the group, or from the row that min() or max() picked.
void SelectCompiler::StepAggregates() {
  int passed_over = 0;
  for (const BoundAggregate& aggregate : aggregates_) {
    const Label next = builder_.NewLabel();
    const int count = static_cast<int>(aggregate.arguments.size());
    const bool picks = aggregate.function->picks_a_row && !bare_columns_.empty();
    if (picks && passed_over == 0) passed_over = builder_.NewRegister();
    if (picks) builder_.Emit(Opcode::kCopy, first_row_done_register_, passed_over);
    if (aggregate.filter) coder_.JumpIfFalse(*aggregate.filter, next, /*if_null=*/true);
    const int first = builder_.NewRegisters(count == 0 ? 1 : count);
    coder_.CodeList(aggregate.arguments, first);
    if (aggregate.is_distinct) {
      builder_.EmitJump(Opcode::kFound, aggregate.distinct_cursor, next, first, int64_t{1});
      const int record = builder_.NewRegister();
      builder_.Emit(Opcode::kMakeRecord, first, 1, record);
      builder_.Emit(Opcode::kIdxInsert, aggregate.distinct_cursor, record, first, int64_t{1});
    }
    if (aggregate.function->uses_collation) {
      const Collation* collation = &kBinaryCollation;
      if (count > 0 && aggregate.arguments[0]->collation != nullptr) {
        collation = aggregate.arguments[0]->collation;
      }
      builder_.Emit(Opcode::kCollSeq, picks ? passed_over : 0, 0, 0, collation);
    }
    builder_.Emit(Opcode::kAggStep, 0, first, aggregate.accumulator, aggregate.function,
                  static_cast<uint16_t>(count));
    builder_.Place(next);
  }
  if (bare_columns_.empty()) return;
  const Label keep = builder_.NewLabel();
  builder_.EmitJump(Opcode::kIf, passed_over != 0 ? passed_over : first_row_done_register_, keep);
  for (size_t i = 0; i < bare_columns_.size(); ++i)
    coder_.Code(*bare_columns_[i], bare_registers_[i]);
  builder_.Place(keep);
  builder_.Emit(Opcode::kInteger, 1, first_row_done_register_);
}

// Turns accumulators into results; from here on expressions read those.
void SelectCompiler::FinishAggregates() {
  for (const BoundAggregate& aggregate : aggregates_) {
    builder_.Emit(Opcode::kAggFinal, aggregate.accumulator,
                  static_cast<int>(aggregate.arguments.size()), 0, aggregate.function);
  }
  coder_.ForgetPlaces();
  for (size_t i = 0; i < bare_columns_.size(); ++i) {
    coder_.PlaceInRegister(bare_columns_[i]->cursor, bare_columns_[i]->column, bare_registers_[i]);
  }
}

namespace {

void OpenDistinct(ProgramBuilder& builder, const std::vector<BoundAggregate>& aggregates) {
  for (const BoundAggregate& aggregate : aggregates) {
    if (!aggregate.is_distinct) continue;
    SortColumn column;
    if (aggregate.arguments[0]->collation != nullptr)
      column.collation = aggregate.arguments[0]->collation;
    builder.Emit(Opcode::kOpenEphemeral, aggregate.distinct_cursor, 1, 0, SortKey{column});
  }
}

}  // namespace

// -- Over all rows: one row comes out --

void SelectCompiler::CodeAggregate() {
  AllocateAggregates();
  const BoundAggregate& only = aggregates_[0];
  const bool counts_all = aggregates_.size() == 1 && only.function->name == "count" &&
                          only.arguments.empty() && !only.filter && bare_columns_.empty() &&
                          !where_ && source_.table != nullptr;
  if (counts_all) {
    CountWholeTable();
  } else {
    for (const int reg : bare_registers_) builder_.Emit(Opcode::kNull, 0, reg);
    builder_.Emit(Opcode::kInteger, 0, first_row_done_register_);
    OpenDistinct(builder_, aggregates_);
    const Label rows_done = builder_.NewLabel();
    if (source_.table != nullptr) {
      OpenSource();
      scan_->Begin(builder_, coder_, rows_done);
      StepAggregates();
      scan_->End(builder_);
    } else {
      builder_.Explain("SCAN CONSTANT ROW");
      if (where_) coder_.JumpIfFalse(*where_, rows_done, /*if_null=*/true);
      StepAggregates();
    }
    builder_.Place(rows_done);
    FinishAggregates();
  }
  if (having_) coder_.JumpIfFalse(*having_, end_, /*if_null=*/true);
  is_distinct_ = false;
  CodeRow(end_);
}

// count(*) alone reads no rows.
void SelectCompiler::CountWholeTable() {
  builder_.Explain("SCAN " + source_.name);
  builder_.Emit(Opcode::kOpenRead, source_.cursor, static_cast<int>(source_.table->root), 0,
                int64_t{1});
  builder_.Emit(Opcode::kCount, source_.cursor, aggregates_[0].accumulator);
  builder_.Emit(Opcode::kClose, source_.cursor);
}

// -- Over groups: sort by the group's expressions, then one row for each run of equal ones --

bool SelectCompiler::OrderIsThatOfGroups() const {
  if (order_by_.size() > group_by_.size()) return false;
  for (size_t i = 0; i < order_by_.size(); ++i) {
    if (order_by_[i].sort.descending || order_by_[i].sort.nulls_last) return false;
    if (!(*order_by_[i].written == *group_by_written_[i])) return false;
  }
  return true;
}

void SelectCompiler::CodeGroups() {
  AllocateAggregates();
  needs_sorter_ = !order_by_.empty() && !OrderIsThatOfGroups();
  const int key_count = static_cast<int>(group_by_.size());
  SortKey group_key;
  for (const BoundPtr& bound : group_by_) {
    SortColumn column;
    if (bound->collation != nullptr) column.collation = bound->collation;
    group_key.push_back(column);
  }
  // All columns that are read after the sort travel with the group's expressions.
  std::vector<const Bound*> columns = bare_columns_;
  for (const BoundAggregate& aggregate : aggregates_) {
    for (const BoundPtr& argument : aggregate.arguments) AddColumns(*argument, columns);
    if (aggregate.filter) AddColumns(*aggregate.filter, columns);
  }
  const int column_total = key_count + static_cast<int>(columns.size());

  const int sorter = builder_.NewCursor();
  builder_.Emit(Opcode::kSorterOpen, sorter, column_total, 0, group_key);
  if (needs_sorter_) {
    sorter_cursor_ = builder_.NewCursor();
    builder_.Emit(Opcode::kSorterOpen, sorter_cursor_, 0, 0, KeyOfOrder());
  }
  if (is_distinct_) {
    distinct_cursor_ = builder_.NewCursor();
    builder_.Emit(Opcode::kOpenEphemeral, distinct_cursor_, column_count(), 0,
                  SortKey(static_cast<size_t>(column_count())));
  }
  const int started = builder_.NewRegister();
  const int return_register = builder_.NewRegister();
  builder_.Emit(Opcode::kInteger, 0, started);

  // Read and sort.
  const Label rows_done = builder_.NewLabel();
  if (source_.table != nullptr) {
    OpenSource();
    scan_->Begin(builder_, coder_, rows_done);
  } else if (where_) {
    coder_.JumpIfFalse(*where_, rows_done, /*if_null=*/true);
  }
  const int first = builder_.NewRegisters(column_total);
  coder_.CodeList(group_by_, first);
  for (size_t i = 0; i < columns.size(); ++i) {
    coder_.Code(*columns[i], first + key_count + static_cast<int>(i));
  }
  const int group_record = builder_.NewRegister();
  builder_.Emit(Opcode::kMakeRecord, first, column_total, group_record);
  builder_.Emit(Opcode::kSorterInsert, sorter, group_record);
  if (scan_) scan_->End(builder_);
  builder_.Place(rows_done);
  builder_.Explain("USE TEMP B-TREE FOR GROUP BY");

  // Walk the groups.
  const Label groups_done = builder_.NewLabel();
  const Label same_group = builder_.NewLabel();
  const Label new_group = builder_.NewLabel();
  const Label begin_group = builder_.NewLabel();
  const Label output = builder_.NewLabel();
  const int record = builder_.NewRegister();
  const int pseudo = builder_.NewCursor();
  const int current = builder_.NewRegisters(key_count);
  const int previous = builder_.NewRegisters(key_count);
  builder_.Emit(Opcode::kOpenPseudo, pseudo, record, column_total);
  builder_.EmitJump(Opcode::kSorterSort, sorter, groups_done);
  const Label loop = builder_.Here();
  builder_.Emit(Opcode::kSorterData, sorter, record);
  for (int i = 0; i < key_count; ++i) builder_.Emit(Opcode::kColumn, pseudo, i, current + i);
  builder_.EmitJump(Opcode::kIfNot, started, begin_group);
  builder_.Emit(Opcode::kCompare, previous, current, key_count, group_key);
  const int jump = builder_.Emit(Opcode::kJump);
  builder_.PointOperand(jump, 1, new_group);
  builder_.PointOperand(jump, 2, same_group);
  builder_.PointOperand(jump, 3, new_group);
  builder_.Place(new_group);
  builder_.EmitJump(Opcode::kGosub, return_register, output);
  builder_.Place(begin_group);
  builder_.Emit(Opcode::kCopy, current, previous, key_count - 1);
  builder_.Emit(Opcode::kInteger, 1, started);
  builder_.Emit(Opcode::kInteger, 0, first_row_done_register_);
  OpenDistinct(builder_, aggregates_);
  builder_.Place(same_group);
  for (size_t i = 0; i < columns.size(); ++i) {
    coder_.PlaceInCursor(columns[i]->cursor, columns[i]->column, pseudo,
                         key_count + static_cast<int>(i));
  }
  StepAggregates();
  builder_.EmitJump(Opcode::kSorterNext, sorter, loop);
  builder_.EmitJump(Opcode::kGosub, return_register, output);
  builder_.Place(groups_done);
  if (needs_sorter_) CodeSortedRows();
  builder_.Goto(end_);

  // What comes out of a group.
  builder_.Place(output);
  const Label group_done = builder_.NewLabel();
  FinishAggregates();
  if (having_) coder_.JumpIfFalse(*having_, group_done, /*if_null=*/true);
  CodeRow(group_done);
  builder_.Place(group_done);
  builder_.Emit(Opcode::kReturn, return_register);
}

}  // namespace orrery
