#include "engine/compile/row_writer.h"

#include "engine/compile/binder.h"
#include "engine/program/affinity_letters.h"

namespace orrery {
namespace {

OnError OnErrorOf(ConflictAction action) {
  switch (action) {
    case ConflictAction::kRollback:
      return OnError::kRollback;
    case ConflictAction::kFail:
      return OnError::kFail;
    default:
      return OnError::kAbort;
  }
}

}  // namespace

RowWriter::RowWriter(CompileContext& context, const Table& table, int cursor,
                     ConflictAction or_action)
    : context_(context),
      builder_(context.builder),
      table_(table),
      cursor_(cursor),
      or_action_(or_action),
      coder_(context.builder) {}

Status RowWriter::Bind() {
  row_cursor_ = builder_.NewCursor();
  BindContext in_check;
  in_check.sources.push_back({&table_, table_.name, row_cursor_});
  in_check.restricted_to = "CHECK constraints";
  Binder check_binder(context_.functions, std::move(in_check));
  for (const CheckConstraint& check : table_.checks) {
    ASSIGN_OR_RETURN(BoundPtr bound, check_binder.Bind(*check.expr));
    checks_.push_back(std::move(bound));
  }
  BindContext in_default;
  in_default.restricted_to = "DEFAULT values";
  Binder default_binder(context_.functions, std::move(in_default));
  for (const Column& column : table_.columns) {
    if (column.default_expr == nullptr) {
      defaults_.push_back(nullptr);
      continue;
    }
    ASSIGN_OR_RETURN(BoundPtr bound, default_binder.Bind(*column.default_expr));
    defaults_.push_back(std::move(bound));
  }
  return OkStatus();
}

void RowWriter::CodeDefault(int column_index, int target) {
  const BoundPtr& bound = defaults_[static_cast<size_t>(column_index)];
  if (bound == nullptr) {
    builder_.Emit(Opcode::kNull, 0, target);
  } else {
    coder_.Code(*bound, target);
  }
}

ConflictAction RowWriter::ActionOr(ConflictAction declared) const {
  if (or_action_ != ConflictAction::kUnsaid) return or_action_;
  return declared == ConflictAction::kUnsaid ? ConflictAction::kAbort : declared;
}

void RowWriter::Halt(ResultCode code, ConflictAction action, std::string message) {
  builder_.Emit(Opcode::kHalt, static_cast<int>(code), static_cast<int>(OnErrorOf(action)), 0,
                std::move(message));
}

std::string RowWriter::Letters() const {
  std::string letters;
  for (const Column& column : table_.columns) letters += LetterOf(column.affinity);
  // The rowid is stored elsewhere, with NULL in its place.
  if (table_.rowid_column >= 0)
    letters[static_cast<size_t>(table_.rowid_column)] = LetterOf(Affinity::kBlob);
  return letters;
}

void RowWriter::CheckRow(const NewRow& row, const std::vector<bool>& changed, Label ignore) {
  for (size_t i = 0; i < table_.columns.size(); ++i) {
    const bool is_rowid = static_cast<int>(i) == table_.rowid_column;
    if (!table_.columns[i].is_not_null || is_rowid || (!changed.empty() && !changed[i])) continue;
    CheckNotNull(static_cast<int>(i), row.first_column + static_cast<int>(i), ignore);
  }
  // A default may be NULL as well, which comes out when all columns have been looked at.
  for (const int i : replaced_) HaltIfNull(i, row.first_column + i, ConflictAction::kAbort);
  replaced_.clear();
  CheckConstraints(row, ignore);
}

void RowWriter::CheckNotNull(int column_index, int reg, Label ignore) {
  const Column& column = table_.columns[static_cast<size_t>(column_index)];
  const ConflictAction action = ActionOr(column.not_null_action);
  if (action == ConflictAction::kIgnore) {
    builder_.EmitJump(Opcode::kIsNull, reg, ignore);
    return;
  }
  const BoundPtr& default_value = defaults_[static_cast<size_t>(column_index)];
  if (action == ConflictAction::kReplace && default_value != nullptr) {
    const Label not_null = builder_.NewLabel();
    builder_.EmitJump(Opcode::kNotNull, reg, not_null);
    coder_.Code(*default_value, reg);
    builder_.Place(not_null);
    replaced_.push_back(column_index);
    return;
  }
  HaltIfNull(column_index, reg, action);
}

void RowWriter::HaltIfNull(int column_index, int reg, ConflictAction action) {
  builder_.Emit(Opcode::kHaltIfNull, static_cast<int>(ResultCode::kConstraintNotNull),
                static_cast<int>(OnErrorOf(action)), reg,
                "NOT NULL constraint failed: " + table_.name + "." +
                    table_.columns[static_cast<size_t>(column_index)].name);
}

// A CHECK that is false fails; one that is NULL does not. It sees the values as they will be
// stored.
void RowWriter::CheckConstraints(const NewRow& row, Label ignore) {
  if (checks_.empty()) return;
  const int count = static_cast<int>(table_.columns.size());
  builder_.Emit(Opcode::kAffinity, row.first_column, count, 0, Letters());
  coder_.PlaceInRegister(row_cursor_, kRowidColumn, row.rowid);
  for (int i = 0; i < count; ++i) coder_.PlaceInRegister(row_cursor_, i, row.first_column + i);
  ConflictAction action = ActionOr(ConflictAction::kUnsaid);
  if (action == ConflictAction::kReplace) action = ConflictAction::kAbort;
  for (size_t i = 0; i < checks_.size(); ++i) {
    const Label holds = builder_.NewLabel();
    coder_.JumpIfTrue(*checks_[i], holds, /*if_null=*/true);
    if (action == ConflictAction::kIgnore) {
      builder_.Goto(ignore);
    } else {
      Halt(ResultCode::kConstraintCheck, action,
           "CHECK constraint failed: " + table_.checks[i].name);
    }
    builder_.Place(holds);
  }
}

void RowWriter::CheckRowid(const NewRow& row, Label ignore) {
  const ConflictAction action = ActionOr(table_.rowid_action);
  if (action == ConflictAction::kReplace) return;  // writing the row replaces the other
  const Label is_free = builder_.NewLabel();
  builder_.EmitJump(Opcode::kNotExists, cursor_, is_free, row.rowid);
  if (action == ConflictAction::kIgnore) {
    builder_.Goto(ignore);
  } else {
    const bool has_name = table_.rowid_column >= 0;
    const std::string column =
        has_name ? table_.columns[static_cast<size_t>(table_.rowid_column)].name : "rowid";
    Halt(has_name ? ResultCode::kConstraintPrimaryKey : ResultCode::kConstraintRowid, action,
         "UNIQUE constraint failed: " + table_.name + "." + column);
  }
  builder_.Place(is_free);
}

void RowWriter::Write(const NewRow& row, uint16_t flags) {
  if (table_.rowid_column >= 0)
    builder_.Emit(Opcode::kNull, 0, row.first_column + table_.rowid_column);
  const int record = builder_.NewRegister();
  builder_.Emit(Opcode::kMakeRecord, row.first_column, static_cast<int>(table_.columns.size()),
                record, Letters());
  builder_.Emit(Opcode::kInsert, cursor_, record, row.rowid, table_.name, flags);
}

}  // namespace orrery
