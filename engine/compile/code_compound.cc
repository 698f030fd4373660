// QueryCoder: UNION, UNION ALL, INTERSECT and EXCEPT. Sets of rows are kept in order, so that rows
// come out of them sorted by all columns, as in SQLite.

#include "engine/compile/query_coder.h"

namespace orrery {

void QueryCoder::CodeCompound(RowOutput& output) {
  const ProgramBuilder::Group group(builder_, "COMPOUND QUERY");
  output.Open(/*is_sorted=*/false);
  CodeUpTo(query_.blocks.size() - 1, [&](int first, int) {
    const Label next = builder_.NewLabel();
    output.AddRegisters(first, next);
    builder_.Place(next);
  });
  output.Finish();
}

// The rows of one block, without the ORDER BY and LIMIT, which are the compound's.
void QueryCoder::CodeAlone(QueryBlock& block, const RowTaker& take) {
  const ExprCoder::Places outer = coder_.places();
  const Label end = builder_.NewLabel();
  RowOutput output(context_, coder_, /*query=*/nullptr, query_.column_count(), take, end);
  const Label outer_end = std::exchange(end_, end);
  CodeBlock(block, output);
  end_ = outer_end;
  builder_.Place(end);
  coder_.SetPlaces(outer);
}

SortKey QueryCoder::KeyOfColumns() const {
  SortKey key;
  for (int i = 0; i < query_.column_count(); ++i) {
    key.push_back({.collation = CollationOfColumn(query_, i)});
  }
  return key;
}

int QueryCoder::OpenSet() {
  const int set = builder_.NewCursor();
  builder_.Emit(Opcode::kOpenEphemeral, set, query_.column_count(), 0, KeyOfColumns());
  return set;
}

void QueryCoder::AddToSet(int set, int first) {
  const int record = builder_.NewRegister();
  builder_.Emit(Opcode::kMakeRecord, first, query_.column_count(), record);
  builder_.Emit(Opcode::kIdxInsert, set, record);
}

// The rows of a set; only those that are in another set too, when there is one.
void QueryCoder::TakeSet(int set, int other, const RowTaker& take) {
  const int count = query_.column_count();
  const Label done = builder_.NewLabel();
  const Label next = builder_.NewLabel();
  builder_.EmitJump(Opcode::kRewind, set, done);
  const Label loop = builder_.Here();
  const int first = builder_.NewRegisters(count);
  for (int i = 0; i < count; ++i) builder_.Emit(Opcode::kColumn, set, i, first + i);
  if (other >= 0) {
    const Label is_in_both = builder_.NewLabel();
    builder_.EmitJump(Opcode::kFound, other, is_in_both, first, int64_t{count});
    builder_.Goto(next);
    builder_.Place(is_in_both);
  }
  take(first, count);
  builder_.Place(next);
  builder_.EmitJump(Opcode::kNext, set, loop);
  builder_.Place(done);
}

// The rows of the blocks up to `last`, put together from the left.
void QueryCoder::CodeUpTo(size_t last, const RowTaker& take) {
  QueryBlock& block = *query_.blocks[last];
  if (last == 0) {
    CodeAlone(block, take);
    return;
  }
  const auto add_to = [this](int set) {
    return [this, set](int first, int) { AddToSet(set, first); };
  };
  switch (query_.ops[last - 1]) {
    case CompoundOp::kUnionAll:
      CodeUpTo(last - 1, take);
      CodeAlone(block, take);
      return;
    case CompoundOp::kUnion: {
      const int set = OpenSet();
      // What is united before goes straight into the same set.
      size_t from = last;
      while (from > 0 && (query_.ops[from - 1] == CompoundOp::kUnion ||
                          query_.ops[from - 1] == CompoundOp::kUnionAll)) {
        --from;
      }
      CodeUpTo(from, add_to(set));
      for (size_t i = from + 1; i <= last; ++i) CodeAlone(*query_.blocks[i], add_to(set));
      TakeSet(set, -1, take);
      return;
    }
    case CompoundOp::kExcept: {
      const int set = OpenSet();
      CodeUpTo(last - 1, add_to(set));
      CodeAlone(block, [&](int first, int count) {
        builder_.Emit(Opcode::kIdxDelete, set, first, count);
      });
      TakeSet(set, -1, take);
      return;
    }
    case CompoundOp::kIntersect: {
      const int left = OpenSet();
      const int right = OpenSet();
      CodeUpTo(last - 1, add_to(left));
      CodeAlone(block, add_to(right));
      TakeSet(left, right, take);
      return;
    }
  }
}

}  // namespace orrery
