// The session below SQL: rows are kept by a TableCursor, tables are trees named by the schema
// table, and transactions are the Pager's. What SQL's machine does to bring a statement to its end,
// or to give it up, is done here in its plainest form.

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "engine/btree/btree.h"
#include "engine/btree/create_tree.h"
#include "engine/btree/destroy_tree.h"
#include "engine/btree/table_cursor.h"
#include "sim/oracles/model.h"
#include "whopper/clients/kv_record.h"
#include "whopper/clients/session.h"

namespace orrery::whopper {
namespace {

using sim::ModelRow;
using sim::Order;
using sim::Predicate;
using sim::Projection;
using sim::Row;
using sim::Rows;
using sim::TableStatement;

constexpr PageNumber kSchemaRoot = 1;

// Runs an engine call to its end. Not done: `outcome` says why.
template <typename Call>
auto Drive(Driver& driver, bool may_give_up, Outcome& outcome, Call&& call) -> decltype(call()) {
  while (true) {
    auto result = call();
    driver.AfterCall();
    if (result.failed()) outcome = {Outcome::Kind::kError, result.status()};
    if (!result.pending()) return result;
    if (driver.Wait(*result.waiting().on) == Driver::Then::kGiveUp && may_give_up) {
      outcome = {Outcome::Kind::kGivenUp, {}};
      return result;
    }
  }
}

// Inside a function that answers an Outcome and has a `driver`.
#define KV_ASSIGN(left, call) \
  KV_ASSIGN_INNER(ORRERY_CONCAT(outcome_, __LINE__), ORRERY_CONCAT(result_, __LINE__), left, call)
#define KV_ASSIGN_INNER(outcome, result, left, call)                \
  Outcome outcome{Outcome::Kind::kDone, {}};                        \
  auto result = Drive(driver, true, outcome, [&] { return call; }); \
  if (!result.done()) return outcome;                               \
  left = *std::move(result)
#define KV_RUN(call)                                                        \
  do {                                                                      \
    Outcome kv_outcome{Outcome::Kind::kDone, {}};                           \
    auto kv_result = Drive(driver, true, kv_outcome, [&] { return call; }); \
    if (!kv_result.done()) return kv_outcome;                               \
  } while (false)
#define KV_CHECK(call)                                              \
  do {                                                              \
    Outcome kv_outcome = (call);                                    \
    if (kv_outcome.kind != Outcome::Kind::kDone) return kv_outcome; \
  } while (false)

Outcome Done() { return {Outcome::Kind::kDone, {}}; }
Outcome Failed(ResultCode code, std::string_view message) {
  return {Outcome::Kind::kError, Status(code, message)};
}

struct KvRow {
  ModelRow form;  // its filler has no tag
  Value b;
};

class KvSession final : public Session {
 public:
  explicit KvSession(std::unique_ptr<Pager> pager) : pager_(std::move(pager)), btree_(*pager_) {}

  Result<std::unique_ptr<Running>> Start(const Command& command) override;
  Status Close(Driver& driver) override {
    Outcome outcome = CleanUp(driver);
    while (true) {
      auto result = pager_->Close();
      driver.AfterCall();
      if (result.done()) return OkStatus();
      if (result.failed()) return std::move(result).status();
      (void)driver.Wait(*result.waiting().on);
    }
  }
  bool in_transaction() const override { return in_transaction_; }
  int64_t changes() const override { return changes_; }
  SnapshotId snapshot() const override {
    return pager_->in_read() ? pager_->snapshot() : last_snapshot_;
  }
  void Interrupt() override {}

 private:
  friend class KvRunning;

