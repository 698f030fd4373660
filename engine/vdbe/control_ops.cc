// Control, constants and rows.

#include <algorithm>
#include <limits>

#include "engine/value/affinity.h"
#include "engine/value/cast.h"
#include "engine/value/logic.h"
#include "engine/vdbe/machine.h"

namespace orrery {

// -- Control --

Flow Machine::OpInit(const Instruction& in) { return JumpTo(in.p2); }
Flow Machine::OpGoto(const Instruction& in) { return JumpTo(in.p2); }

Flow Machine::OpGosub(const Instruction& in) {
  Register(in.p1) = Value::Integer(pc_ + 1);
  return JumpTo(in.p2);
}

Flow Machine::OpReturn(const Instruction& in) {
  return JumpTo(static_cast<int>(Register(in.p1).integer()));
}

// A coroutine's register holds where it goes on; once it has ended, the address of the instruction
// to which a Yield jumps, below zero.
Flow Machine::OpInitCoroutine(const Instruction& in) {
  Register(in.p1) = Value::Integer(in.p3);
  return in.p2 == 0 ? Flow::kNext : JumpTo(in.p2);
}

Flow Machine::OpYield(const Instruction& in) {
  Value& place = Register(in.p1);
  const int64_t target = place.integer();
  if (target < 0) return JumpTo(in.p2);
  place = Value::Integer(pc_ + 1);
  return JumpTo(static_cast<int>(target));
}

Flow Machine::OpEndCoroutine(const Instruction& in) {
  const int after_yield = static_cast<int>(Register(in.p1).integer());
  const Instruction& yield = program_->instructions[static_cast<size_t>(after_yield - 1)];
  CHECK(yield.op == Opcode::kYield);
  Register(in.p1) = Value::Integer(-1);
  return JumpTo(yield.p2);
}

Flow Machine::HaltWith(const Instruction& in) {
  if (in.p1 == 0) return Flow::kHalted;
  on_error_ = static_cast<OnError>(in.p2);
  const std::string* message = std::get_if<std::string>(&in.p4);
  return Fail(Status(static_cast<ResultCode>(in.p1), message == nullptr ? "" : *message));
}

Flow Machine::OpHalt(const Instruction& in) {
  if (in.p1 == 0 && !frames_.empty()) {
    LeaveFrame();
    const int ignored = program_->instructions[static_cast<size_t>(pc_)].p2;
    return static_cast<OnError>(in.p2) == OnError::kIgnore ? JumpTo(ignored) : Flow::kNext;
  }
  if (in.p3 == 0) return HaltWith(in);
  on_error_ = static_cast<OnError>(in.p2);
  const Value message = ToText(Register(in.p3));
  return Fail(Status(static_cast<ResultCode>(in.p1), message.is_null() ? "" : message.text()));
}

Flow Machine::OpKeepChanges(const Instruction&) { return Flow::kKeep; }

Flow Machine::OpHaltIfNull(const Instruction& in) {
  return Register(in.p3).is_null() ? HaltWith(in) : Flow::kNext;
}

Flow Machine::OpExplain(const Instruction&) { return Flow::kNext; }

Flow Machine::OpIf(const Instruction& in) {
  const std::optional<bool> truth = Truth(Register(in.p1));
  return truth.value_or(in.p3 != 0) ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::OpIfNot(const Instruction& in) {
  const std::optional<bool> truth = Truth(Register(in.p1));
  return !truth.value_or(in.p3 == 0) ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::OpIsNull(const Instruction& in) {
  return Register(in.p1).is_null() ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::OpNotNull(const Instruction& in) {
  return Register(in.p1).is_null() ? Flow::kNext : JumpTo(in.p2);
}

Flow Machine::OpIfPos(const Instruction& in) {
  Value& counter = Register(in.p1);
  if (counter.integer() <= 0) return Flow::kNext;
  counter = Value::Integer(counter.integer() - in.p3);
  return JumpTo(in.p2);
}

Flow Machine::OpDecrJumpZero(const Instruction& in) {
  Value& counter = Register(in.p1);
  if (counter.integer() > std::numeric_limits<int64_t>::min()) {
    counter = Value::Integer(counter.integer() - 1);
  }
  return counter.integer() == 0 ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::OpOffsetLimit(const Instruction& in) {
  const int64_t limit = Register(in.p1).integer();
  const int64_t offset = in.p3 == 0 ? 0 : std::max<int64_t>(Register(in.p3).integer(), 0);
  int64_t sum = 0;
  const bool is_limited = limit > 0 && !__builtin_add_overflow(limit, offset, &sum);
  Register(in.p2) = Value::Integer(is_limited ? sum : -1);
  return Flow::kNext;
}

Flow Machine::OpOnce(const Instruction& in) {
  const size_t place = static_cast<size_t>(pc_);
  if (once_[place]) return JumpTo(in.p2);
  once_[place] = true;
  return Flow::kNext;
}

Flow Machine::OpMustBeInt(const Instruction& in) {
  Value& value = Register(in.p1);
  if (!value.is_integer()) {
    Value number = value;
    ApplyAffinity(number, Affinity::kNumeric);
    if (!number.is_integer()) {
      return in.p2 == 0 ? Fail(Status(ResultCode::kMismatch)) : JumpTo(in.p2);
    }
    value = std::move(number);
  }
  return Flow::kNext;
}

// -- Values --

Flow Machine::OpInteger(const Instruction& in) {
  Register(in.p2) = Value::Integer(in.p1);
  return Flow::kNext;
}

Flow Machine::OpInt64(const Instruction& in) {
  Register(in.p2) = Value::Integer(std::get<int64_t>(in.p4));
  return Flow::kNext;
}

Flow Machine::OpReal(const Instruction& in) {
  Register(in.p2) = Value::Real(std::get<double>(in.p4));
  return Flow::kNext;
}

Flow Machine::OpString8(const Instruction& in) {
  Register(in.p2) = std::get<Value>(in.p4);
  return Flow::kNext;
}

Flow Machine::OpBlob(const Instruction& in) {
  Register(in.p2) = std::get<Value>(in.p4);
  return Flow::kNext;
}

Flow Machine::OpNull(const Instruction& in) {
  for (int i = in.p2; i <= std::max(in.p2, in.p3); ++i) Register(i) = Value::Null();
  return Flow::kNext;
}

Flow Machine::OpVariable(const Instruction& in) {
  const size_t index = static_cast<size_t>(in.p1 - 1);
  Register(in.p2) = index < parameters_.size() ? parameters_[index] : Value::Null();
  return Flow::kNext;
}

Flow Machine::OpCopy(const Instruction& in) {
  for (int i = 0; i <= in.p3; ++i) Register(in.p2 + i) = Register(in.p1 + i);
  return Flow::kNext;
}

Flow Machine::OpSCopy(const Instruction& in) {
  Register(in.p2) = Register(in.p1);
  if (in.p5 == kCopyPlain) Register(in.p2).ForgetJson();
  return Flow::kNext;
}

// -- Rows --

Flow Machine::OpResultRow(const Instruction& in) {
  row_ = std::span(registers_).subspan(static_cast<size_t>(in.p1), static_cast<size_t>(in.p2));
  return Flow::kRow;
}

}  // namespace orrery
