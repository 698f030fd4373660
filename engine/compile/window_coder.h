// A WindowCoder writes the code of a SELECT's window functions: the rows that the SELECT has made
// are sorted as a window asks, its functions are computed, and so on with the next window. The
// window of the first call comes last, so that rows without an ORDER BY come out in its order.

#ifndef ORRERY_ENGINE_COMPILE_WINDOW_CODER_H_
#define ORRERY_ENGINE_COMPILE_WINDOW_CODER_H_

#include <vector>

#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/query.h"
#include "engine/compile/row_output.h"
#include "engine/compile/window.h"

namespace orrery {

class WindowCoder {
 public:
  // Without window functions in `block` rows go straight to `output`. All outlive the coder.
  WindowCoder(CompileContext& context, ExprCoder& coder, const Query& query,
              const QueryBlock& block, RowOutput& output);

  // Before the first row.
  void Open();
  // The row at hand; on to `next_row` when it is passed over.
  void Add(Label next_row);
  // After the last row.
  void Finish();

 private:
  // Windows that sort alike.
  struct Stage {
    std::vector<BoundWindow*> calls;
    int sorter = -1;
    int carried_from = 0;  // column of the sorted records: what is handed on
  };

  void CollectColumns();
  void OpenSorter(Stage& stage);
  // The record that the stage sorts, of the row at hand.
  void Insert(Stage& stage);
  void CodeStage(size_t index);
  int CarriedCount(size_t stage_index) const;

  ProgramBuilder& builder_;
  ExprCoder& coder_;
  const Query& query_;
  const QueryBlock& block_;
  RowOutput& output_;
  std::vector<Stage> stages_;          // in the order in which they are run
  std::vector<const Bound*> columns_;  // of the block's tables, that are read later
  std::vector<int> carried_;           // registers: columns_, then aggregates
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_WINDOW_CODER_H_
