// Cursors on tables: of the database, and in memory.

#include <cmath>
#include <limits>

#include "engine/format/record.h"
#include "engine/program/affinity_letters.h"
#include "engine/value/affinity.h"
#include "engine/value/cast.h"
#include "engine/vdbe/machine.h"

namespace orrery {

// -- Opening --

Flow Machine::OpenTable(const Instruction& in, PageNumber root) {
  auto rows = std::make_unique<TableRows>();
  rows->root = root;
  // A database that nobody has written to has no page 1 yet.
  if (session_.pager->page_count() > 0) rows->cursor.emplace(session_.btree, root);
  CursorAt(in.p1).rows = std::move(rows);
  return Flow::kNext;
}

Flow Machine::OpOpenRead(const Instruction& in) {
  return OpenTable(in, static_cast<PageNumber>(in.p2));
}

Flow Machine::OpOpenWrite(const Instruction& in) {
  return OpenTable(in, in.p5 == 0 ? static_cast<PageNumber>(in.p2)
                                  : static_cast<PageNumber>(Register(in.p2).integer()));
}

Flow Machine::OpOpenEphemeral(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  cursor.memory_size = 0;
  if (const SortKey* key = std::get_if<SortKey>(&in.p4)) {
    cursor.rows = std::make_unique<MemoryIndex>(*key);
  } else {
    cursor.rows = MemoryTable();
  }
  return Flow::kNext;
}

Flow Machine::OpOpenPseudo(const Instruction& in) {
  CursorAt(in.p1).rows = PseudoRow{in.p2};
  return Flow::kNext;
}

Flow Machine::OpClose(const Instruction& in) {
  CursorAt(in.p1) = Cursor();
  return Flow::kNext;
}

// -- Moving --

namespace {

// After every successful move.
void ForgetRow(TableRows& table) { table.layout_is_known = false; }

}  // namespace

Flow Machine::OpRewind(const Instruction& in) {
  if (auto* memory = std::get_if<MemoryTable>(&CursorAt(in.p1).rows)) {
    memory->position = 0;
    return memory->records.empty() ? JumpTo(in.p2) : Flow::kNext;
  }
  TableRows& table = TableAt(in.p1);
  if (!table.cursor) return JumpTo(in.p2);
  IoResult<bool> moved = table.cursor->First();
  if (!moved.done()) return Unfinished(std::move(moved));
  ForgetRow(table);
  return *moved ? Flow::kNext : JumpTo(in.p2);
}

Flow Machine::OpLast(const Instruction& in) {
  TableRows& table = TableAt(in.p1);
  if (!table.cursor) return JumpTo(in.p2);
  IoResult<bool> moved = table.cursor->Last();
  if (!moved.done()) return Unfinished(std::move(moved));
  ForgetRow(table);
  return *moved ? Flow::kNext : JumpTo(in.p2);
}

Flow Machine::OpNext(const Instruction& in) {
  if (auto* memory = std::get_if<MemoryTable>(&CursorAt(in.p1).rows)) {
    return ++memory->position < memory->records.size() ? JumpTo(in.p2) : Flow::kNext;
  }
  TableRows& table = TableAt(in.p1);
  IoResult<bool> moved = table.cursor->Next();
  if (!moved.done()) return Unfinished(std::move(moved));
  ForgetRow(table);
  return *moved ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::OpPrev(const Instruction& in) {
  TableRows& table = TableAt(in.p1);
  IoResult<bool> moved = table.cursor->Previous();
  if (!moved.done()) return Unfinished(std::move(moved));
  ForgetRow(table);
  return *moved ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::MoveTo(const Instruction& in, int64_t rowid, SeekMode mode) {
  TableRows& table = TableAt(in.p1);
  if (!table.cursor) return JumpTo(in.p2);
  IoResult<bool> moved = table.cursor->Seek(rowid, mode);
  if (!moved.done()) return Unfinished(std::move(moved));
  ForgetRow(table);
  return *moved ? Flow::kNext : JumpTo(in.p2);
}

Flow Machine::OpSeekRowid(const Instruction& in) {
  Value key = Register(in.p3);
  ApplyAffinity(key, Affinity::kNumeric);
  return key.is_integer() ? MoveTo(in, key.integer(), SeekMode::kEqual) : JumpTo(in.p2);
}

Flow Machine::OpNotExists(const Instruction& in) {
  return MoveTo(in, Register(in.p3).integer(), SeekMode::kEqual);
}

// A key that is no integer lies between two rowids, or beyond all: NULL below, texts and blobs
// above.
Flow Machine::SeekNumber(const Instruction& in, SeekMode mode) {
  Value key = Register(in.p3);
  ApplyAffinity(key, Affinity::kNumeric);
  const bool upwards = mode == SeekMode::kGreaterOrEqual || mode == SeekMode::kGreater;
  if (key.is_integer()) return MoveTo(in, key.integer(), mode);
  if (key.is_null()) return JumpTo(in.p2);  // compares with nothing
  if (!key.is_real()) {
    if (upwards) return JumpTo(in.p2);
    return MoveTo(in, std::numeric_limits<int64_t>::max(), SeekMode::kLessOrEqual);
  }
  constexpr double kTwoTo63 = 9223372036854775808.0;
  const double real = key.real();
  if (real >= kTwoTo63) {
    if (upwards) return JumpTo(in.p2);
    return MoveTo(in, std::numeric_limits<int64_t>::max(), SeekMode::kLessOrEqual);
  }
  if (real < -kTwoTo63) {
    if (!upwards) return JumpTo(in.p2);
    return MoveTo(in, std::numeric_limits<int64_t>::min(), SeekMode::kGreaterOrEqual);
  }
  const double below = std::floor(real);
  if (below == real) return MoveTo(in, static_cast<int64_t>(real), mode);
  // Strictly between `below` and the next integer.
  return MoveTo(in, static_cast<int64_t>(below),
                upwards ? SeekMode::kGreater : SeekMode::kLessOrEqual);
}

Flow Machine::OpSeekGE(const Instruction& in) { return SeekNumber(in, SeekMode::kGreaterOrEqual); }
Flow Machine::OpSeekGT(const Instruction& in) { return SeekNumber(in, SeekMode::kGreater); }
Flow Machine::OpSeekLE(const Instruction& in) { return SeekNumber(in, SeekMode::kLessOrEqual); }
Flow Machine::OpSeekLT(const Instruction& in) { return SeekNumber(in, SeekMode::kLess); }

// -- Reading --

Flow Machine::OpColumn(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  if (auto* table = std::get_if<std::unique_ptr<TableRows>>(&cursor.rows)) {
    return TableColumn(in, **table);
  }
  if (auto* pseudo = std::get_if<PseudoRow>(&cursor.rows)) {
    return RecordColumn(in, Register(pseudo->register_index));
  }
  const MemoryTable& memory = std::get<MemoryTable>(cursor.rows);
  return RecordColumn(in, memory.records[memory.position]);
}

namespace {

Value DefaultOf(const Instruction& in) {
  const Value* value = std::get_if<Value>(&in.p4);
  return value == nullptr ? Value::Null() : *value;
}

}  // namespace

// Asks for as many of the row's bytes as the column turns out to need. Nothing has been done when a
// call waits but to know more of where the columns are.
Flow Machine::TableColumn(const Instruction& in, TableRows& table) {
  if (!table.cursor) {
    Register(in.p3) = Value::Null();
    return Flow::kNext;
  }
  while (true) {
    if (!table.payload_is_pending &&
        (!table.layout_is_known || table.layout_write_count != session_.row_write_count)) {
      table.layout.Clear();
      table.layout_is_known = true;
      table.layout_write_count = session_.row_write_count;
    }
    IoResult<PayloadView> payload = table.cursor->Payload(table.layout.wanted_size());
    table.payload_is_pending = payload.pending();
    if (!payload.done()) return Unfinished(std::move(payload));
    if (payload->gone) {
      Register(in.p3) = Value::Null();
      return Flow::kNext;
    }
    if (table.layout_write_count != session_.row_write_count) continue;  // changed during the wait
    Value value;
    Result<RowLayout::Answer> answer =
        table.layout.Find(in.p2, payload->bytes, payload->total_size, &value);
    if (!answer.ok()) return Fail(table.cursor->DamagedRow(answer.status().message()));
    switch (*answer) {
      case RowLayout::Answer::kMoreBytes:
        continue;
      case RowLayout::Answer::kAbsent:
        Register(in.p3) = DefaultOf(in);
        return Flow::kNext;
      case RowLayout::Answer::kFound:
        value.MakeOwned();
        Register(in.p3) = std::move(value);
        return Flow::kNext;
    }
  }
}

Flow Machine::RecordColumn(const Instruction& in, const Value& record) {
  if (record.is_null()) {
    Register(in.p3) = Value::Null();
    return Flow::kNext;
  }
  RowLayout layout;
  Value value;
  Result<RowLayout::Answer> answer =
      layout.Find(in.p2, record.bytes(), record.bytes().size(), &value);
  if (!answer.ok()) return Fail(std::move(answer).status());
  if (*answer == RowLayout::Answer::kFound) {
    value.MakeOwned();
    Register(in.p3) = std::move(value);
  } else {
    Register(in.p3) = DefaultOf(in);
  }
  return Flow::kNext;
}

Flow Machine::OpRowid(const Instruction& in) {
  TableRows& table = TableAt(in.p1);
  const bool has_row = table.cursor && table.cursor->on_row();
  Register(in.p2) = has_row ? Value::Integer(table.cursor->rowid()) : Value::Null();
  return Flow::kNext;
}

Flow Machine::OpCount(const Instruction& in) {
  TableRows& table = TableAt(in.p1);
  if (!table.cursor) {
    Register(in.p2) = Value::Integer(0);
    return Flow::kNext;
  }
  if (!count_rows_.running()) count_rows_.Start(session_.btree, table.root);
  IoResult<uint64_t> count = count_rows_.Resume();
  if (!count.done()) return Unfinished(std::move(count));
  Register(in.p2) = Value::Integer(static_cast<int64_t>(*count));
  return Flow::kNext;
}

// -- Changing --

Flow Machine::OpNewRowid(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  if (const auto* memory = std::get_if<MemoryTable>(&cursor.rows)) {
    Register(in.p2) = Value::Integer(static_cast<int64_t>(memory->records.size()) + 1);
    return Flow::kNext;
  }
  TableRows& table = TableAt(in.p1);
  if (!choose_rowid_.running()) choose_rowid_.Start(*table.cursor, session_.io);
  IoResult<int64_t> rowid = choose_rowid_.Resume();
  if (!rowid.done()) return Unfinished(std::move(rowid));
  ForgetRow(table);
  Register(in.p2) = Value::Integer(*rowid);
  return Flow::kNext;
}

Flow Machine::OpMakeRecord(const Instruction& in) {
  const std::span<Value> values =
      std::span(registers_).subspan(static_cast<size_t>(in.p1), static_cast<size_t>(in.p2));
  if (const std::string* letters = std::get_if<std::string>(&in.p4)) {
    for (size_t i = 0; i < values.size(); ++i) {
      const std::optional<Affinity> affinity = AffinityOfLetter((*letters)[i]);
      if (!affinity) continue;
      ApplyAffinity(values[i], *affinity);
      values[i] = ToStoredForm(values[i], *affinity);
    }
  }
  if (Status status = EncodeRecord(values, record_); !status.ok()) return Fail(std::move(status));
  Register(in.p3) = Value::Blob(record_);
  return Flow::kNext;
}

Flow Machine::OpInsert(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  const Value& record = Register(in.p2);
  if (auto* memory = std::get_if<MemoryTable>(&cursor.rows)) {
    if (Status status = GrowMemory(cursor, record.bytes().size()); !status.ok()) {
      return Fail(std::move(status));
    }
    memory->records.push_back(record);
    return Flow::kNext;
  }
  TableRows& table = TableAt(in.p1);
  const int64_t rowid = Register(in.p3).integer();
  IoResult<> inserted = table.cursor->Insert(rowid, record.bytes(), (in.p5 & kInsertAppend) != 0);
  if (!inserted.done()) return Unfinished(std::move(inserted));
  ForgetRow(table);
  ++session_.row_write_count;
  if ((in.p5 & kInsertCountChange) != 0) ++change_count_;
  if ((in.p5 & kInsertLastRowid) != 0) session_.last_rowid = rowid;
  return Flow::kNext;
}

Flow Machine::OpDelete(const Instruction& in) {
  TableRows& table = TableAt(in.p1);
  IoResult<> deleted = table.cursor->Delete();
  if (!deleted.done()) return Unfinished(std::move(deleted));
  ForgetRow(table);
  ++session_.row_write_count;
  if ((in.p5 & kInsertCountChange) != 0) ++change_count_;
  return Flow::kNext;
}

Flow Machine::OpRowSetAdd(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  if (!std::holds_alternative<RowidList>(cursor.rows)) cursor.rows = RowidList();
  if (Status status = GrowMemory(cursor, sizeof(int64_t)); !status.ok()) {
    return Fail(std::move(status));
  }
  std::get<RowidList>(cursor.rows).rowids.push_back(Register(in.p2).integer());
  return Flow::kNext;
}

Flow Machine::OpRowSetRead(const Instruction& in) {
  auto* list = std::get_if<RowidList>(&CursorAt(in.p1).rows);
  if (list == nullptr || list->position == list->rowids.size()) return JumpTo(in.p2);
  Register(in.p3) = Value::Integer(list->rowids[list->position++]);
  return Flow::kNext;
}

}  // namespace orrery
