// What is done with the rows of a query once they are made: DISTINCT, ORDER BY, OFFSET and LIMIT,
// in this order, and then they go to whoever wants them.

#ifndef ORRERY_ENGINE_COMPILE_ROW_OUTPUT_H_
#define ORRERY_ENGINE_COMPILE_ROW_OUTPUT_H_

#include <functional>
#include <vector>

#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/query.h"

namespace orrery {

// Writes what is to be done with a row: `count` registers from `first`.
using RowTaker = std::function<void(int first, int count)>;

class RowOutput {
 public:
  // `end` is where no more rows are wanted. ORDER BY and LIMIT are those of `query`; when it is
  // null there are none.
  RowOutput(CompileContext& context, ExprCoder& coder, const Query* query, int column_count,
            RowTaker take, Label end)
      : builder_(context.builder),
        coder_(coder),
        query_(query),
        column_count_(column_count),
        take_(std::move(take)),
        end_(end) {}

  // ORDER BY asks for something.
  bool has_order() const { return query_ != nullptr && !query_->order_by.empty(); }

  // LIMIT and OFFSET into registers. A LIMIT below 0 is none, one of 0 ends everything here.
  void CodeLimits();
  // Rows come in order already when `is_sorted`.
  void Open(bool is_sorted);
  // Only rows that differ from all before.
  void MakeDistinct(const QueryBlock& block);

  // The result of a block for the row at hand; on to `next_row` when it is passed over.
  void Add(const QueryBlock& block, Label next_row);
  // A row in registers; ORDER BY names its columns.
  void AddRegisters(int first, Label next_row);
  // After the last row.
  void Finish();

 private:
  void SkipOffset(Label next_row);
  void Take(int first);
  void Sort(int first_key);

  ProgramBuilder& builder_;
  ExprCoder& coder_;
  const Query* const query_;
  const int column_count_;
  const RowTaker take_;
  const Label end_;
  int limit_ = 0;  // registers; 0: none
  int offset_ = 0;
  int sorter_ = -1;
  int distinct_ = -1;
};

// The order that ORDER BY asks for.
SortKey SortKeyOf(const Query& query);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_ROW_OUTPUT_H_
