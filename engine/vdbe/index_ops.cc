// Cursors on indexes: of the database, and in memory.

#include "engine/format/key_order.h"
#include "engine/vdbe/machine.h"

namespace orrery {
namespace {

Status CorruptIndex(const Pager& pager, std::string_view what) {
  return {ResultCode::kCorruptIndex, pager.path() + ": " + std::string(what)};
}

}  // namespace

// -- Searching --

Flow Machine::SeekKey(const Instruction& in, IndexRows& index, SeekMode mode, bool jumps_when) {
  const std::span<const Value> key = Registers(in.p3, std::get<int64_t>(in.p4));
  CursorAt(in.p1).is_null_row = false;
  if (!index.cursor) return jumps_when ? Flow::kNext : JumpTo(in.p2);
  IoResult<bool> found = index.cursor->Seek(key, mode);
  if (!found.done()) return Unfinished(std::move(found));
  index.row.Forget();
  return *found == jumps_when ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::OpFound(const Instruction& in) {
  if (IndexRows* const index = TryIndexAt(in.p1)) {
    return SeekKey(in, *index, SeekMode::kEqual, /*jumps_when=*/true);
  }
  const std::span<const Value> key = Registers(in.p3, std::get<int64_t>(in.p4));
  return FindInMemory(CursorAt(in.p1), key) ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::OpNotFound(const Instruction& in) {
  return SeekKey(in, IndexAt(in.p1), SeekMode::kEqual, /*jumps_when=*/false);
}

// A NULL differs from every value, other NULLs included.
Flow Machine::OpNoConflict(const Instruction& in) {
  for (const Value& value : Registers(in.p3, std::get<int64_t>(in.p4))) {
    if (value.is_null()) return JumpTo(in.p2);
  }
  return SeekKey(in, IndexAt(in.p1), SeekMode::kEqual, /*jumps_when=*/false);
}

// -- Reading --

Flow Machine::ReadEntryRowid(IndexRows& index, std::optional<int64_t>* rowid) {
  rowid->reset();
  if (!index.cursor || !index.cursor->on_entry()) return Flow::kNext;
  IoResult<PayloadView> entry = index.cursor->Payload(UINT64_MAX);
  if (!entry.done()) return Unfinished(std::move(entry));
  if (entry->gone) return Flow::kNext;
  if (const char* const defect = DecodeEntryRowid(entry->bytes, &rowid->emplace())) {
    return Fail(index.cursor->DamagedRow(defect));
  }
  return Flow::kNext;
}

Flow Machine::OpIdxRowid(const Instruction& in) {
  std::optional<int64_t> rowid;
  const Flow flow = ReadEntryRowid(IndexAt(in.p1), &rowid);
  if (flow == Flow::kNext) Register(in.p2) = rowid ? Value::Integer(*rowid) : Value::Null();
  return flow;
}

Flow Machine::OpDeferredSeek(const Instruction& in) {
  std::optional<int64_t> rowid;
  const Flow flow = ReadEntryRowid(IndexAt(in.p1), &rowid);
  if (flow != Flow::kNext) return flow;
  TableRows& table = TableAt(in.p2);
  table.deferred_rowid = rowid;
  table.deferred_write_count = session_.row_write_count;
  table.row.Forget();
  CursorAt(in.p2).is_null_row = !rowid.has_value();
  return Flow::kNext;
}

Flow Machine::CompareEntry(const Instruction& in, bool (*holds)(std::weak_ordering)) {
  IndexRows& index = IndexAt(in.p1);
  CHECK(index.cursor.has_value());
  const std::span<const Value> key = Registers(in.p3, std::get<int64_t>(in.p4));
  uint64_t wanted_size = 1;
  while (true) {
    IoResult<PayloadView> entry = index.cursor->Payload(wanted_size);
    if (!entry.done()) return Unfinished(std::move(entry));
    if (entry->gone) return Flow::kNext;
    const RecordComparison compared =
        CompareRecord(entry->bytes, entry->total_size, key, index.cursor->order());
    if (compared.defect != nullptr) return Fail(index.cursor->DamagedRow(compared.defect));
    if (compared.wanted_size == 0) {
      return holds(compared.order) ? JumpTo(in.p2) : Flow::kNext;
    }
    wanted_size = compared.wanted_size;
  }
}

Flow Machine::OpIdxLT(const Instruction& in) {
  return CompareEntry(in, [](std::weak_ordering order) { return order < 0; });
}

Flow Machine::OpIdxLE(const Instruction& in) {
  return CompareEntry(in, [](std::weak_ordering order) { return order <= 0; });
}

Flow Machine::OpIdxGE(const Instruction& in) {
  return CompareEntry(in, [](std::weak_ordering order) { return order >= 0; });
}

Flow Machine::OpIdxGT(const Instruction& in) {
  return CompareEntry(in, [](std::weak_ordering order) { return order > 0; });
}

// -- Changing --

Flow Machine::OpIdxInsert(const Instruction& in) {
  const Value& record = Register(in.p2);
  if (IndexRows* const index = TryIndexAt(in.p1)) {
    IoResult<> inserted = index->cursor->Insert(record.bytes(), (in.p5 & kInsertAppend) != 0);
    if (!inserted.done()) return Unfinished(std::move(inserted));
    index->row.Forget();
    ++session_.row_write_count;
    if ((in.p5 & kInsertCountChange) != 0) ++change_count_;
    return Flow::kNext;
  }
  Status status = InsertInMemory(CursorAt(in.p1), record);
  return status.ok() ? Flow::kNext : Fail(std::move(status));
}

Flow Machine::OpIdxDelete(const Instruction& in) {
  if (auto* memory = std::get_if<std::unique_ptr<MemoryIndex>>(&CursorAt(in.p1).rows)) {
    if (FindInMemory(CursorAt(in.p1), Registers(in.p2, in.p3))) {
      (*memory)->entries.erase((*memory)->position);
    }
    return Flow::kNext;
  }
  IndexRows& index = IndexAt(in.p1);
  if (!delete_key_.running()) delete_key_.Start(*index.cursor, Registers(in.p2, in.p3));
  IoResult<bool> deleted = delete_key_.Resume();
  if (!deleted.done()) return Unfinished(std::move(deleted));
  index.row.Forget();
  ++session_.row_write_count;
  if (!*deleted && in.p5 != 0)
    return Fail(CorruptIndex(*index.database->pager, "index entry is missing"));
  return Flow::kNext;
}

}  // namespace orrery
