// INSERT.

#include "engine/compile/query_binder.h"
#include "engine/compile/query_coder.h"
#include "engine/compile/returning.h"
#include "engine/compile/row_triggers.h"
#include "engine/compile/row_writer.h"
#include "engine/compile/sequence.h"
#include "engine/compile/upsert.h"
#include "engine/compile/view_rows.h"

namespace orrery {
namespace {

class InsertCompiler {
 public:
  // Into a table, or into a view that has the columns of `table`.
  InsertCompiler(CompileContext& context, const InsertStatement& statement, const Table& table,
                 const View* view)
      : context_(context),
        builder_(context.builder),
        statement_(statement),
        table_(table),
        coder_(context),
        cursor_(builder_.NewCursor()),
        writer_(context, table, cursor_, OrActionOf(context, statement.or_action)),
        upsert_(context, {&table, statement.alias ? statement.alias->text : table.name, cursor_}),
        returning_(context, coder_, table),
        view_(view),
        triggers_(context, table,
                  view == nullptr ? context.catalog->TriggersOf(table)
                                  : context.catalog->TriggersOf(*view)),
        with_(statement.with, /*outer=*/nullptr) {}

  Status Compile() {
    RETURN_IF_ERROR(FindColumns());
    if (statement_.source) {
      ASSIGN_OR_RETURN(query_,
                       BindQuery(context_, *statement_.source, &with_, context_.outer_rows));
    }
    RETURN_IF_ERROR(CheckValueCount());
    RETURN_IF_ERROR(writer_.Bind());
    ASSIGN_OR_RETURN(largest_rowid_, context_.sequences->Use(*context_.catalog, table_));
    RETURN_IF_ERROR(
        upsert_.Bind(statement_.upserts, /*checks_rowid=*/rowid_value_index_ >= 0, &with_));
    RETURN_IF_ERROR(returning_.Bind(statement_.returning, &with_));
    RETURN_IF_ERROR(
        triggers_.Bind(TriggerEvent::kInsert, OrActionOf(context_, statement_.or_action)));
    Code();
    return OkStatus();
  }

 private:
  // Which value each column gets.
  Status FindColumns();
  Status CheckValueCount() const;
  void Code();
  void CodeRows();
  void CodeRow(int first_value);
  void CodeColumns(int first_value, int target);
  void RunBefore(int first_value, Label ignore);
  int CodeRowid(int first_value);
  void CodeCoroutine(int count);
  void CodeMaterialized(int count);

