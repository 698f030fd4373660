// QueryCoder: aggregates, over all rows and over groups.

#include "engine/compile/no_row.h"
#include "engine/compile/query_coder.h"
#include "engine/compile/row_key.h"
#include "engine/compile/window_coder.h"

namespace orrery {
namespace {

// What a block with aggregates works with.
class AggregateCoder {
 public:
  AggregateCoder(CompileContext& context, ExprCoder& coder, const Query& query, QueryBlock& block)
      : builder_(context.builder), coder_(coder), query_(query), block_(block) {}

  // Registers for the accumulators, and for the columns that are read beside them.
  void Allocate();
  // Before the first row of a group.
  void StartGroup();
  void MakeBareColumnsNull();
  // After the last row, for when there was none.
  void CodeBareColumnsOfNoRow();
  // Adds the current row to each aggregate. The columns beside them are kept from the first row of
  // the group, or from the row that min() or max() picked.
  void Step();
  // Turns accumulators into results; from here on expressions read those.
  void Finish();

  // Every column that is read after rows were grouped: by aggregates and beside them.
  std::vector<const Bound*> ReadColumns() const;
  bool has_bare_columns() const { return !bare_columns_.empty(); }

 private:
  // Adds columns of the block's own tables that are not there yet.
  void AddColumns(const Bound& bound, std::vector<const Bound*>& columns) const;
  void StepOne(BoundAggregate& aggregate, int passed_over, bool picks);
  void EmitStep(const BoundAggregate& aggregate, int first, int passed_over);
  void StepSorted(const BoundAggregate& aggregate);

