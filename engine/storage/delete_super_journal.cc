#include "engine/storage/delete_super_journal.h"

#include <algorithm>

#include "engine/format/journal_header.h"

namespace orrery {
namespace {

constexpr uint64_t kSizeMax = uint64_t{1} << 20;

}  // namespace

DeleteSuperJournal::Next DeleteSuperJournal::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Open();
    case State::kNamesRead:
      return NamesRead();
    case State::kNext:
      return LookAtNext();
    case State::kEndingRead:
      return EndingRead();
  }
  Unreachable();
}

bool DeleteSuperJournal::OpenFile(const std::string& path) {
  Result<std::unique_ptr<File>> file =
      core_.io.Open(path, {.kind = FileKind::kJournal, .read_only = true});
  if (!file.ok()) return false;
  file_ = *std::move(file);
  const Result<uint64_t> size = file_->Size();
  if (!size.ok()) return false;
  file_size_ = *size;
  return true;
}

DeleteSuperJournal::Next DeleteSuperJournal::Open() {
  if (!OpenFile(name_) || file_size_ > kSizeMax) return End();
  names_.assign(file_size_, std::byte{0});
  read_.Start(*file_, 0, names_, done_);
  return AwaitOutcome(read_, State::kNamesRead);
}

DeleteSuperJournal::Next DeleteSuperJournal::NamesRead() {
  if (!outcome().ok()) return End();
  names_.resize(read_.Take());
  return Goto(State::kNext);
}

DeleteSuperJournal::Next DeleteSuperJournal::LookAtNext() {
  if (next_ >= names_.size()) {
    (void)core_.io.Remove(name_);
    return End();
  }
  const auto begin = names_.begin() + static_cast<ptrdiff_t>(next_);
  const auto end = std::find(begin, names_.end(), std::byte{0});
  const std::string journal(AsText(Bytes(&*begin, static_cast<size_t>(end - begin))));
  next_ += journal.size() + 1;
  const Result<bool> exists = core_.io.Exists(journal);
  if (!exists.ok()) return End();
  if (!*exists) return Goto(State::kNext);
  if (!OpenFile(journal)) return End();
  const uint64_t size = std::min<uint64_t>(file_size_, kJournalEndingSizeMax);
  ending_.assign(size, std::byte{0});
  read_.Start(*file_, file_size_ - size, ending_, done_);
  return AwaitOutcome(read_, State::kEndingRead);
}

DeleteSuperJournal::Next DeleteSuperJournal::EndingRead() {
  if (!outcome().ok()) return End();
  (void)read_.Take();
  // Its transaction is still to be undone, with the help of this file.
  if (SuperJournalName(ending_) == name_) return End();
  return Goto(State::kNext);
}

DeleteSuperJournal::Next DeleteSuperJournal::End() {
  file_.reset();
  names_ = std::vector<std::byte>();
  return Done({});
}

}  // namespace orrery
