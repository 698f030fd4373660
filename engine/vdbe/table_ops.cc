// Cursors on tables, of the database and in memory; and what cursors on indexes do as they do.

#include <cmath>
#include <limits>

#include "engine/catalog/table_function.h"
#include "engine/format/record.h"
#include "engine/program/affinity_letters.h"
#include "engine/value/affinity.h"
#include "engine/value/cast.h"
#include "engine/vdbe/machine.h"

namespace orrery {

// -- Opening --

Flow Machine::OpenTree(const Instruction& in, PageNumber root) {
  // A database that nobody has written to has no page 1 yet.
  Database& database = session_.DatabaseAt(in.p3);
  const bool has_pages = database.pager->page_count() > 0;
  CursorAt(in.p1) = Cursor();
  if (const auto* order = std::get_if<const KeyOrder*>(&in.p4)) {
    if (root == kNoPage) {
      return Fail(CorruptError(database.pager->path() + ": index without a root page"));
    }
    auto rows = std::make_unique<IndexRows>();
    rows->database = &database;
    rows->root = root;
    if (has_pages) rows->cursor.emplace(database.btree, root, **order);
    CursorAt(in.p1).rows = std::move(rows);
    return Flow::kNext;
  }
  auto rows = std::make_unique<TableRows>();
  rows->database = &database;
  rows->root = root;
  if (has_pages) rows->cursor.emplace(database.btree, root);
  CursorAt(in.p1).rows = std::move(rows);
  return Flow::kNext;
}

Flow Machine::OpOpenRead(const Instruction& in) {
  return OpenTree(in, static_cast<PageNumber>(in.p2));
}

Flow Machine::OpOpenWrite(const Instruction& in) {
  return OpenTree(in, in.p5 == 0 ? static_cast<PageNumber>(in.p2)
                                 : static_cast<PageNumber>(Register(in.p2).integer()));
}

Flow Machine::OpOpenEphemeral(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  cursor.memory_size = 0;
  cursor.is_null_row = false;
  if (const SortKey* key = std::get_if<SortKey>(&in.p4)) {
    cursor.rows = std::make_unique<MemoryIndex>(*key, /*keeps_equal=*/in.p5 != 0);
  } else {
    cursor.rows = MemoryTable();
  }
  return Flow::kNext;
}

Flow Machine::OpOpenFunction(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  cursor.memory_size = 0;
  cursor.is_null_row = false;
  const TableFunction& function = TableFunctionAt(static_cast<size_t>(std::get<int64_t>(in.p4)));
  FunctionRows given{.values = {}, .width = function.table.columns.size()};
  Status error;
  Status made = function.make_rows(Registers(in.p2, in.p3), [&](std::span<const Value> row) {
    for (const Value& value : row) {
      if (error.ok()) error = GrowMemory(cursor, value.has_bytes() ? value.bytes().size() : 8);
      if (error.ok()) given.values.push_back(value);
    }
  });
  if (!made.ok()) return Fail(std::move(made));
  if (!error.ok()) return Fail(std::move(error));
  for (Value& value : given.values) value.MakeOwned();
  cursor.rows = std::move(given);
  return Flow::kNext;
}

Flow Machine::OpOpenPseudo(const Instruction& in) {
  CursorAt(in.p1) = Cursor();
  CursorAt(in.p1).rows = PseudoRow{in.p2};
  return Flow::kNext;
}

Flow Machine::OpNullRow(const Instruction& in) {
  CursorAt(in.p1).is_null_row = in.p2 == 0;
  return Flow::kNext;
}

Flow Machine::OpClose(const Instruction& in) {
  CursorAt(in.p1) = Cursor();
  return Flow::kNext;
}

// -- Moving --

template <typename Move>
Flow Machine::MoveCursor(const Instruction& in, bool jumps_when, Move move) {
  CursorAt(in.p1).is_null_row = false;
  const auto moved = [&](auto& rows) {
    if (!rows.cursor) return jumps_when ? Flow::kNext : JumpTo(in.p2);  // on no row
    IoResult<bool> found = move(*rows.cursor);
    if (!found.done()) return Unfinished(std::move(found));
    rows.row.Forget();
    return *found == jumps_when ? JumpTo(in.p2) : Flow::kNext;
  };
  if (IndexRows* const index = TryIndexAt(in.p1)) return moved(*index);
  TableRows& table = TableAt(in.p1);
  table.deferred_rowid.reset();
  return moved(table);
}

Flow Machine::OpRewind(const Instruction& in) {
  if (const std::optional<Flow> flow = RewindMemory(in)) return *flow;
  return MoveCursor(in, /*jumps_when=*/false, [](auto& cursor) { return cursor.First(); });
}

Flow Machine::OpLast(const Instruction& in) {
  return MoveCursor(in, /*jumps_when=*/false, [](auto& cursor) { return cursor.Last(); });
}

Flow Machine::OpNext(const Instruction& in) {
  if (const std::optional<Flow> flow = NextInMemory(in)) return *flow;
  return MoveCursor(in, /*jumps_when=*/true, [](auto& cursor) { return cursor.Next(); });
}

Flow Machine::OpPrev(const Instruction& in) {
  if (CursorAt(in.p1).is_null_row) return Flow::kNext;
  return MoveCursor(in, /*jumps_when=*/true, [](auto& cursor) { return cursor.Previous(); });
}

Flow Machine::MoveTo(const Instruction& in, int64_t rowid, SeekMode mode) {
  CursorAt(in.p1).is_null_row = false;
  TableRows& table = TableAt(in.p1);
  table.deferred_rowid.reset();
  if (!table.cursor) return JumpTo(in.p2);
  IoResult<bool> moved = table.cursor->Seek(rowid, mode);
  if (!moved.done()) return Unfinished(std::move(moved));
  table.row.Forget();
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
Flow Machine::Seek(const Instruction& in, SeekMode mode) {
  if (IndexRows* const index = TryIndexAt(in.p1)) {
    return SeekKey(in, *index, mode, /*jumps_when=*/false);
  }
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

Flow Machine::OpSeekGE(const Instruction& in) { return Seek(in, SeekMode::kGreaterOrEqual); }
Flow Machine::OpSeekGT(const Instruction& in) { return Seek(in, SeekMode::kGreater); }
Flow Machine::OpSeekLE(const Instruction& in) { return Seek(in, SeekMode::kLessOrEqual); }
Flow Machine::OpSeekLT(const Instruction& in) { return Seek(in, SeekMode::kLess); }

// -- Reading --

Flow Machine::OpColumn(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  if (cursor.is_null_row) {
    Register(in.p3) = Value::Null();
    return Flow::kNext;
  }
  if (auto* table = std::get_if<std::unique_ptr<TableRows>>(&cursor.rows)) {
    return TableColumn(in, **table);
  }
  if (IndexRows* const index = TryIndexAt(in.p1)) return TreeColumn(in, *index);
  if (auto* pseudo = std::get_if<PseudoRow>(&cursor.rows)) {
    return RecordColumn(in, Register(pseudo->register_index));
  }
  if (auto* index = std::get_if<std::unique_ptr<MemoryIndex>>(&cursor.rows)) {
    return RecordColumn(in, (*index)->position->record);
  }
  if (auto* sorter = std::get_if<Sorter>(&cursor.rows)) {
    return RecordColumn(in, sorter->entries[sorter->position].record);
  }
  if (auto* given = std::get_if<FunctionRows>(&cursor.rows)) {
    Register(in.p3) = given->values[given->position + static_cast<size_t>(in.p2)];
    return Flow::kNext;
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

Flow Machine::TableColumn(const Instruction& in, TableRows& table) {
  if (table.deferred_rowid) [[unlikely]] {
    IoResult<bool> moved = table.cursor->Seek(*table.deferred_rowid, SeekMode::kEqual);
    if (!moved.done()) return Unfinished(std::move(moved));
    if (!*moved && table.deferred_write_count != session_.row_write_count) {
      // Another statement has deleted it meanwhile.
      table.deferred_rowid.reset();
      CursorAt(in.p1).is_null_row = true;
      Register(in.p3) = Value::Null();
      return Flow::kNext;
    }
    if (!*moved) {
      return Fail(Status(ResultCode::kCorruptIndex, table.database->pager->path() +
                                                        ": index entry without a row: rowid " +
                                                        std::to_string(*table.deferred_rowid)));
    }
    table.deferred_rowid.reset();
    table.row.Forget();
  }
  return TreeColumn(in, table);
}

// Asks for as many of the row's bytes as the column turns out to need. Nothing has been done when a
// call waits but to know more of where the columns are.
template <typename Rows>
Flow Machine::TreeColumn(const Instruction& in, Rows& rows) {
  if (!rows.cursor) {
    Register(in.p3) = Value::Null();
    return Flow::kNext;
  }
  KnownRow& row = rows.row;
  while (true) {
    if (!row.payload_is_pending && (!row.is_known || row.write_count != session_.row_write_count)) {
      row.layout.Clear();
      row.is_known = true;
      row.write_count = session_.row_write_count;
    }
    IoResult<PayloadView> payload = rows.cursor->Payload(row.layout.wanted_size());
    row.payload_is_pending = payload.pending();
    if (!payload.done()) return Unfinished(std::move(payload));
    if (payload->gone) {
      Register(in.p3) = Value::Null();
      return Flow::kNext;
    }
    if (row.write_count != session_.row_write_count) continue;  // changed during the wait
    Value value;
    Result<RowLayout::Answer> answer =
        row.layout.Find(in.p2, payload->bytes, payload->total_size, &value);
    if (!answer.ok()) return Fail(rows.cursor->DamagedRow(answer.status().message()));
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
  const Cursor& cursor = CursorAt(in.p1);
  if (cursor.is_null_row) {
    Register(in.p2) = Value::Null();
    return Flow::kNext;
  }
  if (const auto* memory = std::get_if<MemoryTable>(&cursor.rows)) {
    Register(in.p2) = Value::Integer(static_cast<int64_t>(memory->position) + 1);
    return Flow::kNext;
  }
  TableRows& table = TableAt(in.p1);
  if (table.deferred_rowid) {
    Register(in.p2) = Value::Integer(*table.deferred_rowid);
    return Flow::kNext;
  }
  const bool has_row = table.cursor && table.cursor->on_row();
  Register(in.p2) = has_row ? Value::Integer(table.cursor->rowid()) : Value::Null();
  return Flow::kNext;
}

Flow Machine::OpCount(const Instruction& in) {
  IndexRows* const index = TryIndexAt(in.p1);
  const bool has_rows =
      index != nullptr ? index->cursor.has_value() : TableAt(in.p1).cursor.has_value();
  if (!has_rows) {
    Register(in.p2) = Value::Integer(0);
    return Flow::kNext;
  }
  const PageNumber root = index != nullptr ? index->root : TableAt(in.p1).root;
  Database& database = index != nullptr ? *index->database : *TableAt(in.p1).database;
  if (!count_rows_.running()) count_rows_.Start(database.btree, root);
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
  if (!choose_rowid_.running()) {
    std::optional<int64_t> largest;
    if (in.p3 != 0) largest = RootRegister(in.p3).integer();
    choose_rowid_.Start(*table.cursor, session_.io, largest);
  }
  IoResult<int64_t> rowid = choose_rowid_.Resume();
  if (!rowid.done()) return Unfinished(std::move(rowid));
  table.row.Forget();
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
  const auto schema_format = static_cast<uint8_t>(session_.main().pager->header().schema_format);
  const int format = schema_format == 0 ? kSchemaFormatWithConstants : schema_format;
  if (Status status = EncodeRecord(values, record_, format); !status.ok()) {
    return Fail(std::move(status));
  }
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
  table.row.Forget();
  ++session_.row_write_count;
  if ((in.p5 & kInsertCountChange) != 0) ++change_count_;
  if ((in.p5 & kInsertLastRowid) != 0) session_.last_rowid = rowid;
  return Flow::kNext;
}

Flow Machine::OpDelete(const Instruction& in) {
  const auto deletes = [&](auto& rows) {
    IoResult<> deleted = rows.cursor->Delete();
    if (!deleted.done()) return Unfinished(std::move(deleted));
    rows.row.Forget();
    ++session_.row_write_count;
    if ((in.p5 & kInsertCountChange) != 0) ++change_count_;
    return Flow::kNext;
  };
  IndexRows* const index = TryIndexAt(in.p1);
  return index != nullptr ? deletes(*index) : deletes(TableAt(in.p1));
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