  // Ends what a statement that was given up has left. No wait is given up here.
  Outcome CleanUp(Driver& driver) {
    Outcome outcome = Done();
    if (left_checkpoint_) {
      (void)Drive(driver, false, outcome,
                  [&] { return pager_->Checkpoint(CheckpointMode::kPassive); });
      outcome = Done();
      left_checkpoint_ = false;
    }
    if (left_journal_mode_) {
      (void)Drive(driver, false, outcome,
                  [&] { return pager_->SetJournalMode(*left_journal_mode_); });
      outcome = Done();
      left_journal_mode_.reset();
    }
    if (left_begin_write_) {
      if (Drive(driver, false, outcome, [&] { return pager_->BeginWrite(); }).done()) {
        OpenSavepoints();
      }
      outcome = Done();
      left_begin_write_ = false;
    }
    if (left_statement_ && !left_transaction_) {
      btree_.InvalidateAll();
      if (!Drive(driver, false, outcome, [&] { return pager_->RollbackStatement(); }).done()) {
        left_transaction_ = true;
      }
    }
    left_statement_ = false;
    if (!left_transaction_) return outcome;
    btree_.InvalidateAll();
    Outcome rollback = Done();
    (void)Drive(driver, false, rollback, [&] { return pager_->Rollback(); });
    left_transaction_ = false;
    in_transaction_ = false;
    savepoint_count_ = 0;
    return outcome;
  }

  // The pager's savepoints come when it writes.
  void OpenSavepoints() {
    while (pager_->savepoint_count() < savepoint_count_) pager_->OpenSavepoint();
  }

  void EndReadIfIdle() {
    if (in_transaction_ || scan_count_ > 0) return;
    if (left_checkpoint_ || left_begin_write_ || left_statement_ || left_transaction_) return;
    if (left_journal_mode_) return;
    if (!pager_->in_read()) return;
    last_snapshot_ = pager_->snapshot();
    pager_->EndRead();
    btree_.InvalidateAll();
  }

  std::unique_ptr<Pager> pager_;
  Btree btree_;
  bool in_transaction_ = false;
  bool begun_by_savepoint_ = false;
  size_t savepoint_count_ = 0;
  bool left_checkpoint_ = false;  // a checkpoint was given up or failed: end it first
  std::optional<JournalMode> left_journal_mode_;  // likewise a change of the mode
  bool left_begin_write_ = false;  // a start of a write transaction was given up: end it first
  bool left_statement_ = false;    // a statement was given up: undo it first
  bool left_transaction_ = false;  // likewise the whole transaction, or a commit
  int scan_count_ = 0;
  int64_t changes_ = 0;
  SnapshotId last_snapshot_;
};

class KvRunning final : public Running {
 public:
  KvRunning(KvSession& session, const Command& command) : session_(session), command_(command) {}
  ~KvRunning() override {
    cursor_.reset();
    if (scanning_) --session_.scan_count_;
    session_.EndReadIfIdle();
  }

  Outcome Next(Row* row, Driver& driver) override {
    if (rows_.has_value()) return NextOf(row);
    KV_CHECK(session_.CleanUp(driver));
    if (scanning_) return ScanOn(row, driver);
    switch (command_.kind) {
      case Command::Kind::kTable:
        if (command_.table.verb != TableStatement::Verb::kSelect) return Write(driver);
        return Select(row, driver);
      case Command::Kind::kBegin:
        if (session_.in_transaction_) return Failed(ResultCode::kError, "in a transaction");
        session_.in_transaction_ = true;
        session_.begun_by_savepoint_ = false;
        return Done();
      case Command::Kind::kBeginImmediate:
        return BeginImmediate(driver);
      case Command::Kind::kCommit:
        return Commit(driver);
      case Command::Kind::kRollback:
        return Rollback(driver);
      case Command::Kind::kSavepoint:
        return Savepoint();
      case Command::Kind::kRelease:
        return Release(driver);
      case Command::Kind::kRollbackTo:
        return RollbackTo(driver);
      case Command::Kind::kJournalMode:
        return SetJournalMode(row, driver);
      case Command::Kind::kCheckpoint:
        return Checkpoint(row, driver);
      case Command::Kind::kIntegrityCheck:
        return CheckIntegrity(row, driver);
      case Command::Kind::kVacuum:
      case Command::Kind::kText:
        break;
    }
    Unreachable();
  }

 private:
  Pager& pager() { return *session_.pager_; }
  Btree& btree() { return session_.btree_; }

  // -- Transactions --

  Outcome BeginRead(Driver& driver) {
    Outcome outcome = Done();
    const bool was_in_read = pager().in_read();
    if (!Drive(driver, true, outcome, [&] { return pager().BeginRead(); }).done() && !was_in_read) {
      pager().EndRead();
    }
    return outcome;
  }