  CompileContext& context_;
  ProgramBuilder& builder_;
  const InsertStatement& statement_;
  const Table& table_;
  ExprCoder coder_;
  const int cursor_;
  RowWriter writer_;
  Upsert upsert_;
  Returning returning_;
  const View* const view_;  // null: a table
  RowTriggers triggers_;
  int largest_rowid_ = 0;  // with AUTOINCREMENT, register of the largest that there ever was
  const WithScope with_;
  std::unique_ptr<Query> query_;    // null for DEFAULT VALUES
  std::vector<int> value_indexes_;  // of each column; -1: the default
  int rowid_value_index_ = -1;      // -1: one that is free
};

Status InsertCompiler::FindColumns() {
  const int column_count = static_cast<int>(table_.columns.size());
  value_indexes_.assign(static_cast<size_t>(column_count), -1);
  if (statement_.columns.empty()) {
    if (!statement_.source) return OkStatus();
    for (int i = 0; i < column_count; ++i) value_indexes_[static_cast<size_t>(i)] = i;
    rowid_value_index_ = table_.rowid_column;
    return OkStatus();
  }
  for (size_t i = 0; i < statement_.columns.size(); ++i) {
    const std::string& name = statement_.columns[i].text;
    const int column = table_.FindColumn(name);
    const bool is_rowid = !table_.is_without_rowid && IsRowidName(name);
    if (column < 0 && !is_rowid) {
      return SqlError("table " + table_.name + " has no column named " + name);
    }
    if (column < 0 || column == table_.rowid_column) {
      rowid_value_index_ = static_cast<int>(i);
    } else if (value_indexes_[static_cast<size_t>(column)] < 0) {
      value_indexes_[static_cast<size_t>(column)] = static_cast<int>(i);
    }
  }
  return OkStatus();
}

Status InsertCompiler::CheckValueCount() const {
  if (!query_) return OkStatus();
  const int column_count = static_cast<int>(table_.columns.size());
  const int value_count = query_->column_count();
  if (statement_.columns.empty() && value_count != column_count) {
    return SqlError("table " + table_.name + " has " + std::to_string(column_count) +
                    " columns but " + std::to_string(value_count) + " values were supplied");
  }
  if (!statement_.columns.empty() && value_count != static_cast<int>(statement_.columns.size())) {
    return SqlError(std::to_string(value_count) + " values for " +
                    std::to_string(statement_.columns.size()) + " columns");
  }
  return OkStatus();
}

void InsertCompiler::Code() {
  if (view_ != nullptr) {
    returning_.Open();
    CodeRows();
    EndChanges(context_);
    returning_.Finish();
    return;
  }
  writer_.Open();
  returning_.Open();
  CodeRows();
  EndChanges(context_);
  returning_.Finish();
}

void InsertCompiler::CodeRows() {
  if (!query_) {
    CodeRow(0);
    return;
  }
  const bool is_one_row = !query_->is_compound() && query_->blocks[0]->from.empty() &&
                          query_->blocks[0]->more_rows.empty();
  if (is_one_row) {
    QueryCoder(context_, coder_, *query_).Code([this](int first, int) { CodeRow(first); });
  } else if (ReadsTable(*query_, table_) || !triggers_.is_empty()) {
    CodeMaterialized(query_->column_count());
  } else {
    CodeCoroutine(query_->column_count());
  }
}

// The rows come one by one from code of their own, so that the code that stores one stands here
// once.
void InsertCompiler::CodeCoroutine(int count) {
  const int coroutine = builder_.NewRegister();
  const int values = builder_.NewRegisters(count);
  const Label body = builder_.NewLabel();
  const Label after = builder_.NewLabel();
  const int init = builder_.EmitJump(Opcode::kInitCoroutine, coroutine, after);
  builder_.PointOperand(init, 3, body);
  builder_.Place(body);
  QueryCoder(context_, coder_, *query_).Code([&](int first, int) {
    builder_.Emit(Opcode::kCopy, first, values, count - 1);
    builder_.Emit(Opcode::kYield, coroutine);
  });
  builder_.Emit(Opcode::kEndCoroutine, coroutine);
  builder_.Place(after);
  const Label done = builder_.NewLabel();
  const Label loop = builder_.Here();
  builder_.EmitJump(Opcode::kYield, coroutine, done);
  CodeRow(values);
  builder_.Goto(loop);
  builder_.Place(done);
}

// All rows are read before the first is stored: the table they come from is the one they go to.
void InsertCompiler::CodeMaterialized(int count) {
  const int memory = builder_.NewCursor();
  builder_.Emit(Opcode::kOpenEphemeral, memory, count);
  QueryCoder(context_, coder_, *query_).Code([&](int first, int) {
    const int record = builder_.NewRegister();
    const int rowid = builder_.NewRegister();
    builder_.Emit(Opcode::kMakeRecord, first, count, record);
    builder_.Emit(Opcode::kNewRowid, memory, rowid);
    builder_.Emit(Opcode::kInsert, memory, record, rowid);
  });
  const Label done = builder_.NewLabel();
  builder_.EmitJump(Opcode::kRewind, memory, done);
  const Label loop = builder_.Here();
  const int values = builder_.NewRegisters(count);
  for (int i = 0; i < count; ++i) builder_.Emit(Opcode::kColumn, memory, i, values + i);
  CodeRow(values);
  builder_.EmitJump(Opcode::kNext, memory, loop);
  builder_.Place(done);
}

int InsertCompiler::CodeRowid(int first_value) {
  const int rowid = builder_.NewRegister();
  if (rowid_value_index_ >= 0) {
    const Label given = builder_.NewLabel();
    builder_.Emit(Opcode::kSCopy, first_value + rowid_value_index_, rowid);
    builder_.EmitJump(Opcode::kNotNull, rowid, given);
    builder_.Emit(Opcode::kNewRowid, cursor_, rowid, largest_rowid_);
    builder_.Place(given);
    builder_.Emit(Opcode::kMustBeInt, rowid);
  } else {
    builder_.Emit(Opcode::kNewRowid, cursor_, rowid, largest_rowid_);
  }
  if (largest_rowid_ != 0) builder_.Emit(Opcode::kMemMax, largest_rowid_, rowid);
  return rowid;
}

void InsertCompiler::CodeColumns(int first_value, int target) {
  for (size_t i = 0; i < table_.columns.size(); ++i, ++target) {
    const int value_index = value_indexes_[i];
    if (static_cast<int>(i) == table_.rowid_column) {
      builder_.Emit(Opcode::kNull, 0, target);
    } else if (value_index >= 0) {
      builder_.Emit(Opcode::kSCopy, first_value + value_index, target);
    } else {
      writer_.CodeDefault(static_cast<int>(i), target);
    }
  }
}

// A rowid that is yet to be chosen is -1 for them.
void InsertCompiler::RunBefore(int first_value, Label ignore) {
  if (!triggers_.Has(TriggerTime::kBefore)) return;
  const int rowid = triggers_.new_row();
  builder_.LoadInteger(-1, rowid);
  if (rowid_value_index_ >= 0) {
    const Label is_null = builder_.NewLabel();
    builder_.EmitJump(Opcode::kIsNull, first_value + rowid_value_index_, is_null);
    builder_.Emit(Opcode::kSCopy, first_value + rowid_value_index_, rowid);
    builder_.Emit(Opcode::kMustBeInt, rowid);
    builder_.Place(is_null);
  }
  CodeColumns(first_value, triggers_.new_row() + 1);
  triggers_.ApplyAffinities();
  triggers_.Run(TriggerTime::kBefore, ignore);
}

void InsertCompiler::CodeRow(int first_value) {
  const int count = static_cast<int>(table_.columns.size());
  NewRow row;
  row.first_column = builder_.NewRegisters(count);
  const Label ignore = builder_.NewLabel();

  if (view_ != nullptr) {
    CodeColumns(first_value, row.first_column);
    returning_.Add(row);
    triggers_.CodeNew(row);
    builder_.LoadInteger(-1, triggers_.new_row());
    triggers_.Run(TriggerTime::kInsteadOf, ignore);
    builder_.Place(ignore);
    return;
  }
  const bool has_rowid = rowid_value_index_ >= 0;
  RunBefore(first_value, ignore);
  if (table_.primary_key == nullptr) row.rowid = CodeRowid(first_value);
  CodeColumns(first_value, row.first_column);
  writer_.SetRules(upsert_.rules());
  writer_.CheckRow(row, nullptr, ignore);
  writer_.CheckKeys(row, nullptr, /*checks_rowid=*/has_rowid, ignore);
  uint16_t flags = kInsertCountChange | kInsertLastRowid;
  if (!has_rowid) flags |= kInsertAppend;
  writer_.Write(row, flags);
  returning_.Add(row);
  triggers_.CodeNew(row);
  triggers_.Run(TriggerTime::kAfter, ignore);
  upsert_.Code(coder_, writer_, row, returning_, ignore);
  builder_.Place(ignore);
}

}  // namespace

Status CompileInsert(CompileContext& context, const InsertStatement& statement) {
  const View* const view = FindViewToChange(context, statement.table, TriggerEvent::kInsert);
  if (view != nullptr) {
    if (!statement.upserts.empty()) return SqlError("cannot UPSERT a view");
    ViewTarget target;
    RETURN_IF_ERROR(BindViewTarget(context, statement.table, target));
    return InsertCompiler(context, statement, target.table(), view).Compile();
  }
  ASSIGN_OR_RETURN(const Table* table, FindTableToChange(context, statement.table));
  ProgramBuilder& builder = context.builder;
  builder.NeedTransaction(table->database, /*to_write=*/true);
  builder.program().writes = true;
  builder.program().counts_changes = true;
  return InsertCompiler(context, statement, *table, /*view=*/nullptr).Compile();
}

}  // namespace orrery
