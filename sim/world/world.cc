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
constexpr uint64_t kWallJumpMillisecondsMax = uint64_t{10} * 365 * 24 * 3600 * 1000;
constexpr uint64_t kSleptNanosecondsMax = uint64_t{3600} * 1'000'000'000;
// Of what fails for good, how many operations do.
constexpr uint64_t kFailureCountMax = 30;

DeviceContract DrawDevice(const DeviceContract& wanted, Choices disk, Choices device) {
  if (wanted.sector_size != 0) return wanted;
  DeviceContract drawn;
  drawn.sector_size = disk.Choose(2, "habit.sector-size") == 0 ? 4096 : 512;
  drawn.safe_append = device.Choose(4, "habit.safe-append") == 3;
  drawn.sequential = device.Choose(6, "habit.sequential") == 5;
  return drawn;
}

// Changes some bits of `bytes`, which are not empty, and says which part of them.
struct Spoiled {
  size_t begin;
  size_t size;
};
Spoiled Spoil(MutableBytes bytes, Choices& choices) {
  enum { kOneBit, kOneByte, kZeros };
  const size_t at = choices.Choose(bytes.size(), "spoiled-at");
  switch (choices.Choose(3, "spoiled-how")) {
    case kOneBit:
      bytes[at] ^= std::byte{1} << choices.Choose(8, "spoiled-bit");
      return {at, 1};
    case kOneByte:
      bytes[at] ^= static_cast<std::byte>(1 + choices.Choose(255, "spoiled-byte"));
      return {at, 1};
    case kZeros: {
      const size_t size =
          1 + choices.Choose(std::min<size_t>(bytes.size() - at, 512), "spoiled-size");
      std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(at), size, std::byte{0});
      return {at, size};
    }
  }
  Unreachable();
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
      disk_(DrawDevice(options.device, disk_choices_, choices.Branch("device"))),
      scheduler_(options.schedule != nullptr
                     ? std::move(options.schedule)
                     : std::make_unique<RandomSchedule>(choices.Branch("schedule")),
                 *this, options.stacks != nullptr ? *options.stacks : own_stacks_),
      latency_nanoseconds_(options.latency_nanoseconds) {
  faults_.SetObserver(this);
  if (faults_.on(Fault::kStaleRead)) disk_.KeepPrevious();
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
    disciplines_.Count(operation->kind, Discipline::kAtKill);
    Finish(*operation, Status(ResultCode::kAbort, "the process was killed"));
  }
  for (SimFile* file : process.io_.files_) file->file_->locks().UnlockAll(file->owner_);
  process.alive_ = false;
}

void World::Bury(const SimProcess& process) {
  if (wait_plan_ != nullptr) wait_plan_->IgnoreProbes(true);
  scheduler_.RunToEnd(process);
  if (wait_plan_ != nullptr) wait_plan_->IgnoreProbes(false);
}

void World::Kill(SimProcess& process) {
  CHECK(scheduler_.running() == nullptr && process.alive());
  Record({.kind = EventKind::kKill, .process = process.id()});
  Stop(process, /*power_cut=*/false);
  dead_call_count_ = 0;
  Bury(process);
  RestoreRegions();
}

void World::PowerCut() {
  // Each drawn on its own, in this order.
  PowerCutEffect effect;
  effect.loses_sectors = faults_.Strikes(Fault::kLostSectors);
  effect.tears_sectors = faults_.Strikes(Fault::kTornWrite);
  effect.loses_entries = faults_.Strikes(Fault::kLostEntries);
  effect.garbage_tail = faults_.Strikes(Fault::kGarbageTail);
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
  for (SimProcess* process : alive) Bury(*process);
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
  disk_.ForgetFailures();
  full_count_ = 0;
  failing_opens_.clear();
  scheduler_.operations().ReleaseHung();
}

