#include "engine/vdbe/run_vacuum.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "engine/format/record.h"

namespace orrery {
namespace {

constexpr size_t kRootColumn = 3;
constexpr size_t kColumnCount = 5;
constexpr PageNumber kSchemaRoot = 1;

}  // namespace

void RunVacuum::Start(Btree& btree, const Schema& schema, std::optional<std::string> into) {
  btree_ = &btree;
  schema_ = &schema;
  into_ = std::move(into);
  rows_.clear();
  trees_.clear();
  copy_order_.clear();
  next_ = 0;
  Begin(State::kBeginRead);
}

RunVacuum::Next RunVacuum::Run(State state) {
  switch (state) {
    case State::kBeginRead:
    case State::kBeginWrite:
      return BeginCopy(state);
    case State::kFirstRow:
    case State::kNextRow:
      return MoveInSchema(state);
    case State::kRow:
      return ReadRow();
    case State::kCreate:
      return Create();
    case State::kCreated:
      return Created();
    case State::kCopy:
      return Copy();
    case State::kCopied:
      return Copied();
    case State::kStore:
      return Store();
    case State::kReplaced:
      return Replaced();
    case State::kCommit:
    case State::kClose:
      return EndTarget(state);
  }
  Unreachable();
}

// ---- The new database ----

RunVacuum::Next RunVacuum::BeginCopy(State state) {
  if (pager_ == nullptr) {
    Result<std::unique_ptr<Pager>> pager =
        into_ ? OpenTarget() : Pager::OpenTemporary(btree_->pager());
    if (!pager.ok()) return GiveUp(std::move(pager).status());
    pager_ = *std::move(pager);
    copy_ = std::make_unique<Btree>(*pager_);
  }
  IoResult<> begun = state == State::kBeginRead ? pager_->BeginRead() : pager_->BeginWrite();
  if (begun.pending()) return AwaitOutcome(*begun.waiting().on, state);
  if (begun.failed()) return GiveUp(std::move(begun).status());
  return Goto(state == State::kBeginRead ? State::kBeginWrite : State::kFirstRow);
}

Result<std::unique_ptr<Pager>> RunVacuum::OpenTarget() {
  const Pager& from = btree_->pager();
  Io& io = btree_->pager().io();
  if (!IsPrivatePath(*into_)) {
    const Result<std::unique_ptr<File>> file = io.Open(*into_, {.create = true});
    if (!file.ok()) return Status(file.status().code(), "unable to open database: " + *into_);
    ASSIGN_OR_RETURN(const uint64_t size, (*file)->Size());
    if (size > 0) return Status(ResultCode::kError, "output file already exists");
    removes_target_ = true;
  }
  return Pager::Open(io, *into_,
                     {.new_page_size = from.page_size(),
                      .journal_mode = JournalMode::kDelete,
                      .new_auto_vacuum = from.new_auto_vacuum().value_or(from.auto_vacuum())});
}

// ---- What there is ----

RunVacuum::Next RunVacuum::MoveInSchema(State state) {
  if (!cursor_) cursor_.emplace(*btree_, kSchemaRoot);
  IoResult<bool> moved = state == State::kFirstRow ? cursor_->First() : cursor_->Next();
  if (moved.pending()) return AwaitOutcome(*moved.waiting().on, state);
  if (moved.failed()) return GiveUp(std::move(moved).status());
  if (*moved) return Goto(State::kRow);
  cursor_.reset();
  if (Status status = PlanTrees(); !status.ok()) return GiveUp(std::move(status));
  return Goto(State::kCreate);
}

RunVacuum::Next RunVacuum::ReadRow() {
  IoResult<PayloadView> payload = cursor_->Payload(std::numeric_limits<uint64_t>::max());
  if (payload.pending()) return AwaitOutcome(*payload.waiting().on, State::kRow);
  if (payload.failed()) return GiveUp(std::move(payload).status());
  Result<std::vector<Value>> values = DecodeRecord(payload->bytes);
  if (!values.ok()) return GiveUp(cursor_->DamagedRow(values.status().message()));
  values->resize(kColumnCount);
  for (Value& value : *values) value.MakeOwned();
  rows_.push_back({.values = *std::move(values)});
  return Goto(State::kNextRow);
}

// Puts the rows into their new order, and lists the trees that go with them.
Status RunVacuum::PlanTrees() {
  enum class Part : uint8_t { kTable, kIndex, kSequences };
  struct Known {
    size_t table = 0;  // its number
    Part part = Part::kTable;
    bool comes_with_table = false;
    TreeCopy tree;
  };
  std::map<int64_t, Known> known;  // by root page
  // sqlite_sequence is made anew by the first table that needs it.
  std::optional<size_t> first_counted;
  for (size_t i = 0; i < schema_->tables().size(); ++i) {
    if (schema_->tables()[i]->is_autoincrement && !first_counted) first_counted = i;
  }
  for (size_t i = 0; i < schema_->tables().size(); ++i) {
    const Table& table = *schema_->tables()[i];
    if (table.is_virtual) continue;
    if (SameName(table.name, kSequenceTable)) {
      const TreeCopy tree{.from = table.root, .renumbers = true};
      known[table.root] = {first_counted.value_or(i), Part::kSequences, first_counted.has_value(),
                           tree};
      continue;
    }
    RETURN_IF_ERROR(table.CheckReadable());
    TreeCopy tree{.from = table.root};
    tree.renumbers = table.rowid_column < 0 && table.indexes.empty();
    if (table.primary_key != nullptr) tree.order = &table.primary_key->order;
    known[table.root] = {.table = i, .comes_with_table = true, .tree = tree};
    for (const std::unique_ptr<Index>& index : table.indexes) {
      for (const KeyColumn& column : index->order) {
        if (column.collation->is_missing()) return NoSuchCollation(column.collation->name);
      }
      if (index.get() == table.primary_key) continue;
      known[index->root] = {.table = i,
                            .part = Part::kIndex,
                            .comes_with_table = index->sql.empty(),
                            .tree = {.from = index->root, .order = &index->order}};
    }
  }
  const auto known_of = [&](const Row& row) -> const Known* {
    const Value& root = row.values[kRootColumn];
    const auto found = root.is_integer() ? known.find(root.integer()) : known.end();
    return found == known.end() ? nullptr : &found->second;
  };
  // Where a row comes: tables and their own indexes, other indexes, the rest; as they were
  // otherwise.
  using Place = std::tuple<int, size_t, Part, size_t>;
  std::vector<Place> places;
  for (size_t i = 0; i < rows_.size(); ++i) {
    const Known* const of_row = known_of(rows_[i]);
    if (of_row == nullptr) {
      places.emplace_back(2, 0, Part::kTable, i);
    } else if (of_row->comes_with_table) {
      places.emplace_back(0, of_row->table, of_row->part, i);
    } else if (of_row->part == Part::kIndex) {
      places.emplace_back(1, 0, Part::kTable, i);
    }
  }
  std::sort(places.begin(), places.end());
  std::vector<Row> sorted;
  std::vector<std::pair<size_t, size_t>> by_table;  // a tree's table, its number
  for (const Place& place : places) {
    Row& row = rows_[std::get<3>(place)];
    if (const Known* const of_row = known_of(row)) {
      row.tree = static_cast<int>(trees_.size());
      by_table.emplace_back(of_row->table, trees_.size());
      trees_.push_back(of_row->tree);
    }
    sorted.push_back(std::move(row));
  }
  rows_ = std::move(sorted);
  // A table's rows are copied, then all of its indexes.
  std::sort(by_table.begin(), by_table.end());
  for (const auto& [table, tree] : by_table) copy_order_.push_back(tree);
  return OkStatus();
}

// ---- The copy ----

RunVacuum::Next RunVacuum::Create() {
  if (next_ == trees_.size()) {
    next_ = 0;
    return Goto(State::kCopy);
  }
  const bool is_index = trees_[next_].order != nullptr;
  create_.Start(*copy_, is_index ? TreeKind::kIndex : TreeKind::kTable);
  return AwaitOutcome(create_, State::kCreated);
}

RunVacuum::Next RunVacuum::Created() {
  if (!outcome().ok()) return GiveUp(outcome());
  trees_[next_++].to = create_.Take();
  return Goto(State::kCreate);
}

RunVacuum::Next RunVacuum::Copy() {
  if (next_ == copy_order_.size()) {
    next_ = 0;
    return Goto(State::kStore);
  }
  copy_tree_.Start(*btree_, *copy_, trees_[copy_order_[next_]]);
  return AwaitOutcome(copy_tree_, State::kCopied);
}

RunVacuum::Next RunVacuum::Copied() {
  if (!outcome().ok()) return GiveUp(outcome());
  (void)copy_tree_.Take();
  ++next_;
  return Goto(State::kCopy);
}

RunVacuum::Next RunVacuum::Store() {
  if (!cursor_) cursor_.emplace(*copy_, kSchemaRoot);
  while (next_ < rows_.size()) {
    Row& row = rows_[next_];
    if (row.tree >= 0) {
      row.values[kRootColumn] = Value::Integer(trees_[static_cast<size_t>(row.tree)].to);
    }
    if (Status status = EncodeRecord(row.values, record_); !status.ok()) {
      return GiveUp(std::move(status));
    }
    const auto rowid = static_cast<int64_t>(next_) + 1;
    IoResult<> stored = cursor_->Insert(rowid, record_, /*append=*/true);
    if (stored.pending()) return AwaitOutcome(*stored.waiting().on, State::kStore);
    if (stored.failed()) return GiveUp(std::move(stored).status());
    ++next_;
  }
  cursor_.reset();
  copy_->InvalidateAll();
  const DatabaseHeader& header = btree_->pager().header();
  pager_->SetSchemaFormat(header.schema_format);
  if (into_) {
    pager_->SetSchemaCookie(header.schema_cookie + 1);
    pager_->SetUserVersion(header.user_version);
    pager_->SetApplicationId(header.application_id);
    return Goto(State::kCommit);
  }
  btree_->InvalidateAll();
  replace_.Start(btree_->pager(), *pager_);
  return AwaitOutcome(replace_, State::kReplaced);
}

RunVacuum::Next RunVacuum::Replaced() {
  if (!outcome().ok()) return GiveUp(outcome());
  (void)replace_.Take();
  return Finish();
}

RunVacuum::Next RunVacuum::EndTarget(State state) {
  IoResult<> ended = state == State::kCommit ? pager_->Commit() : pager_->Close();
  if (ended.pending()) return AwaitOutcome(*ended.waiting().on, state);
  if (ended.failed()) return GiveUp(std::move(ended).status());
  if (state == State::kCommit) return Goto(State::kClose);
  removes_target_ = false;
  return Finish();
}

RunVacuum::Next RunVacuum::Finish() {
  const bool has_others = !rows_.empty() && rows_.back().tree < 0;
  const auto last = has_others ? static_cast<int64_t>(rows_.size()) : 0;
  OnAbandon();
  return Done(last);
}

RunVacuum::Next RunVacuum::GiveUp(Status status) {
  OnAbandon();
  return Fail(std::move(status));
}

void RunVacuum::OnAbandon() {
  replace_.Abandon();
  create_.Abandon();
  copy_tree_.Abandon();
  cursor_.reset();
  rows_.clear();
  copy_.reset();
  pager_.reset();
  if (!std::exchange(removes_target_, false)) return;
  Io& io = btree_->pager().io();
  (void)io.Remove(*into_);
  (void)io.Remove(*into_ + "-journal");
}

}  // namespace orrery
