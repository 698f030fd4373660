#include "engine/compile/sequence.h"

#include "engine/program/affinity_letters.h"

namespace orrery {
namespace {

constexpr int kColumnCount = 2;

}  // namespace

Status Sequence::Bind() {
  if (!table_.is_autoincrement) return OkStatus();
  sequences_ = context_.schema->FindTable(kSequenceTable);
  if (sequences_ == nullptr || sequences_->columns.size() != kColumnCount) {
    return Status(ResultCode::kCorruptSequence);
  }
  cursor_ = builder_.NewCursor();
  name_ = builder_.NewRegisters(kColumnCount);
  largest_ = name_ + 1;
  row_ = builder_.NewRegister();
  return OkStatus();
}

void Sequence::Open() {
  if (!table_.is_autoincrement) return;
  builder_.Emit(Opcode::kOpenWrite, cursor_, static_cast<int>(sequences_->root), 0,
                int64_t{kColumnCount});
  builder_.LoadText(table_.name, name_);
  builder_.LoadInteger(0, largest_);
  builder_.Emit(Opcode::kNull, 0, row_);
  const Label done = builder_.NewLabel();
  const Label next = builder_.NewLabel();
  builder_.EmitJump(Opcode::kRewind, cursor_, done);
  const Label loop = builder_.Here();
  const int found = builder_.NewRegister();
  builder_.Emit(Opcode::kColumn, cursor_, 0, found);
  builder_.EmitJump(Opcode::kNe, found, next, name_, &kBinaryCollation, kCompareJumpIfNull);
  builder_.Emit(Opcode::kRowid, cursor_, row_);
  builder_.Emit(Opcode::kColumn, cursor_, 1, largest_);
  builder_.Emit(Opcode::kCast, largest_, LetterOf(Affinity::kInteger));
  builder_.EmitJump(Opcode::kNotNull, largest_, done);
  builder_.LoadInteger(0, largest_);
  builder_.Goto(done);
  builder_.Place(next);
  builder_.EmitJump(Opcode::kNext, cursor_, loop);
  builder_.Place(done);
}

void Sequence::Use(int rowid) {
  if (!table_.is_autoincrement) return;
  const Label is_lower = builder_.NewLabel();
  builder_.EmitJump(Opcode::kLe, largest_, is_lower, rowid);
  builder_.Emit(Opcode::kSCopy, rowid, largest_);
  builder_.Place(is_lower);
}

void Sequence::Close() {
  if (!table_.is_autoincrement) return;
  const Label has_row = builder_.NewLabel();
  builder_.EmitJump(Opcode::kNotNull, row_, has_row);
  builder_.Emit(Opcode::kNewRowid, cursor_, row_);
  builder_.Place(has_row);
  const int record = builder_.NewRegister();
  builder_.Emit(Opcode::kMakeRecord, name_, kColumnCount, record);
  builder_.Emit(Opcode::kInsert, cursor_, record, row_);
}

}  // namespace orrery