  // Leaves no write transaction behind when it does not succeed.
  Outcome BeginWrite(Driver& driver) {
    KV_CHECK(BeginRead(driver));
    Outcome outcome = Done();
    session_.left_transaction_ = true;  // should the process be killed under way
    (void)Drive(driver, true, outcome, [&] { return pager().BeginWrite(); });
    // In a transaction nothing has changed yet, so only the call itself must come to its end.
    const bool given_up = outcome.kind == Outcome::Kind::kGivenUp;
    session_.left_transaction_ = given_up && !session_.in_transaction_;
    session_.left_begin_write_ = given_up && session_.in_transaction_;
    if (outcome.kind == Outcome::Kind::kDone) session_.OpenSavepoints();
    return outcome;
  }

  Outcome BeginImmediate(Driver& driver) {
    if (session_.in_transaction_) return Failed(ResultCode::kError, "in a transaction");
    Outcome outcome = BeginWrite(driver);
    session_.in_transaction_ = outcome.kind == Outcome::Kind::kDone;
    session_.begun_by_savepoint_ = false;
    return outcome;
  }

  Outcome Commit(Driver& driver) {
    if (!session_.in_transaction_) return Failed(ResultCode::kError, "no transaction");
    KV_CHECK(CommitWrite(driver));
    session_.in_transaction_ = false;
    session_.savepoint_count_ = 0;
    return Done();
  }

  Outcome CommitWrite(Driver& driver) {
    if (!pager().in_write()) return Done();
    Outcome outcome = Done();
    // A failed one must be rolled back, one that was given up is decided then. Where readers are in
    // the way, nothing has happened.
    session_.left_transaction_ = true;
    (void)Drive(driver, true, outcome, [&] { return pager().Commit(); });
    if (outcome.kind == Outcome::Kind::kDone) session_.left_transaction_ = false;
    if (session_.in_transaction_ && outcome.error.primary() == ResultCode::kBusy) {
      session_.left_transaction_ = false;
    }
    if (outcome.kind == Outcome::Kind::kError) (void)session_.CleanUp(driver);
    btree().InvalidateAll();
    return outcome;
  }

  Outcome Rollback(Driver& driver) {
    if (!session_.in_transaction_) return Failed(ResultCode::kError, "no transaction");
    session_.left_transaction_ = true;
    return session_.CleanUp(driver);
  }

  Outcome Savepoint() {
    if (!session_.in_transaction_) session_.begun_by_savepoint_ = true;
    session_.in_transaction_ = true;
    ++session_.savepoint_count_;
    if (pager().in_write()) session_.OpenSavepoints();
    return Done();
  }

  Outcome Release(Driver& driver) {
    if (command_.savepoint == 0 && session_.begun_by_savepoint_) return Commit(driver);
    session_.savepoint_count_ = command_.savepoint;
    if (pager().in_write()) pager().ReleaseSavepoints(command_.savepoint);
    return Done();
  }

  Outcome RollbackTo(Driver& driver) {
    session_.savepoint_count_ = command_.savepoint + 1;
    if (!pager().in_write()) return Done();
    btree().InvalidateAll();
    Outcome outcome = Done();
    session_.left_transaction_ = true;
    (void)Drive(driver, true, outcome,
                [&] { return pager().RollbackToSavepoint(command_.savepoint); });
    if (outcome.kind == Outcome::Kind::kDone) session_.left_transaction_ = false;
    if (outcome.kind == Outcome::Kind::kError) (void)session_.CleanUp(driver);
    return outcome;
  }

  // -- Rows --

  Outcome FindRoot(Driver& driver, PageNumber* root) {
    *root = kNoPage;
    if (pager().page_count() == 0) return Done();
    TableCursor schema(btree(), kSchemaRoot);
    KV_ASSIGN(const bool found, schema.Seek(command_.table.table + 1, SeekMode::kEqual));
    if (!found) return Done();
    KV_ASSIGN(const PayloadView view, schema.Payload(UINT32_MAX));
    const std::optional<Row> record = DecodeKvRecord(view.bytes);
    if (!record || record->size() != 5 || !(*record)[3].is_integer()) {
      return Failed(ResultCode::kCorrupt, "a schema record");
    }
    *root = static_cast<PageNumber>((*record)[3].integer());
    return Done();
  }

