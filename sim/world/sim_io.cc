#include "sim/world/sim_io.h"

#include <algorithm>
#include <utility>

#include "engine/io/file_errors.h"
#include "sim/world/process.h"
#include "sim/world/world.h"

namespace orrery::sim {
namespace {

// Simulated time starts on 2024-01-01, so that dates look like dates.
constexpr int64_t kEpochMilliseconds = 1'704'067'200'000;
// Reading a clock takes time, so that code that waits for one gets there.
constexpr uint64_t kClockReadNanoseconds = 50;
constexpr uint64_t kIdlePollNanoseconds = 1000;

}  // namespace

SimIo::SimIo(World& world, SimProcess& process, Choices random)
    : world_(world), process_(process), random_(random) {}

SimIo::~SimIo() { CHECK(files_.empty() && in_flight_count_ == 0); }

bool SimIo::SchedulingPoint() {
  if (process_.alive()) world_.scheduler_.PreemptionPoint();
  return process_.alive();
}

Status SimIo::Dead() const {
  world_.CountDeadCall();
  return Status(ResultCode::kAbort, "the process was killed");
}

Operation* SimIo::Begin(OperationKind kind, SimFile* file, Completion& done) {
  done.Submit();
  if (!process_.alive()) {
    done.Finish(Dead());
    return nullptr;
  }
  Operation& operation = world_.scheduler_.operations().Make();
  operation.kind = kind;
  operation.process = &process_;
  operation.file = file;
  operation.done = &done;
  done.backend_word = reinterpret_cast<uintptr_t>(&operation);
  ++in_flight_count_;
  return &operation;
}

Result<std::unique_ptr<File>> SimIo::Open(std::string_view path, const OpenOptions& options) {
  if (!SchedulingPoint()) return Dead();
  Result<std::shared_ptr<DiskFile>> file = Find(path, options);
  world_.Record({.kind = EventKind::kOpen,
                 .process = process_.id(),
                 .file = file.ok() ? (*file)->number() : 0,
                 .a = static_cast<uint64_t>(options.kind),
                 .b = static_cast<uint64_t>(file.status().code())});
  if (!file.ok()) return std::move(file).status();
  const bool temporary = options.kind == FileKind::kTemporary;
  return std::unique_ptr<File>(new SimFile(*this, *std::move(file),
                                           temporary ? "(temporary file)" : path, options,
                                           ++world_.last_owner_));
}

Result<std::shared_ptr<DiskFile>> SimIo::Find(std::string_view path, const OpenOptions& options) {
  if (world_.OpenFails(path)) return CannotOpenError(path, "Input/output error");
  if (options.kind == FileKind::kTemporary) return world_.disk_.CreateTemporary();
  if (path.empty() || path.ends_with('/')) return CannotOpenError(path, "Is a directory");
  std::shared_ptr<DiskFile> file = world_.disk_.Find(path);
  if (file == nullptr && options.create) file = world_.disk_.Create(path);
  if (file == nullptr) return CannotOpenError(path, "No such file or directory");
  if (options.kind == FileKind::kSharedMemory) file->BeVolatile();
  return file;
}

Result<bool> SimIo::Exists(std::string_view path) {
  if (!SchedulingPoint()) return Dead();
  return world_.disk_.Find(path) != nullptr;
}

Status SimIo::Remove(std::string_view path) {
  if (!SchedulingPoint()) return Dead();
  const std::shared_ptr<DiskFile> file = world_.disk_.Find(path);
  world_.Record({.kind = EventKind::kRemove,
                 .process = process_.id(),
                 .file = file == nullptr ? 0 : file->number()});
  world_.disk_.Remove(path);
  return OkStatus();
}

Status SimIo::Rename(std::string_view from, std::string_view to) {
  if (!SchedulingPoint()) return Dead();
  const std::shared_ptr<DiskFile> file = world_.disk_.Find(from);
  world_.Record({.kind = EventKind::kRename,
                 .process = process_.id(),
                 .file = file == nullptr ? 0 : file->number()});
  if (!world_.disk_.Rename(from, to)) {
    return FileError(ResultCode::kIoError, "rename", from, "No such file or directory");
  }
  return OkStatus();
}

void SimIo::SyncDirectoryOf(std::string_view path, Completion& done) {
  Operation* const operation = Begin(OperationKind::kSyncDirectory, nullptr, done);
  if (operation == nullptr) return;
  operation->directory = Disk::DirectoryOf(path);
  operation->mark = world_.disk_.entry_mark();
  world_.Submit(*operation);
}

void SimIo::Sleep(uint64_t nanoseconds, Completion& done) {
  Operation* const operation = Begin(OperationKind::kSleep, nullptr, done);
  if (operation == nullptr) return;
  operation->offset = nanoseconds;
  if (const Fiber* const fiber = world_.scheduler_.running()) {
    slept_nanoseconds_.resize(std::max<size_t>(slept_nanoseconds_.size(), fiber->index() + 1));
    slept_nanoseconds_[fiber->index()] += nanoseconds;
  }
  world_.Submit(*operation);
}

uint64_t SimIo::slept_nanoseconds() const {
  const Fiber* const fiber = world_.scheduler_.running();
  if (fiber == nullptr || fiber->index() >= slept_nanoseconds_.size()) return 0;
  return slept_nanoseconds_[fiber->index()];
}

Status SimIo::Poll(PollMode mode) {
  Scheduler& scheduler = world_.scheduler_;
  const bool on_fiber = scheduler.running() != nullptr;
  if (!process_.alive()) {
    // The process's other fibers have their turn: this one may be waiting for them.
    if (on_fiber) scheduler.Yield();
    return Dead();
  }
  if (on_fiber) {
    // With nothing in flight here, it is for another fiber that this one waits.
    if (mode == PollMode::kWait && in_flight_count_ > 0) {
      ++world_.wait_count_;
      if (world_.tracer_ != nullptr) [[unlikely]] {
        const WaitPlan* const plan = world_.wait_plan_;
        world_.tracer_->OnWait(world_, plan == nullptr ? nullptr : plan->last_site());
      }
      world_.WaitOnFiber(*scheduler.running());
    } else {
      scheduler.Yield();
    }
    return process_.alive() ? OkStatus() : Dead();
  }
  if (in_flight_count_ == 0) {
    scheduler.Advance(kIdlePollNanoseconds);
    return OkStatus();
  }
  const uint64_t before = finished_count_;
  while (scheduler.StepWithoutFibers() && mode == PollMode::kWait && finished_count_ == before) {
  }
  return OkStatus();
}

void SimIo::Cancel(Completion& completion) {
  if (!process_.alive() || !completion.in_flight()) return;
  Operation& operation = *OperationQueue::FromWord(completion.backend_word);
  CHECK(operation.done == &completion);
  world_.Cancel(operation);
}

void SimIo::Drain() {
  while (process_.alive() && in_flight_count_ > 0) (void)Poll(PollMode::kWait);
}

uint64_t SimIo::MonotonicNanoseconds() {
  world_.scheduler_.Advance(kClockReadNanoseconds);
  if (world_.faults_.Strikes(Fault::kClockJump)) world_.JumpClocks();
  return world_.now_nanoseconds();
}

int64_t SimIo::UnixMilliseconds() {
  const auto elapsed = static_cast<int64_t>(MonotonicNanoseconds() / 1'000'000);
  return kEpochMilliseconds + world_.wall_clock_offset_milliseconds_ + elapsed;
}

void SimIo::RandomBytes(MutableBytes out) {
  for (std::byte& byte : out) byte = static_cast<std::byte>(random_.Choose(256, "byte"));
}

void SimIo::OnShmAccess(size_t offset, bool stores) {
  if (stores && process_.alive()) world_.OnShmStore(process_);
  if (world_.PreemptsAtShm(offset) ? SchedulingPoint() : process_.alive()) [[likely]]
    return;
  world_.CountDeadCall();
  world_.SaveRegions();
}

SimFile::SimFile(SimIo& io, std::shared_ptr<DiskFile> file, std::string_view path,
                 const OpenOptions& options, uint64_t owner)
    : io_(io), file_(std::move(file)), path_(path), options_(options), owner_(owner) {
  io_.files_.push_back(this);
}

SimFile::~SimFile() {
  io_.world_.Close(*this);
  std::erase(io_.files_, this);
}

void SimFile::Read(uint64_t offset, MutableBytes buffer, Completion& done) {
  Operation* const operation = io_.Begin(OperationKind::kRead, this, done);
  if (operation == nullptr) return;
  operation->offset = offset;
  operation->buffer = buffer;
  operation->size = buffer.size();
  io_.world_.Submit(*operation);
}

void SimFile::Write(uint64_t offset, Bytes data, Completion& done) {
  WriteV(offset, std::span(&data, 1), done);
}

void SimFile::WriteV(uint64_t offset, std::span<const Bytes> parts, Completion& done) {
  Operation* const operation = io_.Begin(OperationKind::kWrite, this, done);
  if (operation == nullptr) return;
  operation->offset = offset;
  operation->parts.assign(parts.begin(), parts.end());
  for (const Bytes part : parts) operation->size += part.size();
  io_.world_.Submit(*operation);
}

void SimFile::Sync(SyncKind, Completion& done) {
  Operation* const operation = io_.Begin(OperationKind::kSync, this, done);
  if (operation == nullptr) return;
  operation->mark = file_->BeginSync();
  io_.world_.Submit(*operation);
}

void SimFile::Truncate(uint64_t size, Completion& done) {
  Operation* const operation = io_.Begin(OperationKind::kTruncate, this, done);
  if (operation == nullptr) return;
  operation->offset = size;
  io_.world_.Submit(*operation);
}

Result<uint64_t> SimFile::Size() {
  if (!io_.SchedulingPoint()) return io_.Dead();
  return file_->size();
}

Status SimFile::Lock(uint64_t offset, uint64_t size, LockKind kind) {
  if (!io_.SchedulingPoint()) return io_.Dead();
  const bool locked = file_->locks().Lock(owner_, offset, size, kind);
  RecordLock(offset, size, static_cast<uint64_t>(kind),
             locked ? ResultCode::kOk : ResultCode::kBusy);
  return locked ? OkStatus() : LockedFileError(path_);
}

Status SimFile::Unlock(uint64_t offset, uint64_t size) {
  if (!io_.SchedulingPoint()) return io_.Dead();
  file_->locks().Unlock(owner_, offset, size);
  RecordLock(offset, size, /*what=*/2, ResultCode::kOk);
  return OkStatus();
}

Result<bool> SimFile::IsLockedExclusively(uint64_t offset, uint64_t size) {
  if (!io_.SchedulingPoint()) return io_.Dead();
  const bool locked = file_->locks().IsLockedExclusivelyByOthers(owner_, offset, size);
  RecordLock(offset, size, /*what=*/3, locked ? ResultCode::kBusy : ResultCode::kOk);
  return locked;
}

void SimFile::RecordLock(uint64_t offset, uint64_t size, uint64_t what, ResultCode code) {
  io_.world_.Record({.kind = EventKind::kLock,
                     .process = io_.process_.id(),
                     .file = file_->number(),
                     .offset = offset,
                     .size = size,
                     .a = what,
                     .b = static_cast<uint64_t>(code)});
}

Result<ShmRegion> SimFile::Map(int index, size_t size) {
  CHECK(options_.kind == FileKind::kSharedMemory);
  if (!io_.SchedulingPoint()) return io_.Dead();
  if (options_.read_only && (static_cast<uint64_t>(index) + 1) * size > file_->size()) {
    return CannotOpenError(path_, "the read-only shared memory is too short");
  }
  return ShmRegion(file_->Map(index, size), size, &io_);
}

}  // namespace orrery::sim
