#include "engine/io/posix_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <system_error>

#include "engine/io/file_errors.h"

namespace orrery {
namespace {

static_assert(kPartCountMax <= IOV_MAX);

// Permissions of a new file. A log, journal or shared-memory file gets those of its database, so
// that it never shows to others what the database does not: "a.db-wal" is created like "a.db".
mode_t CreationMode(const std::string& path, FileKind kind) {
  constexpr mode_t kDefault = 0644;
  if (kind == FileKind::kDatabase) return kDefault;
  const size_t dash = path.rfind('-');
  struct stat database;
  if (dash == std::string::npos || stat(path.substr(0, dash).c_str(), &database) != 0) {
    return kDefault;
  }
  return database.st_mode & 0777;
}

Result<OpenedFile> OpenTemporary() {
  const char* directory = std::getenv("SQLITE_TMPDIR");
  if (directory == nullptr) directory = std::getenv("TMPDIR");
  std::string path = std::string(directory != nullptr ? directory : "/tmp") + "/orrery-XXXXXX";
  const SystemResult fd = WithoutInterruption([&] { return mkostemp(path.data(), O_CLOEXEC); });
  if (fd < 0) return CannotOpenError(path, SystemErrorText(static_cast<int>(-fd)));
  // Without a name it goes away with its last descriptor, however the process ends.
  unlink(path.c_str());
  return OpenedFile{FileDescriptor(static_cast<int>(fd)), path, false};
}

// Descriptors 0 to 2 are not for a database: whoever prints to a closed stderr would write into it.
FileDescriptor AboveStandardStreams(int fd) {
  if (fd < 0 || fd > STDERR_FILENO) return FileDescriptor(fd);
  const int above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  close(fd);
  return FileDescriptor(above);
}

Result<OpenedFile> OpenPath(std::string path, int flags, mode_t mode, bool read_only) {
  const SystemResult result =
      WithoutInterruption([&] { return open(path.c_str(), flags | O_CLOEXEC, mode); });
  if (result == -EISDIR) {
    return FileError(ResultCode::kCannotOpenIsDir, "open", path, SystemErrorText(EISDIR));
  }
  if (result < 0) return CannotOpenError(path, SystemErrorText(static_cast<int>(-result)));
  FileDescriptor fd = AboveStandardStreams(static_cast<int>(result));
  if (fd.get() < 0) return CannotOpenError(path, SystemErrorText(errno));
  return OpenedFile{std::move(fd), std::move(path), read_only};
}

struct flock OpenFileLock(short type, uint64_t offset, uint64_t size) {
  CHECK(size > 0);
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(offset);
  lock.l_len = static_cast<off_t>(size);
  return lock;
}

struct OperationErrors {
  std::string_view doing;
  ResultCode code;
};

OperationErrors ErrorsOf(FileOperation operation) {
  switch (operation) {
    case FileOperation::kRead:
      return {"read", ResultCode::kIoErrorRead};
    case FileOperation::kWrite:
      return {"write", ResultCode::kIoErrorWrite};
    case FileOperation::kSync:
      return {"sync", ResultCode::kIoErrorSync};
    case FileOperation::kTruncate:
      return {"resize", ResultCode::kIoErrorTruncate};
    case FileOperation::kSyncDirectory:
      return {"sync directory", ResultCode::kIoErrorSyncDirectory};
  }
  Unreachable();
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) close(fd_);
}

Result<OpenedFile> OpenPosixFile(std::string_view path, const OpenOptions& options) {
  if (options.kind == FileKind::kTemporary) return OpenTemporary();
  const std::string name(path);
  const int access = options.read_only ? O_RDONLY : O_RDWR;
  const int create = options.create ? O_CREAT : 0;
  ASSIGN_OR_RETURN(
      OpenedFile opened,
      OpenPath(name, access | create, CreationMode(name, options.kind), options.read_only));
  // A directory can be opened for reading, and every read of it then fails.
  struct stat what;
  if (fstat(opened.fd.get(), &what) == 0 && S_ISDIR(what.st_mode)) {
    return FileError(ResultCode::kCannotOpenIsDir, "open", name, SystemErrorText(EISDIR));
  }
  return opened;
}

Result<OpenedFile> OpenPosixDirectoryOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  const std::string_view directory = slash == std::string_view::npos ? "."
                                     : slash == 0                    ? "/"
                                                                     : path.substr(0, slash);
  return OpenPath(std::string(directory), O_RDONLY | O_DIRECTORY, 0, true);
}

PosixFile::~PosixFile() {
  for (const Mapping& mapping : mappings_) munmap(mapping.memory, mapping.size);
}

Result<uint64_t> PosixFile::Size() {
  struct stat what;
  if (fstat(fd(), &what) != 0) {
    return SystemError(ResultCode::kIoErrorStat, "find the size of", path(), errno);
  }
  return static_cast<uint64_t>(what.st_size);
}

Status PosixFile::Lock(uint64_t offset, uint64_t size, LockKind kind) {
  struct flock lock = OpenFileLock(kind == LockKind::kShared ? F_RDLCK : F_WRLCK, offset, size);
  const SystemResult result = WithoutInterruption([&] { return fcntl(fd(), F_OFD_SETLK, &lock); });
  if (result == -EAGAIN || result == -EACCES) return LockedFileError(path());
  if (result < 0) {
    return SystemError(ResultCode::kIoErrorLock, "lock", path(), static_cast<int>(-result));
  }
  return OkStatus();
}

