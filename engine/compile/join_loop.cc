#include "engine/compile/join_loop.h"

#include "engine/compile/row_key.h"

namespace orrery {

void JoinLoop::Code(const Body& body) {
  const Label end = builder_.NewLabel();
  for (const Bound* constant : constants_) coder_.JumpIfFalse(*constant, end, /*if_null=*/true);
  if (levels_.empty()) {
    builder_.Explain("SCAN CONSTANT ROW");
    body(end);
    builder_.Place(end);
    return;
  }
  for (Level& level : levels_) level.path->Open(context_, coder_, is_repeated_);
  for (Level& level : levels_) {
    if (!IsRight(level.term)) continue;
    level.met_cursor = builder_.NewCursor();
    level.return_register = builder_.NewRegister();
    level.subroutine = builder_.NewLabel();
    const Table& table = *block_.from[level.term]->source.table;
    builder_.Emit(Opcode::kOpenEphemeral, level.met_cursor, KeyWidth(table), 0,
                  SortKeyOfRows(table));
  }
  CodeLevel(0, body);
  if (has_right_) {
    const Label unmatched = builder_.NewLabel();
    builder_.Goto(unmatched);
    for (size_t i = 0; i < levels_.size(); ++i) {
      Level& level = levels_[i];
      if (!IsRight(level.term)) continue;
      builder_.Place(level.subroutine);
      const Label next = builder_.NewLabel();
      CodeInside(i, body, next);
      builder_.Place(next);
      builder_.Emit(Opcode::kReturn, level.return_register);
    }
    builder_.Place(unmatched);
    for (size_t i = 0; i < levels_.size(); ++i) {
      if (IsRight(levels_[i].term)) CodeUnmatched(i);
    }
  }
  builder_.Place(end);
}

void JoinLoop::CodeLevel(size_t index, const Body& body) {
  Level& level = levels_[index];
  const FromTerm& term = *block_.from[level.term];
  builder_.Explain(level.path->Describe() + (term.is_optional() ? " LEFT-JOIN" : ""));
  level.next = builder_.NewLabel();
  const Label done = builder_.NewLabel();
  int was_met = 0;
  if (term.is_optional()) {
    was_met = builder_.NewRegister();
    builder_.Emit(Opcode::kInteger, 0, was_met);
  }
  level.path->Begin(context_, coder_, done);
  for (const Bound* test : level.on_tests) coder_.JumpIfFalse(*test, level.next, /*if_null=*/true);
  if (IsRight(level.term)) NoteMet(level);
  const Label inside = builder_.Here();
  if (was_met != 0) builder_.Emit(Opcode::kInteger, 1, was_met);
  if (IsRight(level.term)) {
    builder_.EmitJump(Opcode::kGosub, level.return_register, level.subroutine);
  } else {
    CodeInside(index, body, level.next);
  }
  builder_.Place(level.next);
  level.path->End(context_);
  builder_.Place(done);
  if (was_met == 0) return;
  // With NULLs, when nothing was met; then End falls through to here again.
  const Label after = builder_.NewLabel();
  builder_.EmitJump(Opcode::kIf, was_met, after);
  level.path->MakeNull(context_);
  builder_.Goto(inside);
  builder_.Place(after);
}

// What runs for each row that a level lets through.
void JoinLoop::CodeInside(size_t index, const Body& body, Label next) {
  for (const Bound* test : levels_[index].tests) coder_.JumpIfFalse(*test, next, /*if_null=*/true);
  if (index + 1 < levels_.size()) {
    CodeLevel(index + 1, body);
  } else {
    body(next);
  }
}

void JoinLoop::NoteMet(Level& level) {
  const Source& source = block_.from[level.term]->source;
  const int width = KeyWidth(*source.table);
  const int key = builder_.NewRegisters(width);
  const int record = builder_.NewRegister();
  const Label is_noted = builder_.NewLabel();
  CodeKey(coder_, *source.table, source.cursor, key);
  builder_.EmitJump(Opcode::kFound, level.met_cursor, is_noted, key, int64_t{width});
  builder_.Emit(Opcode::kMakeRecord, key, width, record);
  builder_.Emit(Opcode::kIdxInsert, level.met_cursor, record);
  builder_.Place(is_noted);
}

// The rows of the right side that nothing on the left has met.
void JoinLoop::CodeUnmatched(size_t index) {
  Level& level = levels_[index];
  builder_.Explain("RIGHT-JOIN " + block_.from[level.term]->source.name);
  for (size_t i = 0; i < index; ++i) levels_[i].path->MakeNull(context_);
  const Table& table = *block_.from[level.term]->source.table;
  const int cursor = block_.from[level.term]->source.cursor;
  const int width = KeyWidth(table);
  const int key = builder_.NewRegisters(width);
  const Label done = builder_.NewLabel();
  const Label next = builder_.NewLabel();
  builder_.EmitJump(Opcode::kRewind, cursor, done);
  const Label loop = builder_.Here();
  CodeKey(coder_, table, cursor, key);
  builder_.EmitJump(Opcode::kFound, level.met_cursor, next, key, int64_t{width});
  builder_.EmitJump(Opcode::kGosub, level.return_register, level.subroutine);
  builder_.Place(next);
  builder_.EmitJump(Opcode::kNext, cursor, loop);
  builder_.Place(done);
}

}  // namespace orrery
