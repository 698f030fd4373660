// UPDATE and DELETE. Both first collect the rowids of the rows that WHERE lets through, then change
// those rows one by one: a row that a change moves is not met again.

#include <optional>

#include "engine/compile/row_writer.h"
#include "engine/compile/scan.h"

namespace orrery {
namespace {

struct Target {
  const Table* table = nullptr;
  Source source;
  BoundPtr where;
};

Status BindTarget(CompileContext& context, const QualifiedName& name,
                  const std::optional<Name>& alias, const IndexHint& hint, Target& target) {
  ASSIGN_OR_RETURN(target.table, FindTable(context, name));
  RETURN_IF_ERROR(target.table->CheckWritable());
  if (hint.index) return SqlError("no such index: " + hint.index->text);
  ProgramBuilder& builder = context.builder;
  builder.NeedTransaction(/*to_write=*/true);
  builder.program().writes = true;
  builder.program().counts_changes = true;
  target.source = {target.table, alias ? alias->text : name.name.text, builder.NewCursor()};
  return OkStatus();
}

Status BindWhere(CompileContext& context, const ExprPtr& where, Target& target) {
  if (!where) return OkStatus();
  BindContext bind;
  bind.sources.push_back(target.source);
  Binder binder(context.functions, std::move(bind));
  ASSIGN_OR_RETURN(target.where, binder.Bind(*where));
  return OkStatus();
}

// Writes the loop that collects, and the head of the loop that changes. Then the cursor is on the
// row, whose rowid is in `rowid`.
class TwoPasses {
 public:
  TwoPasses(ProgramBuilder& builder, ExprCoder& coder, const Target& target)
      : builder_(builder), list_(builder.NewCursor()) {
    rowid = builder.NewRegister();
    const int cursor = target.source.cursor;
    builder.Emit(Opcode::kOpenWrite, cursor, static_cast<int>(target.table->root), 0,
                 static_cast<int64_t>(target.table->columns.size()));
    const Label collected = builder.NewLabel();
    Scan scan(target.source, target.where.get());
    scan.Begin(builder, coder, collected);
    builder.Emit(Opcode::kRowid, cursor, rowid);
    builder.Emit(Opcode::kRowSetAdd, list_, rowid);
    scan.End(builder);
    builder.Place(collected);
    done_ = builder.NewLabel();
    next = builder.Here();
    builder.EmitJump(Opcode::kRowSetRead, list_, done_, rowid);
    builder.EmitJump(Opcode::kNotExists, cursor, next, rowid);
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
      : context_(context),
        builder_(context.builder),
        statement_(statement),
        coder_(context.builder) {}

  Status Compile() {
    RETURN_IF_ERROR(
        BindTarget(context_, statement_.table, statement_.alias, statement_.hint, target_));
    if (!statement_.from.empty()) return NotSupportedYet("UPDATE FROM is");
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
    BindContext bind;
    bind.sources.push_back(target_.source);
    Binder binder(context_.functions, std::move(bind));
    for (const Assignment& assignment : statement_.assignments) {
      if (assignment.is_row) return NotSupportedYet("row values are");
      const std::string& name = assignment.columns[0].text;
      ASSIGN_OR_RETURN(BoundPtr value, binder.Bind(*assignment.value));
      const int column = table.FindColumn(name);
      if (column < 0 && !IsRowidName(name)) return SqlError("no such column: " + name);
      if (column < 0 || column == table.rowid_column) {
        new_rowid_ = std::move(value);
      } else {
        values_[static_cast<size_t>(column)] = std::move(value);
      }
    }
    return OkStatus();
  }

  void Code(RowWriter& writer) {
    const Table& table = *target_.table;
    const int cursor = target_.source.cursor;
    TwoPasses passes(builder_, coder_, target_);
    NewRow row;
    row.rowid = passes.rowid;
    if (new_rowid_) {
      row.rowid = coder_.CodeNew(*new_rowid_);
      builder_.Emit(Opcode::kMustBeInt, row.rowid);
    }
    const int count = static_cast<int>(table.columns.size());
    row.first_column = builder_.NewRegisters(count);
    std::vector<bool> changed;
    for (int i = 0; i < count; ++i) {
      const BoundPtr& value = values_[static_cast<size_t>(i)];
      const int target = row.first_column + i;
      changed.push_back(value != nullptr);
      if (value) {
        coder_.Code(*value, target);
      } else if (i == table.rowid_column) {
        builder_.Emit(Opcode::kNull, 0, target);
      } else {
        coder_.Code(*MakeColumn(table, cursor, i), target);
      }
    }
    writer.CheckRow(row, changed, passes.next);
    if (new_rowid_) {
      const Label same_rowid = builder_.NewLabel();
      builder_.EmitJump(Opcode::kEq, passes.rowid, same_rowid, row.rowid);
      writer.CheckRowid(row, passes.next);
      // The row moves. It is still there, since nothing was stored since it was found.
      builder_.EmitJump(Opcode::kNotExists, cursor, passes.next, passes.rowid);
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
  RETURN_IF_ERROR(BindWhere(context, statement.where, target));
  ProgramBuilder& builder = context.builder;
  if (!target.where) {
    // All rows: the tree is emptied without reading them.
    builder.Explain("SCAN " + target.source.name);
    builder.Emit(Opcode::kClear, static_cast<int>(target.table->root), 0, 1, target.table->name);
    return OkStatus();
  }
  ExprCoder coder(builder);
  TwoPasses passes(builder, coder, target);
  builder.Emit(Opcode::kDelete, target.source.cursor, 0, 0, target.table->name, kInsertCountChange);
  passes.End();
  return OkStatus();
}

}  // namespace orrery
