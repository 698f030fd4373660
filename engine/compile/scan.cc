#include "engine/compile/scan.h"

#include "engine/program/affinity_letters.h"

namespace orrery {
namespace {

// a AND b AND c, taken apart.
void SplitConjuncts(const Bound& bound, std::vector<const Bound*>& conjuncts) {
  if (bound.kind == BoundKind::kBinary && bound.binary == BinaryOp::kAnd) {
    SplitConjuncts(bound.operand(0), conjuncts);
    SplitConjuncts(bound.operand(1), conjuncts);
  } else {
    conjuncts.push_back(&bound);
  }
}

BinaryOp Mirrored(BinaryOp op) {
  switch (op) {
    case BinaryOp::kLess:
      return BinaryOp::kGreater;
    case BinaryOp::kLessOrEqual:
      return BinaryOp::kGreaterOrEqual;
    case BinaryOp::kGreater:
      return BinaryOp::kLess;
    case BinaryOp::kGreaterOrEqual:
      return BinaryOp::kLessOrEqual;
    default:
      return op;
  }
}

}  // namespace

Scan::Scan(const Source& source, const Bound* where) : source_(source), where_(where) {
  if (where == nullptr) return;
  std::vector<const Bound*> conjuncts;
  SplitConjuncts(*where, conjuncts);
  for (const Bound* conjunct : conjuncts) UseConjunct(*conjunct);
}

// Of several limits on one side the first is used to seek, and the others are tested.
void Scan::UseConjunct(const Bound& conjunct) {
  const auto is_rowid = [this](const Bound& bound) {
    return bound.kind == BoundKind::kColumn && bound.cursor == source_.cursor &&
           bound.column == kRowidColumn;
  };
  if (conjunct.kind == BoundKind::kBinary) {
    const Bound& left = conjunct.operand(0);
    const Bound& right = conjunct.operand(1);
    if (is_rowid(left) && !ReadsColumns(right)) {
      UseLimit(conjunct.binary, right, conjunct);
      return;
    }
    if (is_rowid(right) && !ReadsColumns(left)) {
      UseLimit(Mirrored(conjunct.binary), left, conjunct);
      return;
    }
  }
  if (conjunct.kind == BoundKind::kBetween && !conjunct.is_negated &&
      is_rowid(conjunct.operand(0)) && low_.value == nullptr && high_.value == nullptr &&
      !ReadsColumns(conjunct.operand(1)) && !ReadsColumns(conjunct.operand(2))) {
    low_ = {&conjunct.operand(1), true};
    high_ = {&conjunct.operand(2), true};
    return;
  }
  rest_.push_back(&conjunct);
}

void Scan::UseLimit(BinaryOp op, const Bound& value, const Bound& conjunct) {
  switch (op) {
    case BinaryOp::kEqual:
      if (rowid_ != nullptr) break;
      rowid_ = &value;
      return;
    case BinaryOp::kGreater:
    case BinaryOp::kGreaterOrEqual:
      if (low_.value != nullptr) break;
      low_ = {&value, op == BinaryOp::kGreaterOrEqual};
      return;
    case BinaryOp::kLess:
    case BinaryOp::kLessOrEqual:
      if (high_.value != nullptr) break;
      high_ = {&value, op == BinaryOp::kLessOrEqual};
      return;
    default:
      break;
  }
  rest_.push_back(&conjunct);
}

std::string Scan::Describe() const {
  if (rowid_ == nullptr && low_.value == nullptr && high_.value == nullptr) {
    return "SCAN " + source_.name;
  }
  std::string text = "SEARCH " + source_.name + " USING INTEGER PRIMARY KEY (";
  if (rowid_ != nullptr) {
    text += "rowid=?";
  } else {
    if (low_.value != nullptr) text += "rowid>?";
    if (low_.value != nullptr && high_.value != nullptr) text += " AND ";
    if (high_.value != nullptr) text += "rowid<?";
  }
  return text + ")";
}

void Scan::Begin(ProgramBuilder& builder, ExprCoder& coder, Label done) {
  builder.Explain(Describe());
  done_ = done;
  next_ = builder.NewLabel();
  const int cursor = source_.cursor;

  // The limits are evaluated once, before the loop.
  const int rowid = rowid_ != nullptr ? coder.CodeNew(*rowid_) : 0;
  const int low = low_.value != nullptr ? coder.CodeNew(*low_.value) : 0;
  const int high = high_.value != nullptr ? coder.CodeNew(*high_.value) : 0;
  const auto test_limit = [&](const Limit& limit, int limit_register, bool is_low, Label out) {
    const int row = builder.NewRegister();
    builder.Emit(Opcode::kRowid, cursor, row);
    const Opcode op = is_low ? (limit.is_inclusive ? Opcode::kLt : Opcode::kLe)
                             : (limit.is_inclusive ? Opcode::kGt : Opcode::kGe);
    ComparisonRule rule;
    rule.affinity = Affinity::kNumeric;
    coder.EmitCompare(op, row, limit_register, out, rule, kCompareJumpIfNull);
  };

  if (rowid_ != nullptr) {
    builder.EmitJump(Opcode::kSeekRowid, cursor, done, rowid);
    if (low != 0) test_limit(low_, low, true, done);
    if (high != 0) test_limit(high_, high, false, done);
  } else {
    const Limit& start = is_reversed_ ? high_ : low_;
    const Limit& stop = is_reversed_ ? low_ : high_;
    const int start_register = is_reversed_ ? high : low;
    const int stop_register = is_reversed_ ? low : high;
    if (start.value == nullptr) {
      builder.EmitJump(is_reversed_ ? Opcode::kLast : Opcode::kRewind, cursor, done);
    } else {
      const Opcode op = is_reversed_ ? (start.is_inclusive ? Opcode::kSeekLE : Opcode::kSeekLT)
                                     : (start.is_inclusive ? Opcode::kSeekGE : Opcode::kSeekGT);
      builder.EmitJump(op, cursor, done, start_register);
    }
    body_ = builder.Here();
    if (stop.value != nullptr) test_limit(stop, stop_register, is_reversed_, done);
  }
  for (const Bound* conjunct : rest_) coder.JumpIfFalse(*conjunct, next_, /*if_null=*/true);
}

void Scan::End(ProgramBuilder& builder) {
  builder.Place(next_);
  if (rowid_ == nullptr) {
    builder.EmitJump(is_reversed_ ? Opcode::kPrev : Opcode::kNext, source_.cursor, body_);
  }
}

}  // namespace orrery
