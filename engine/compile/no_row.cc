#include "engine/compile/no_row.h"

namespace orrery {
namespace {

// From term `start` on.
bool HasRightJoin(const QueryBlock& block, size_t start) {
  for (size_t i = start; i < block.from.size(); ++i) {
    const JoinKind join = block.from[i]->join;
    if (join == JoinKind::kRight || join == JoinKind::kFull) return true;
  }
  return false;
}

// Whether an outer join may make the columns of the term NULL.
bool MayBeNull(const QueryBlock& block, size_t index) {
  return block.from[index]->is_optional() || HasRightJoin(block, index);
}

// Whether the term's rows are no more than rows of what it reads.
bool IsWrittenOut(const QueryBlock& block, size_t index) {
  const FromTerm& term = *block.from[index];
  if (term.query == nullptr || term.is_materialized || MayBeNull(block, index)) return false;
  const Query& query = *term.query;
  if (query.is_compound() || !query.order_by.empty() || query.limit) return false;
  const QueryBlock& inner = *query.blocks[0];
  return !inner.from.empty() && !inner.is_distinct && !inner.is_aggregate() &&
         inner.windows.empty() && inner.more_rows.empty() &&
         (index == 0 || !HasRightJoin(inner, 0));
}

// The block whose expression stands for the column; null: none.
const QueryBlock* FindWrittenOut(const QueryBlock& block, const Bound& column) {
  for (size_t i = 0; i < block.from.size(); ++i) {
    const FromTerm& term = *block.from[i];
    if (term.source.cursor != column.cursor) continue;
    return column.column >= 0 && IsWrittenOut(block, i) ? term.query->blocks[0].get() : nullptr;
  }
  return nullptr;
}

bool IsOwn(const QueryBlock& block, const Bound& column) {
  for (const auto& term : block.from) {
    if (term->source.cursor == column.cursor) return true;
  }
  return false;
}

}  // namespace

bool IsNullOfNoRow(const QueryBlock& block, const Bound& column) {
  return FindWrittenOut(block, column) == nullptr;
}

void CodeOfNoRow(ProgramBuilder& builder, ExprCoder& coder, const QueryBlock& block,
                 const Bound& column, int target) {
  const QueryBlock* const inner = FindWrittenOut(block, column);
  if (inner == nullptr) {
    builder.Emit(Opcode::kNull, 0, target);
    return;
  }
  const Bound& expression = *inner->result[static_cast<size_t>(column.column)];
  std::vector<const Bound*> columns;
  CollectColumns(expression, columns);
  ExprCoder::Places places = coder.places();
  for (const Bound* each : columns) {
    if (!IsOwn(*inner, *each)) continue;
    const int reg = builder.NewRegister();
    CodeOfNoRow(builder, coder, *inner, *each, reg);
    coder.PlaceInRegister(each->cursor, each->column, reg);
  }
  coder.Code(expression, target);
  coder.SetPlaces(std::move(places));
}

}  // namespace orrery
