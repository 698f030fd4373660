// UPDATE and DELETE. Both first collect the rowids of the rows that WHERE lets through, then change
// those rows one by one: a row that a change moves is not met again.

#include <optional>
#include <utility>

#include "engine/compile/binder.h"
#include "engine/compile/join_loop.h"
#include "engine/compile/row_writer.h"

namespace orrery {
namespace {

// The table that is changed, as the FROM of a query for the rows to change.
struct Target {
  const Table* table = nullptr;
  Source source;
  QueryBlock rows;
};

Status BindTarget(CompileContext& context, const QualifiedName& name,
                  const std::optional<Name>& alias, const IndexHint& hint, Target& target) {
  ASSIGN_OR_RETURN(target.table, FindTableToChange(context, name));
  RETURN_IF_ERROR(CheckIndexHint(context, hint, *target.table));
  ProgramBuilder& builder = context.builder;
  builder.NeedTransaction(/*to_write=*/true);
  builder.program().writes = true;
  builder.program().counts_changes = true;
  target.source = {target.table, alias ? alias->text : name.name.text, builder.NewCursor()};
  auto term = std::make_unique<FromTerm>();
  term->source = target.source;
  term->hint = hint;
  target.rows.from.push_back(std::move(term));
  return OkStatus();
}

Status BindWhere(CompileContext& context, const ExprPtr& where, Target& target) {
  if (!where) return OkStatus();
  Scope scope;
  scope.sources.push_back(target.source);
  ASSIGN_OR_RETURN(target.rows.where, Binder(context, scope).Bind(*where));
  return OkStatus();
}

// Writes the loop that collects, and the head of the loop that changes. Then the writer's cursors
// are open and the table's is on the row, whose rowid is in `rowid`.
class TwoPasses {
 public:
  TwoPasses(CompileContext& context, ExprCoder& coder, Target& target, RowWriter& writer)
      : builder_(context.builder), list_(context.builder.NewCursor()) {
    rowid = builder_.NewRegister();
    const int cursor = target.source.cursor;
    const ExprCoder::Places outer = coder.places();
    JoinLoop loop(context, coder, target.rows, /*is_repeated=*/false);
    // Rows that are changed are read whole.
    for (size_t i = 0; i < target.table->columns.size(); ++i) {
      loop.AlsoReads(*MakeColumn(*target.table, cursor, static_cast<int>(i)));
    }
    loop.Plan();
    loop.Code([&](Label) {
      builder_.Emit(Opcode::kRowid, cursor, rowid);
      builder_.Emit(Opcode::kRowSetAdd, list_, rowid);
    });
    coder.SetPlaces(outer);
    writer.Open();
    done_ = builder_.NewLabel();
    next = builder_.Here();
    builder_.EmitJump(Opcode::kRowSetRead, list_, done_, rowid);
    builder_.EmitJump(Opcode::kNotExists, cursor, next, rowid);
  }

  void End() {
    builder_.Goto(next);
    builder_.Place(done_);
  }

  int rowid = 0;
  Label next;  // on to the next row

 private:
  ProgramBuilder& builder_;
  int list_;
  Label done_;
};

class UpdateCompiler {
 public:
  UpdateCompiler(CompileContext& context, const UpdateStatement& statement)
      : context_(context), builder_(context.builder), statement_(statement), coder_(context) {}

  Status Compile() {
    RETURN_IF_ERROR(
        BindTarget(context_, statement_.table, statement_.alias, statement_.hint, target_));
    if (!statement_.from.empty()) return NotSupportedYet("UPDATE FROM is");
    if (!statement_.with.empty()) return NotSupportedYet("WITH is");
    if (!statement_.returning.empty()) return NotSupportedYet("RETURNING is");
    RETURN_IF_ERROR(BindAssignments());
    RETURN_IF_ERROR(BindWhere(context_, statement_.where, target_));  // after SET, as in sqlite3
    RowWriter writer(context_, *target_.table, target_.source.cursor, statement_.or_action);
    RETURN_IF_ERROR(writer.Bind());
    Code(writer);
    return OkStatus();
  }