void World::SetWaitPlan(WaitPlan* plan) {
  if (wait_plan_ != nullptr) wait_plan_->SetListener(nullptr);
  wait_plan_ = plan;
  if (plan != nullptr) {
    noted_occurrence_count_ = plan->occurrence_count();
    plan->StayHere();
    plan->SetListener(this);
  }
  for (const std::unique_ptr<SimProcess>& process : processes_) process->io().SetObserver(plan);
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
  const Fiber* const fiber = scheduler_.running();
  operation.fiber = fiber == nullptr ? Operation::kNoFiber : fiber->index();
  operation.turn = turn_;
  OperationQueue& queue = scheduler_.operations();
  if (operation.kind == OperationKind::kSleep) {
    queue.AddTimed(operation, now_nanoseconds() + operation.offset);
  } else if (faults_.Strikes(Fault::kEarly)) {
    queue.AddReady(operation);
    submitting_ = &operation;
    Perform(operation);
    submitting_ = nullptr;
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

bool World::FailsForGood(Operation& operation, Fault fault) {
  uint32_t& left = operation.file->file_->failures_left(static_cast<size_t>(operation.kind));
  if (left > 0) [[unlikely]] {
    --left;
    return true;
  }
  if (!faults_.Strikes(fault)) [[likely]]
    return false;
  left = static_cast<uint32_t>(faults_.choices(fault).Between(1, kFailureCountMax, "failures"));
  return true;
}

void World::DrawFate(Operation& operation) {
  Fate& fate = operation.fate;
  fate.drawn = true;
  if (operation.kind == OperationKind::kSleep) return;
  fate.interrupted = faults_.Strikes(Fault::kSignal);
  Fault fails = Fault::kEioRead;
  Fault fails_for_good = Fault::kEioReadSticky;
  Fault is_short = Fault::kShortRead;
  switch (operation.kind) {
    case OperationKind::kSleep:
      Unreachable();
    case OperationKind::kRead:
      break;
    case OperationKind::kWrite:
      fails = Fault::kEioWrite;
      fails_for_good = Fault::kEioWriteSticky;
      is_short = Fault::kShortWrite;
      break;
    case OperationKind::kSync:
      fate.loses_pages = faults_.Strikes(Fault::kSyncLosesPages);
      fate.fails = fate.loses_pages || faults_.Strikes(Fault::kEioSync) ||
                   FailsForGood(operation, Fault::kEioSyncSticky);
      fate.lies = !fate.fails && faults_.Strikes(Fault::kLyingFlush);
      return;
    case OperationKind::kSyncDirectory:
      fate.fails = faults_.Strikes(Fault::kEioSync);
      fate.lies = !fate.fails && faults_.Strikes(Fault::kLyingFlush);
      return;
    case OperationKind::kTruncate:
      fate.fails = faults_.Strikes(Fault::kEioTruncate) ||
                   FailsForGood(operation, Fault::kEioTruncateSticky);
      return;
  }
  fate.fails = faults_.Strikes(fails) || FailsForGood(operation, fails_for_good);
  if (operation.size < 2) return;
  if (faults_.Strikes(is_short)) {
    fate.short_by = 1 + faults_.choices(is_short).Choose(operation.size - 1, "short-by");
  }
  if (faults_.Strikes(Fault::kSplit)) {
    fate.part_end = 1 + faults_.choices(Fault::kSplit).Choose(operation.size - 1, "part-end");
  }
}

void World::Perform(Operation& operation) {
  if (operation.canceled) {
    LandSome(operation, /*power_cut=*/false);
    Finish(operation, CancelledError());
    return;
  }
  if (!operation.fate.drawn) DrawFate(operation);
  if (operation.fate.interrupted) [[unlikely]] {
    operation.fate = {};
    scheduler_.operations().Remove(operation);
    scheduler_.operations().AddTimed(operation, DrawDue());
    return;
  }
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
  DiskFile& file = *operation.file->file_;
  const size_t size = operation.size - operation.fate.short_by;
  const size_t part_end = std::exchange(operation.fate.part_end, 0);
  const size_t end = part_end > 0 && part_end < size ? part_end : size;
  const size_t wanted = end - operation.moved;
  if (faults_.Strikes(Fault::kBitRot)) [[unlikely]]
    Rot(file, operation.offset, operation.size, faults_.choices(Fault::kBitRot));
  const size_t got = file.Read(operation.offset + operation.moved,
                               operation.buffer.subspan(operation.moved, wanted));
  SpoilRead(operation, operation.moved, got);
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
  if (operation.offset + operation.size > file_size && DiskIsFull()) {
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
  ApplyWriteToMedium(operation, size);
  Finish(operation, OkStatus(), operation.moved);
}

bool World::DiskIsFull() {
  if (full_count_ > 0) {
    --full_count_;
    return true;
  }
  if (faults_.Strikes(Fault::kNoSpaceSticky)) {
    Choices& choices = faults_.choices(Fault::kNoSpaceSticky);
    full_count_ = static_cast<uint32_t>(choices.Between(1, kFailureCountMax, "failures"));
    return true;
  }
  return faults_.Strikes(Fault::kNoSpace);
}

bool World::OpenFails(std::string_view path) {
  if (const auto failing = failing_opens_.find(path); failing != failing_opens_.end()) {
    if (--failing->second == 0) failing_opens_.erase(failing);
    return true;
  }
  if (faults_.Strikes(Fault::kEioOpenSticky)) {
    Choices& choices = faults_.choices(Fault::kEioOpenSticky);
    const uint64_t count = choices.Between(1, kFailureCountMax, "failures");
    failing_opens_[std::string(path)] = static_cast<uint32_t>(count);
    return true;
  }
  return faults_.Strikes(Fault::kEioOpen);
}

void World::JumpClocks() {
  Choices& choices = faults_.choices(Fault::kClockJump);
  if (choices.Choose(2, "which-clock") == 0) {
    const auto milliseconds = static_cast<int64_t>(choices.Choose(kWallJumpMillisecondsMax, "set"));
    const bool back = choices.Choose(2, "back") == 1;
    wall_clock_offset_milliseconds_ += back ? -milliseconds : milliseconds;
  } else {
    scheduler_.Advance(choices.Choose(kSleptNanosecondsMax, "slept"));
  }
}

// -- A bad medium --

void World::Rot(DiskFile& file, uint64_t offset, uint64_t size, Choices& choices) {
  std::vector<std::byte> bytes(size);
  bytes.resize(file.Read(offset, bytes));
  if (bytes.empty()) return;
  const Spoiled part = Spoil(bytes, choices);
  LayOver(file, disk_.NextMediumFault(), offset + part.begin,
          Bytes(bytes).subspan(part.begin, part.size));
}

void World::LayOver(DiskFile& file, uint64_t fault_number, uint64_t offset, Bytes bytes) {
  file.LayOver(fault_number, offset, bytes);
  Record({.kind = EventKind::kSpoil,
          .file = file.number(),
          .offset = offset,
          .size = bytes.size(),
          .a = HashOf(bytes),
          .b = fault_number});
}

void World::SpoilRead(Operation& operation, size_t from, size_t size) {
  const MutableBytes bytes = operation.buffer.subspan(from, size);
  if (faults_.Strikes(Fault::kBitRotInFlight) && size > 0) [[unlikely]] {
    (void)Spoil(bytes, faults_.choices(Fault::kBitRotInFlight));
  }
  if (!faults_.on(Fault::kStaleRead)) [[likely]]
    return;
  const DiskFile& file = *operation.file->file_;
  const uint64_t offset = operation.offset + from;
  const std::vector<uint64_t> sectors = file.SectorsWithPrevious(offset, size);
  if (sectors.empty() || !faults_.Strikes(Fault::kStaleRead)) return;
  Choices& choices = faults_.choices(Fault::kStaleRead);
  file.ApplyPrevious(sectors[choices.Choose(sectors.size(), "stale")], offset, bytes);
}

void World::ApplyWriteToMedium(Operation& operation, size_t end) {
  const bool spoiled = faults_.Strikes(Fault::kBitRotInFlight);
  const bool misdirected = faults_.Strikes(Fault::kMisdirectedWrite);
  if (!spoiled && !misdirected) [[likely]]
    return ApplyWrite(operation, end);
  DiskFile& file = *operation.file->file_;
  const uint64_t offset = operation.offset + operation.moved;
  const size_t size = end - operation.moved;
  std::vector<std::byte> before(size);
  (void)file.Read(offset, before);
  ApplyWrite(operation, end);
  if (size == 0) return;
  std::vector<std::byte> written(size);
  (void)file.Read(offset, written);
  const uint64_t number = disk_.NextMediumFault();
  if (spoiled) {
    const Spoiled part = Spoil(written, faults_.choices(Fault::kBitRotInFlight));
    LayOver(file, number, offset + part.begin, Bytes(written).subspan(part.begin, part.size));
    return;
  }
  // Some other place that such a write could have been for.
  Choices& choices = faults_.choices(Fault::kMisdirectedWrite);
  const uint64_t place_count = file.size() / size;
  const uint64_t to = choices.Choose(place_count + 1, "misdirected-to") * size + offset % size;
  LayOver(file, number, offset, before);
  if (to != offset) LayOver(file, number, to, written);
}

void World::PerformSync(Operation& operation) {
  DiskFile& file = *operation.file->file_;
  if (operation.fate.fails) {
    failed_sync_at_ = step();
    failed_sync_of_ = file.number();
    file.FailSync(operation.mark, operation.fate.loses_pages);
    Finish(operation, EioError(operation));
    return;
  }
  if (operation.fate.lies) {
    file.DropSync();
  } else {
    file.Sync(operation.mark);
  }
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
  truncated_ = true;
  Finish(operation, OkStatus());
}

void World::PerformSyncDirectory(Operation& operation) {
  if (operation.fate.fails) {
    failed_sync_at_ = step();
    failed_sync_of_ = 0;
    Finish(operation, EioError(operation));
    return;
  }
  if (!operation.fate.lies) disk_.SyncDirectory(operation.directory, operation.mark);
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
  wrote_ = wrote_ || (operation.kind == OperationKind::kWrite &&
                      operation.file->file_->number() != failed_sync_of_);
  ++io_count_;
  CountEnd(operation, status, bytes);
  SimIo& io = operation.process->io_;
  --io.in_flight_count_;
  ++io.finished_count_;
  Completion& done = *operation.done;
  scheduler_.Wake(*operation.process);
  scheduler_.operations().Remove(operation);
  scheduler_.operations().Free(operation);
  done.Finish(std::move(status), bytes);
}

void World::CountEnd(const Operation& operation, const Status& status, size_t bytes) {
  const auto count = [&](Discipline discipline) { disciplines_.Count(operation.kind, discipline); };
  count(submitting_ == &operation ? Discipline::kInSubmit
        : operation.turn == turn_ ? Discipline::kSameTurn
                                  : Discipline::kLater);
  uint64_t& last_number = operation.process->io_.last_finished_number_;
  if (operation.number < last_number) count(Discipline::kOutOfOrder);
  last_number = std::max(last_number, operation.number);
  if (operation.cancel_asked) count(Discipline::kCancelled);
  if (operation.after_drop) count(Discipline::kAfterDrop);
  if (status.ok()) {
    if (bytes < operation.size) count(Discipline::kShort);
  } else if (status.primary() == ResultCode::kIoError || status.primary() == ResultCode::kFull) {
    count(Discipline::kFailed);
  }
}

void World::Cancel(Operation& operation) {
  operation.cancel_asked = true;
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
    disciplines_.Count(operation->kind, Discipline::kAtClose);
    Finish(*operation, ClosedFileError(file.path()));
  }
  file.file_->locks().UnlockAll(file.owner_);
}

// -- Events --

void World::OnResume(const Fiber& fiber) {
  NoteSite();
  last_fiber_ = fiber.index();
  ++turn_;
  Record({.kind = EventKind::kResume, .a = fiber.index()});
}

void World::OnPreempt(const Fiber& fiber) {
  ++preemption_count_;
  Record({.kind = EventKind::kPreempt, .a = fiber.index()});
}

bool World::PowerCutStrikes() {
  constexpr uint64_t kStepCount = 3'000;
  const bool truncated = std::exchange(truncated_, false);
  const bool wrote = std::exchange(wrote_, false);
  if (faults_.Strikes(Fault::kPowerCut)) return true;
  if (!faults_.on(Fault::kPowerCut)) return false;
  if (truncated && faults_.Strikes(Fault::kCutAfterTruncate)) return true;
  return wrote && failed_sync_at_ && step() < *failed_sync_at_ + kStepCount &&
         faults_.Strikes(Fault::kCutAfterFailedSync);
}

void World::OnShmStore(SimProcess& process) {
  if (scheduler_.running() == nullptr || !faults_.Strikes(Fault::kKillAtStore)) return;
  struck_ = &process;
  struck_at_ = step();
  scheduler_.Yield();
}

void World::OnFiberEnd(const Fiber& fiber) {
  Record({.kind = EventKind::kFiberEnd, .a = fiber.index()});
}

void World::OnStrike(Fault fault) {
  Record({.kind = EventKind::kStrike, .a = static_cast<uint64_t>(fault)});
  const Fiber* const fiber = scheduler_.running();
  if (fault != Fault::kAbandon || fiber == nullptr) return;
  const auto is_its = [&](const Operation& operation) { return operation.fiber == fiber->index(); };
  for (Operation* operation : scheduler_.operations().Select(is_its)) operation->after_drop = true;
}

void World::NoteSite() {
  if (wait_plan_ == nullptr || wait_plan_->occurrence_count() == noted_occurrence_count_) return;
  noted_occurrence_count_ = wait_plan_->occurrence_count();
  if (sites_.size() <= last_fiber_) sites_.resize(last_fiber_ + size_t{1});
  sites_[last_fiber_] = wait_plan_->last_site();
}

void World::WaitOnFiber(const Fiber& fiber) {
  NoteSite();
  const uint32_t index = fiber.index();
  if (index < sites_.size() && sites_[index] != nullptr) wait_pairs_.Wait(index, *sites_[index]);
  scheduler_.Wait();
  wait_pairs_.GoOn(index);
}

void World::OnForcedWait(const YieldSite& site) {
  Record({.kind = EventKind::kForcedWait, .b = HashOf(AsBytes(site.name()))});
}

}  // namespace orrery::sim
