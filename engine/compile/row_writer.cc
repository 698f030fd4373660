#include "engine/compile/row_writer.h"

#include <algorithm>

#include "engine/compile/binder.h"
#include "engine/compile/row_key.h"
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

bool ReadsChanged(const Bound& bound, const OldRow& old) {
  std::vector<const Bound*> read;
  CollectColumns(bound, read);
  return std::any_of(read.begin(), read.end(), [&](const Bound* column) {
    return column->column < 0 ? old.may_move
                              : bool{old.changed[static_cast<size_t>(column->column)]};
  });
}

}  // namespace

std::string StoredLetters(const Table& table) {
  std::string letters;
  for (const Column& column : table.columns) letters += LetterOf(column.affinity);
  // The rowid is stored elsewhere, with NULL in its place.
  if (table.rowid_column >= 0)
    letters[static_cast<size_t>(table.rowid_column)] = LetterOf(Affinity::kBlob);
  return letters;
}

void CodeAffinities(ProgramBuilder& builder, const Table& table, int first_column) {
  builder.Emit(Opcode::kAffinity, first_column, static_cast<int>(table.columns.size()), 0,
               StoredLetters(table));
  if (!table.is_strict) return;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (!column.required_type || static_cast<int>(i) == table.rowid_column) continue;
    builder.Emit(Opcode::kTypeCheck, first_column + static_cast<int>(i), 0,
                 static_cast<int>(*column.required_type),
                 column.declared_type + " column " + table.name + "." + column.name);
  }
}

RowWriter::RowWriter(CompileContext& context, const Table& table, int cursor,
                     ConflictAction or_action)
    : context_(context),
      builder_(context.builder),
      table_(table),
      cursor_(cursor),
      or_action_(or_action),
      coder_(context) {}

Status RowWriter::Bind() {
  row_cursor_ = builder_.NewCursor();
  Scope in_check;
  in_check.sources.push_back({&table_, table_.name, row_cursor_});
  in_check.restricted_to = kCheckConstraints;
  Binder check_binder(context_, in_check);
  for (const CheckConstraint& check : table_.checks) {
    ASSIGN_OR_RETURN(BoundPtr bound, check_binder.Bind(*check.expr));
    checks_.push_back(std::move(bound));
  }
  Scope in_default;
  in_default.restricted_to = kDefaultValues;
  Binder default_binder(context_, in_default);
  Status other_error = std::exchange(context_.late_error, OkStatus());
  for (const Column& column : table_.columns) {
    Default& made = defaults_.emplace_back();
    if (column.default_expr == nullptr) continue;
    // As sqlite3 resolves nothing in a DEFAULT, what is wrong with it shows when it is needed.
    Result<BoundPtr> bound = default_binder.Bind(*column.default_expr);
    made.late_error = std::exchange(context_.late_error, OkStatus());
    if (bound.ok()) {
      made.value = *std::move(bound);
    } else {
      made.value = MakeConstant(Value::Null());
      made.late_error = std::move(bound).status();
    }
  }
  context_.late_error = std::move(other_error);
  for (const std::unique_ptr<Index>& index : table_.indexes) {
    Entry entry{.index = index.get(),
                .cursor = index.get() == table_.primary_key ? cursor_ : builder_.NewCursor(),
                .of_new = IndexEntry(table_, *index, row_cursor_),
                .of_old = IndexEntry(table_, *index, cursor_)};
    RETURN_IF_ERROR(entry.of_new.Bind(context_));
    RETURN_IF_ERROR(entry.of_old.Bind(context_));
    entries_.push_back(std::move(entry));
  }
  return OkStatus();
}

void RowWriter::Open() {
  OpenRows(builder_, Opcode::kOpenWrite, table_, cursor_);
  for (const Entry& entry : entries_) {
    if (IsTable(entry)) continue;
    builder_.Emit(Opcode::kOpenWrite, entry.cursor, static_cast<int>(entry.index->root),
                  table_.database, &entry.index->order);
  }
}