  Outcome ReadRow(TableCursor& cursor, Driver& driver, std::optional<KvRow>* row) {
    row->reset();
    KV_ASSIGN(const PayloadView view, cursor.Payload(UINT32_MAX));
    if (view.gone) return Done();
    const std::optional<Row> record = DecodeKvRecord(view.bytes);
    if (!record || record->size() != 3 || view.bytes.size() != view.total_size) {
      return Failed(ResultCode::kCorrupt, "the record of row " + std::to_string(cursor.rowid()));
    }
    const Value& a = (*record)[1];
    KvRow& read = row->emplace();
    read.b = (*record)[2];
    read.form.id = cursor.rowid();
    if (!a.is_null()) read.form.a = a.integer();
    read.form.b.type = read.b.type();
    if (read.b.has_bytes()) read.form.b.size = static_cast<uint32_t>(read.b.bytes().size());
    return Done();
  }

  // To the first row that the predicate's bounds on id allow.
  Outcome SeekFirst(TableCursor& cursor, bool descending, Driver& driver, bool* on_row) {
    const Predicate& where = command_.table.where;
    using Kind = Predicate::Kind;
    if (where.kind == Kind::kIdEqual) {
      KV_ASSIGN(*on_row, cursor.Seek(where.x, SeekMode::kEqual));
    } else if (descending && where.kind == Kind::kIdBetween) {
      KV_ASSIGN(*on_row, cursor.Seek(where.y, SeekMode::kLessOrEqual));
    } else if (descending && where.kind == Kind::kIdLess) {
      KV_ASSIGN(*on_row, cursor.Seek(where.x, SeekMode::kLess));
    } else if (descending) {
      KV_ASSIGN(*on_row, cursor.Last());
    } else if (where.kind == Kind::kIdBetween) {
      KV_ASSIGN(*on_row, cursor.Seek(where.x, SeekMode::kGreaterOrEqual));
    } else if (where.kind == Kind::kIdGreater) {
      KV_ASSIGN(*on_row, cursor.Seek(where.x, SeekMode::kGreater));
    } else {
      KV_ASSIGN(*on_row, cursor.First());
    }
    return Done();
  }

  bool IsPast(int64_t id, bool descending) const {
    const Predicate& where = command_.table.where;
    using Kind = Predicate::Kind;
    if (where.kind == Kind::kIdEqual) return id != where.x;
    if (where.kind == Kind::kIdBetween) return descending ? id < where.x : id > where.y;
    if (where.kind == Kind::kIdLess) return !descending && id >= where.x;
    if (where.kind == Kind::kIdGreater) return descending && id <= where.x;
    return false;
  }

  // The cursor goes on to the next row that matches; none: past the last.
  Outcome NextMatch(TableCursor& cursor, bool descending, bool* started, Driver& driver,
                    std::optional<KvRow>* row) {
    while (true) {
      bool on_row = false;
      if (!*started) {
        KV_CHECK(SeekFirst(cursor, descending, driver, &on_row));
        *started = true;
      } else if (descending) {
        KV_ASSIGN(on_row, cursor.Previous());
      } else {
        KV_ASSIGN(on_row, cursor.Next());
      }
      row->reset();
      if (!on_row || IsPast(cursor.rowid(), descending)) return Done();
      KV_CHECK(ReadRow(cursor, driver, row));
      if (row->has_value() && sim::Holds(command_.table.where, (*row)->form)) return Done();
    }
  }

  Outcome Collect(PageNumber root, Driver& driver, std::vector<KvRow>* rows) {
    TableCursor cursor(btree(), root);
    bool started = false;
    while (true) {
      std::optional<KvRow> row;
      KV_CHECK(NextMatch(cursor, false, &started, driver, &row));
      if (!row) return Done();
      rows->push_back(*std::move(row));
    }
  }

  // -- SELECT --

  static Row AnswerOf(const KvRow& row, Projection projection) {
    if (projection == Projection::kIdsAndSizes) {
      return {Value::Integer(row.form.id),
              row.b.is_null() ? Value::Null() : Value::Integer(row.form.b.size)};
    }
    return {Value::Integer(row.form.id), row.form.a ? Value::Integer(*row.form.a) : Value::Null(),
            row.b};
  }