  ProgramBuilder& builder_;
  ExprCoder& coder_;
  const Query& query_;
  QueryBlock& block_;
  std::vector<const Bound*> bare_columns_;
  std::vector<int> bare_registers_;
  int first_row_done_ = 0;
};

void AggregateCoder::AddColumns(const Bound& bound, std::vector<const Bound*>& columns) const {
  std::vector<const Bound*> all;
  CollectColumns(bound, all);
  for (const Bound* column : all) {
    bool is_own = false;
    for (const auto& term : block_.from) is_own = is_own || term->source.cursor == column->cursor;
    bool is_there = false;
    for (const Bound* each : columns) {
      is_there = is_there || (each->cursor == column->cursor && each->column == column->column);
    }
    if (is_own && !is_there) columns.push_back(column);
  }
}

void AggregateCoder::Allocate() {
  for (const BoundPtr& bound : block_.result) AddColumns(*bound, bare_columns_);
  for (const auto& window : block_.windows) {
    const auto add_all = [this](const std::vector<BoundPtr>& list) {
      for (const BoundPtr& bound : list) AddColumns(*bound, bare_columns_);
    };
    add_all(window->arguments);
    add_all(window->partition_by);
    add_all(window->order_by);
    if (window->filter) AddColumns(*window->filter, bare_columns_);
  }
  if (block_.having) AddColumns(*block_.having, bare_columns_);
  if (!query_.is_compound()) {
    for (const QueryOrder& order : query_.order_by) {
      if (order.expr) AddColumns(*order.expr, bare_columns_);
    }
  }
  for (size_t i = 0; i < bare_columns_.size(); ++i) {
    bare_registers_.push_back(builder_.NewRegister());
  }
  first_row_done_ = builder_.NewRegister();
  for (const auto& aggregate : block_.aggregates) {
    aggregate->accumulator = builder_.NewRegister();
    if (aggregate->is_distinct) {
      aggregate->distinct_cursor = builder_.NewCursor();
      builder_.Explain("USE TEMP B-TREE FOR " + std::string(aggregate->function->name) +
                       "(DISTINCT)");
    }
    if (!aggregate->order_by.empty()) {
      aggregate->sorter_cursor = builder_.NewCursor();
      builder_.Explain("USE TEMP B-TREE FOR " + std::string(aggregate->function->name) +
                       "(ORDER BY)");
    }
  }
}

std::vector<const Bound*> AggregateCoder::ReadColumns() const {
  std::vector<const Bound*> columns = bare_columns_;
  for (const auto& aggregate : block_.aggregates) {
    for (const BoundPtr& argument : aggregate->arguments) AddColumns(*argument, columns);
    for (const BoundPtr& term : aggregate->order_by) AddColumns(*term, columns);
    if (aggregate->filter) AddColumns(*aggregate->filter, columns);
  }
  return columns;
}

void AggregateCoder::StartGroup() {
  builder_.Emit(Opcode::kInteger, 0, first_row_done_);
  for (const auto& aggregate : block_.aggregates) {
    if (aggregate->is_distinct) {
      SortColumn column;
      if (aggregate->arguments[0]->collation != nullptr) {
        column.collation = aggregate->arguments[0]->collation;
      }
      builder_.Emit(Opcode::kOpenEphemeral, aggregate->distinct_cursor, 1, 0, SortKey{column});
    }
    if (!aggregate->order_by.empty()) {
      builder_.Emit(Opcode::kSorterOpen, aggregate->sorter_cursor, 0, 0, aggregate->order_key);
    }
  }
}

void AggregateCoder::MakeBareColumnsNull() {
  for (const int reg : bare_registers_) builder_.Emit(Opcode::kNull, 0, reg);
}

void AggregateCoder::CodeBareColumnsOfNoRow() {
  const Label had_a_row = builder_.NewLabel();
  bool has_jump = false;
  for (size_t i = 0; i < bare_columns_.size(); ++i) {
    if (IsNullOfNoRow(block_, *bare_columns_[i])) continue;
    if (!has_jump) builder_.EmitJump(Opcode::kIf, first_row_done_, had_a_row);
    has_jump = true;
    CodeOfNoRow(builder_, coder_, block_, *bare_columns_[i], bare_registers_[i]);
  }
  builder_.Place(had_a_row);
}

void AggregateCoder::EmitStep(const BoundAggregate& aggregate, int first, int passed_over) {
  const int count = static_cast<int>(aggregate.arguments.size());
  if (aggregate.function->uses_collation) {
    const Collation* collation = &kBinaryCollation;
    if (count > 0 && aggregate.arguments[0]->collation != nullptr) {
      collation = aggregate.arguments[0]->collation;
    }
    builder_.Emit(Opcode::kCollSeq, passed_over, 0, 0, collation);
  }
  builder_.Emit(Opcode::kAggStep, 0, first, aggregate.accumulator, aggregate.function,
                static_cast<uint16_t>(count));
}

void AggregateCoder::StepOne(BoundAggregate& aggregate, int passed_over, bool picks) {
  const Label next = builder_.NewLabel();
  const int count = static_cast<int>(aggregate.arguments.size());
  const int key_count = static_cast<int>(aggregate.order_by.size());
  if (picks) builder_.Emit(Opcode::kCopy, first_row_done_, passed_over);
  if (aggregate.filter) coder_.JumpIfFalse(*aggregate.filter, next, /*if_null=*/true);
  const int first_key = builder_.NewRegisters(std::max(key_count + count, 1));
  const int first = first_key + key_count;
  coder_.CodeList(aggregate.arguments, first);
  if (aggregate.is_distinct) {
    builder_.EmitJump(Opcode::kFound, aggregate.distinct_cursor, next, first, int64_t{1});
    const int record = builder_.NewRegister();
    builder_.Emit(Opcode::kMakeRecord, first, 1, record);
    builder_.Emit(Opcode::kIdxInsert, aggregate.distinct_cursor, record, first, int64_t{1});
  }
  if (key_count > 0) {
    coder_.CodeList(aggregate.order_by, first_key);
    const int record = builder_.NewRegister();
    builder_.Emit(Opcode::kMakeRecord, first_key, key_count + count, record);
    builder_.Emit(Opcode::kSorterInsert, aggregate.sorter_cursor, record);
  } else {
    EmitStep(aggregate, first, picks ? passed_over : 0);
  }
  builder_.Place(next);
}

void AggregateCoder::Step() {
  int passed_over = 0;
  for (const auto& aggregate : block_.aggregates) {
    const bool picks =
        aggregate->function->picks_a_row && has_bare_columns() && aggregate->order_by.empty();
    if (picks && passed_over == 0) passed_over = builder_.NewRegister();
    StepOne(*aggregate, passed_over, picks);
  }
  if (bare_columns_.empty()) return;
  const Label keep = builder_.NewLabel();
  builder_.EmitJump(Opcode::kIf, passed_over != 0 ? passed_over : first_row_done_, keep);
  for (size_t i = 0; i < bare_columns_.size(); ++i) {
    coder_.Code(*bare_columns_[i], bare_registers_[i]);
  }
  builder_.Place(keep);
  builder_.Emit(Opcode::kInteger, 1, first_row_done_);
}

// The rows of an aggregate with ORDER BY, once they are all there.
void AggregateCoder::StepSorted(const BoundAggregate& aggregate) {
  const int key_count = static_cast<int>(aggregate.order_by.size());
  const int count = static_cast<int>(aggregate.arguments.size());
  const int first = builder_.NewRegisters(std::max(count, 1));
  const Label done = builder_.NewLabel();
  builder_.EmitJump(Opcode::kSorterSort, aggregate.sorter_cursor, done);
  const Label loop = builder_.Here();
  for (int i = 0; i < count; ++i) {
    builder_.Emit(Opcode::kColumn, aggregate.sorter_cursor, key_count + i, first + i);
  }
  EmitStep(aggregate, first, 0);
  builder_.EmitJump(Opcode::kSorterNext, aggregate.sorter_cursor, loop);
  builder_.Place(done);
}

void AggregateCoder::Finish() {
  for (const auto& aggregate : block_.aggregates) {
    if (!aggregate->order_by.empty()) StepSorted(*aggregate);
    builder_.Emit(Opcode::kAggFinal, aggregate->accumulator,
                  static_cast<int>(aggregate->arguments.size()), 0, aggregate->function);
  }
  for (size_t i = 0; i < bare_columns_.size(); ++i) {
    coder_.PlaceInRegister(bare_columns_[i]->cursor, bare_columns_[i]->column, bare_registers_[i]);
  }
}

}  // namespace

// -- Over all rows: one row comes out --

void QueryCoder::CodeAggregate(QueryBlock& block, RowOutput& output) {
  AggregateCoder aggregates(context_, coder_, query_, block);
  aggregates.Allocate();
  JoinLoop loop(context_, coder_, block, query_.is_correlated);
  loop.Plan();
  output.Open(/*is_sorted=*/true);
  WindowCoder windows(context_, coder_, query_, block, output);
  windows.Open();
  const BoundAggregate& only = *block.aggregates[0];
  const bool counts_all = block.aggregates.size() == 1 && only.function->name == "count" &&
                          only.arguments.empty() && !only.filter && !aggregates.has_bare_columns();
  if (counts_all && loop.is_whole_table()) {
    // count(*) alone reads no rows.
    const Source& source = block.from[0]->source;
    builder_.Explain("SCAN " + source.name);
    OpenRows(builder_, Opcode::kOpenRead, *source.table, source.cursor);
    builder_.Emit(Opcode::kCount, source.cursor, only.accumulator);
    builder_.Emit(Opcode::kClose, source.cursor);
  } else {
    aggregates.MakeBareColumnsNull();
    aggregates.StartGroup();
    loop.Code([&](Label) { aggregates.Step(); });
    aggregates.CodeBareColumnsOfNoRow();
    aggregates.Finish();
  }
  if (block.having) coder_.JumpIfFalse(*block.having, end_, /*if_null=*/true);
  windows.Add(end_);
  windows.Finish();
}

// -- Over groups: sort by the group's expressions, then one row for each run of equal ones --

namespace {

// When ORDER BY goes by the first expressions of GROUP BY, groups are made in its order. As in
// sqlite3 one of as many terms lends its directions also when it is by something else.
bool OrderGroups(const std::vector<const Bound*>& terms, const SortKey& order,
                 const QueryBlock& block, SortKey& group_key) {
  if (terms.size() == group_key.size()) {
    for (size_t i = 0; i < terms.size(); ++i) {
      group_key[i].descending = group_key[i].nulls_last = order[i].descending;
    }
  }
  if (terms.empty() || terms.size() > block.group_by.size()) return terms.empty();
  for (size_t i = 0; i < terms.size(); ++i) {
    if (!SameBound(*terms[i], *block.group_by[i])) return false;
    if (order[i].collation != group_key[i].collation) return false;
  }
  for (size_t i = 0; i < terms.size(); ++i) group_key[i] = order[i];
  return true;
}

}  // namespace

void QueryCoder::CodeGroups(QueryBlock& block, RowOutput& output) {
  AggregateCoder aggregates(context_, coder_, query_, block);
  aggregates.Allocate();
  const int key_count = static_cast<int>(block.group_by.size());
  SortKey group_key;
  for (const BoundPtr& bound : block.group_by) {
    SortColumn column;
    if (bound->collation != nullptr) column.collation = bound->collation;
    group_key.push_back(column);
  }
  const bool is_sorted = OrderGroups(OrderTerms(block), SortKeyOf(query_), block, group_key);
  output.Open(is_sorted && block.windows.empty());
  if (block.is_distinct) output.MakeDistinct(block);
  WindowCoder windows(context_, coder_, query_, block, output);
  windows.Open();
  // All columns that are read after the sort travel with the group's expressions.
  const std::vector<const Bound*> columns = aggregates.ReadColumns();
  const int column_total = key_count + static_cast<int>(columns.size());

  const int sorter = builder_.NewCursor();
  builder_.Emit(Opcode::kSorterOpen, sorter, column_total, 0, group_key);
  const int started = builder_.NewRegister();
  const int return_register = builder_.NewRegister();
  builder_.Emit(Opcode::kInteger, 0, started);

  // Read and sort.
  JoinLoop loop(context_, coder_, block, query_.is_correlated);
  loop.Plan();
  const ExprCoder::Places outer = coder_.places();
  loop.Code([&](Label) {
    const int first = builder_.NewRegisters(column_total);
    coder_.CodeList(block.group_by, first);
    for (size_t i = 0; i < columns.size(); ++i) {
      coder_.Code(*columns[i], first + key_count + static_cast<int>(i));
    }
    const int record = builder_.NewRegister();
    builder_.Emit(Opcode::kMakeRecord, first, column_total, record);
    builder_.Emit(Opcode::kSorterInsert, sorter, record);
  });
  coder_.SetPlaces(outer);
  builder_.Explain("USE TEMP B-TREE FOR GROUP BY");

  // Walk the groups.
  const Label groups_done = builder_.NewLabel();
  const Label same_group = builder_.NewLabel();
  const Label new_group = builder_.NewLabel();
  const Label begin_group = builder_.NewLabel();
  const Label write_group = builder_.NewLabel();
  const int current = builder_.NewRegisters(key_count);
  const int previous = builder_.NewRegisters(key_count);
  builder_.EmitJump(Opcode::kSorterSort, sorter, groups_done);
  const Label next_row = builder_.Here();
  for (int i = 0; i < key_count; ++i) builder_.Emit(Opcode::kColumn, sorter, i, current + i);
  builder_.EmitJump(Opcode::kIfNot, started, begin_group);
  builder_.Emit(Opcode::kCompare, previous, current, key_count, group_key);
  const int jump = builder_.Emit(Opcode::kJump);
  builder_.PointOperand(jump, 1, new_group);
  builder_.PointOperand(jump, 2, same_group);
  builder_.PointOperand(jump, 3, new_group);
  builder_.Place(new_group);
  builder_.EmitJump(Opcode::kGosub, return_register, write_group);
  builder_.Place(begin_group);
  builder_.Emit(Opcode::kCopy, current, previous, key_count - 1);
  builder_.Emit(Opcode::kInteger, 1, started);
  aggregates.StartGroup();
  builder_.Place(same_group);
  for (size_t i = 0; i < columns.size(); ++i) {
    coder_.PlaceInCursor(columns[i]->cursor, columns[i]->column, sorter,
                         key_count + static_cast<int>(i));
  }
  aggregates.Step();
  builder_.EmitJump(Opcode::kSorterNext, sorter, next_row);
  builder_.EmitJump(Opcode::kGosub, return_register, write_group);
  builder_.Place(groups_done);
  windows.Finish();
  builder_.Goto(end_);

  // What comes out of a group.
  builder_.Place(write_group);
  const Label group_done = builder_.NewLabel();
  aggregates.Finish();
  if (block.having) coder_.JumpIfFalse(*block.having, group_done, /*if_null=*/true);
  windows.Add(group_done);
  builder_.Place(group_done);
  builder_.Emit(Opcode::kReturn, return_register);
}

}  // namespace orrery
