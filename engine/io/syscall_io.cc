#include "engine/io/syscall_io.h"

#include <utility>

#include "engine/io/file_errors.h"
#include "engine/io/host.h"
#include "engine/io/posix_file.h"

namespace orrery {

class SyscallFile final : public PosixFile {
 public:
  SyscallFile(SyscallIo& io, OpenedFile opened) : PosixFile(std::move(opened)), io_(io) {
    ++io_.open_file_count_;
  }
  ~SyscallFile() override { --io_.open_file_count_; }

  void Read(uint64_t offset, MutableBytes buffer, Completion& done) override {
    done.Submit();
    FinishWith(done, FileOperation::kRead, path(), ReadAt(fd(), offset, buffer));
  }
  void Write(uint64_t offset, Bytes data, Completion& done) override {
    done.Submit();
    if (read_only()) return done.Finish(ReadOnlyFileError(path()));
    FinishWith(done, FileOperation::kWrite, path(), WriteAt(fd(), offset, data));
  }
  void WriteV(uint64_t offset, std::span<const Bytes> parts, Completion& done) override {
    done.Submit();
    if (read_only()) return done.Finish(ReadOnlyFileError(path()));
    FinishWith(done, FileOperation::kWrite, path(), WritePartsAt(fd(), offset, ToIovecs(parts)));
  }
  void Sync(SyncKind kind, Completion& done) override {
    done.Submit();
    FinishWith(done, FileOperation::kSync, path(), SyncNow(fd(), kind));
  }
  void Truncate(uint64_t size, Completion& done) override {
    done.Submit();
    if (read_only()) return done.Finish(ReadOnlyFileError(path()));
    FinishWith(done, FileOperation::kTruncate, path(), TruncateTo(fd(), size));
  }

 private:
  SyscallIo& io_;
};

SyscallIo::~SyscallIo() { CHECK(open_file_count_ == 0); }

Result<std::unique_ptr<File>> SyscallIo::Open(std::string_view path, const OpenOptions& options) {
  ASSIGN_OR_RETURN(OpenedFile opened, OpenPosixFile(path, options));
  return std::unique_ptr<File>(new SyscallFile(*this, std::move(opened)));
}

void SyscallIo::SyncDirectoryOf(std::string_view path, Completion& done) {
  done.Submit();
  Result<OpenedFile> directory = OpenPosixDirectoryOf(path);
  if (!directory.ok()) return done.Finish(std::move(directory).status());
  FinishWith(done, FileOperation::kSyncDirectory, directory->path,
             SyncNow(directory->fd.get(), SyncKind::kFull));
}

Status SyscallIo::Poll(PollMode mode) {
  if (mode == PollMode::kWait) {
    CHECK(!sleeps_.empty());
    HostSleepUntil(sleeps_.earliest());
  }
  sleeps_.FinishDue(HostMonotonicNanoseconds());
  return OkStatus();
}

void SyscallIo::Cancel(Completion& completion) { (void)sleeps_.Cancel(completion); }

void SyscallIo::Drain() {
  while (!sleeps_.empty()) (void)Poll(PollMode::kWait);
}

void SyscallIo::Sleep(uint64_t nanoseconds, Completion& done) {
  sleeps_.Add(SleepDeadline(HostMonotonicNanoseconds(), nanoseconds), done);
}

}  // namespace orrery
