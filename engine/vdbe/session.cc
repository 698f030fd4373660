#include "engine/vdbe/session.h"

#include <algorithm>

namespace orrery {

Session::Session(Io& io_in, std::unique_ptr<Pager> main, const PagerOptions& options_in)
    : io(io_in),
      options(options_in),
      auto_checkpoint_frame_count(static_cast<int>(options_in.auto_checkpoint_frame_count)) {
  databases.push_back(std::make_unique<Database>("main", std::move(main), options));
  databases.push_back(nullptr);
}

Session::~Session() {
  end.Abandon();
  begin.Abandon();
  for (Completion* const own : {&sleep, &directory_sync}) {
    if (own->in_flight()) io.Cancel(*own);
    while (own->in_flight() && io.Poll(PollMode::kWait).ok()) {
    }
  }
}

// ---- Databases ----

Result<Database*> Session::OpenDatabaseAt(int number) {
  if (number == kTempDatabase && databases[kTempDatabase] == nullptr) {
    ASSIGN_OR_RETURN(std::unique_ptr<Pager> pager, Pager::Open(io, "", options));
    databases[kTempDatabase] = std::make_unique<Database>("temp", std::move(pager), options);
    SetSchema(DatabaseAt(kTempDatabase), no_schema_);
  }
  return &DatabaseAt(number);
}

bool Session::in_write() const {
  return std::ranges::any_of(databases, [](const std::unique_ptr<Database>& database) {
    return database != nullptr && database->pager->in_write();
  });
}

bool Session::statement_open() const {
  return std::ranges::any_of(databases, [](const std::unique_ptr<Database>& database) {
    return database != nullptr && database->statement_open;
  });
}

const std::shared_ptr<const Catalog>& Session::catalog() {
  if (catalog_ != nullptr) return catalog_;
  std::vector<Catalog::Database> entries;
  for (const std::unique_ptr<Database>& database : databases) {
    if (database == nullptr) {
      entries.push_back({"temp", no_schema_});
    } else {
      entries.push_back({database->name, database->schema});
    }
  }
  catalog_ = std::make_shared<const Catalog>(std::move(entries));
  return catalog_;
}

bool Session::has_all_schemas() const {
  return std::ranges::all_of(databases, [](const std::unique_ptr<Database>& database) {
    return database == nullptr || database->schema != nullptr;
  });
}

void Session::SetSchema(Database& database, std::shared_ptr<const Schema> schema) {
  database.schema = std::move(schema);
  catalog_ = nullptr;
}

void Session::Attach(std::unique_ptr<Database> database) {
  databases.push_back(std::move(database));
  ++program_settings.attach_count;
  catalog_ = nullptr;
}

void Session::CloseSoon(std::unique_ptr<Database> database) {
  database->GiveSnapshotBack();
  database->btree.InvalidateAll();
  detached_.push_back(std::move(database));
}

IoResult<> Session::CloseDetached() {
  while (!detached_.empty()) {
    IoResult<> closed = detached_.back()->pager->Close();
    if (closed.pending()) return closed;
    detached_.pop_back();
  }
  return Unit();
}

void Session::Detach(int number) {
  CloseSoon(std::move(databases[static_cast<size_t>(number)]));
  databases.erase(databases.begin() + number);
  ++program_settings.attach_count;
  catalog_ = nullptr;
  // A schema knows its database's number.
  for (size_t i = static_cast<size_t>(number); i < databases.size(); ++i) {
    ForgetSchema(*databases[i]);
  }
}

// ---- Transactions ----

void Session::EndReadIfUnused() {
  if (autocommit) savepoints.clear();
  if (!autocommit || holder_count > 0 || pager_call_pending) return;
  ForEachDatabase([](Database& database) { database.GiveSnapshotBack(); });
}

void Session::Release() {
  CHECK(holder_count > 0);
  --holder_count;
  EndReadIfUnused();
}

void Session::TransactionWasUndone() {
  autocommit = true;
  savepoints.clear();
  holder_count = 0;
  ++rollback_count;
  ++row_write_count;
  ForEachDatabase([&](Database& database) {
    database.btree.InvalidateAll();
    database.statement_open = false;
    if (database.schema_changed) ForgetSchema(database);
    database.schema_changed = false;
  });
}

void Session::StatementWasUndone(Database& database) {
  database.btree.InvalidateAll();
  ++row_write_count;
  if (database.schema_changed) ForgetSchema(database);
}

void Session::OpenSavepoints(Database& database) {
  while (database.pager->savepoint_count() < savepoints.size()) database.pager->OpenSavepoint();
}

}  // namespace orrery
