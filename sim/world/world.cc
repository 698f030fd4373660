#include "sim/world/world.h"

#include <algorithm>
#include <utility>

#include "engine/io/file_errors.h"

namespace orrery::sim {
namespace {

constexpr uint64_t kDelayNanosecondsMin = 1'000'000;
constexpr uint64_t kDelayNanosecondsMax = 200'000'000;
// A killed process that makes so many calls before it ends would go on for ever.
constexpr uint64_t kDeadCallCountMax = 10'000'000;

uint32_t DrawSectorSize(uint32_t wanted, Choices choices) {
  if (wanted != 0) return wanted;
  return choices.Choose(2, "habit.sector-size") == 0 ? 4096 : 512;
}

ResultCode ErrorCode(OperationKind kind) {
  switch (kind) {
    case OperationKind::kRead:
      return ResultCode::kIoErrorRead;
    case OperationKind::kWrite:
      return ResultCode::kIoErrorWrite;
    case OperationKind::kSync:
      return ResultCode::kIoErrorSync;
    case OperationKind::kTruncate:
      return ResultCode::kIoErrorTruncate;
    case OperationKind::kSyncDirectory:
      return ResultCode::kIoErrorSyncDirectory;
    case OperationKind::kSleep:
      break;
  }
  Unreachable();
}

Status EioError(const Operation& operation) {
  const std::string& path =
      operation.file != nullptr ? operation.file->path() : operation.directory;
  return FileError(ErrorCode(operation.kind), Name(operation.kind), path, "Input/output error");
}

}  // namespace

World::World(Choices choices, Faults& faults, WorldOptions options)
    : faults_(faults),
      disk_choices_(choices.Branch("disk")),
      latency_choices_(choices.Branch("latency")),
      process_choices_(choices),
      disk_({.sector_size = DrawSectorSize(options.sector_size, disk_choices_)}),
      scheduler_(options.schedule != nullptr
                     ? std::move(options.schedule)
                     : std::make_unique<RandomSchedule>(choices.Branch("schedule")),
                 *this, options.stacks != nullptr ? *options.stacks : own_stacks_),
      latency_nanoseconds_(options.latency_nanoseconds) {
  faults_.SetObserver(this);
}

World::~World() {
  for (const std::unique_ptr<SimProcess>& process : processes_) {
    if (process->alive()) Kill(*process);
  }
  if (wait_plan_ != nullptr) wait_plan_->SetListener(nullptr);
  faults_.SetObserver(nullptr);
}

// -- Processes --

SimProcess& World::StartProcess(std::string name) {
  const auto id = static_cast<uint32_t>(processes_.size() + 1);
  processes_.push_back(std::make_unique<SimProcess>(*this, id, std::move(name),
                                                    process_choices_.Branch("process", id)));
  SimProcess& process = *processes_.back();
  process.io().SetObserver(wait_plan_);
  Record({.kind = EventKind::kStart, .process = id});
  return process;
}

Fiber& World::Spawn(SimProcess& process, std::string name, std::function<void()> body) {
  CHECK(process.alive());
  return scheduler_.Spawn(process, std::move(name), std::move(body));
}

bool World::Run(uint64_t step_count_max) {
  for (uint64_t i = 0; i < step_count_max; ++i) {
    if (!Step()) break;
  }
  return all_done();
}

std::vector<SimProcess*> World::Alive() {
  std::vector<SimProcess*> alive;
  for (const std::unique_ptr<SimProcess>& process : processes_) {
    if (process->alive()) alive.push_back(process.get());
  }
  return alive;
}

void World::Stop(SimProcess& process, bool power_cut) {
  const std::vector<Operation*> operations = scheduler_.operations().Select(
      [&](const Operation& operation) { return operation.process == &process; });
  for (Operation* operation : operations) {
    LandSome(*operation, power_cut);
    Finish(*operation, Status(ResultCode::kAbort, "the process was killed"));
  }
  for (SimFile* file : process.io_.files_) file->file_->locks().UnlockAll(file->owner_);
  process.alive_ = false;
}

void World::Kill(SimProcess& process) {
  CHECK(scheduler_.running() == nullptr && process.alive());
  Record({.kind = EventKind::kKill, .process = process.id()});
  Stop(process, /*power_cut=*/false);
  dead_call_count_ = 0;
  scheduler_.RunToEnd(process);
  RestoreRegions();
}

void World::PowerCut() {
  // Each drawn on its own, in this order.
  PowerCutEffect effect;
  effect.loses_sectors = faults_.Strikes(Fault::kLostSectors);
  effect.tears_sectors = faults_.Strikes(Fault::kTornWrite);
  effect.loses_entries = faults_.Strikes(Fault::kLostEntries);
  PowerCut(effect);
}

void World::PowerCut(const PowerCutEffect& effect) {
  CHECK(scheduler_.running() == nullptr);
  Record({.kind = EventKind::kPowerCut});
  const std::vector<SimProcess*> alive = Alive();
  // What was in flight is handed to the disk before any process goes on to its end: buffers are
  // still theirs to keep.
  for (SimProcess* process : alive) Stop(*process, /*power_cut=*/true);
  dead_call_count_ = 0;
  for (SimProcess* process : alive) scheduler_.RunToEnd(*process);
  RestoreRegions();
  disk_.PowerCut(disk_choices_, effect);
  for (const std::string& path : disk_.Paths()) {
    const std::shared_ptr<DiskFile> file = disk_.Find(path);
    const std::vector<std::byte> contents = file->Contents();
    Record({.kind = EventKind::kResolve,
            .file = file->number(),
            .size = contents.size(),
            .b = HashOf(contents)});
  }
}

void World::StopFaults() {
  faults_.Stop();
  scheduler_.operations().ReleaseHung();
}

void World::SetWaitPlan(WaitPlan* plan) {
  if (wait_plan_ != nullptr) wait_plan_->SetListener(nullptr);
  wait_plan_ = plan;
  if (plan != nullptr) plan->SetListener(this);
  for (const std::unique_ptr<SimProcess>& process : processes_) process->io().SetObserver(plan);
}

DiskImage World::Image() const {
  DiskImage image;
  for (const std::string& path : disk_.Paths()) image.emplace_back(path, *disk_.Export(path));
  return image;
}

void World::CountDeadCall() {
  // Engine or client code goes round and round although every call answers kAbort.
  CHECK(++dead_call_count_ < kDeadCallCountMax);
}

void World::SaveRegions() {
  if (regions_saved_) return;
  regions_saved_ = true;
  disk_.SaveRegions();
}

void World::RestoreRegions() {
  if (!std::exchange(regions_saved_, false)) return;
  disk_.RestoreRegions();
}

// -- Operations --

uint64_t World::DrawDue() {
  uint64_t due = now_nanoseconds();
  if (latency_nanoseconds_ > 0) due += latency_choices_.Choose(2 * latency_nanoseconds_, "latency");
  // Without reordering they become ready in the order in which they were submitted.
  if (!faults_.on(Fault::kReorder)) due = std::max(due, last_due_nanoseconds_);
  last_due_nanoseconds_ = due;
  return due;
}

void World::Submit(Operation& operation) {
  Record({.kind = EventKind::kSubmit,
          .process = operation.process->id(),
          .file = operation.file == nullptr ? 0 : operation.file->file_->number(),
          .offset = operation.offset,
          .size = operation.size,
          .a = static_cast<uint64_t>(operation.kind),
          .b = operation.number});
  OperationQueue& queue = scheduler_.operations();
  if (operation.kind == OperationKind::kSleep) {
    queue.AddTimed(operation, now_nanoseconds() + operation.offset);
  } else if (faults_.Strikes(Fault::kEarly)) {
    queue.AddReady(operation);
    Perform(operation);
  } else if (faults_.Strikes(Fault::kHung)) {
    queue.AddHung(operation, now_nanoseconds());
  } else if (faults_.Strikes(Fault::kDelay)) {
    const uint64_t delay =
        faults_.choices(Fault::kDelay).Between(kDelayNanosecondsMin, kDelayNanosecondsMax, "delay");
    queue.AddTimed(operation, now_nanoseconds() + delay);
  } else {
    const uint64_t due = DrawDue();
    if (due <= now_nanoseconds()) {
      queue.AddReady(operation);
    } else {
      queue.AddTimed(operation, due);
    }
  }
}

void World::PerformOne() {
  OperationQueue& queue = scheduler_.operations();
  size_t index = 0;
  if (queue.ready().size() > 1) {
    index = faults_.Strikes(Fault::kReorder)
                ? faults_.choices(Fault::kReorder).Choose(queue.ready().size(), "operation")
                : queue.OldestReady();
  }
  Perform(*queue.ready()[index]);
}

void World::DrawFate(Operation& operation) {
  operation.fate.drawn = true;
  Fault fails = Fault::kEioRead;
  Fault is_short = Fault::kShortRead;
  switch (operation.kind) {
    case OperationKind::kSleep:
      return;
    case OperationKind::kRead:
      break;
    case OperationKind::kWrite:
      fails = Fault::kEioWrite;
      is_short = Fault::kShortWrite;
      break;
    case OperationKind::kSync:
    case OperationKind::kSyncDirectory:
      operation.fate.fails = faults_.Strikes(Fault::kEioSync);
      return;
    case OperationKind::kTruncate:
      operation.fate.fails = faults_.Strikes(Fault::kEioTruncate);
      return;
  }
  operation.fate.fails = faults_.Strikes(fails);
  if (operation.size < 2) return;
  if (faults_.Strikes(is_short)) {
    operation.fate.short_by = 1 + faults_.choices(is_short).Choose(operation.size - 1, "short-by");
  }
  if (faults_.Strikes(Fault::kSplit)) {
    operation.fate.part_end =
        1 + faults_.choices(Fault::kSplit).Choose(operation.size - 1, "part-end");
  }
}

void World::Perform(Operation& operation) {
  if (operation.canceled) {
    LandSome(operation, /*power_cut=*/false);
    Finish(operation, CancelledError());
    return;
  }
  if (!operation.fate.drawn) DrawFate(operation);
  switch (operation.kind) {
    case OperationKind::kRead:
      PerformRead(operation);
      return;
    case OperationKind::kWrite:
      PerformWrite(operation);
      return;
    case OperationKind::kSync:
      PerformSync(operation);
      return;
    case OperationKind::kTruncate:
      PerformTruncate(operation);
      return;
    case OperationKind::kSyncDirectory:
      PerformSyncDirectory(operation);
      return;
    case OperationKind::kSleep:
      Finish(operation, OkStatus());
      return;
  }
}

void World::PerformRead(Operation& operation) {
  if (operation.fate.fails) {
    Finish(operation, EioError(operation));
    return;
  }
  const DiskFile& file = *operation.file->file_;
  const size_t size = operation.size - operation.fate.short_by;
  const size_t part_end = std::exchange(operation.fate.part_end, 0);
  const size_t end = part_end > 0 && part_end < size ? part_end : size;
  const size_t wanted = end - operation.moved;
  const size_t got = file.Read(operation.offset + operation.moved,
                               operation.buffer.subspan(operation.moved, wanted));
  operation.moved += got;
  if (got == wanted && end < size) {
    scheduler_.operations().Remove(operation);
    scheduler_.operations().AddTimed(operation, DrawDue());
    return;
  }
  Finish(operation, OkStatus(), operation.moved);
}

void World::PerformWrite(Operation& operation) {
  if (operation.file->options_.read_only) {
    Finish(operation, ReadOnlyFileError(operation.file->path()));
    return;
  }
  const uint64_t file_size = operation.file->file_->size();
  if (operation.offset + operation.size > file_size && faults_.Strikes(Fault::kNoSpace)) {
    // What lies within the file still fits.
    const uint64_t room = file_size > operation.offset ? file_size - operation.offset : 0;
    if (room > operation.moved) ApplyWrite(operation, room);
    Finish(operation, FileError(ResultCode::kFull, "write", operation.file->path(),
                                "No space left on device"));
    return;
  }
  if (operation.fate.fails) {
    LandSome(operation, /*power_cut=*/false);
    Finish(operation, EioError(operation));
    return;
  }
  const size_t size = operation.size - operation.fate.short_by;
  const size_t part_end = std::exchange(operation.fate.part_end, 0);
  if (part_end > 0 && part_end < size) {
    ApplyWrite(operation, part_end);
    scheduler_.operations().Remove(operation);
    scheduler_.operations().AddTimed(operation, DrawDue());
    return;
  }
  ApplyWrite(operation, size);
  Finish(operation, OkStatus(), operation.moved);
}

void World::PerformSync(Operation& operation) {
  DiskFile& file = *operation.file->file_;
  if (operation.fate.fails) {
    file.FailSync(operation.mark);
    Finish(operation, EioError(operation));
    return;
  }
  file.Sync(operation.mark);
  Finish(operation, OkStatus());
}

void World::PerformTruncate(Operation& operation) {
  if (operation.file->options_.read_only) {
    Finish(operation, ReadOnlyFileError(operation.file->path()));
    return;
  }
  if (operation.fate.fails) {
    Finish(operation, EioError(operation));
    return;
  }
  operation.file->file_->Truncate(operation.offset);
  Finish(operation, OkStatus());
}

void World::PerformSyncDirectory(Operation& operation) {
  if (operation.fate.fails) {
    Finish(operation, EioError(operation));
    return;
  }
  disk_.SyncDirectory(operation.directory, operation.mark);
  Finish(operation, OkStatus());
}

void World::ApplyWrite(Operation& operation, size_t end) {
  DiskFile& file = *operation.file->file_;
  EventHash content;
  const size_t begin = operation.moved;
  size_t part_begin = 0;
  for (const Bytes part : operation.parts) {
    const size_t from = std::max(part_begin, operation.moved);
    const size_t to = std::min(part_begin + part.size(), end);
    if (from < to) {
      const Bytes bytes = part.subspan(from - part_begin, to - from);
      file.Write(operation.offset + from, bytes);
      content.Add(HashOf(bytes));
      operation.moved = to;
    }
    part_begin += part.size();
  }
  Record({.kind = EventKind::kApply,
          .process = operation.process->id(),
          .file = file.number(),
          .offset = operation.offset + begin,
          .size = operation.moved - begin,
          .a = content.value(),
          .b = operation.number});
}

void World::LandSome(Operation& operation, bool power_cut) {
  enum { kNothing, kAll, kPart };
  switch (operation.kind) {
    case OperationKind::kRead:
    case OperationKind::kSyncDirectory:
    case OperationKind::kSleep:
      return;
    case OperationKind::kSync:
      operation.file->file_->DropSync();
      return;
    case OperationKind::kTruncate:
      if (!operation.file->options_.read_only && disk_choices_.Chance(500'000, "truncate-lands")) {
        operation.file->file_->Truncate(operation.offset);
      }
      return;
    case OperationKind::kWrite:
      break;
  }
  if (operation.file->options_.read_only || operation.moved == operation.size) return;
  size_t end = operation.moved;
  switch (disk_choices_.Choose(3, "write-lands")) {
    case kNothing:
      break;
    case kAll:
      end = operation.size;
      break;
    case kPart:
      // At a power cut the disk picks its sectors, any of them, among all that were on their way.
      end = power_cut ? operation.size
                      : operation.moved + disk_choices_.Choose(operation.size - operation.moved,
                                                               "write-lands-until");
      break;
  }
  if (end > operation.moved) ApplyWrite(operation, end);
}

void World::Finish(Operation& operation, Status status, size_t bytes) {
  Record({.kind = EventKind::kFinish,
          .process = operation.process->id(),
          .file = operation.file == nullptr ? 0 : operation.file->file_->number(),
          .offset = operation.offset,
          .size = bytes,
          .a = static_cast<uint64_t>(status.code()),
          .b = operation.number});
  ++io_count_;
  SimIo& io = operation.process->io_;
  --io.in_flight_count_;
  ++io.finished_count_;
  Completion& done = *operation.done;
  scheduler_.Wake(*operation.process);
  scheduler_.operations().Remove(operation);
  scheduler_.operations().Free(operation);
  done.Finish(std::move(status), bytes);
}

void World::Cancel(Operation& operation) {
  // A device that has begun may well go on to the end; what would not end by itself is cut off.
  OperationQueue& queue = scheduler_.operations();
  const bool endless =
      operation.kind == OperationKind::kSleep || operation.place == Operation::Place::kHung;
  if (!endless && latency_choices_.Chance(500'000, "cancel-ignored")) return;
  operation.canceled = true;
  if (operation.place == Operation::Place::kReady) return;
  queue.Remove(operation);
  queue.AddReady(operation);
}

void World::Close(SimFile& file) {
  if (!file.io_.process_.alive()) return;
  const std::vector<Operation*> operations = scheduler_.operations().Select(
      [&](const Operation& operation) { return operation.file == &file; });
  for (Operation* operation : operations) {
    LandSome(*operation, /*power_cut=*/false);
    Finish(*operation, ClosedFileError(file.path()));
  }
  file.file_->locks().UnlockAll(file.owner_);
}

// -- Events --

void World::OnResume(const Fiber& fiber) {
  Record({.kind = EventKind::kResume, .a = fiber.index()});
}

void World::OnPreempt(const Fiber& fiber) {
  ++preemption_count_;
  Record({.kind = EventKind::kPreempt, .a = fiber.index()});
}

void World::OnFiberEnd(const Fiber& fiber) {
  Record({.kind = EventKind::kFiberEnd, .a = fiber.index()});
}

void World::OnStrike(Fault fault) {
  Record({.kind = EventKind::kStrike, .a = static_cast<uint64_t>(fault)});
}

void World::OnForcedWait(const YieldSite& site) {
  Record({.kind = EventKind::kForcedWait, .b = HashOf(AsBytes(site.name()))});
}

}  // namespace orrery::sim
