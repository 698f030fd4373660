// The ExprCoder writes the instructions that evaluate a bound expression.

#ifndef ORRERY_ENGINE_COMPILE_EXPR_CODER_H_
#define ORRERY_ENGINE_COMPILE_EXPR_CODER_H_

#include <map>
#include <utility>
#include <vector>

#include "engine/compile/bound.h"
#include "engine/compile/program_builder.h"

namespace orrery {

class ExprCoder {
 public:
  explicit ExprCoder(ProgramBuilder& builder) : builder_(builder) {}

  // Into register `target`.
  void Code(const Bound& bound, int target);
  // Into a new register.
  int CodeNew(const Bound& bound);
  // Into consecutive registers from `first`.
  void CodeList(const std::vector<BoundPtr>& list, int first);

  // Jumps when the expression is true (false), and when it is NULL if `if_null`; goes on otherwise.
  void JumpIfTrue(const Bound& bound, Label to, bool if_null);
  void JumpIfFalse(const Bound& bound, Label to, bool if_null);

  // From now on column `column` of `cursor` is read from a register, or from another cursor: after
  // grouping and sorting.
  void PlaceInRegister(int cursor, int column, int reg) {
    places_[{cursor, column}] = {reg, -1, 0};
  }
  void PlaceInCursor(int cursor, int column, int other_cursor, int other_column) {
    places_[{cursor, column}] = {0, other_cursor, other_column};
  }
  void ForgetPlaces() { places_.clear(); }
  // Where the results of aggregates are.
  void SetAggregates(const std::vector<BoundAggregate>* aggregates) { aggregates_ = aggregates; }

  // A comparison of two registers with a jump.
  void EmitCompare(Opcode op, int left, int right, Label to, const ComparisonRule& rule,
                   uint16_t flags);

 private:
  struct Place {
    int reg = 0;  // 0: in a cursor
    int cursor = 0;
    int column = 0;
  };

  void CodeColumn(const Bound& bound, int target);
  void CodeUnary(const Bound& bound, int target);
  void CodeBinary(const Bound& bound, int target);
  void CodeCase(const Bound& bound, int target);
  void CodeFunction(const Bound& bound, int target);
  void CodeIn(const Bound& bound, Label if_false, Label if_null);
  void CodeInValue(const Bound& bound, int target);
  void CodeBetweenValue(const Bound& bound, int target);
  // Jumps for the comparison operators; `jump_flags` says what NULL does.
  void JumpOnCompare(const Bound& bound, BinaryOp op, Label to, bool if_null);

  ProgramBuilder& builder_;
  std::map<std::pair<int, int>, Place> places_;
  const std::vector<BoundAggregate>* aggregates_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_EXPR_CODER_H_
