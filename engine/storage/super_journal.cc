#include "engine/storage/super_journal.h"

#include <array>
#include <cstdio>

#include "engine/format/journal_header.h"

namespace orrery {
namespace {

// As sqlite3 names them.
std::string NameBeside(Io& io, const std::string& path) {
  std::array<std::byte, 4> random;
  io.RandomBytes(random);
  const auto number = LoadBig<uint32_t>(random.data());
  std::array<char, 16> ending;
  std::snprintf(ending.data(), ending.size(), "-mj%06X9%02X", number >> 8, number & 0xff);
  return path + ending.data();
}

}  // namespace

void WriteSuperJournal::Start(Io& io, const std::string& path,
                              const std::vector<std::string>& journals) {
  io_ = &io;
  names_.clear();
  for (const std::string& journal : journals) {
    const Bytes bytes = AsBytes(journal);
    names_.insert(names_.end(), bytes.begin(), bytes.end());
    names_.push_back(std::byte{0});
  }
  name_ = path;
  Begin(State::kBegin);
}

WriteSuperJournal::Next WriteSuperJournal::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Write();
    case State::kWritten:
      return Written();
    case State::kSynced:
      return Synced();
    case State::kIsDurable:
      if (!outcome().ok()) return GiveUp(outcome());
      return Done(std::move(name_));
  }
  Unreachable();
}

WriteSuperJournal::Next WriteSuperJournal::Write() {
  const std::string path = std::move(name_);
  name_.clear();
  std::string name;
  bool is_taken = true;
  while (is_taken) {
    name = NameBeside(*io_, path);
    if (name.size() > kSuperJournalNameSizeMax) {
      return Fail(Status(ResultCode::kCannotOpen, name + ": the name is too long"));
    }
    Result<bool> exists = io_->Exists(name);
    if (!exists.ok()) return Fail(std::move(exists).status());
    is_taken = *exists;
  }
  Result<std::unique_ptr<File>> file =
      io_->Open(name, {.kind = FileKind::kJournal, .create = true});
  if (!file.ok()) return Fail(std::move(file).status());
  name_ = std::move(name);
  file_ = *std::move(file);
  write_.Start(*file_, 0, names_, done_);
  return AwaitOutcome(write_, State::kWritten);
}

WriteSuperJournal::Next WriteSuperJournal::Written() {
  if (!outcome().ok()) return GiveUp(outcome());
  (void)write_.Take();
  file_->Sync(SyncKind::kData, done_);
  return AwaitOutcome(done_, State::kSynced);
}

WriteSuperJournal::Next WriteSuperJournal::Synced() {
  if (!outcome().ok()) return GiveUp(outcome());
  file_.reset();
  io_->SyncDirectoryOf(name_, done_);
  return AwaitOutcome(done_, State::kIsDurable);
}

WriteSuperJournal::Next WriteSuperJournal::GiveUp(Status status) {
  OnAbandon();
  return Fail(std::move(status));
}

// No journal names it yet.
void WriteSuperJournal::OnAbandon() {
  write_.Abandon();
  file_.reset();
  if (done_.in_flight()) {
    io_->Cancel(done_);
    (void)WaitFor(*io_, done_);
  }
  if (!name_.empty()) (void)io_->Remove(name_);
  name_.clear();
}

}  // namespace orrery