Status PosixFile::Unlock(uint64_t offset, uint64_t size) {
  struct flock lock = OpenFileLock(F_UNLCK, offset, size);
  const SystemResult result = WithoutInterruption([&] { return fcntl(fd(), F_OFD_SETLK, &lock); });
  if (result < 0) {
    return SystemError(ResultCode::kIoErrorUnlock, "unlock", path(), static_cast<int>(-result));
  }
  return OkStatus();
}

Result<bool> PosixFile::IsLockedExclusively(uint64_t offset, uint64_t size) {
  struct flock lock = OpenFileLock(F_RDLCK, offset, size);
  const SystemResult result = WithoutInterruption([&] { return fcntl(fd(), F_OFD_GETLK, &lock); });
  if (result < 0) {
    return SystemError(ResultCode::kIoErrorLock, "test a lock of", path(),
                       static_cast<int>(-result));
  }
  return lock.l_type != F_UNLCK;
}

Result<ShmRegion> PosixFile::Map(int index, size_t size) {
  for (const Mapping& mapping : mappings_) {
    if (mapping.index != index) continue;
    CHECK(mapping.region.size() == size);
    return mapping.region;
  }
  const uint64_t begin = static_cast<uint64_t>(index) * size;
  RETURN_IF_ERROR(ExtendTo(begin + size));
  // The host's pages may be larger than a region, and a mapping starts on one.
  const uint64_t page_size = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  const size_t slack = static_cast<size_t>(begin % page_size);
  const int protection = read_only() ? PROT_READ : PROT_READ | PROT_WRITE;
  void* memory =
      mmap(nullptr, slack + size, protection, MAP_SHARED, fd(), static_cast<off_t>(begin - slack));
  if (memory == MAP_FAILED) return SystemError(ResultCode::kIoErrorShmMap, "map", path(), errno);
  const ShmRegion region(static_cast<std::byte*>(memory) + slack, size, nullptr);
  mappings_.push_back({index, memory, slack + size, region});
  return region;
}

Status PosixFile::ExtendTo(uint64_t size) {
  ASSIGN_OR_RETURN(const uint64_t old_size, Size());
  if (old_size >= size) return OkStatus();
  if (read_only()) return CannotOpenError(path(), "the read-only shared memory is too short");
  int error;
  do {
    error =
        posix_fallocate(fd(), static_cast<off_t>(old_size), static_cast<off_t>(size - old_size));
  } while (error == EINTR);
  if (error == 0) return OkStatus();
  return SystemError(ResultCode::kIoErrorShmSize, "extend", path(), error);
}

SystemResult ReadAt(int fd, uint64_t offset, MutableBytes buffer) {
  return WithoutInterruption(
      [&] { return pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(offset)); });
}

SystemResult WriteAt(int fd, uint64_t offset, Bytes data) {
  return WithoutInterruption(
      [&] { return pwrite(fd, data.data(), data.size(), static_cast<off_t>(offset)); });
}

SystemResult WritePartsAt(int fd, uint64_t offset, std::span<const iovec> parts) {
  SystemResult written_size = 0;
  while (!parts.empty()) {
    const std::span<const iovec> list = parts.first(std::min(parts.size(), kPartCountMax));
    const SystemResult result = WithoutInterruption([&] {
      return pwritev(fd, list.data(), static_cast<int>(list.size()),
                     static_cast<off_t>(offset) + written_size);
    });
    // What went before counts; the caller meets the error when it asks for the rest.
    if (result < 0) return written_size > 0 ? written_size : result;
    written_size += result;
    SystemResult list_size = 0;
    for (const iovec& part : list) list_size += static_cast<SystemResult>(part.iov_len);
    if (result < list_size) break;
    parts = parts.subspan(list.size());
  }
  return written_size;
}

SystemResult SyncNow(int fd, SyncKind kind) {
  return WithoutInterruption([&] { return kind == SyncKind::kData ? fdatasync(fd) : fsync(fd); });
}

SystemResult TruncateTo(int fd, uint64_t size) {
  return WithoutInterruption([&] { return ftruncate(fd, static_cast<off_t>(size)); });
}

std::vector<iovec> ToIovecs(std::span<const Bytes> parts) {
  std::vector<iovec> iovecs;
  iovecs.reserve(parts.size());
  for (const Bytes part : parts) {
    iovecs.push_back({const_cast<std::byte*>(part.data()), part.size()});
  }
  return iovecs;
}

void FinishWith(Completion& done, FileOperation operation, const std::string& path,
                SystemResult result) {
  // Some file systems cannot sync a directory; there is nothing more to do about it.
  if (operation == FileOperation::kSyncDirectory && result == -EINVAL) result = 0;
  if (result >= 0) {
    done.Finish(OkStatus(), static_cast<size_t>(result));
    return;
  }
  const int error = static_cast<int>(-result);
  const OperationErrors errors = ErrorsOf(operation);
  const bool full = error == ENOSPC || error == EDQUOT;
  done.Finish(SystemError(full ? ResultCode::kFull : errors.code, errors.doing, path, error));
}

Status SystemError(ResultCode code, std::string_view doing, std::string_view path, int error) {
  return FileError(code, doing, path, SystemErrorText(error));
}

std::string SystemErrorText(int error) { return std::generic_category().message(error); }

}  // namespace orrery
