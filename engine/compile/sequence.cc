#include "engine/compile/sequence.h"

#include "engine/program/affinity_letters.h"

namespace orrery {
namespace {

constexpr int kColumnCount = 2;

}  // namespace

Result<int> Sequences::Use(const Catalog& catalog, const Table& table) {
  if (!table.is_autoincrement) return 0;
  for (const One& one : all_) {
    if (one.table == &table) return one.largest();
  }
  const Table* const sequences = catalog.SchemaOf(table.database).FindTable(kSequenceTable);
  if (sequences == nullptr || sequences->columns.size() != kColumnCount) {
    return Status(ResultCode::kCorruptSequence);
  }
  all_.push_back({.table = &table,
                  .root = sequences->root,
                  .cursor = builder_.NewCursor(),
                  .name = builder_.NewRegisters(kColumnCount),
                  .row = builder_.NewRegister()});
  return all_.back().largest();
}

void Sequences::Open() {
  for (const One& one : all_) {
    builder_.Emit(Opcode::kOpenWrite, one.cursor, static_cast<int>(one.root), one.table->database,
                  int64_t{kColumnCount});
    builder_.LoadText(one.table->name, one.name);
    builder_.LoadInteger(0, one.largest());
    builder_.Emit(Opcode::kNull, 0, one.row);
    const Label done = builder_.NewLabel();
    const Label next = builder_.NewLabel();
    builder_.EmitJump(Opcode::kRewind, one.cursor, done);
    const Label loop = builder_.Here();
    const int found = builder_.NewRegister();
    builder_.Emit(Opcode::kColumn, one.cursor, 0, found);
    builder_.EmitJump(Opcode::kNe, found, next, one.name, &kBinaryCollation, kCompareJumpIfNull);
    builder_.Emit(Opcode::kRowid, one.cursor, one.row);
    builder_.Emit(Opcode::kColumn, one.cursor, 1, one.largest());
    builder_.Emit(Opcode::kCast, one.largest(), LetterOf(Affinity::kInteger));
    builder_.EmitJump(Opcode::kNotNull, one.largest(), done);
    builder_.LoadInteger(0, one.largest());
    builder_.Goto(done);
    builder_.Place(next);
    builder_.EmitJump(Opcode::kNext, one.cursor, loop);
    builder_.Place(done);
  }
}

void Sequences::Close() {
  for (const One& one : all_) {
    const Label has_row = builder_.NewLabel();
    builder_.EmitJump(Opcode::kNotNull, one.row, has_row);
    builder_.Emit(Opcode::kNewRowid, one.cursor, one.row);
    builder_.Place(has_row);
    const int record = builder_.NewRegister();
    builder_.Emit(Opcode::kMakeRecord, one.name, kColumnCount, record);
    builder_.Emit(Opcode::kInsert, one.cursor, record, one.row);
  }
}

}  // namespace orrery