void RowWriter::CodeDefault(int column_index, int target) {
  const Default& made = defaults_[static_cast<size_t>(column_index)];
  if (made.value == nullptr) {
    builder_.Emit(Opcode::kNull, 0, target);
    return;
  }
  if (context_.late_error.ok()) context_.late_error = made.late_error;
  coder_.Code(*made.value, target);
}

ConflictAction RowWriter::ActionOr(ConflictAction declared) const {
  if (or_action_ != ConflictAction::kUnsaid) return or_action_;
  return declared == ConflictAction::kUnsaid ? ConflictAction::kAbort : declared;
}

void RowWriter::Halt(ResultCode code, ConflictAction action, std::string message) {
  builder_.Emit(Opcode::kHalt, static_cast<int>(code), static_cast<int>(OnErrorOf(action)), 0,
                std::move(message));
}

void RowWriter::CheckRow(const NewRow& row, const OldRow* old, Label ignore) {
  for (size_t i = 0; i < table_.columns.size(); ++i) {
    const bool is_rowid = static_cast<int>(i) == table_.rowid_column;
    if (!table_.columns[i].is_not_null || is_rowid || (old != nullptr && !old->changed[i]))
      continue;
    CheckNotNull(static_cast<int>(i), row.first_column + static_cast<int>(i), ignore);
  }
  // A default may be NULL as well, which comes out when all columns have been looked at.
  for (const int i : replaced_) HaltIfNull(i, row.first_column + i, ConflictAction::kAbort);
  replaced_.clear();
  const int count = static_cast<int>(table_.columns.size());
  // From here on the row is read as a row of the table is.
  coder_.PlaceInRegister(row_cursor_, kRowidColumn, row.rowid);
  for (int i = 0; i < count; ++i) coder_.PlaceInRegister(row_cursor_, i, row.first_column + i);
  has_affinities_ = false;
  CheckConstraints(row, old, ignore);
}

// As in sqlite3 not before something needs them: EXCLUDED may show the values without.
void RowWriter::ApplyAffinities(const NewRow& row) {
  if (std::exchange(has_affinities_, true)) return;
  CodeAffinities(builder_, table_, row.first_column);
}

