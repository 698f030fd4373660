#include "engine/compile/change_rows.h"

#include <utility>

#include "engine/compile/binder.h"
#include "engine/compile/join_loop.h"
#include "engine/compile/row_key.h"

namespace orrery {

Status BindTarget(CompileContext& context, const QualifiedName& name,
                  const std::optional<Name>& alias, const IndexHint& hint, Target& target) {
  ASSIGN_OR_RETURN(target.table, FindTableToChange(context, name));
  RETURN_IF_ERROR(CheckIndexHint(context, hint, *target.table));
  ProgramBuilder& builder = context.builder;
  builder.NeedTransaction(target.table->database, /*to_write=*/true);
  builder.program().writes = true;
  builder.program().counts_changes = true;
  target.source = {target.table, alias ? alias->text : name.name.text, builder.NewCursor()};
  auto term = std::make_unique<FromTerm>();
  term->source = target.source;
  term->hint = hint;
  target.rows.from.push_back(std::move(term));
  return OkStatus();
}

Status BindWhere(CompileContext& context, const ExprPtr& where, Scope& scope, Target& target) {
  if (!where) return OkStatus();
  ASSIGN_OR_RETURN(target.rows.where, Binder(context, scope).Bind(*where));
  return OkStatus();
}

TwoPasses::TwoPasses(CompileContext& context, ExprCoder& coder, Target& target, RowWriter& writer,
                     const SetClause* kept)
    : builder_(context.builder),
      table_(*target.table),
      list_(builder_.NewCursor()),
      has_rowids_(kept == nullptr && table_.primary_key == nullptr) {
  key = builder_.NewRegisters(KeyWidth(table_));
  next = builder_.NewLabel();
  done_ = builder_.NewLabel();
  const int cursor = target.source.cursor;
  const ExprCoder::Places outer = coder.places();
  JoinLoop loop(context, coder, target.rows, /*is_repeated=*/false);
  // Rows that are changed are read whole.
  for (size_t i = 0; i < table_.columns.size(); ++i) {
    loop.AlsoReads(*MakeColumn(table_, cursor, static_cast<int>(i)));
  }
  if (kept != nullptr) kept->VisitValues([&](const Bound& value) { loop.AlsoReads(value); });
  loop.Plan();
  if (has_rowids_) {
    CollectRowids(loop, coder, cursor);
  } else {
    CollectKeys(loop, coder, cursor, kept);
  }
  coder.SetPlaces(outer);
  writer.Open();
  if (has_rowids_) {
    builder_.Place(next);
    builder_.EmitJump(Opcode::kRowSetRead, list_, done_, key);
  } else {
    if (kept != nullptr) kept_cursor = list_;
    builder_.EmitJump(Opcode::kRewind, list_, done_);
    loop_ = builder_.Here();
    for (int i = 0; i < KeyWidth(table_); ++i) builder_.Emit(Opcode::kColumn, list_, i, key + i);
  }
  SeekKey(builder_, table_, cursor, key, next);
}

void TwoPasses::CollectRowids(JoinLoop& loop, ExprCoder& coder, int cursor) {
  loop.Code([&](Label) {
    CodeKey(coder, table_, cursor, key);
    builder_.Emit(Opcode::kRowSetAdd, list_, key);
  });
}

void TwoPasses::CollectKeys(JoinLoop& loop, ExprCoder& coder, int cursor, const SetClause* kept) {
  const int width = KeyWidth(table_);
  const int count = width + (kept == nullptr ? 0 : kept->value_count());
  builder_.Emit(Opcode::kOpenEphemeral, list_, count, 0, SortKeyOfRows(table_));
  loop.Code([&](Label) {
    const int first = builder_.NewRegisters(count);
    CodeKey(coder, table_, cursor, first);
    if (kept != nullptr) kept->CodeValues(coder, first + width);
    const int record = builder_.NewRegister();
    builder_.Emit(Opcode::kMakeRecord, first, count, record);
    builder_.Emit(Opcode::kIdxInsert, list_, record);
  });
}

void TwoPasses::End() {
  if (has_rowids_) {
    builder_.Goto(next);
  } else {
    builder_.Place(next);
    builder_.EmitJump(Opcode::kNext, list_, loop_);
  }
  builder_.Place(done_);
}

}  // namespace orrery
