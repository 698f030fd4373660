#include "engine/io/uring_io.h"

#include <algorithm>

#include "engine/io/file_errors.h"
#include "engine/io/posix_file.h"
#include "engine/io/sleep_queue.h"

namespace orrery {

using Kind = UringOperation::Kind;

class UringFile final : public PosixFile {
 public:
  UringFile(UringIo& io, OpenedFile opened)
      : PosixFile(std::move(opened)), io_(io), queue_(*io.queue_) {
    ++io_.open_file_count_;
  }
  ~UringFile() override {
    // Before the descriptor is closed and the mappings go.
    queue_.Abort(this);
    --io_.open_file_count_;
  }

  void Read(uint64_t offset, MutableBytes buffer, Completion& done) override {
    Transfer(Kind::kRead, offset, buffer.data(), buffer.size(), done);
  }
  void Write(uint64_t offset, Bytes data, Completion& done) override {
    if (read_only()) return Refuse(done);
    Transfer(Kind::kWrite, offset, const_cast<std::byte*>(data.data()), data.size(), done);
  }
  void WriteV(uint64_t offset, std::span<const Bytes> parts, Completion& done) override {
    if (read_only()) return Refuse(done);
    UringOperation& operation = New(Kind::kWriteV, done);
    operation.offset = offset;
    operation.parts = ToIovecs(parts);
    queue_.Submit(operation);
  }
  void Sync(SyncKind kind, Completion& done) override {
    queue_.Submit(New(kind == SyncKind::kData ? Kind::kSyncData : Kind::kSyncFull, done));
  }
  void Truncate(uint64_t size, Completion& done) override {
    if (read_only()) return Refuse(done);
    UringOperation& operation = New(Kind::kTruncate, done);
    operation.offset = size;
    queue_.Submit(operation);
  }

 private:
  UringOperation& New(Kind kind, Completion& done) {
    UringOperation& operation = queue_.New(kind, done);
    operation.fd = fd();
    operation.file = this;
    return operation;
  }
  void Transfer(Kind kind, uint64_t offset, std::byte* address, size_t size, Completion& done) {
    UringOperation& operation = New(kind, done);
    operation.offset = offset;
    operation.address = address;
    operation.size = std::min(size, kTransferSizeMax);
    queue_.Submit(operation);
  }
  void Refuse(Completion& done) {
    done.Submit();
    done.Finish(ReadOnlyFileError(path()));
  }

  UringIo& io_;
  UringQueue& queue_;
};

Result<std::unique_ptr<UringIo>> UringIo::Create(UringOptions options) {
  ASSIGN_OR_RETURN(std::unique_ptr<UringQueue> queue, UringQueue::Create(std::move(options)));
  return std::unique_ptr<UringIo>(new UringIo(std::move(queue)));
}

UringIo::~UringIo() { CHECK(open_file_count_ == 0); }

Result<std::unique_ptr<File>> UringIo::Open(std::string_view path, const OpenOptions& options) {
  ASSIGN_OR_RETURN(OpenedFile opened, OpenPosixFile(path, options));
  return std::unique_ptr<File>(new UringFile(*this, std::move(opened)));
}

void UringIo::SyncDirectoryOf(std::string_view path, Completion& done) {
  Result<OpenedFile> directory = OpenPosixDirectoryOf(path);
  if (!directory.ok()) {
    done.Submit();
    return done.Finish(std::move(directory).status());
  }
  UringOperation& operation = queue_->New(Kind::kSyncFull, done);
  operation.fd = directory->fd.get();
  operation.directory = *std::move(directory);
  queue_->Submit(operation);
}

void UringIo::Drain() {
  while (!queue_->idle()) CHECK(Poll(PollMode::kWait).ok());
}

void UringIo::Sleep(uint64_t nanoseconds, Completion& done) {
  constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;
  const uint64_t deadline = SleepDeadline(MonotonicNanoseconds(), nanoseconds);
  UringOperation& operation = queue_->New(Kind::kSleep, done);
  operation.until.tv_sec = static_cast<int64_t>(deadline / kNanosecondsPerSecond);
  operation.until.tv_nsec = static_cast<int64_t>(deadline % kNanosecondsPerSecond);
  queue_->Submit(operation);
}

}  // namespace orrery
