#include "engine/compile/program_builder.h"

#include <algorithm>

#include <limits>

namespace orrery {

ProgramBuilder::ProgramBuilder() {
  constexpr size_t kUsualInstructionCount = 24;
  program_.instructions.reserve(kUsualInstructionCount);
  label_addresses_.reserve(kUsualInstructionCount / 2);
  fixups_.reserve(kUsualInstructionCount / 2);
  setup_ = NewLabel();
  EmitJump(Opcode::kInit, 0, setup_);
}

int ProgramBuilder::Emit(Opcode op, int p1, int p2, int p3, Operand4 p4, uint16_t p5) {
  program_.instructions.push_back({op, p1, p2, p3, std::move(p4), p5});
  return next_address() - 1;
}

int ProgramBuilder::EmitJump(Opcode op, int p1, Label to, int p3, Operand4 p4, uint16_t p5) {
  const int address = Emit(op, p1, 0, p3, std::move(p4), p5);
  PointOperand(address, 2, to);
  return address;
}

Label ProgramBuilder::NewLabel() {
  label_addresses_.push_back(-1);
  return Label(label_addresses_.size() - 1);
}

void ProgramBuilder::Place(Label label) {
  CHECK(label_addresses_[label.index_] < 0);
  label_addresses_[label.index_] = next_address();
}

void ProgramBuilder::PointOperand(int address, int operand, Label label) {
  fixups_.push_back({address, operand, label.index_});
}

int ProgramBuilder::NewRegisters(int count) {
  const int first = program_.register_count + 1;
  program_.register_count += count;
  return first;
}

void ProgramBuilder::LoadInteger(int64_t integer, int target) {
  if (integer >= std::numeric_limits<int>::min() && integer <= std::numeric_limits<int>::max()) {
    Emit(Opcode::kInteger, static_cast<int>(integer), target);
  } else {
    Emit(Opcode::kInt64, 0, target, 0, integer);
  }
}

void ProgramBuilder::LoadText(std::string_view text, int target) {
  Emit(Opcode::kString8, 0, target, 0, Value::Text(text));
}

void ProgramBuilder::LoadValue(const Value& value, int target) {
  switch (value.type()) {
    case ValueType::kNull:
      Emit(Opcode::kNull, 0, target);
      return;
    case ValueType::kInteger:
      LoadInteger(value.integer(), target);
      return;
    case ValueType::kReal:
      Emit(Opcode::kReal, 0, target, 0, value.real());
      return;
    case ValueType::kText:
      Emit(Opcode::kString8, 0, target, 0, value);
      return;
    case ValueType::kBlob:
      Emit(Opcode::kBlob, static_cast<int>(value.bytes().size()), target, 0, value);
      return;
  }
  Unreachable();
}

void ProgramBuilder::Explain(std::string line) {
  Emit(Opcode::kExplain, next_address(), explain_parent_, 0, std::move(line));
}

namespace {

constexpr int kNone = -1;
constexpr int kRead = 0;
constexpr int kWrite = 1;
constexpr int kExclusive = 2;

}  // namespace

void ProgramBuilder::Need(int database, int kind) {
  const auto number = static_cast<size_t>(database);
  if (needs_.size() <= number) needs_.resize(number + 1, kNone);
  needs_[number] = std::max(needs_[number], kind);
  if (kind >= kWrite) program_.takes_write_lock = true;
}

void ProgramBuilder::NeedTransaction(int database, bool to_write) {
  Need(database, to_write ? kWrite : kRead);
}

void ProgramBuilder::NeedExclusiveTransaction(int database) { Need(database, kExclusive); }

void ProgramBuilder::NeedTransactionsOf(const ProgramBuilder& other) {
  for (size_t i = 0; i < other.needs_.size(); ++i) Need(static_cast<int>(i), other.needs_[i]);
}

void ProgramBuilder::BeginWriteHere(int database) {
  program_.takes_write_lock = true;
  program_.writes = true;
  EmitTransaction(database, kWrite);
}

void ProgramBuilder::EmitTransaction(int database, int kind) {
  const Schema* const schema =
      program_.catalog == nullptr ? nullptr : program_.catalog->TrySchemaOf(database);
  Emit(Opcode::kTransaction, database, kind,
       schema == nullptr ? 0 : static_cast<int>(schema->cookie));
}

Program ProgramBuilder::Finish(const std::function<void()>& code_start) {
  Emit(Opcode::kHalt);
  Place(setup_);
  if (needs_no_transaction_) Emit(Opcode::kNoTransaction);
  for (size_t i = 0; i < needs_.size() && !is_subprogram_; ++i) {
    if (needs_[i] != kNone) EmitTransaction(static_cast<int>(i), needs_[i]);
  }
  code_start();
  Emit(Opcode::kGoto, 0, 1);
  for (const Fixup& fixup : fixups_) {
    const int address = label_addresses_[fixup.label_index];
    CHECK(address >= 0);
    Instruction& in = at(fixup.address);
    (fixup.operand == 1 ? in.p1 : fixup.operand == 2 ? in.p2 : in.p3) = address;
  }
  return std::move(program_);
}

}  // namespace orrery
