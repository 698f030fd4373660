#include "engine/compile/expr_coder.h"

#include "engine/compile/query.h"
#include "engine/compile/window.h"
#include "engine/program/affinity_letters.h"

namespace orrery {
namespace {

Opcode ComparisonOpcode(BinaryOp op) {
  switch (op) {
    case BinaryOp::kEqual:
    case BinaryOp::kIs:
      return Opcode::kEq;
    case BinaryOp::kNotEqual:
    case BinaryOp::kIsNot:
      return Opcode::kNe;
    case BinaryOp::kLess:
      return Opcode::kLt;
    case BinaryOp::kLessOrEqual:
      return Opcode::kLe;
    case BinaryOp::kGreater:
      return Opcode::kGt;
    case BinaryOp::kGreaterOrEqual:
      return Opcode::kGe;
    default:
      Unreachable();
  }
}

BinaryOp Opposite(BinaryOp op) {
  switch (op) {
    case BinaryOp::kEqual:
      return BinaryOp::kNotEqual;
    case BinaryOp::kNotEqual:
      return BinaryOp::kEqual;
    case BinaryOp::kIs:
      return BinaryOp::kIsNot;
    case BinaryOp::kIsNot:
      return BinaryOp::kIs;
    case BinaryOp::kLess:
      return BinaryOp::kGreaterOrEqual;
    case BinaryOp::kLessOrEqual:
      return BinaryOp::kGreater;
    case BinaryOp::kGreater:
      return BinaryOp::kLessOrEqual;
    case BinaryOp::kGreaterOrEqual:
      return BinaryOp::kLess;
    default:
      Unreachable();
  }
}

bool ComparesNulls(BinaryOp op) { return op == BinaryOp::kIs || op == BinaryOp::kIsNot; }

Opcode ArithmeticOpcode(BinaryOp op) {
  switch (op) {
    case BinaryOp::kOr:
      return Opcode::kOr;
    case BinaryOp::kAnd:
      return Opcode::kAnd;
    case BinaryOp::kBitAnd:
      return Opcode::kBitAnd;
    case BinaryOp::kBitOr:
      return Opcode::kBitOr;
    case BinaryOp::kShiftLeft:
      return Opcode::kShiftLeft;
    case BinaryOp::kShiftRight:
      return Opcode::kShiftRight;
    case BinaryOp::kAdd:
      return Opcode::kAdd;
    case BinaryOp::kSubtract:
      return Opcode::kSubtract;
    case BinaryOp::kMultiply:
      return Opcode::kMultiply;
    case BinaryOp::kDivide:
      return Opcode::kDivide;
    case BinaryOp::kRemainder:
      return Opcode::kRemainder;
    case BinaryOp::kConcat:
      return Opcode::kConcat;
    default:
      Unreachable();
  }
}

}  // namespace

int ExprCoder::CodeNew(const Bound& bound) {
  const int target = builder_.NewRegister();
  Code(bound, target);
  return target;
}

void ExprCoder::CodeList(const std::vector<BoundPtr>& list, int first) {
  for (size_t i = 0; i < list.size(); ++i) Code(*list[i], first + static_cast<int>(i));
}

ExprCoder::ExprCoder(CompileContext& context) : context_(context), builder_(context.builder) {
  for (const CompileContext::RowInRegisters& row : context.trigger_rows) {
    PlaceInRegister(row.cursor, kRowidColumn, row.first);
    for (int i = 0; i < row.column_count; ++i) PlaceInRegister(row.cursor, i, row.first + 1 + i);
  }
}

void ExprCoder::Code(const Bound& bound, int target) {
  switch (bound.kind) {
    case BoundKind::kConstant:
      builder_.LoadValue(bound.constant, target);
      return;
    case BoundKind::kParameter:
      builder_.Emit(Opcode::kVariable, bound.index, target);
      return;
    case BoundKind::kColumn:
      CodeColumn(bound, target);
      return;
    case BoundKind::kUnary:
      CodeUnary(bound, target);
      return;
    case BoundKind::kBinary:
      CodeBinary(bound, target);
      return;
    case BoundKind::kTruth: {
      const int operand = CodeNew(bound.operand(0));
      // NULL is neither true nor false; the register is whether it is the truth asked for.
      const int64_t inverts = bound.truth == bound.is_negated ? 1 : 0;
      builder_.Emit(Opcode::kIsTrue, operand, target, bound.truth ? 0 : 1, inverts);
      return;
    }
    case BoundKind::kBetween:
      CodeBetweenValue(bound, target);
      return;
    case BoundKind::kIn:
    case BoundKind::kInQuery:
      CodeInValue(bound, target);
      return;
    case BoundKind::kCast:
      Code(bound.operand(0), target);
      builder_.Emit(Opcode::kCast, target, LetterOf(*bound.affinity));
      return;
    case BoundKind::kCase:
      CodeCase(bound, target);
      return;
    case BoundKind::kFunction:
      CodeFunction(bound, target);
      return;
    case BoundKind::kAggregate:
      builder_.Emit(Opcode::kCopy, bound.aggregate->accumulator, target);
      return;
    case BoundKind::kWindow:
      builder_.Emit(Opcode::kCopy, bound.window->result, target);
      return;
    case BoundKind::kPlain:
      Code(bound.operand(0), target);
      return;
    case BoundKind::kSubquery:
      CodeSubquery(bound, target);
      return;
    case BoundKind::kExists:
      CodeExists(bound, target);
      return;
    case BoundKind::kCompareRows:
      CodeComparedRows(bound, target);
      return;
    case BoundKind::kRaise:
      CodeRaise(bound);
      return;
    case BoundKind::kRow:
      break;
  }
  Unreachable();
}

int ExprCoder::CodeRow(const Bound& bound) {
  const int first = builder_.NewRegisters(WidthOf(bound));
  if (bound.kind == BoundKind::kRow) {
    CodeList(bound.operands, first);
  } else {
    Code(bound, first);
  }
  return first;
}

void ExprCoder::CodeColumn(const Bound& bound, int target) {
  const auto moved = places_.find({bound.cursor, bound.column});
  if (moved != places_.end()) {
    const Place& place = moved->second;
    if (place.reg != 0) {
      builder_.Emit(Opcode::kSCopy, place.reg, target, 0, {}, kCopyPlain);
    } else {
      builder_.Emit(Opcode::kColumn, place.cursor, place.column, target);
      if (place.is_entry &&
          bound.table->columns[static_cast<size_t>(bound.column)].affinity == Affinity::kReal) {
        builder_.Emit(Opcode::kRealAffinity, target);
      }
    }
    return;
  }
  if (bound.column == kRowidColumn) {
    builder_.Emit(Opcode::kRowid, bound.cursor, target);
    return;
  }
  const Column& column = bound.table->columns[static_cast<size_t>(bound.column)];
  Operand4 missing;
  if (Value stored = StoredDefault(column); !stored.is_null()) missing = std::move(stored);
  builder_.Emit(Opcode::kColumn, bound.cursor, bound.table->StoredAt(bound.column), target,
                std::move(missing));
  // A whole number in a REAL column is stored as an integer.
  if (column.affinity == Affinity::kReal) builder_.Emit(Opcode::kRealAffinity, target);
}

void ExprCoder::CodeUnary(const Bound& bound, int target) {
  const Bound& operand = bound.operand(0);
  switch (bound.unary) {
    case UnaryOp::kNegate: {
      const int zero = builder_.NewRegister();
      builder_.Emit(Opcode::kInteger, 0, zero);
      const int value = CodeNew(operand);
      builder_.Emit(Opcode::kSubtract, value, zero, target);
      return;
    }
    case UnaryOp::kBitNot:
      builder_.Emit(Opcode::kBitNot, CodeNew(operand), target);
      return;
    case UnaryOp::kNot:
      builder_.Emit(Opcode::kNot, CodeNew(operand), target);
      return;
    case UnaryOp::kIsNull:
    case UnaryOp::kNotNull: {
      const Label end = builder_.NewLabel();
      const int value = CodeNew(operand);
      builder_.Emit(Opcode::kInteger, 1, target);
      builder_.EmitJump(bound.unary == UnaryOp::kIsNull ? Opcode::kIsNull : Opcode::kNotNull, value,
                        end);
      builder_.Emit(Opcode::kInteger, 0, target);
      builder_.Place(end);
      return;
    }
    case UnaryOp::kPlus:
      break;
  }
  Unreachable();
}

void ExprCoder::EmitCompare(Opcode op, int left, int right, Label to, const ComparisonRule& rule,
                            uint16_t flags) {
  if (rule.affinity) flags |= static_cast<uint16_t>(LetterOf(*rule.affinity));
  Operand4 collation;
  if (rule.collation != &kBinaryCollation) collation = rule.collation;
  builder_.EmitJump(op, right, to, left, std::move(collation), flags);
}

void ExprCoder::CodeBinary(const Bound& bound, int target) {
  const int left = CodeNew(bound.operand(0));
  const int right = CodeNew(bound.operand(1));
  if (IsComparison(bound.binary)) {
    CodeComparison(bound.binary, left, right, RuleFor(bound.operand(0), bound.operand(1)), target);
  } else {
    builder_.Emit(ArithmeticOpcode(bound.binary), right, left, target);
  }
}

// `target` is neither of the two.
void ExprCoder::CodeComparison(BinaryOp op, int left, int right, const ComparisonRule& rule,
                               int target) {
  const Label end = builder_.NewLabel();
  const bool compares_nulls = ComparesNulls(op);
  builder_.Emit(Opcode::kInteger, 1, target);
  EmitCompare(ComparisonOpcode(op), left, right, end, rule, compares_nulls ? kCompareNullEqual : 0);
  if (compares_nulls) {
    builder_.Emit(Opcode::kInteger, 0, target);
  } else {
    builder_.Emit(Opcode::kZeroOrNull, left, target, right);
  }
  builder_.Place(end);
}

void ExprCoder::JumpOnCompare(const Bound& bound, BinaryOp op, Label to, bool if_null) {
  const int left = CodeNew(bound.operand(0));
  const int right = CodeNew(bound.operand(1));
  uint16_t flags = if_null ? kCompareJumpIfNull : 0;
  if (ComparesNulls(op)) flags = kCompareNullEqual;
  EmitCompare(ComparisonOpcode(op), left, right, to, RuleFor(bound.operand(0), bound.operand(1)),
              flags);
}

void ExprCoder::CodeCase(const Bound& bound, int target) {
  const Label end = builder_.NewLabel();
  size_t i = 0;
  int operand = 0;
  if (bound.has_operand) operand = CodeNew(bound.operand(i++));
  const size_t stop = bound.operands.size() - (bound.has_otherwise ? 1 : 0);
  for (; i < stop; i += 2) {
    const Label next = builder_.NewLabel();
    if (bound.has_operand) {
      const int value = CodeNew(bound.operand(i));
      EmitCompare(Opcode::kNe, operand, value, next, RuleFor(bound.operand(0), bound.operand(i)),
                  kCompareJumpIfNull);
    } else {
      JumpIfFalse(bound.operand(i), next, /*if_null=*/true);
    }
    Code(bound.operand(i + 1), target);
    builder_.Goto(end);
    builder_.Place(next);
  }
  if (bound.has_otherwise) {
    Code(bound.operand(stop), target);
  } else {
    builder_.Emit(Opcode::kNull, 0, target);
  }
  builder_.Place(end);
}

void ExprCoder::CodeFunction(const Bound& bound, int target) {
  const Function& function = *bound.function;
  const int count = static_cast<int>(bound.operands.size());
  // The first argument that is not NULL: the ones after it are not evaluated.
  if (function.name == "coalesce" || function.name == "ifnull") {
    const Label end = builder_.NewLabel();
    for (int i = 0; i < count; ++i) {
      Code(bound.operand(static_cast<size_t>(i)), target);
      if (i + 1 < count) builder_.EmitJump(Opcode::kNotNull, target, end);
    }
    builder_.Place(end);
    return;
  }
  const int first = builder_.NewRegisters(count == 0 ? 1 : count);
  CodeList(bound.operands, first);
  if (function.uses_collation) {
    const Collation* collation = &kBinaryCollation;
    for (const BoundPtr& operand : bound.operands) {
      if (operand->collation == nullptr) continue;
      collation = operand->collation;
      break;
    }
    builder_.Emit(Opcode::kCollSeq, 0, 0, 0, collation);
  }
  builder_.Emit(Opcode::kFunction, static_cast<int>(bound.fixed_place), first, target, &function,
                static_cast<uint16_t>(count));
}

// operand >= low AND operand <= high, the operand evaluated once.
void ExprCoder::CodeBetweenValue(const Bound& bound, int target) {
  const int value = CodeNew(bound.operand(0));
  int halves[2];
  for (size_t i = 0; i < 2; ++i) {
    const int limit = CodeNew(bound.operand(i + 1));
    const Label end = builder_.NewLabel();
    halves[i] = builder_.NewRegister();
    builder_.Emit(Opcode::kInteger, 1, halves[i]);
    EmitCompare(i == 0 ? Opcode::kGe : Opcode::kLe, value, limit, end,
                RuleFor(bound.operand(0), bound.operand(i + 1)), 0);
    builder_.Emit(Opcode::kZeroOrNull, value, halves[i], limit);
    builder_.Place(end);
  }
  builder_.Emit(Opcode::kAnd, halves[1], halves[0], target);
  if (bound.is_negated) builder_.Emit(Opcode::kNot, target, target);
}

// -- Jumps --

void ExprCoder::JumpIfTrue(const Bound& bound, Label to, bool if_null) {
  switch (bound.kind) {
    case BoundKind::kBinary:
      if (bound.binary == BinaryOp::kAnd) {
        const Label over = builder_.NewLabel();
        JumpIfFalse(bound.operand(0), over, !if_null);
        JumpIfTrue(bound.operand(1), to, if_null);
        builder_.Place(over);
        return;
      }
      if (bound.binary == BinaryOp::kOr) {
        JumpIfTrue(bound.operand(0), to, if_null);
        JumpIfTrue(bound.operand(1), to, if_null);
        return;
      }
      if (IsComparison(bound.binary)) {
        JumpOnCompare(bound, bound.binary, to, if_null);
        return;
      }
      break;
    case BoundKind::kUnary:
      if (bound.unary == UnaryOp::kNot) {
        JumpIfFalse(bound.operand(0), to, if_null);
        return;
      }
      if (bound.unary == UnaryOp::kIsNull || bound.unary == UnaryOp::kNotNull) {
        const int value = CodeNew(bound.operand(0));
        builder_.EmitJump(bound.unary == UnaryOp::kIsNull ? Opcode::kIsNull : Opcode::kNotNull,
                          value, to);
        return;
      }
      break;
    default:
      break;
  }
  builder_.EmitJump(Opcode::kIf, CodeNew(bound), to, if_null ? 1 : 0);
}

void ExprCoder::JumpIfFalse(const Bound& bound, Label to, bool if_null) {
  switch (bound.kind) {
    case BoundKind::kBinary:
      if (bound.binary == BinaryOp::kAnd) {
        JumpIfFalse(bound.operand(0), to, if_null);
        JumpIfFalse(bound.operand(1), to, if_null);
        return;
      }
      if (bound.binary == BinaryOp::kOr) {
        const Label over = builder_.NewLabel();
        JumpIfTrue(bound.operand(0), over, !if_null);
        JumpIfFalse(bound.operand(1), to, if_null);
        builder_.Place(over);
        return;
      }
      if (IsComparison(bound.binary)) {
        JumpOnCompare(bound, Opposite(bound.binary), to, if_null);
        return;
      }
      break;
    case BoundKind::kUnary:
      if (bound.unary == UnaryOp::kNot) {
        JumpIfTrue(bound.operand(0), to, if_null);
        return;
      }
      if (bound.unary == UnaryOp::kIsNull || bound.unary == UnaryOp::kNotNull) {
        const int value = CodeNew(bound.operand(0));
        builder_.EmitJump(bound.unary == UnaryOp::kIsNull ? Opcode::kNotNull : Opcode::kIsNull,
                          value, to);
        return;
      }
      break;
    default:
      break;
  }
  builder_.EmitJump(Opcode::kIfNot, CodeNew(bound), to, if_null ? 1 : 0);
}

}  // namespace orrery
