#include "engine/catalog/load_schema.h"

#include <limits>
#include <vector>

#include "engine/format/record.h"
#include "engine/value/cast.h"

namespace orrery {
namespace {
constexpr size_t kColumnCount = 5;
constexpr int kSchemaFormatMax = 4;
}  // namespace

void LoadSchema::Start(Btree& btree, int database) {
  btree_ = &btree;
  database_ = database;
  schema_.reset();
  Begin(State::kFirst);
}

LoadSchema::Next LoadSchema::Run(State state) {
  switch (state) {
    case State::kFirst:
      return First();
    case State::kRow:
      return Row();
    case State::kNext:
      return NextRow();
    case State::kFinish:
      return Finish();
  }
  Unreachable();
}

LoadSchema::Next LoadSchema::First() {
  const Pager& pager = btree_->pager();
  const DatabaseHeader& header = pager.header();
  // sqlite3 looks at the lowest byte only.
  const int schema_format = static_cast<uint8_t>(header.schema_format);
  if (schema_ == nullptr) schema_ = std::make_shared<Schema>(database_, schema_format);
  if (pager.page_count() == 0) return Goto(State::kFinish);
  if (schema_format > kSchemaFormatMax) {
    return GiveUp(Status(ResultCode::kError, "unsupported file format"));
  }
  if (header.text_encoding != TextEncoding::kUtf8) {
    return GiveUp(Status(ResultCode::kError, "UTF-16 databases are not supported yet"));
  }
  schema_->cookie = header.schema_cookie;
  if (!cursor_) cursor_.emplace(*btree_, PageNumber{1});
  IoResult<bool> first = cursor_->First();
  if (first.pending()) return AwaitOutcome(*first.waiting().on, State::kFirst);
  if (first.failed()) return GiveUp(std::move(first).status());
  return *first ? Goto(State::kRow) : Goto(State::kFinish);
}

LoadSchema::Next LoadSchema::Row() {
  IoResult<PayloadView> payload = cursor_->Payload(std::numeric_limits<uint64_t>::max());
  if (payload.pending()) return AwaitOutcome(*payload.waiting().on, State::kRow);
  if (payload.failed()) return GiveUp(std::move(payload).status());
  Result<std::vector<Value>> decoded = DecodeRecord(payload->bytes);
  if (!decoded.ok()) return GiveUp(cursor_->DamagedRow(decoded.status().message()));
  std::vector<Value>& values = *decoded;
  values.resize(kColumnCount);
  // A blob is as good as a text, and a number is read as one.
  const auto text = [&](size_t i) {
    if (values[i].is_integer() || values[i].is_real()) values[i] = ToText(values[i]);
    return values[i].has_bytes() ? AsText(values[i].bytes()) : std::string_view();
  };
  if (Status status = schema_->AddRow(text(0), text(1), text(2), values[3], text(4),
                                      btree_->pager().page_count());
      !status.ok()) {
    return GiveUp(std::move(status));
  }
  return Goto(State::kNext);
}

LoadSchema::Next LoadSchema::NextRow() {
  IoResult<bool> next = cursor_->Next();
  if (next.pending()) return AwaitOutcome(*next.waiting().on, State::kNext);
  if (next.failed()) return GiveUp(std::move(next).status());
  return *next ? Goto(State::kRow) : Goto(State::kFinish);
}

LoadSchema::Next LoadSchema::Finish() {
  cursor_.reset();
  return Done(std::move(schema_));
}

LoadSchema::Next LoadSchema::GiveUp(Status status) {
  OnAbandon();
  return Fail(std::move(status));
}

void LoadSchema::OnAbandon() {
  cursor_.reset();
  schema_.reset();
}

}  // namespace orrery
