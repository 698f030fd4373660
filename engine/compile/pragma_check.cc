// integrity_check and quick_check.

#include <algorithm>

#include "engine/compile/binder.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/index_entry.h"
#include "engine/compile/pragma_parts.h"
#include "engine/compile/row_key.h"
#include "engine/value/numeric.h"

namespace orrery {
namespace {

// Answers rows for what is wrong, up to a number of them.
class IntegrityCheck {
 public:
  IntegrityCheck(CompileContext& context, std::string_view column, int error_count_max)
      : context_(context),
        builder_(context.builder),
        coder_(context),
        error_count_max_(error_count_max) {
    builder_.program().column_names = {std::string(column)};
    left_ = builder_.NewRegister();
    builder_.LoadInteger(error_count_max_, left_);
    message_ = builder_.NewRegister();
    row_number_ = builder_.NewRegister();
    end_ = builder_.NewLabel();
  }

  // The trees of a database, and that each index has as many entries as its table has rows.
  // `only`: of the tables that is all there is to look at; null for all.
  void CheckPages(int database, const Table* only) {
    builder_.NeedTransaction(database, /*to_write=*/false);
    const Label no_problem = builder_.NewLabel();
    const Schema& schema = context_.catalog->SchemaOf(database);
    const std::vector<PageNumber> roots = schema.Roots();
    const int counts = builder_.NewRegisters(static_cast<int>(roots.size()));
    builder_.Emit(Opcode::kIntegrityCk, error_count_max_, message_, counts, roots,
                  static_cast<uint16_t>(database));
    builder_.EmitJump(Opcode::kIsNull, message_, no_problem);
    const int title = builder_.NewRegister();
    builder_.LoadText("*** in database " + context_.catalog->NameOf(database) + " ***\n", title);
    builder_.Emit(Opcode::kConcat, message_, title, message_);
    Answer();
    builder_.Place(no_problem);
    const auto count_of = [&](PageNumber root) {
      const auto at = std::find(roots.begin(), roots.end(), root);
      return counts + static_cast<int>(at - roots.begin());
    };
    for (const std::unique_ptr<Table>& table : schema.tables()) {
      if (only != nullptr && only != table.get()) continue;
      for (const std::unique_ptr<Index>& index : table->indexes) {
        if (index->where != nullptr || index->root == kNoPage) continue;
        const Label same = builder_.NewLabel();
        builder_.EmitJump(Opcode::kEq, count_of(table->root), same, count_of(index->root));
        builder_.LoadText("wrong # of entries in index " + index->name, message_);
        Answer();
        builder_.Place(same);
      }
    }
  }

  // Rows that break NOT NULL or CHECK, and with `with_indexes` rows that their indexes do not have
  // as they should.
  Status CheckRows(const Table& table, bool with_indexes) {
    const Source source{&table, table.name, builder_.NewCursor()};
    Scope scope;
    scope.sources.push_back(source);
    scope.restricted_to = kCheckConstraints;
    Binder binder(context_, scope);
    std::vector<BoundPtr> checks;
    for (const CheckConstraint& check : table.checks) {
      ASSIGN_OR_RETURN(BoundPtr bound, binder.Bind(*check.expr));
      checks.push_back(std::move(bound));
    }
    std::vector<TableIndex> indexes;
    if (with_indexes) {
      ASSIGN_OR_RETURN(indexes, OpenIndexes(table, source.cursor));
    }
    const Label done = builder_.NewLabel();
    OpenRows(builder_, Opcode::kOpenRead, table, source.cursor);
    builder_.LoadInteger(0, row_number_);
    const int key_before = builder_.NewRegisters(KeyWidth(table));
    builder_.Emit(Opcode::kNull, 0, key_before);
    builder_.EmitJump(Opcode::kRewind, source.cursor, done);
    const Label loop = builder_.Here();
    const int one = builder_.NewRegister();
    builder_.LoadInteger(1, one);
    builder_.Emit(Opcode::kAdd, one, row_number_, row_number_);
    if (table.primary_key != nullptr) CheckKeyOrder(table, source.cursor, key_before);
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const Column& column = table.columns[i];
      if (!column.is_not_null || static_cast<int>(i) == table.rowid_column) continue;
      const Label holds = builder_.NewLabel();
      const int value = coder_.CodeNew(*MakeColumn(table, source.cursor, static_cast<int>(i)));
      builder_.EmitJump(Opcode::kNotNull, value, holds);
      builder_.LoadText("NULL value in " + table.name + "." + column.name, message_);
      Answer();
      builder_.Place(holds);
    }
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const Column& column = table.columns[i];
      if (!column.required_type || static_cast<int>(i) == table.rowid_column) continue;
      const Label holds = builder_.NewLabel();
      const int value = coder_.CodeNew(*MakeColumn(table, source.cursor, static_cast<int>(i)));
      builder_.EmitJump(Opcode::kIsType, value, holds, static_cast<int>(*column.required_type));
      builder_.LoadText(
          "non-" + column.declared_type + " value in " + table.name + "." + column.name, message_);
      Answer();
      builder_.Place(holds);
    }
    for (const BoundPtr& check : checks) {
      const Label holds = builder_.NewLabel();
      coder_.JumpIfTrue(*check, holds, /*if_null=*/true);
      builder_.LoadText("CHECK constraint failed in " + table.name, message_);
      Answer();
      builder_.Place(holds);
    }
    for (const TableIndex& index : indexes) CheckEntry(table, index);
    builder_.EmitJump(Opcode::kNext, source.cursor, loop);
    builder_.Place(done);
    builder_.Emit(Opcode::kClose, source.cursor);
    for (const TableIndex& index : indexes) builder_.Emit(Opcode::kClose, index.cursor);
    return OkStatus();
  }