  Outcome Select(Row* row, Driver& driver) {
    KV_CHECK(BeginRead(driver));
    KV_CHECK(FindRoot(driver, &root_));
    if (root_ == kNoPage) return Failed(ResultCode::kError, "no such table");
    const TableStatement& s = command_.table;
    if (!IsAggregate(s.projection) && !s.limit &&
        (s.order == Order::kNone || s.order == Order::kIdDescending)) {
      scanning_ = true;
      ++session_.scan_count_;
      cursor_.emplace(btree(), root_);
      return ScanOn(row, driver);
    }
    if (s.projection == Projection::kCount && s.where.kind == Predicate::Kind::kAll) {
      CountRows count;
      count.Start(btree(), root_);
      KV_ASSIGN(const uint64_t row_count, count.Resume());
      rows_.emplace(1, Row{Value::Integer(static_cast<int64_t>(row_count))});
      return NextOf(row);
    }
    std::vector<KvRow> found;
    KV_CHECK(Collect(root_, driver, &found));
    Evaluate(std::move(found));
    return NextOf(row);
  }

  // Sorts and aggregates with the model's own code, on rows whose bytes were really read.
  void Evaluate(std::vector<KvRow> found) {
    const TableStatement& s = command_.table;
    Rows& rows = rows_.emplace();
    if (IsAggregate(s.projection)) {
      std::vector<const ModelRow*> forms;
      for (const KvRow& row : found) forms.push_back(&row.form);
      rows.push_back(sim::Aggregate(s.projection, forms));
      return;
    }
    std::sort(found.begin(), found.end(), [&](const KvRow& x, const KvRow& y) {
      return sim::ComesBefore(s.order, x.form, y.form);
    });
    for (const KvRow& row : found) rows.push_back(AnswerOf(row, s.projection));
    sim::Limit(s, rows);
  }

  Outcome ScanOn(Row* row, Driver& driver) {
    std::optional<KvRow> found;
    KV_CHECK(NextMatch(*cursor_, command_.table.order == Order::kIdDescending, &scan_started_,
                       driver, &found));
    if (!found) return Done();
    *row = AnswerOf(*found, command_.table.projection);
    return {Outcome::Kind::kRow, {}};
  }

  Outcome NextOf(Row* row) {
    if (next_ == rows_->size()) return Done();
    *row = (*rows_)[next_++];
    return {Outcome::Kind::kRow, {}};
  }

  // -- Changes --

  Outcome Write(Driver& driver) {
    if (command_.table.verb == TableStatement::Verb::kDrop && session_.scan_count_ > 0) {
      return Failed(ResultCode::kLocked, "a scan is open");
    }
    KV_CHECK(BeginWrite(driver));
    pager().BeginStatement();
    session_.left_statement_ = true;
    int64_t change_count = 0;
    Outcome outcome = Apply(driver, &change_count);
    if (outcome.kind == Outcome::Kind::kDone) {
      pager().EndStatement();
      session_.left_statement_ = false;
    }
    if (!session_.in_transaction_ && outcome.kind != Outcome::Kind::kDone) {
      session_.left_transaction_ = true;
    }
    if (outcome.kind == Outcome::Kind::kGivenUp) return outcome;
    if (outcome.kind == Outcome::Kind::kError) {
      session_.last_snapshot_ = pager().snapshot();
      const bool in_transaction = session_.in_transaction_;
      Outcome cleaned = session_.CleanUp(driver);
      // Its own error does not say that the transaction is gone.
      return in_transaction && !session_.in_transaction_ ? cleaned : outcome;
    }
    if (!session_.in_transaction_) KV_CHECK(CommitWrite(driver));
    if (!command_.table.changes_schema()) session_.changes_ = change_count;
    return outcome;
  }

  Outcome Apply(Driver& driver, int64_t* change_count) {
    PageNumber root = kNoPage;
    KV_CHECK(FindRoot(driver, &root));
    if (command_.table.verb == TableStatement::Verb::kCreate) {
      if (root != kNoPage) return Failed(ResultCode::kError, "table exists");
      return Create(driver);
    }
    if (root == kNoPage) return Failed(ResultCode::kError, "no such table");
    switch (command_.table.verb) {
      case TableStatement::Verb::kDrop:
        return Drop(root, driver);
      case TableStatement::Verb::kInsert:
        *change_count = static_cast<int64_t>(command_.table.rows.size());
        return Insert(root, driver);
      case TableStatement::Verb::kUpdate:
        return Update(root, driver, change_count);
      case TableStatement::Verb::kDelete:
        return Delete(root, driver, change_count);
      default:
        Unreachable();
    }
  }

