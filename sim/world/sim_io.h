// SimIo is the Io of one simulated process. All that it does is done by the World: operations are
// handed to the scheduler's queue and take effect, whole or in two parts, in the step in which the
// scheduler picks them; each lock, shared-memory access, open, removal and renaming is a preemption
// point first.
//
// On a fiber, Poll(kWait) suspends the fiber until an operation of the process has finished, and
// Poll(kNoWait) lets others run. On the main stack (a test, a checker after the run) both let the
// world take steps in which no fiber runs.
//
// After the process was killed every call fails with kAbort and has no effect on the world, and
// nothing switches fibers any more: the process's code runs to its end as if all its files had
// failed for good, which it must survive anyway. See SimProcess.

#ifndef ORRERY_SIM_WORLD_SIM_IO_H_
#define ORRERY_SIM_WORLD_SIM_IO_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/io/io.h"
#include "sim/choices/choices.h"
#include "sim/world/disk.h"
#include "sim/world/operation.h"

namespace orrery::sim {

class World;
class SimProcess;

class SimIo final : public Io, public ShmObserver {
 public:
  SimIo(World& world, SimProcess& process, Choices random);
  // No operation is in flight and no file is open.
  ~SimIo() override;

  std::string_view name() const override { return "simulated"; }
  Result<std::unique_ptr<File>> Open(std::string_view path, const OpenOptions& options) override;
  Result<bool> Exists(std::string_view path) override;
  Status Remove(std::string_view path) override;
  Status Rename(std::string_view from, std::string_view to) override;
  void SyncDirectoryOf(std::string_view path, Completion& done) override;
  Status Poll(PollMode mode) override;
  void Cancel(Completion& completion) override;
  void Drain() override;
  void Sleep(uint64_t nanoseconds, Completion& done) override;
  uint64_t MonotonicNanoseconds() override;
  int64_t UnixMilliseconds() override;
  void RandomBytes(MutableBytes out) override;

  // A preemption point; while the process lives it costs a few ns.
  void OnShmAccess(size_t offset, bool stores) override;

  size_t in_flight_count() const { return in_flight_count_; }
  // Operations of this process that have finished.
  uint64_t finished_count() const { return finished_count_; }
  // All the sleeps that the running fiber has ever asked for.
  uint64_t slept_nanoseconds() const;

 private:
  friend class SimFile;
  friend class World;

  // Lets others run; false when the process is dead, before or afterwards.
  bool SchedulingPoint();
  Status Dead() const;
  // Takes the next operation out of the pool, filled in but for what its kind needs; null when the
  // process is dead, and then `done` has finished already.
  Operation* Begin(OperationKind kind, SimFile* file, Completion& done);
  Result<std::shared_ptr<DiskFile>> Find(std::string_view path, const OpenOptions& options);

  World& world_;
  SimProcess& process_;
  Choices random_;
  std::vector<SimFile*> files_;              // open ones, in the order of opening
  std::vector<uint64_t> slept_nanoseconds_;  // by fiber index
  size_t in_flight_count_ = 0;
  uint64_t finished_count_ = 0;
  uint64_t last_finished_number_ = 0;  // the highest of an operation's that has finished
};

class SimFile final : public File {
 public:
  SimFile(SimIo& io, std::shared_ptr<DiskFile> file, std::string_view path,
          const OpenOptions& options, uint64_t owner);
  ~SimFile() override;

  void Read(uint64_t offset, MutableBytes buffer, Completion& done) override;
  void Write(uint64_t offset, Bytes data, Completion& done) override;
  void WriteV(uint64_t offset, std::span<const Bytes> parts, Completion& done) override;
  void Sync(SyncKind kind, Completion& done) override;
  void Truncate(uint64_t size, Completion& done) override;
  Result<uint64_t> Size() override;
  Status Lock(uint64_t offset, uint64_t size, LockKind kind) override;
  Status Unlock(uint64_t offset, uint64_t size) override;
  Result<bool> IsLockedExclusively(uint64_t offset, uint64_t size) override;
  Result<ShmRegion> Map(int index, size_t size) override;
  const std::string& path() const override { return path_; }

  DiskFile& disk_file() { return *file_; }

 private:
  friend class World;

  void RecordLock(uint64_t offset, uint64_t size, uint64_t what, ResultCode code);

  SimIo& io_;
  std::shared_ptr<DiskFile> file_;
  const std::string path_;
  const OpenOptions options_;
  const uint64_t owner_;  // of our locks; never used twice
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_SIM_IO_H_