  // "ok" when nothing was answered.
  void Finish() {
    const int maximum = builder_.NewRegister();
    builder_.LoadInteger(error_count_max_, maximum);
    builder_.EmitJump(Opcode::kNe, maximum, end_, left_);
    builder_.LoadText("ok", message_);
    builder_.Emit(Opcode::kResultRow, message_, 1);
    builder_.Place(end_);
  }

 private:
  struct TableIndex {
    const Index* index;
    int cursor;
    IndexEntry entry;
  };

  Result<std::vector<TableIndex>> OpenIndexes(const Table& table, int table_cursor) {
    std::vector<TableIndex> indexes;
    for (const std::unique_ptr<Index>& index : table.indexes) {
      if (index.get() == table.primary_key) continue;
      TableIndex opened{index.get(), builder_.NewCursor(), IndexEntry(table, *index, table_cursor)};
      RETURN_IF_ERROR(opened.entry.Bind(context_));
      builder_.Emit(Opcode::kOpenRead, opened.cursor, static_cast<int>(index->root), table.database,
                    &index->order);
      indexes.push_back(std::move(opened));
    }
    return indexes;
  }

  // The row at hand comes after the one before.
  void CheckKeyOrder(const Table& table, int cursor, int key_before) {
    const Label holds = builder_.NewLabel();
    builder_.EmitJump(Opcode::kIdxGT, cursor, holds, key_before, int64_t{KeyWidth(table)});
    builder_.EmitJump(Opcode::kIsNull, key_before, holds);
    builder_.LoadText("row not in PRIMARY KEY order for " + table.name, message_);
    Answer();
    builder_.Place(holds);
    CodeKey(coder_, table, cursor, key_before);
  }

  // The entry of the row at hand: that it is there, ends with the rowid, has the very texts of the
  // row where a collation may not tell, and is alone with its key in a UNIQUE index.
  void CheckEntry(const Table& table, const TableIndex& opened) {
    const Index& index = *opened.index;
    const Label next_index = builder_.NewLabel();
    opened.entry.CodeWhere(coder_, next_index);
    const int count = opened.entry.column_count();
    const int first = builder_.NewRegisters(count);
    opened.entry.CodeColumns(coder_, first);
    builder_.Emit(Opcode::kAffinity, first, count, 0, opened.entry.Letters());
    const Label found = builder_.NewLabel();
    builder_.EmitJump(Opcode::kFound, opened.cursor, found, first, static_cast<int64_t>(count));
    AnswerRow("row ", " missing from index " + index.name);
    builder_.Goto(next_index);
    builder_.Place(found);

    const int value = builder_.NewRegister();
    if (table.primary_key == nullptr) {
      const Label has_rowid = builder_.NewLabel();
      builder_.Emit(Opcode::kIdxRowid, opened.cursor, value);
      builder_.EmitJump(Opcode::kEq, value, has_rowid, first + count - 1);
      AnswerRow("rowid not at end-of-record for row ", " of index " + index.name);
      builder_.Goto(next_index);
      builder_.Place(has_rowid);
    }

    const Label differs = builder_.NewLabel();
    const Label same = builder_.NewLabel();
    for (size_t i = 0; i < index.declared_count; ++i) {
      if (index.columns[i].collation == &kBinaryCollation) continue;
      builder_.Emit(Opcode::kColumn, opened.cursor, static_cast<int>(i), value);
      builder_.EmitJump(Opcode::kNe, value, differs, first + static_cast<int>(i),
                        &kBinaryCollation);
    }
    builder_.Goto(same);
    builder_.Place(differs);
    AnswerRow("row ", " values differ from index " + index.name);
    builder_.Goto(next_index);
    builder_.Place(same);
    if (index.is_unique) CheckUnique(table, opened, first, next_index);
    builder_.Place(next_index);
  }

