// Programs that a program calls: triggers.

#include <utility>

#include "engine/vdbe/machine.h"

namespace orrery {
namespace {

// As sqlite3's default of SQLITE_LIMIT_TRIGGER_DEPTH.
constexpr size_t kDepthMax = 1000;

}  // namespace

Flow Machine::OpProgram(const Instruction& in) {
  const Program& root = frames_.empty() ? *program_ : *frames_.front().program;
  const Program* const called = root.triggers[static_cast<size_t>(std::get<int64_t>(in.p4))].get();
  const bool only_once = in.p5 != 0;
  if (only_once) {
    bool is_running = program_->trigger == called->trigger;
    for (const Frame& frame : frames_) {
      is_running = is_running || frame.program->trigger == called->trigger;
    }
    if (is_running) return Flow::kNext;
  }
  if (frames_.size() >= kDepthMax) {
    return Fail(Status(ResultCode::kError, "too many levels of trigger recursion"));
  }
  std::vector<Value> registers(static_cast<size_t>(called->register_count) + 1);
  for (int i = 0; i < in.p3; ++i) registers[static_cast<size_t>(i) + 1] = Register(in.p1 + i);
  frames_.push_back({.program = std::exchange(program_, called),
                     .pc = std::exchange(pc_, 0),
                     .registers = std::exchange(registers_, std::move(registers)),
                     .cursors = std::exchange(cursors_, {}),
                     .accumulators = std::exchange(accumulators_, {}),
                     .once = std::exchange(once_, {}),
                     .change_count = std::exchange(change_count_, 0),
                     .session_change_count = session_.change_count,
                     .last_rowid = session_.last_rowid});
  cursors_.resize(static_cast<size_t>(called->cursor_count));
  accumulators_.resize(registers_.size());
  once_.assign(called->instructions.size(), false);
  return Flow::kJumped;
}

void Machine::LeaveFrame() {
  Frame& frame = frames_.back();
  program_ = frame.program;
  pc_ = frame.pc;
  registers_ = std::move(frame.registers);
  cursors_ = std::move(frame.cursors);
  accumulators_ = std::move(frame.accumulators);
  once_ = std::move(frame.once);
  change_count_ = frame.change_count;
  session_.change_count = frame.session_change_count;
  session_.last_rowid = frame.last_rowid;
  frames_.pop_back();
}

Flow Machine::OpMemMax(const Instruction& in) {
  Value& largest = RootRegister(in.p1);
  const Value& other = Register(in.p2);
  if (other.integer() > largest.integer()) largest = Value::Integer(other.integer());
  return Flow::kNext;
}

Flow Machine::OpResetCount(const Instruction&) {
  session_.change_count = change_count_;
  session_.total_change_count += change_count_;
  change_count_ = 0;
  return Flow::kNext;
}

}  // namespace orrery
