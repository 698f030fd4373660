#include "engine/vdbe/machine.h"

namespace orrery {

void Machine::Start(const Program& program, std::span<const Value> parameters) {
  Reset();
  program_ = &program;
  parameters_ = parameters;
  registers_.resize(static_cast<size_t>(program.register_count) + 1);
  cursors_.resize(static_cast<size_t>(program.cursor_count));
  accumulators_.resize(registers_.size());
  once_.assign(program.instructions.size(), false);
  interrupt_count_ = session_.interrupt_count;
}

void Machine::Reset() {
  load_schema_.Abandon();
  attach_database_.Abandon();
  create_tree_.Abandon();
  clear_tree_.Abandon();
  destroy_tree_.Abandon();
  shrink_file_.Abandon();
  count_rows_.Abandon();
  check_integrity_.Abandon();
  choose_rowid_.Abandon();
  delete_key_.Abandon();
  change_journal_mode_.Abandon();
  run_checkpoint_.Abandon();
  run_vacuum_.Abandon();
  while (!frames_.empty()) LeaveFrame();
  program_ = nullptr;
  pc_ = 0;
  row_ = {};
  waits_for_ = nullptr;
  error_ = OkStatus();
  on_error_ = OnError::kAbort;
  halted_ = false;
  wants_rollback_ = false;
  wants_commit_ = false;
  wants_undo_to_ = -1;
  is_exclusive_ = false;
  is_detaching_ = false;
  change_count_ = 0;
  cursors_.clear();
  registers_.clear();
  accumulators_.clear();
}

Flow Machine::Run() {
  CHECK(program_ != nullptr && !halted_);
  row_ = {};
  while (true) {
    if (interrupt_count_ != session_.interrupt_count) [[unlikely]] {
      return Fail(Status(ResultCode::kInterrupt));
    }
    CHECK(static_cast<size_t>(pc_) < program_->instructions.size());
    const Instruction& in = program_->instructions[static_cast<size_t>(pc_)];
    session_.opcode_has_run[static_cast<size_t>(in.op)] = true;
    switch (const Flow flow = RunInstruction(in)) {
      case Flow::kNext:
        ++pc_;
        break;
      case Flow::kJumped:
        break;
      case Flow::kRow:
        ++pc_;
        is_exclusive_ = false;
        session_.step_time.reset();
        return flow;
      case Flow::kKeep:
        ++pc_;
        is_exclusive_ = false;
        return flow;
      case Flow::kHalted:
        halted_ = true;
        session_.step_time.reset();
        return flow;
      case Flow::kFailed:
        while (!frames_.empty()) LeaveFrame();
        session_.step_time.reset();
        return flow;
      case Flow::kWaiting:
        return flow;
    }
  }
}

Flow Machine::RunInstruction(const Instruction& in) {
  switch (in.op) {
#define OP(name, flags, synopsis, what) \
  case Opcode::k##name:                 \
    return Op##name(in);
#include "engine/program/opcodes.inc"
#undef OP
  }
  Unreachable();
}

TableRows& Machine::TableAt(int index) {
  auto* rows = std::get_if<std::unique_ptr<TableRows>>(&CursorAt(index).rows);
  CHECK(rows != nullptr);
  return **rows;
}

IndexRows* Machine::TryIndexAt(int index) {
  auto* rows = std::get_if<std::unique_ptr<IndexRows>>(&CursorAt(index).rows);
  return rows == nullptr ? nullptr : rows->get();
}

IndexRows& Machine::IndexAt(int index) {
  IndexRows* const rows = TryIndexAt(index);
  CHECK(rows != nullptr);
  return *rows;
}

Status Machine::GrowMemory(Cursor& cursor, size_t size) {
  constexpr size_t kOverheadSize = 64;
  if (!session_.io.MayAllocate(Allocation::kCursorMemory)) {
    return Status(ResultCode::kNoMemory);
  }
  cursor.memory_size += size + kOverheadSize;
  if (cursor.memory_size <= session_.sorter_size_max) return OkStatus();
  return Status(ResultCode::kFull, "sorting needs more than " +
                                       std::to_string(session_.sorter_size_max) +
                                       " bytes, and spilling to disk is not supported yet");
}

}  // namespace orrery