  // The entry after this one has another key.
  void CheckUnique(const Table& table, const TableIndex& opened, int first, Label is_unique) {
    const Index& index = *opened.index;
    for (size_t i = 0; i < index.declared_count; ++i) {
      const int column = index.columns[i].column;
      const bool is_not_null =
          column >= 0 &&
          (column == table.rowid_column || table.columns[static_cast<size_t>(column)].is_not_null);
      if (!is_not_null) {
        builder_.EmitJump(Opcode::kIsNull, first + static_cast<int>(i), is_unique);
      }
    }
    const Label has_next = builder_.NewLabel();
    builder_.EmitJump(Opcode::kNext, opened.cursor, has_next);
    builder_.Goto(is_unique);
    builder_.Place(has_next);
    builder_.EmitJump(Opcode::kIdxGT, opened.cursor, is_unique, first,
                      static_cast<int64_t>(index.declared_count));
    builder_.LoadText("non-unique entry in index " + index.name, message_);
    Answer();
  }

  // `before`, the number of the row, `after`.
  void AnswerRow(std::string_view before, const std::string& after) {
    const int part = builder_.NewRegister();
    builder_.LoadText(before, message_);
    builder_.Emit(Opcode::kConcat, row_number_, message_, message_);
    builder_.LoadText(after, part);
    builder_.Emit(Opcode::kConcat, part, message_, message_);
    Answer();
  }

  void Answer() {
    builder_.Emit(Opcode::kResultRow, message_, 1);
    builder_.EmitJump(Opcode::kDecrJumpZero, left_, end_);
  }

  CompileContext& context_;
  ProgramBuilder& builder_;
  ExprCoder coder_;
  const int error_count_max_;
  int left_ = 0;
  int message_ = 0;
  int row_number_ = 0;
  Label end_;
};

Status IntegrityOrQuickCheck(CompileContext& context, int database,
                             const PragmaStatement& statement, std::string_view name,
                             bool is_quick) {
  constexpr int kErrorCountDefault = 100;
  int error_count_max = kErrorCountDefault;
  const Table* only = nullptr;
  const Catalog& catalog = *context.catalog;
  if (statement.value) {
    const int64_t number = LeadingInteger(*statement.value);
    if (number > 0) error_count_max = static_cast<int>(std::min<int64_t>(number, 1'000'000));
    if (number == 0) {
      only = catalog.FindRelation(*statement.value, *PlaceOf(context, statement.name)).table;
    }
    if (number == 0 && only == nullptr && !WholeNumber(*statement.value)) {
      return SqlError("no such table: " + *statement.value);
    }
  }
  IntegrityCheck check(context, name, error_count_max);
  for (int each = 0; each < catalog.count(); ++each) {
    if (statement.name.schema ? each != database : only != nullptr && each != only->database) {
      continue;
    }
    // A temporary one that nobody has used is well.
    if (each == kTempDatabase && catalog.SchemaOf(each).objects().empty() &&
        catalog.SchemaOf(each).tables().empty()) {
      continue;
    }
    check.CheckPages(each, only);
    for (const std::unique_ptr<Table>& table : catalog.SchemaOf(each).tables()) {
      if (only != nullptr && only != table.get()) continue;
      if (!table->CheckReadable().ok()) continue;
      RETURN_IF_ERROR(check.CheckRows(*table, /*with_indexes=*/!is_quick));
    }
  }
  check.Finish();
  return OkStatus();
}

}  // namespace

Status CompileIntegrityCheck(CompileContext& context, int database,
                             const PragmaStatement& statement) {
  return IntegrityOrQuickCheck(context, database, statement, "integrity_check",
                               /*is_quick=*/false);
}
Status CompileQuickCheck(CompileContext& context, int database, const PragmaStatement& statement) {
  return IntegrityOrQuickCheck(context, database, statement, "quick_check", /*is_quick=*/true);
}

}  // namespace orrery
