// QueryCoder: a common table that names itself. Rows wait in a queue; each is answered when it is
// taken out, and what the recursive SELECTs make of it joins the queue.
// https://www.sqlite.org/lang_with.html#recursive_query_examples

#include "engine/compile/query_coder.h"

namespace orrery {

void QueryCoder::CodeRecursion(RowOutput& output) {
  const int count = query_.column_count();
  // ORDER BY says which row is taken next; without it, the one that has waited longest.
  const bool is_ordered = !query_.order_by.empty();
  const int key_count = static_cast<int>(query_.order_by.size());
  const int queue = builder_.NewCursor();
  if (is_ordered) {
    builder_.Emit(Opcode::kOpenEphemeral, queue, key_count + count, 0, SortKeyOf(query_), 1);
  } else {
    builder_.Emit(Opcode::kOpenEphemeral, queue, count);
  }
  // UNION, between any two of them: a row that was in the queue before does not join it again.
  int seen = -1;
  for (const CompoundOp op : query_.ops) {
    if (op == CompoundOp::kUnion && seen < 0) seen = OpenSet();
  }
  const RowTaker join_queue = [&](int first, int) {
    const Label known = builder_.NewLabel();
    if (seen >= 0) {
      builder_.EmitJump(Opcode::kFound, seen, known, first, int64_t{count});
      AddToSet(seen, first);
    }
    const int record = builder_.NewRegister();
    if (is_ordered) {
      const int keys = builder_.NewRegisters(key_count + count);
      for (int i = 0; i < key_count; ++i) {
        const int column = query_.order_by[static_cast<size_t>(i)].result_index;
        builder_.Emit(Opcode::kSCopy, first + column, keys + i);
      }
      builder_.Emit(Opcode::kCopy, first, keys + key_count, count - 1);
      builder_.Emit(Opcode::kMakeRecord, keys, key_count + count, record);
      builder_.Emit(Opcode::kIdxInsert, queue, record);
    } else {
      const int rowid = builder_.NewRegister();
      builder_.Emit(Opcode::kMakeRecord, first, count, record);
      builder_.Emit(Opcode::kNewRowid, queue, rowid);
      builder_.Emit(Opcode::kInsert, queue, record, rowid);
    }
    builder_.Place(known);
  };

  {
    const ProgramBuilder::Group group(builder_, "SETUP");
    CodeUpTo(query_.recursive_from - 1, join_queue);
  }
  const ProgramBuilder::Group group(builder_, "RECURSIVE STEP");
  output.Open(/*is_sorted=*/true);
  const int current = builder_.NewRegister();
  const int first = builder_.NewRegisters(count);
  const Label loop = builder_.Here();
  builder_.EmitJump(Opcode::kTakeFirst, queue, end_, current);
  builder_.Emit(Opcode::kOpenPseudo, query_.recursion_cursor, current, key_count + count);
  for (int i = 0; i < count; ++i) {
    builder_.Emit(Opcode::kColumn, query_.recursion_cursor, key_count + i, first + i);
  }
  if (is_ordered) {
    builder_.Emit(Opcode::kMakeRecord, first, count, current);
    builder_.Emit(Opcode::kOpenPseudo, query_.recursion_cursor, current, count);
  }
  const Label passed_over = builder_.NewLabel();
  output.AddRegisters(first, passed_over);
  builder_.Place(passed_over);
  for (size_t i = query_.recursive_from; i < query_.blocks.size(); ++i) {
    CodeAlone(*query_.blocks[i], join_queue);
  }
  builder_.Goto(loop);
}

}  // namespace orrery