  Outcome Create(Driver& driver) {
    CreateTree create;
    create.Start(btree());
    KV_ASSIGN(const PageNumber root, create.Resume());
    const std::string name = "t" + std::to_string(command_.table.table);
    const std::string record =
        EncodeKvRecord({Value::Text("table"), Value::Text(name), Value::Text(name),
                        Value::Integer(root), Value::Text(ToSql(command_).sql)});
    TableCursor schema(btree(), kSchemaRoot);
    KV_RUN(schema.Insert(command_.table.table + 1, AsBytes(record), false));
    pager().SetSchemaCookie(pager().header().schema_cookie + 1);
    pager().SetSchemaFormat(4);
    return Done();
  }

  Outcome Drop(PageNumber root, Driver& driver) {
    DestroyTree destroy;
    destroy.Start(btree(), root);
    KV_ASSIGN(const PageNumber moved, destroy.Resume());
    {
      TableCursor schema(btree(), kSchemaRoot);
      KV_RUN(schema.Seek(command_.table.table + 1, SeekMode::kEqual));
      KV_RUN(schema.Delete());
    }
    if (moved != kNoPage) KV_CHECK(MoveRoot(driver, moved, root));
    pager().SetSchemaCookie(pager().header().schema_cookie + 1);
    return Done();
  }

  // The tree whose root was `from` has it at `to` now.
  Outcome MoveRoot(Driver& driver, PageNumber from, PageNumber to) {
    TableCursor schema(btree(), kSchemaRoot);
    KV_ASSIGN(const bool found, schema.First());
    for (bool is_there = found; is_there;) {
      KV_ASSIGN(const PayloadView view, schema.Payload(UINT32_MAX));
      std::optional<Row> record = DecodeKvRecord(view.bytes);
      const bool has_root = record && record->size() == 5 && (*record)[3].is_integer();
      if (has_root && (*record)[3].integer() == from) {
        (*record)[3] = Value::Integer(to);
        const std::string bytes = EncodeKvRecord(*record);
        KV_RUN(schema.Insert(schema.rowid(), AsBytes(bytes), false));
        return Done();
      }
      KV_ASSIGN(is_there, schema.Next());
    }
    return Failed(ResultCode::kCorrupt, "no table has the root that moved");
  }

  Outcome Put(TableCursor& cursor, const KvRow& row, bool append, Driver& driver) {
    const std::string record = EncodeKvRecord(
        {Value::Null(), row.form.a ? Value::Integer(*row.form.a) : Value::Null(), row.b});
    KV_RUN(cursor.Insert(row.form.id, AsBytes(record), append));
    return Done();
  }

  Outcome Insert(PageNumber root, Driver& driver) {
    TableCursor cursor(btree(), root);
    for (const sim::NewRow& row : command_.table.rows) {
      int64_t id = 1;
      if (row.id) {
        id = *row.id;
        KV_ASSIGN(const bool taken, cursor.Seek(id, SeekMode::kEqual));
        if (taken) return Failed(ResultCode::kConstraintPrimaryKey, "id");
      } else {
        KV_ASSIGN(const bool any, cursor.Last());
        if (any) id = cursor.rowid() + 1;
      }
      KV_CHECK(Put(cursor, {{id, row.a, {}}, sim::FillerValue(row.b)}, !row.id, driver));
    }
    return Done();
  }

  Outcome Update(PageNumber root, Driver& driver, int64_t* change_count) {
    std::vector<KvRow> rows;
    KV_CHECK(Collect(root, driver, &rows));
    const TableStatement& s = command_.table;
    *change_count = static_cast<int64_t>(rows.size());
    TableCursor cursor(btree(), root);
    for (KvRow& row : rows) {
      if (s.add_to_a && row.form.a) row.form.a = *row.form.a + *s.add_to_a;
      if (s.set_a) row.form.a = s.set_a;
      if (s.set_b) row.b = sim::FillerValue(*s.set_b);
      if (s.move_id) {
        const int64_t id = row.form.id + *s.move_id;
        KV_ASSIGN(const bool taken, cursor.Seek(id, SeekMode::kEqual));
        if (taken) return Failed(ResultCode::kConstraintPrimaryKey, "id");
        KV_RUN(cursor.Seek(row.form.id, SeekMode::kEqual));
        KV_RUN(cursor.Delete());
        row.form.id = id;
      }
      KV_CHECK(Put(cursor, row, false, driver));
    }
    return Done();
  }