void RowWriter::CheckNotNull(int column_index, int reg, Label ignore) {
  const Column& column = table_.columns[static_cast<size_t>(column_index)];
  const ConflictAction action = ActionOr(column.not_null_action);
  if (action == ConflictAction::kIgnore) {
    builder_.EmitJump(Opcode::kIsNull, reg, ignore);
    return;
  }
  const bool has_default = defaults_[static_cast<size_t>(column_index)].value != nullptr;
  if (action == ConflictAction::kReplace && has_default) {
    const Label not_null = builder_.NewLabel();
    builder_.EmitJump(Opcode::kNotNull, reg, not_null);
    CodeDefault(column_index, reg);
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
// stored. One that reads nothing that has changed is not looked at.
void RowWriter::CheckConstraints(const NewRow& row, const OldRow* old, Label ignore) {
  ConflictAction action = ActionOr(ConflictAction::kUnsaid);
  if (action == ConflictAction::kReplace) action = ConflictAction::kAbort;
  for (size_t i = 0; i < checks_.size(); ++i) {
    if (old != nullptr && !ReadsChanged(*checks_[i], *old)) continue;
    ApplyAffinities(row);
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

// -- Keys --

void RowWriter::CheckKeys(const NewRow& row, const OldRow* old, bool checks_rowid, Label ignore) {
  std::vector<Entry*> left;
  for (Entry& entry : entries_) {
    entry.record = IsAffected(entry, old) ? builder_.NewRegister() : 0;
    if (entry.record != 0) left.push_back(&entry);
  }
  for (const ConflictRule& rule : rules_) {
    if (rule.of == ConflictRule::Of::kRowid && checks_rowid) {
      CheckRowid(row, old, ignore);
      checks_rowid = false;
    }
    const auto named = std::find_if(left.begin(), left.end(),
                                    [&](const Entry* entry) { return entry->index == rule.index; });
    if (named == left.end()) continue;
    ApplyAffinities(row);
    CheckIndex(**named, old, ignore);
    left.erase(named);
    // The rowid waits for the first clause, and not for more.
    if (checks_rowid && &rule == &rules_.front()) {
      CheckRowid(row, old, ignore);
      checks_rowid = false;
    }
  }
  const bool rowid_is_last = RuleFor(nullptr) == nullptr &&
                             ActionOr(table_.rowid_action) == ConflictAction::kReplace &&
                             or_action_ != ConflictAction::kReplace && !entries_.empty();
  if (checks_rowid && !rowid_is_last) CheckRowid(row, old, ignore);
  if (!left.empty()) ApplyAffinities(row);
  for (Entry* entry : left) CheckIndex(*entry, old, ignore);
  if (checks_rowid && rowid_is_last) CheckRowid(row, old, ignore);
}

void RowWriter::BeginUpdates() {
  rules_.clear();
  or_action_ = ConflictAction::kAbort;
}

// Null: the rowid's.
const ConflictRule* RowWriter::RuleFor(const Index* index) const {
  for (const ConflictRule& rule : rules_) {
    const bool fits =
        rule.of == ConflictRule::Of::kAny ||
        (index == nullptr ? rule.of == ConflictRule::Of::kRowid : rule.index == index);
    if (fits) return &rule;
  }
  return nullptr;
}

// The row with this key is in the way.
void RowWriter::FollowRule(const ConflictRule& rule, int key, Label ignore) {
  if (!rule.is_update) return builder_.Goto(ignore);
  builder_.Emit(Opcode::kCopy, key, rule.key, KeyWidth(table_) - 1);
  builder_.Goto(rule.update);
}

bool RowWriter::IsAffected(const Entry& entry, const OldRow* old) const {
  return old == nullptr || old->may_move || IsTable(entry) || entry.of_new.Reads(old->changed);
}

void RowWriter::CheckRowid(const NewRow& row, const OldRow* old, Label ignore) {
  const ConflictAction action = ActionOr(table_.rowid_action);
  const ConflictRule* const rule = RuleFor(nullptr);
  const bool replaces = rule == nullptr && action == ConflictAction::kReplace;
  if (replaces && entries_.empty()) return;  // writing the row replaces the other
  const Label is_free = builder_.NewLabel();
  if (old != nullptr) JumpIfSameKey(builder_, table_, old->key, row.rowid, is_free);
  SeekKey(builder_, table_, cursor_, row.rowid, is_free);
  if (rule != nullptr) {
    FollowRule(*rule, row.rowid, ignore);
  } else if (replaces) {
    Delete(row.rowid, 0);
  } else if (action == ConflictAction::kIgnore) {
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

// Makes the record, and sees to it that no other entry has its key.
void RowWriter::CheckIndex(Entry& entry, const OldRow* old, Label ignore) {
  const Index& index = *entry.index;
  const Label done = builder_.NewLabel();
  builder_.Emit(Opcode::kNull, 0, entry.record);
  entry.of_new.CodeWhere(coder_, done);
  const int count = entry.of_new.column_count();
  const int first = builder_.NewRegisters(count);
  entry.of_new.CodeColumns(coder_, first);
  builder_.Emit(Opcode::kMakeRecord, first, count, entry.record, entry.of_new.Letters());
  const bool stays = IsTable(entry) && old != nullptr && !old->may_move;
  if (index.is_unique && !stays) CheckUnique(entry, old, first, done, ignore);
  builder_.Place(done);
}

// `first`: the entry's columns. On to `is_free` when no other row has its key.
void RowWriter::CheckUnique(const Entry& entry, const OldRow* old, int first, Label is_free,
                            Label ignore) {
  const Index& index = *entry.index;
  const ConflictAction action = ActionOr(index.action);
  const ConflictRule* const rule = RuleFor(&index);
  const bool replaces = rule == nullptr && action == ConflictAction::kReplace;
  if (replaces && IsTable(entry) && entries_.size() == 1) return;  // as writing the row does
  builder_.EmitJump(Opcode::kNoConflict, entry.cursor, is_free, first,
                    static_cast<int64_t>(index.declared_count));
  int other = first;  // its key
  if (!IsTable(entry)) {
    other = builder_.NewRegisters(KeyWidth(table_));
    CodeKeyOfEntry(builder_, table_, index, entry.cursor, other);
  }
  if (old != nullptr) JumpIfSameKey(builder_, table_, old->key, other, is_free);
  if (rule != nullptr) {
    FollowRule(*rule, other, ignore);
  } else if (replaces) {
    Displace(other);
  } else if (action == ConflictAction::kIgnore) {
    builder_.Goto(ignore);
  } else {
    const bool is_primary = index.origin == IndexOrigin::kPrimaryKey;
    Halt(is_primary ? ResultCode::kConstraintPrimaryKey : ResultCode::kConstraintUnique, action,
         "UNIQUE constraint failed: " + KeyDescription(table_, index));
  }
}

void RowWriter::Displace(int key) {
  const Label is_gone = builder_.NewLabel();
  SeekKey(builder_, table_, cursor_, key, is_gone);
  Delete(key, 0);
  builder_.Place(is_gone);
}

// -- Storing and deleting --

void RowWriter::Write(const NewRow& row, uint16_t flags) {
  if (table_.is_strict) ApplyAffinities(row);
  for (const Entry& entry : entries_) {
    if (entry.record == 0) continue;
    const Label is_not_in_it = builder_.NewLabel();
    if (entry.index->where != nullptr) {
      builder_.EmitJump(Opcode::kIsNull, entry.record, is_not_in_it);
    }
    const uint16_t count = IsTable(entry) ? flags & kInsertCountChange : 0;
    builder_.Emit(Opcode::kIdxInsert, entry.cursor, entry.record, 0, {}, count);
    builder_.Place(is_not_in_it);
  }
  if (table_.primary_key != nullptr) return;
  if (table_.rowid_column >= 0)
    builder_.Emit(Opcode::kNull, 0, row.first_column + table_.rowid_column);
  const int record = builder_.NewRegister();
  builder_.Emit(Opcode::kMakeRecord, row.first_column, static_cast<int>(table_.columns.size()),
                record, StoredLetters(table_));
  builder_.Emit(Opcode::kInsert, cursor_, record, row.rowid, table_.name, flags);
}

void RowWriter::DeleteEntries(int key, const OldRow* only_of) {
  ExprCoder coder(context_);
  if (table_.primary_key == nullptr) coder.PlaceInRegister(cursor_, kRowidColumn, key);
  for (const Entry& entry : entries_) {
    if (IsTable(entry)) continue;
    if (only_of != nullptr && !IsAffected(entry, only_of)) continue;
    const Label is_not_in_it = builder_.NewLabel();
    entry.of_old.CodeWhere(coder, is_not_in_it);
    const int count = entry.of_old.column_count();
    const int first = builder_.NewRegisters(count);
    entry.of_old.CodeColumns(coder, first);
    builder_.Emit(Opcode::kAffinity, first, count, 0, entry.of_old.Letters());
    builder_.Emit(Opcode::kIdxDelete, entry.cursor, first, count, {}, 1);
    builder_.Place(is_not_in_it);
  }
}

void RowWriter::Delete(int key, uint16_t flags) {
  DeleteEntries(key, nullptr);
  builder_.Emit(Opcode::kDelete, cursor_, 0, 0, table_.name, flags);
}

void RowWriter::Clear() {
  builder_.Emit(Opcode::kClear, static_cast<int>(table_.root), table_.database, 1, table_.name);
  for (const Entry& entry : entries_) {
    if (IsTable(entry)) continue;
    builder_.Emit(Opcode::kClear, static_cast<int>(entry.index->root), table_.database);
  }
}

}  // namespace orrery