 private:
  Status BindAssignments() {
    const Table& table = *target_.table;
    values_.resize(table.columns.size());
    Scope scope;
    scope.sources.push_back(target_.source);
    Binder binder(context_, scope);
    Status rowid_error;
    std::vector<Status> errors(values_.size());
    for (const Assignment& assignment : statement_.assignments) {
      if (assignment.is_row) return NotSupportedYet("row values are");
      const std::string& name = assignment.columns[0].text;
      ASSIGN_OR_RETURN(BoundPtr value, binder.Bind(*assignment.value));
      // Of a column that is set twice only the last value is computed.
      Status error = std::exchange(context_.late_error, OkStatus());
      const int column = table.FindColumn(name);
      if (column < 0 && !IsRowidName(name)) return SqlError("no such column: " + name);
      if (column < 0 || column == table.rowid_column) {
        new_rowid_ = std::move(value);
        rowid_error = std::move(error);
      } else {
        values_[static_cast<size_t>(column)] = std::move(value);
        errors[static_cast<size_t>(column)] = std::move(error);
      }
    }
    if (!rowid_error.ok()) binder.FoundLate(std::move(rowid_error));
    for (Status& error : errors) {
      if (!error.ok()) binder.FoundLate(std::move(error));
    }
    return OkStatus();
  }

  void Code(RowWriter& writer) {
    const Table& table = *target_.table;
    const int cursor = target_.source.cursor;
    TwoPasses passes(context_, coder_, target_, writer);
    OldRow old;
    old.rowid = passes.rowid;
    old.may_move = new_rowid_ != nullptr;
    NewRow row;
    row.rowid = passes.rowid;
    if (new_rowid_) {
      row.rowid = coder_.CodeNew(*new_rowid_);
      builder_.Emit(Opcode::kMustBeInt, row.rowid);
    }
    const int count = static_cast<int>(table.columns.size());
    row.first_column = builder_.NewRegisters(count);
    for (int i = 0; i < count; ++i) {
      const BoundPtr& value = values_[static_cast<size_t>(i)];
      const int target = row.first_column + i;
      old.changed.push_back(value != nullptr);
      if (value) {
        coder_.Code(*value, target);
      } else if (i == table.rowid_column) {
        builder_.Emit(Opcode::kNull, 0, target);
      } else {
        coder_.Code(*MakeColumn(table, cursor, i), target);
      }
    }
    writer.CheckRow(row, &old, passes.next);
    writer.CheckKeys(row, &old, /*checks_rowid=*/old.may_move, passes.next);
    // The checks may have moved the cursor, but no row that they took away was this one.
    builder_.EmitJump(Opcode::kNotExists, cursor, passes.next, passes.rowid);
    writer.DeleteEntries(passes.rowid, &old);
    if (old.may_move) {
      const Label same_rowid = builder_.NewLabel();
      builder_.EmitJump(Opcode::kEq, passes.rowid, same_rowid, row.rowid);
      builder_.Emit(Opcode::kDelete, cursor);
      builder_.Place(same_rowid);
    }
    writer.Write(row, kInsertCountChange);
    passes.End();
  }

  CompileContext& context_;
  ProgramBuilder& builder_;
  const UpdateStatement& statement_;
  ExprCoder coder_;
  Target target_;
  std::vector<BoundPtr> values_;  // of each column; null: as it was
  BoundPtr new_rowid_;
};

}  // namespace

Status CompileUpdate(CompileContext& context, const UpdateStatement& statement) {
  return UpdateCompiler(context, statement).Compile();
}

Status CompileDelete(CompileContext& context, const DeleteStatement& statement) {
  Target target;
  RETURN_IF_ERROR(BindTarget(context, statement.table, statement.alias, statement.hint, target));
  if (!statement.with.empty()) return NotSupportedYet("WITH is");
  if (!statement.returning.empty()) return NotSupportedYet("RETURNING is");
  RETURN_IF_ERROR(BindWhere(context, statement.where, target));
  ProgramBuilder& builder = context.builder;
  RowWriter writer(context, *target.table, target.source.cursor, ConflictAction::kUnsaid);
  RETURN_IF_ERROR(writer.Bind());
  if (!target.rows.where) {
    // All rows: the trees are emptied without reading them.
    builder.Explain("SCAN " + target.source.name);
    writer.Clear();
    return OkStatus();
  }
  ExprCoder coder(context);
  TwoPasses passes(context, coder, target, writer);
  writer.Delete(passes.rowid, kInsertCountChange);
  passes.End();
  return OkStatus();
}

}  // namespace orrery
