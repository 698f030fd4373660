#include "engine/vdbe/attach_database.h"

#include "engine/storage/database_name.h"
#include "engine/vdbe/session.h"

namespace orrery {

void AttachDatabase::Start(Session& session, std::string path, std::string name) {
  session_ = &session;
  path_ = std::move(path);
  name_ = std::move(name);
  Begin(State::kOpen);
}

AttachDatabase::Next AttachDatabase::Run(State state) {
  switch (state) {
    case State::kOpen:
      return Open();
    case State::kBegun:
      return Begun();
    case State::kLoaded:
      return Loaded();
  }
  Unreachable();
}

AttachDatabase::Next AttachDatabase::Open() {
  if (session_->databases.size() >= kAttachedCountMax + 2) {
    return Fail(Status(ResultCode::kError,
                       "too many attached databases - max " + std::to_string(kAttachedCountMax)));
  }
  if (session_->catalog()->Find(name_) != kAnyDatabase) {
    return Fail(Status(ResultCode::kError, "database " + name_ + " is already in use"));
  }
  PagerOptions options = session_->options;
  const DatabaseName defaults = {.is_read_only = options.read_only, .creates = options.create};
  Result<DatabaseName> read = ReadDatabaseName(path_, defaults, session_->uses_uris);
  if (!read.ok()) return Fail(std::move(read).status());
  options.read_only = read->is_read_only;
  options.create = read->creates;
  Result<std::unique_ptr<Pager>> pager = Pager::Open(session_->io, read->path, options);
  if (!pager.ok()) return Fail(Status(pager.status().code(), "unable to open database: " + path_));
  database_ = std::make_unique<Database>(name_, *std::move(pager), options);
  session_->begin.Start(*session_, *database_, /*schema=*/nullptr, BeginKind::kRead);
  return AwaitOutcome(session_->begin, State::kBegun);
}

AttachDatabase::Next AttachDatabase::Begun() {
  if (!outcome().ok()) return GiveUp(outcome());
  session_->begin.Take();
  load_.Start(database_->btree, static_cast<int>(session_->databases.size()));
  return AwaitOutcome(load_, State::kLoaded);
}

// The schema is read once more when names are looked up in it, with all that is said of it then.
AttachDatabase::Next AttachDatabase::Loaded() {
  if (!outcome().ok()) return GiveUp(outcome());
  (void)load_.Take();
  database_->GiveSnapshotBack();
  session_->Attach(std::move(database_));
  return Done(Unit());
}

AttachDatabase::Next AttachDatabase::GiveUp(Status status) {
  session_->CloseSoon(std::move(database_));
  return Fail(std::move(status));
}

void AttachDatabase::OnAbandon() {
  session_->begin.Abandon();
  load_.Abandon();
  if (database_ != nullptr) session_->CloseSoon(std::move(database_));
}

}  // namespace orrery
