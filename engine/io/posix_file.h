// What the syscall and io_uring backends share of a file: the descriptor, its locks, its size and
// its shared memory, and the system calls with their errors. A file's reads, writes, syncs and
// truncates are each backend's own.
//
// Locks are open file description locks (F_OFD_SETLK): they belong to this open file, not to the
// process, and conflict with SQLite's classic ones as those of another process do.

#ifndef ORRERY_ENGINE_IO_POSIX_FILE_H_
#define ORRERY_ENGINE_IO_POSIX_FILE_H_

#include <sys/uio.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/io/file.h"
#include "engine/io/io.h"

namespace orrery {

// Owns a file descriptor.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();
  int get() const { return fd_; }

 private:
  int fd_;
};

// A file that has been opened, before a backend makes its File of it.
struct OpenedFile {
  FileDescriptor fd;
  std::string path;
  bool read_only;
};
Result<OpenedFile> OpenPosixFile(std::string_view path, const OpenOptions& options);
// The directory that holds `path`, to be synced.
Result<OpenedFile> OpenPosixDirectoryOf(std::string_view path);

class PosixFile : public File {
 public:
  ~PosixFile() override;

  Result<uint64_t> Size() final;
  Status Lock(uint64_t offset, uint64_t size, LockKind kind) final;
  Status Unlock(uint64_t offset, uint64_t size) final;
  Result<bool> IsLockedExclusively(uint64_t offset, uint64_t size) final;
  Result<ShmRegion> Map(int index, size_t size) final;
  const std::string& path() const final { return opened_.path; }

 protected:
  explicit PosixFile(OpenedFile opened) : opened_(std::move(opened)) {}
  int fd() const { return opened_.fd.get(); }
  bool read_only() const { return opened_.read_only; }

 private:
  struct Mapping {
    int index;
    void* memory;  // what was mapped: whole pages of the host, around the region
    size_t size;
    ShmRegion region;
  };
  // Makes the file at least `size` bytes long, with its blocks allocated: a write to mapped memory
  // without a block behind it would be a SIGBUS when the disk is full.
  Status ExtendTo(uint64_t size);

  OpenedFile opened_;
  std::vector<Mapping> mappings_;
};

// ---- System calls. The result is a byte count, or an errno negated, as io_uring gives it. ----

using SystemResult = int64_t;

// Makes the call until a signal no longer interrupts it.
template <typename Call>
SystemResult WithoutInterruption(Call call) {
  while (true) {
    const auto result = call();
    if (result >= 0) return result;
    if (errno != EINTR) return -errno;
  }
}

SystemResult ReadAt(int fd, uint64_t offset, MutableBytes buffer);
SystemResult WriteAt(int fd, uint64_t offset, Bytes data);
// Any number of parts; they go to the system in lists that it takes.
SystemResult WritePartsAt(int fd, uint64_t offset, std::span<const iovec> parts);
SystemResult SyncNow(int fd, SyncKind kind);
SystemResult TruncateTo(int fd, uint64_t size);

// The list that writev wants; the bytes are not written to.
std::vector<iovec> ToIovecs(std::span<const Bytes> parts);
// The longest list of parts that one call takes.
inline constexpr size_t kPartCountMax = 1024;  // IOV_MAX on Linux
// The most bytes that one call moves on Linux.
inline constexpr size_t kTransferSizeMax = 0x7ffff000;

enum class FileOperation : uint8_t { kRead, kWrite, kSync, kTruncate, kSyncDirectory };

// Finishes `done` with what the system answered.
void FinishWith(Completion& done, FileOperation operation, const std::string& path,
                SystemResult result);

// "cannot read a.db: Input/output error".
Status SystemError(ResultCode code, std::string_view doing, std::string_view path, int error);
std::string SystemErrorText(int error);

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_POSIX_FILE_H_