  Outcome Delete(PageNumber root, Driver& driver, int64_t* change_count) {
    if (command_.table.where.kind == Predicate::Kind::kAll) {
      ClearTree clear;
      clear.Start(btree(), root, true);
      KV_ASSIGN(const uint64_t row_count, clear.Resume());
      *change_count = static_cast<int64_t>(row_count);
      return Done();
    }
    TableCursor cursor(btree(), root);
    bool started = false;
    while (true) {
      std::optional<KvRow> row;
      KV_CHECK(NextMatch(cursor, false, &started, driver, &row));
      if (!row) return Done();
      KV_RUN(cursor.Delete());
      ++*change_count;
    }
  }

  // -- The rest --

  Outcome Checkpoint(Row* row, Driver& driver) {
    if (session_.in_transaction_ || session_.scan_count_ > 0) {
      return Failed(ResultCode::kLocked, "in a transaction");
    }
    session_.left_checkpoint_ = true;
    KV_ASSIGN(const CheckpointResult result, pager().Checkpoint(command_.checkpoint));
    session_.left_checkpoint_ = false;
    const auto count = [&](uint32_t n) { return Value::Integer(result.is_wal ? n : int64_t{-1}); };
    rows_.emplace(1, Row{Value::Integer(result.busy), count(result.wal_frame_count),
                         count(result.checkpointed_frame_count)});
    return NextOf(row);
  }

  Outcome SetJournalMode(Row* row, Driver& driver) {
    if (session_.in_transaction_ || session_.scan_count_ > 0) {
      return Failed(ResultCode::kLocked, "in a transaction");
    }
    session_.left_journal_mode_ = command_.journal_mode;
    Outcome outcome = Done();
    auto mode =
        Drive(driver, true, outcome, [&] { return pager().SetJournalMode(command_.journal_mode); });
    if (outcome.kind != Outcome::Kind::kGivenUp) session_.left_journal_mode_.reset();
    if (!mode.done()) return outcome;
    rows_.emplace(1, Row{Value::Text(std::string(NameOf(*mode)))});
    return NextOf(row);
  }

  Outcome CheckIntegrity(Row* row, Driver& driver) {
    KV_CHECK(BeginRead(driver));
    std::vector<PageNumber> roots;
    if (pager().page_count() > 0) {
      roots.push_back(kSchemaRoot);
      for (int table = 0; table < sim::kTableCountMax; ++table) {
        command_.table.table = table;
        PageNumber root = kNoPage;
        KV_CHECK(FindRoot(driver, &root));
        if (root != kNoPage) roots.push_back(root);
      }
    }
    orrery::CheckIntegrity check;
    check.Start(btree(), roots, 100);
    KV_ASSIGN(const IntegrityReport report, check.Resume());
    rows_.emplace();
    for (const std::string& error : report.messages) rows_->push_back({Value::Text(error)});
    if (report.messages.empty()) rows_->push_back({Value::Text("ok")});
    return NextOf(row);
  }

  KvSession& session_;
  Command command_;
  std::optional<Rows> rows_;  // computed all at once
  size_t next_ = 0;
  bool scanning_ = false;
  bool scan_started_ = false;
  PageNumber root_ = kNoPage;
  std::optional<TableCursor> cursor_;
};

Result<std::unique_ptr<Running>> KvSession::Start(const Command& command) {
  return std::unique_ptr<Running>(std::make_unique<KvRunning>(*this, command));
}

}  // namespace

Result<std::unique_ptr<Session>> OpenKvSession(Io& io, const std::string& path,
                                               const PagerOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Pager> pager, Pager::Open(io, path, options));
  return std::unique_ptr<Session>(std::make_unique<KvSession>(std::move(pager)));
}

}  // namespace orrery::whopper
