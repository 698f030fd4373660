#include "engine/io/memory_io.h"

#include <algorithm>
#include <utility>

#include "engine/io/file_errors.h"
#include "engine/io/host.h"
#include "engine/io/lock_table.h"
#include "engine/io/memory_bytes.h"

namespace orrery {
namespace {

constexpr uint64_t kPollNanoseconds = 1000;
// When made-up time starts: 2020-01-01, so that dates look like dates.
constexpr int64_t kMadeUpEpochMilliseconds = 1'577'836'800'000;

// SplitMix64: tiny, and any state is a good one. https://prng.di.unimi.it/splitmix64.c
uint64_t NextRandom(uint64_t& state) {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

struct MemoryIo::Node {
  MemoryBytes bytes;
  LockTable locks;
};

class MemoryFile final : public File {
 public:
  MemoryFile(MemoryIo& io, std::string path, std::shared_ptr<MemoryIo::Node> node, bool read_only)
      : io_(io), path_(std::move(path)), node_(std::move(node)), read_only_(read_only) {
    ++io_.open_file_count_;
  }
  ~MemoryFile() override {
    io_.Close(*this);
    node_->locks.UnlockAll(this);
  }

  void Read(uint64_t offset, MutableBytes buffer, Completion& done) override {
    io_.Submit(this, done, [this, offset, buffer] {
      return MemoryIo::Outcome{OkStatus(), node_->bytes.Read(offset, buffer)};
    });
  }
  void Write(uint64_t offset, Bytes data, Completion& done) override {
    io_.Submit(this, done, [this, offset, data] { return WriteNow(offset, std::span(&data, 1)); });
  }
  void WriteV(uint64_t offset, std::span<const Bytes> parts, Completion& done) override {
    io_.Submit(this, done, [this, offset, copy = std::vector<Bytes>(parts.begin(), parts.end())] {
      return WriteNow(offset, copy);
    });
  }
  void Sync(SyncKind, Completion& done) override {
    io_.Submit(this, done, [] { return MemoryIo::Outcome(); });
  }
  void Truncate(uint64_t size, Completion& done) override {
    io_.Submit(this, done, [this, size] {
      if (read_only_) return MemoryIo::Outcome{ReadOnlyFileError(path_)};
      if (!node_->bytes.Resize(size)) return MemoryIo::Outcome{NoRoom("resize")};
      return MemoryIo::Outcome();
    });
  }

  Result<uint64_t> Size() override { return node_->bytes.size(); }

  Status Lock(uint64_t offset, uint64_t size, LockKind kind) override {
    return node_->locks.Lock(this, offset, size, kind) ? OkStatus() : LockedFileError(path_);
  }
  Status Unlock(uint64_t offset, uint64_t size) override {
    node_->locks.Unlock(this, offset, size);
    return OkStatus();
  }
  Result<bool> IsLockedExclusively(uint64_t offset, uint64_t size) override {
    return node_->locks.IsLockedExclusively(this, offset, size);
  }

  Result<ShmRegion> Map(int index, size_t size) override {
    const uint64_t end = (static_cast<uint64_t>(index) + 1) * size;
    if (read_only_ && node_->bytes.size() < end) {
      return CannotOpenError(path_, "the read-only shared memory is too short");
    }
    std::byte* memory = node_->bytes.Pin(static_cast<size_t>(index), size);
    if (memory == nullptr) return NoRoom("map");
    return ShmRegion(memory, size, nullptr);
  }

  const std::string& path() const override { return path_; }

 private:
  MemoryIo::Outcome WriteNow(uint64_t offset, std::span<const Bytes> parts) {
    if (read_only_) return {ReadOnlyFileError(path_)};
    size_t written_size = 0;
    for (const Bytes part : parts) {
      if (!node_->bytes.Write(offset + written_size, part)) return {NoRoom("write")};
      written_size += part.size();
    }
    return {OkStatus(), written_size};
  }
  Status NoRoom(std::string_view doing) const {
    return FileError(ResultCode::kFull, doing, path_, "no room in memory");
  }

  MemoryIo& io_;
  const std::string path_;
  const std::shared_ptr<MemoryIo::Node> node_;
  const bool read_only_;
};

MemoryIo::MemoryIo(MemoryIoOptions options)
    : options_(options), random_state_(options.seed.value_or(0)) {}

MemoryIo::~MemoryIo() {
  CHECK(open_file_count_ == 0);
  for (const Pending& pending : pending_) pending.done->Finish(Status(ResultCode::kAbort));
}

Result<std::unique_ptr<File>> MemoryIo::Open(std::string_view path, const OpenOptions& options) {
  if (options.kind == FileKind::kTemporary) {
    return std::unique_ptr<File>(
        new MemoryFile(*this, "(temporary file)", std::make_shared<Node>(), false));
  }
  auto found = nodes_.find(path);
  if (found == nodes_.end()) {
    if (!options.create) return CannotOpenError(path, "No such file");
    found = nodes_.emplace(std::string(path), std::make_shared<Node>()).first;
  }
  return std::unique_ptr<File>(
      new MemoryFile(*this, std::string(path), found->second, options.read_only));
}

Result<bool> MemoryIo::Exists(std::string_view path) { return nodes_.contains(path); }

Status MemoryIo::Remove(std::string_view path) {
  if (const auto found = nodes_.find(path); found != nodes_.end()) nodes_.erase(found);
  return OkStatus();
}

Status MemoryIo::Rename(std::string_view from, std::string_view to) {
  const auto found = nodes_.find(from);
  if (found == nodes_.end()) {
    return FileError(ResultCode::kIoError, "rename", from, "No such file");
  }
  if (from == to) return OkStatus();
  nodes_.insert_or_assign(std::string(to), std::move(found->second));
  nodes_.erase(found);
  return OkStatus();
}

void MemoryIo::SyncDirectoryOf(std::string_view, Completion& done) {
  Submit(nullptr, done, [] { return Outcome(); });
}

template <typename Run>
void MemoryIo::Submit(const File* file, Completion& done, Run run) {
  done.Submit();
  if (options_.finish == MemoryFinish::kInCall) {
    Outcome outcome = run();
    done.Finish(std::move(outcome.status), outcome.bytes);
  } else {
    pending_.push_back({file, &done, std::move(run)});
  }
}

Status MemoryIo::Poll(PollMode mode) {
  made_up_now_ += kPollNanoseconds;
  if (mode == PollMode::kWait && pending_.empty()) {
    CHECK(!sleeps_.empty());
    if (options_.seed.has_value()) {
      made_up_now_ = std::max(made_up_now_, sleeps_.earliest());
    } else {
      HostSleepUntil(sleeps_.earliest());
    }
  }
  FinishPending();
  sleeps_.FinishDue(MonotonicNanoseconds());
  return OkStatus();
}

void MemoryIo::FinishPending() {
  std::vector<Pending> batch;
  if (options_.finish == MemoryFinish::kInPollNewestFirst) {
    if (pending_.empty()) return;
    batch.push_back(std::move(pending_.back()));
    pending_.pop_back();
  } else {
    batch.swap(pending_);
  }
  for (const Pending& pending : batch) {
    Outcome outcome = pending.run();
    pending.done->Finish(std::move(outcome.status), outcome.bytes);
  }
}

void MemoryIo::Cancel(Completion& completion) {
  if (!completion.in_flight() || sleeps_.Cancel(completion)) return;
  const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& pending) {
    return pending.done == &completion;
  });
  if (found == pending_.end()) return;
  pending_.erase(found);
  completion.Finish(CancelledError());
}

void MemoryIo::Drain() {
  while (!pending_.empty() || !sleeps_.empty()) (void)Poll(PollMode::kWait);
}

void MemoryIo::Sleep(uint64_t nanoseconds, Completion& done) {
  sleeps_.Add(SleepDeadline(MonotonicNanoseconds(), nanoseconds), done);
}

void MemoryIo::Close(const File& file) {
  --open_file_count_;
  std::vector<Pending> aborted;
  std::erase_if(pending_, [&](Pending& pending) {
    if (pending.file != &file) return false;
    aborted.push_back(std::move(pending));
    return true;
  });
  for (const Pending& pending : aborted) pending.done->Finish(ClosedFileError(file.path()));
}

uint64_t MemoryIo::MonotonicNanoseconds() {
  return options_.seed.has_value() ? made_up_now_ : HostMonotonicNanoseconds();
}

int64_t MemoryIo::UnixMilliseconds() {
  if (!options_.seed.has_value()) return HostUnixMilliseconds();
  return kMadeUpEpochMilliseconds + static_cast<int64_t>(made_up_now_ / 1'000'000);
}

void MemoryIo::RandomBytes(MutableBytes out) {
  if (!options_.seed.has_value()) return HostRandomBytes(out);
  for (std::byte& byte : out) byte = static_cast<std::byte>(NextRandom(random_state_) >> 56);
}

}  // namespace orrery
