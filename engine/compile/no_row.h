// What a column beside an aggregate is when there was no row to take it from: NULL.
//
// But a view, common table or subquery in FROM whose rows are no more than rows of what it reads is
// taken, as in SQLite, for a text that stands in the query itself: then its columns are expressions
// over columns that are NULL, and coalesce(a, 5) is 5.

#ifndef ORRERY_ENGINE_COMPILE_NO_ROW_H_
#define ORRERY_ENGINE_COMPILE_NO_ROW_H_

#include "engine/compile/expr_coder.h"
#include "engine/compile/program_builder.h"
#include "engine/compile/query.h"

namespace orrery {

// Of a column of one of the tables in the block's FROM.
bool IsNullOfNoRow(const QueryBlock& block, const Bound& column);
// Into register `target`.
void CodeOfNoRow(ProgramBuilder& builder, ExprCoder& coder, const QueryBlock& block,
                 const Bound& column, int target);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_NO_ROW_H_
