// The ExprCoder writes the instructions that evaluate a bound expression.
//
// It knows where columns are: at a cursor of their own, until a Place says otherwise. One coder
// serves a query and all that are nested in it, so that a subquery finds the columns of the queries
// around it wherever these have them at the time.

#ifndef ORRERY_ENGINE_COMPILE_EXPR_CODER_H_
#define ORRERY_ENGINE_COMPILE_EXPR_CODER_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/compile/bound.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/program_builder.h"

namespace orrery {

class ExprCoder {
 public:
  explicit ExprCoder(CompileContext& context);

  // Into register `target`.
  void Code(const Bound& bound, int target);
  // Into a new register.
  int CodeNew(const Bound& bound);
  // Into consecutive registers from `first`.
  void CodeList(const std::vector<BoundPtr>& list, int first);
  // A row, or what is none, into as many new registers as it is wide; answers the first.
  int CodeRow(const Bound& bound);

  // What is not NULL of the list or the query of `operand` IN, each value once and in their order,
  // or the other one, in a new cursor: for a loop over them. The operand is no row.
  int CodeInMembers(const Bound& bound, bool descends = false);

  // Jumps when the expression is true (false), and when it is NULL if `if_null`; goes on otherwise.
  void JumpIfTrue(const Bound& bound, Label to, bool if_null);
  void JumpIfFalse(const Bound& bound, Label to, bool if_null);

  // From now on column `column` of `cursor` is read from a register, or from another cursor: after
  // grouping and sorting, and where a coroutine gives the rows.
  void PlaceInRegister(int cursor, int column, int reg) {
    places_[{cursor, column}] = {reg, -1, 0};
  }
  void PlaceInCursor(int cursor, int column, int other_cursor, int other_column) {
    places_[{cursor, column}] = {0, other_cursor, other_column};
  }
  // From the entry of an index: a whole number in a REAL column is an integer there, as in the
  // table.
  void PlaceInEntry(int cursor, int column, int index_cursor, int index_column) {
    places_[{cursor, column}] = {0, index_cursor, index_column, /*is_entry=*/true};
  }
  // The places as they are, to go back to.
  struct Place {
    int reg = 0;  // 0: in a cursor
    int cursor = 0;
    int column = 0;
    bool is_entry = false;
  };
  using Places = std::map<std::pair<int, int>, Place>;
  const Places& places() const { return places_; }
  void SetPlaces(Places places) { places_ = std::move(places); }

  // A comparison of two registers with a jump.
  void EmitCompare(Opcode op, int left, int right, Label to, const ComparisonRule& rule,
                   uint16_t flags);

 private:
  void CodeColumn(const Bound& bound, int target);
  void CodeUnary(const Bound& bound, int target);
  void CodeBinary(const Bound& bound, int target);
  void CodeComparison(BinaryOp op, int left, int right, const ComparisonRule& rule, int target);
  void CodeCase(const Bound& bound, int target);
  void CodeFunction(const Bound& bound, int target);
  void CodeBetweenValue(const Bound& bound, int target);
  void JumpOnCompare(const Bound& bound, BinaryOp op, Label to, bool if_null);

  // Subqueries, rows and IN: code_subquery.cc.
  void CodeSubquery(const Bound& bound, int first);
  void CodeExists(const Bound& bound, int target);
  void CodeComparedRows(const Bound& bound, int target);
  void CodeInValue(const Bound& bound, int target);
  // Each goes on when the operand is in the list.
  void CodeIn(const Bound& bound, Label if_false, Label if_null);
  void CodeInList(const Bound& bound, Label if_false, Label if_null);
  void CodeInConstants(const Bound& bound, Label if_false, Label if_null);
  void CodeInQuery(const Bound& bound, Label if_false, Label if_null);
  void LookUp(int set, int operand, int width, int saw_null, const SortKey& key, Label if_false,
              Label if_null);
  void CodeRaise(const Bound& bound);

  CompileContext& context_;
  ProgramBuilder& builder_;
  Places places_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_EXPR_CODER_H_
