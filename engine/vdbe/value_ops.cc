// Arithmetic, logic, comparing, types and functions.

#include "engine/program/affinity_letters.h"
#include "engine/value/arithmetic.h"
#include "engine/value/cast.h"
#include "engine/value/compare.h"
#include "engine/value/logic.h"
#include "engine/vdbe/machine.h"

namespace orrery {

// -- Arithmetic and logic --

Flow Machine::Arithmetic(const Instruction& in, Value (*apply)(const Value&, const Value&)) {
  Register(in.p3) = apply(Register(in.p2), Register(in.p1));
  return Flow::kNext;
}

Flow Machine::OpAdd(const Instruction& in) { return Arithmetic(in, Add); }
Flow Machine::OpSubtract(const Instruction& in) { return Arithmetic(in, Subtract); }
Flow Machine::OpMultiply(const Instruction& in) { return Arithmetic(in, Multiply); }
Flow Machine::OpDivide(const Instruction& in) { return Arithmetic(in, Divide); }
Flow Machine::OpRemainder(const Instruction& in) { return Arithmetic(in, Remainder); }
Flow Machine::OpBitAnd(const Instruction& in) { return Arithmetic(in, BitAnd); }
Flow Machine::OpBitOr(const Instruction& in) { return Arithmetic(in, BitOr); }
Flow Machine::OpShiftLeft(const Instruction& in) { return Arithmetic(in, ShiftLeft); }
Flow Machine::OpShiftRight(const Instruction& in) { return Arithmetic(in, ShiftRight); }
Flow Machine::OpAnd(const Instruction& in) { return Arithmetic(in, And); }
Flow Machine::OpOr(const Instruction& in) { return Arithmetic(in, Or); }

Flow Machine::OpConcat(const Instruction& in) {
  Result<Value> text = Concatenate(Register(in.p2), Register(in.p1));
  if (!text.ok()) return Fail(std::move(text).status());
  Register(in.p3) = *std::move(text);
  return Flow::kNext;
}

Flow Machine::OpBitNot(const Instruction& in) {
  Register(in.p2) = BitNot(Register(in.p1));
  return Flow::kNext;
}

Flow Machine::OpNot(const Instruction& in) {
  Register(in.p2) = Not(Register(in.p1));
  return Flow::kNext;
}

Flow Machine::OpIsTrue(const Instruction& in) {
  const bool is_true = Truth(Register(in.p1)).value_or(in.p3 != 0);
  Register(in.p2) = Value::Bool(is_true != (std::get<int64_t>(in.p4) != 0));
  return Flow::kNext;
}

Flow Machine::OpZeroOrNull(const Instruction& in) {
  const bool is_null = Register(in.p1).is_null() || Register(in.p3).is_null();
  Register(in.p2) = is_null ? Value::Null() : Value::Integer(0);
  return Flow::kNext;
}

// -- Comparing --

Flow Machine::CompareAndJump(const Instruction& in, bool (*holds)(int)) {
  const Value& left = Register(in.p3);
  const Value& right = Register(in.p1);
  if (left.is_null() || right.is_null()) {
    if ((in.p5 & kCompareNullEqual) != 0) {
      // NULL equals NULL and is below all else: for IS and IS NOT.
      const int order = left.is_null() && right.is_null() ? 0 : (left.is_null() ? -1 : 1);
      return holds(order) ? JumpTo(in.p2) : Flow::kNext;
    }
    return (in.p5 & kCompareJumpIfNull) != 0 ? JumpTo(in.p2) : Flow::kNext;
  }
  const auto* given = std::get_if<const Collation*>(&in.p4);
  const Collation& collation = given == nullptr ? kBinaryCollation : **given;
  int order = 0;
  const std::optional<Affinity> affinity = AffinityOfLetter(in.p5 & kCompareAffinityMask);
  if (affinity && *affinity != Affinity::kBlob && (left.is_text() || right.is_text())) {
    Value a = left;
    Value b = right;
    ApplyComparisonAffinity(a, *affinity);
    ApplyComparisonAffinity(b, *affinity);
    order = Sign(Compare(a, b, collation));
  } else {
    order = Sign(Compare(left, right, collation));
  }
  return holds(order) ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::OpEq(const Instruction& in) {
  return CompareAndJump(in, [](int order) { return order == 0; });
}
Flow Machine::OpNe(const Instruction& in) {
  return CompareAndJump(in, [](int order) { return order != 0; });
}
Flow Machine::OpLt(const Instruction& in) {
  return CompareAndJump(in, [](int order) { return order < 0; });
}
Flow Machine::OpLe(const Instruction& in) {
  return CompareAndJump(in, [](int order) { return order <= 0; });
}
Flow Machine::OpGt(const Instruction& in) {
  return CompareAndJump(in, [](int order) { return order > 0; });
}
Flow Machine::OpGe(const Instruction& in) {
  return CompareAndJump(in, [](int order) { return order >= 0; });
}

Flow Machine::OpCompare(const Instruction& in) {
  const SortKey& key = std::get<SortKey>(in.p4);
  compare_result_ = 0;
  for (int i = 0; i < in.p3 && compare_result_ == 0; ++i) {
    compare_result_ =
        CompareSorted(Register(in.p1 + i), Register(in.p2 + i), key[static_cast<size_t>(i)]);
  }
  return Flow::kNext;
}

Flow Machine::OpJump(const Instruction& in) {
  return JumpTo(compare_result_ < 0 ? in.p1 : compare_result_ == 0 ? in.p2 : in.p3);
}

// -- Types and functions --

Flow Machine::OpAffinity(const Instruction& in) {
  const std::string& letters = std::get<std::string>(in.p4);
  for (int i = 0; i < in.p2; ++i) {
    if (const auto affinity = AffinityOfLetter(letters[static_cast<size_t>(i)])) {
      ApplyAffinity(Register(in.p1 + i), *affinity);
    }
  }
  return Flow::kNext;
}

Flow Machine::OpTypeCheck(const Instruction& in) {
  const Value& value = Register(in.p1);
  if (value.is_null() || value.type() == static_cast<ValueType>(in.p3)) return Flow::kNext;
  std::string message = "cannot store ";
  switch (value.type()) {
    case ValueType::kInteger:
      message += "INT";
      break;
    case ValueType::kReal:
      message += "REAL";
      break;
    case ValueType::kText:
      message += "TEXT";
      break;
    default:
      message += "BLOB";
  }
  message += " value in " + std::get<std::string>(in.p4);
  return Fail(Status(ResultCode::kConstraintDatatype, std::move(message)));
}

Flow Machine::OpIsType(const Instruction& in) {
  const Value& value = Register(in.p1);
  const bool is_type = value.is_null() || value.type() == static_cast<ValueType>(in.p3);
  return is_type ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::OpRealAffinity(const Instruction& in) {
  Value& value = Register(in.p1);
  if (value.is_integer()) value = Value::Real(static_cast<double>(value.integer()));
  return Flow::kNext;
}

Flow Machine::OpCast(const Instruction& in) {
  Value& value = Register(in.p1);
  value = Cast(value, *AffinityOfLetter(in.p2));
  return Flow::kNext;
}

Flow Machine::OpCollSeq(const Instruction& in) {
  function_collation_ = std::get<const Collation*>(in.p4);
  passed_over_register_ = in.p1;
  if (in.p1 != 0) Register(in.p1) = Value::Integer(0);
  return Flow::kNext;
}

Flow Machine::OpFunction(const Instruction& in) {
  const Function& function = *std::get<const Function*>(in.p4);
  FunctionCall call(session_, *std::exchange(function_collation_, &kBinaryCollation),
                    static_cast<FixedPlace>(in.p1));
  function.scalar(call, Arguments(&Register(in.p2), in.p5));
  if (!call.error().ok()) return Fail(call.error());
  Value result = call.TakeResult();
  if (result.has_bytes() && result.bytes().size() > kValueSizeMax) {
    return Fail(Status(ResultCode::kTooBig));
  }
  Register(in.p3) = std::move(result);
  return Flow::kNext;
}

Flow Machine::OpAggStep(const Instruction& in) {
  const Function& function = *std::get<const Function*>(in.p4);
  std::unique_ptr<Aggregate>& accumulator = accumulators_[static_cast<size_t>(in.p3)];
  if (accumulator == nullptr) accumulator = function.aggregate();
  FunctionCall call(session_, *std::exchange(function_collation_, &kBinaryCollation));
  const int passed_over_register = std::exchange(passed_over_register_, 0);
  accumulator->Step(call, Arguments(&Register(in.p2), in.p5));
  if (!call.error().ok()) return Fail(call.error());
  if (call.row_passed_over && passed_over_register != 0) {
    Register(passed_over_register) = Value::Integer(1);
  }
  return Flow::kNext;
}

Flow Machine::OpAggFinal(const Instruction& in) {
  const Function& function = *std::get<const Function*>(in.p4);
  std::unique_ptr<Aggregate> accumulator = std::move(accumulators_[static_cast<size_t>(in.p1)]);
  if (accumulator == nullptr) accumulator = function.aggregate();  // of no rows
  FunctionCall call(session_);
  accumulator->Final(call);
  if (!call.error().ok()) return Fail(call.error());
  Register(in.p1) = call.TakeResult();
  return Flow::kNext;
}

}  // namespace orrery
