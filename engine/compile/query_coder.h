// From a Query to the code that makes its rows.

#ifndef ORRERY_ENGINE_COMPILE_QUERY_CODER_H_
#define ORRERY_ENGINE_COMPILE_QUERY_CODER_H_

#include <functional>
#include <vector>

#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/join_loop.h"
#include "engine/compile/query.h"
#include "engine/compile/row_output.h"

namespace orrery {

class QueryCoder {
 public:
  // `coder` is that of the query around it, or the first. All outlive the coder.
  QueryCoder(CompileContext& context, ExprCoder& coder, Query& query);

  // Writes the loops; `take_row` is called, once or several times, where a row is at hand.
  void Code(const RowTaker& take_row);

 private:
  void CodeBlock(QueryBlock& block, RowOutput& output);
  void CodeRows(QueryBlock& block, RowOutput& output);
  void CodeValues(QueryBlock& block, RowOutput& output);
  std::vector<const Bound*> OrderTerms(const QueryBlock& block) const;

  // Compounds: code_compound.cc.
  void CodeCompound(RowOutput& output);
  void CodeUpTo(size_t last, const RowTaker& take);
  void CodeAlone(QueryBlock& block, const RowTaker& take);
  SortKey KeyOfColumns() const;
  int OpenSet();
  void AddToSet(int set, int first);
  void TakeSet(int set, int unless_not_in, const RowTaker& take);

  // Recursion of common tables: code_recursion.cc.
  void CodeRecursion(RowOutput& output);

  // Aggregates: code_aggregate.cc.
  void CodeAggregate(QueryBlock& block, RowOutput& output);
  void CodeGroups(QueryBlock& block, RowOutput& output);

  CompileContext& context_;
  ProgramBuilder& builder_;
  ExprCoder& coder_;
  Query& query_;
  Label end_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_QUERY_CODER_H_
