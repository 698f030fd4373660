// A File is one open file of an Io backend. Reads, writes, syncs and truncates are submitted and
// finish later; locks, size and mapping answer at once.
//
// For every submitted operation:
// - the buffer and the Completion stay valid until the completion has finished;
// - it may finish inside the call, later, in any order, short, or failed; a backend never reports
//   EINTR, it tries again;
// - order comes from Sync alone: it covers the writes and truncates that had finished when it was submitted.
// Errors name the file and what the operating system said, with SQLite's extended code.
//
// Locks belong to the File (open file description locks in production), so two connections of one
// process exclude each other as two processes do, and closing one file drops its own locks only.

#ifndef ORRERY_ENGINE_IO_FILE_H_
#define ORRERY_ENGINE_IO_FILE_H_

#include <cstdint>
#include <span>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/io/completion.h"
#include "engine/io/shm_region.h"

namespace orrery {

enum class SyncKind : uint8_t {
  kData,  // the bytes, and what is needed to read them back (fdatasync)
  kFull,  // all metadata too (fsync)
};

enum class LockKind : uint8_t { kShared, kExclusive };

class File {
 public:
  // Closes. An operation still in flight finishes with kAbort first, and its buffer is no longer
  // touched afterwards. Locks are released.
  virtual ~File() = default;

  virtual void Read(uint64_t offset, MutableBytes buffer, Completion& done) = 0;
  virtual void Write(uint64_t offset, Bytes data, Completion& done) = 0;
  // Writes the parts one after another from `offset`. The list is copied, the bytes are not.
  virtual void WriteV(uint64_t offset, std::span<const Bytes> parts, Completion& done) = 0;
  virtual void Sync(SyncKind kind, Completion& done) = 0;
  // Cuts the file, or extends it with zeros.
  virtual void Truncate(uint64_t size, Completion& done) = 0;

  virtual Result<uint64_t> Size() = 0;

  // Locks `size` bytes from `offset`, replacing this file's own lock there (shared to exclusive and
  // back). Never waits: kBusy when another file holds a lock in the way; then nothing changes.
  virtual Status Lock(uint64_t offset, uint64_t size, LockKind kind) = 0;
  virtual Status Unlock(uint64_t offset, uint64_t size) = 0;
  // True when another file holds an exclusive lock that would refuse a shared one here.
  virtual Result<bool> IsLockedExclusively(uint64_t offset, uint64_t size) = 0;

  // Maps bytes [index * size, (index + 1) * size) as shared memory, extending the file with zeros
  // if need be (a read-only file that is too short: kCannotOpen). The same index gives the same
  // memory to every File on this path. Valid until this File is closed. For files opened as kSharedMemory.
  virtual Result<ShmRegion> Map(int index, size_t size) = 0;

  virtual const std::string& path() const = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_FILE_H_
