#include "engine/compile/row_output.h"

namespace orrery {

SortKey SortKeyOf(const Query& query) {
  SortKey key;
  for (const QueryOrder& order : query.order_by) key.push_back(order.sort);
  return key;
}

void RowOutput::CodeLimits() {
  if (query_ == nullptr || query_->limit == nullptr) return;
  limit_ = coder_.CodeNew(*query_->limit);
  builder_.Emit(Opcode::kMustBeInt, limit_);
  builder_.EmitJump(Opcode::kIfNot, limit_, end_);
  if (query_->offset == nullptr) return;
  offset_ = coder_.CodeNew(*query_->offset);
  builder_.Emit(Opcode::kMustBeInt, offset_);
}

void RowOutput::Open(bool is_sorted) {
  if (is_sorted || !has_order()) return;
  sorter_ = builder_.NewCursor();
  // No more rows need be kept than are wanted.
  int wanted = 0;
  if (limit_ != 0) {
    wanted = builder_.NewRegister();
    builder_.Emit(Opcode::kOffsetLimit, limit_, wanted, offset_);
  }
  builder_.Emit(Opcode::kSorterOpen, sorter_, 0, wanted, SortKeyOf(*query_));
}

void RowOutput::MakeDistinct(const QueryBlock& block) {
  SortKey key;
  for (const BoundPtr& bound : block.result) {
    SortColumn column;
    if (bound->collation != nullptr) column.collation = bound->collation;
    key.push_back(column);
  }
  distinct_ = builder_.NewCursor();
  builder_.Emit(Opcode::kOpenEphemeral, distinct_, column_count_, 0, std::move(key));
}

void RowOutput::SkipOffset(Label next_row) {
  if (offset_ != 0) builder_.EmitJump(Opcode::kIfPos, offset_, next_row, 1);
}

void RowOutput::Take(int first) {
  take_(first, column_count_);
  if (limit_ != 0) builder_.EmitJump(Opcode::kDecrJumpZero, limit_, end_);
}

void RowOutput::Add(const QueryBlock& block, Label next_row) {
  const int count = column_count_;
  if (sorter_ < 0 && distinct_ < 0) SkipOffset(next_row);
  const int key_count = sorter_ < 0 ? 0 : static_cast<int>(query_->order_by.size());
  const int first_key = builder_.NewRegisters(key_count + count);
  const int first = first_key + key_count;
  coder_.CodeList(block.result, first);
  if (distinct_ >= 0) {
    builder_.EmitJump(Opcode::kFound, distinct_, next_row, first, int64_t{count});
    const int record = builder_.NewRegister();
    builder_.Emit(Opcode::kMakeRecord, first, count, record);
    builder_.Emit(Opcode::kIdxInsert, distinct_, record, first, int64_t{count});
  }
  if (sorter_ >= 0) {
    Sort(first_key);
    return;
  }
  if (distinct_ >= 0) SkipOffset(next_row);
  Take(first);
}

// The row is in the registers after those of its keys.
void RowOutput::Sort(int first_key) {
  const int count = column_count_;
  const int key_count = static_cast<int>(query_->order_by.size());
  for (int i = 0; i < key_count; ++i) {
    const QueryOrder& order = query_->order_by[static_cast<size_t>(i)];
    if (order.expr) {
      coder_.Code(*order.expr, first_key + i);
    } else {
      builder_.Emit(Opcode::kSCopy, first_key + key_count + order.result_index, first_key + i);
    }
  }
  const int record = builder_.NewRegister();
  builder_.Emit(Opcode::kMakeRecord, first_key, key_count + count, record);
  builder_.Emit(Opcode::kSorterInsert, sorter_, record);
}

void RowOutput::AddRegisters(int row, Label next_row) {
  const int count = column_count_;
  if (sorter_ < 0) {
    SkipOffset(next_row);
    Take(row);
    return;
  }
  const int key_count = static_cast<int>(query_->order_by.size());
  const int first_key = builder_.NewRegisters(key_count + count);
  builder_.Emit(Opcode::kCopy, row, first_key + key_count, count - 1);
  Sort(first_key);
}

void RowOutput::Finish() {
  if (distinct_ >= 0) builder_.Explain("USE TEMP B-TREE FOR DISTINCT");
  if (sorter_ < 0) return;
  builder_.Explain("USE TEMP B-TREE FOR ORDER BY");
  const int count = column_count_;
  const int key_count = static_cast<int>(query_->order_by.size());
  const Label next = builder_.NewLabel();
  builder_.EmitJump(Opcode::kSorterSort, sorter_, end_);
  const Label loop = builder_.Here();
  SkipOffset(next);
  const int first = builder_.NewRegisters(count);
  for (int i = 0; i < count; ++i) {
    builder_.Emit(Opcode::kColumn, sorter_, key_count + i, first + i);
  }
  Take(first);
  builder_.Place(next);
  builder_.EmitJump(Opcode::kSorterNext, sorter_, loop);
}

}  // namespace orrery
