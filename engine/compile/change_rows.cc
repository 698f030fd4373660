#include "engine/compile/change_rows.h"

#include <utility>

#include "engine/compile/binder.h"
#include "engine/compile/join_loop.h"

namespace orrery {

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

Status BindWhere(CompileContext& context, const ExprPtr& where, Scope& scope, Target& target) {
  if (!where) return OkStatus();
  ASSIGN_OR_RETURN(target.rows.where, Binder(context, scope).Bind(*where));
  return OkStatus();
}

TwoPasses::TwoPasses(CompileContext& context, ExprCoder& coder, Target& target, RowWriter& writer,
                     const SetClause* kept)
    : builder_(context.builder), list_(builder_.NewCursor()) {
  rowid = builder_.NewRegister();
  next = builder_.NewLabel();
  done_ = builder_.NewLabel();
  const int cursor = target.source.cursor;
  const ExprCoder::Places outer = coder.places();
  JoinLoop loop(context, coder, target.rows, /*is_repeated=*/false);
  // Rows that are changed are read whole.
  for (size_t i = 0; i < target.table->columns.size(); ++i) {
    loop.AlsoReads(*MakeColumn(*target.table, cursor, static_cast<int>(i)));
  }
  if (kept != nullptr) kept->VisitValues([&](const Bound& value) { loop.AlsoReads(value); });
  loop.Plan();
  if (kept == nullptr) {
    CollectRowids(loop, cursor);
  } else {
    CollectValues(loop, coder, *MakeColumn(*target.table, cursor, kRowidColumn), *kept);
  }
  coder.SetPlaces(outer);
  writer.Open();
  if (kept == nullptr) {
    builder_.Place(next);
    builder_.EmitJump(Opcode::kRowSetRead, list_, done_, rowid);
  } else {
    kept_cursor = list_;
    builder_.EmitJump(Opcode::kRewind, list_, done_);
    loop_ = builder_.Here();
    builder_.Emit(Opcode::kColumn, list_, 0, rowid);
  }
  builder_.EmitJump(Opcode::kNotExists, cursor, next, rowid);
}

void TwoPasses::CollectRowids(JoinLoop& loop, int cursor) {
  loop.Code([&](Label) {
    builder_.Emit(Opcode::kRowid, cursor, rowid);
    builder_.Emit(Opcode::kRowSetAdd, list_, rowid);
  });
}

void TwoPasses::CollectValues(JoinLoop& loop, ExprCoder& coder, const Bound& of_rowid,
                              const SetClause& kept) {
  const int count = kept.value_count() + 1;
  builder_.Emit(Opcode::kOpenEphemeral, list_, count, 0, SortKey(1));
  loop.Code([&](Label) {
    const int first = builder_.NewRegisters(count);
    coder.Code(of_rowid, first);
    kept.CodeValues(coder, first + 1);
    const int record = builder_.NewRegister();
    builder_.Emit(Opcode::kMakeRecord, first, count, record);
    builder_.Emit(Opcode::kIdxInsert, list_, record);
  });
}

void TwoPasses::End() {
  if (kept_cursor < 0) {
    builder_.Goto(next);
  } else {
    builder_.Place(next);
    builder_.EmitJump(Opcode::kNext, kept_cursor, loop_);
  }
  builder_.Place(done_);
}

}  // namespace orrery
