// A World is one simulated machine with everything on it: the disk, processes with their fibers,
// the scheduler, the clock, and the faults that strike. Nothing outside it varies: the same choices
// give the same events, and hash() says whether they did.
//
//   SeedSource source(seed);
//   Choices root(source);
//   Faults faults = Faults::Swarm(root, FaultSet::All());
//   World world(root, faults);
//   SimProcess& process = world.StartProcess("p0");
//   world.Spawn(process, "client 0", [&] { RunClient(process, ...); });
//   while (world.Step()) {
//     if (faults.Strikes(Fault::kPowerCut)) { world.PowerCut(); ...start again... }
//   }
//
// Branches used: "schedule", "disk", "device", "latency", "process:N"; the faults have their own.

#ifndef ORRERY_SIM_WORLD_WORLD_H_
#define ORRERY_SIM_WORLD_WORLD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "sim/choices/choices.h"
#include "sim/faults/faults.h"
#include "sim/world/disciplines.h"
#include "sim/world/disk.h"
#include "sim/world/event.h"
#include "sim/world/process.h"
#include "sim/world/schedule.h"
#include "sim/world/scheduler.h"
#include "sim/world/sim_io.h"
#include "sim/world/tracer.h"
#include "sim/world/wait_pairs.h"
#include "sim/world/wait_plan.h"

namespace orrery::sim {

struct WorldOptions {
  DeviceContract device = {.sector_size = 0};  // sector size 0: all of it is drawn
  std::unique_ptr<Schedule> schedule;          // null: RandomSchedule
  // How long an operation takes when nothing delays it is drawn below twice this. 0: it is ready at
  // once.
  uint64_t latency_nanoseconds = 50'000;
  // Whose stacks the fibers run on, so that the next world finds them warm; it outlives the world.
  // Null: a pool of the world's own.
  StackPool* stacks = nullptr;
};

class World final : private Performer, private FaultObserver, private WaitListener {
 public:
  // Everything given outlives us.
  World(Choices choices, Faults& faults, WorldOptions options = {});
  // Kills what is still alive.
  ~World();

  SimProcess& StartProcess(std::string name);
  // Runs `body` on a fiber of `process`. It ends when the body returns.
  Fiber& Spawn(SimProcess& process, std::string name, std::function<void()> body);

  // One step. False when nothing can happen any more: every fiber is done and nothing is in flight.
  // A fiber that waits for what never comes goes on polling; it is for the caller to notice.
  bool Step() {
    if (regions_saved_) RestoreRegions();
    return scheduler_.Step();
  }
  // Steps until nothing can happen or `step_count_max` steps were taken; true when all are done.
  bool Run(uint64_t step_count_max);
  bool all_done() const { return scheduler_.all_done(); }

  // From the main stack, between two steps.
  void Kill(SimProcess& process);
  // Kills every process; the disk keeps what was durable and some of what was not. What is lost is
  // for the faults to say, or for the caller.
  void PowerCut();
  void PowerCut(const PowerCutEffect& effect);
  // No fault strikes any more, what hung goes on and what failed works again. What the medium shows
  // wrongly stays: Disk::TakeMediumFaultsAway().
  void StopFaults();

  // Waits that the plan forces become events. `plan` outlives us.
  void SetWaitPlan(WaitPlan* plan);
  // Only accesses to bytes [begin, end) of a region of shared memory are preemption points from now
  // on. A run has far more accesses than locks, and so a preemption at these gets likelier.
  void PreemptAtShmOnlyWithin(size_t begin, size_t end) {
    preempt_begin_ = begin;
    preempt_end_ = end;
  }

  // Files as a program sees them now. Import is durable.
  DiskImage Image() const { return disk_.Image(); }
  std::optional<std::vector<std::byte>> Export(std::string_view path) const {
    return disk_.Export(path);
  }
  void Import(std::string_view path, Bytes bytes) { disk_.Import(path, bytes); }
  Disk& disk() { return disk_; }
  const Disk& disk() const { return disk_; }
  // Bytes of the file change on the medium, somewhere in [offset, offset + size).
  void Rot(DiskFile& file, uint64_t offset, uint64_t size, Choices& choices);

  Scheduler& scheduler() { return scheduler_; }
  const Scheduler& scheduler() const { return scheduler_; }
  Faults& faults() { return faults_; }
  const Faults& faults() const { return faults_; }
  // The processes that are alive, in the order of their start.
  std::vector<SimProcess*> Alive();
  // Whether the power is to be cut now: after each step the caller asks once.
  bool PowerCutStrikes();
  // Which one is to be killed at once: Fault::kKillAtStore struck in the last step. Null: none.
  SimProcess* struck_at_store() { return struck_at_ == step() ? struck_ : nullptr; }
  // Every process there ever was, by id - 1.
  const std::vector<std::unique_ptr<SimProcess>>& processes() const { return processes_; }

  // An event of the caller's own, in the hash and the trace.
  void Note(uint64_t a, uint64_t b) { Record({.kind = EventKind::kNote, .a = a, .b = b}); }
  void SetEventObserver(EventObserver* observer) { observer_ = observer; }
  // Null for none. `name` tells the worlds of one run apart: "" for the run's own.
  void SetTracer(Tracer* tracer, std::string_view name) {
    tracer_ = tracer;
    if (tracer != nullptr) tracer->OnWorld(*this, name);
  }
  uint64_t hash() const { return hash_.value(); }
  uint64_t step() const { return scheduler_.step(); }
  uint64_t now_nanoseconds() const { return scheduler_.now_nanoseconds(); }
  uint64_t io_count() const { return io_count_; }      // operations finished
  uint64_t wait_count() const { return wait_count_; }  // Poll(kWait) on a fiber
  uint64_t preemption_count() const { return preemption_count_; }
  uint64_t fault_count() const { return faults_.strike_count(); }
  // What has been tried, for coverage.h. A run depends on none of it.
  const Disciplines& disciplines() const { return disciplines_; }
  const WaitPairs& wait_pairs() const { return wait_pairs_; }

 private:
  friend class SimIo;
  friend class SimFile;

  void PerformOne() override;
  void OnResume(const Fiber& fiber) override;
  void OnPreempt(const Fiber& fiber) override;
  void OnFiberEnd(const Fiber& fiber) override;
  void OnStrike(Fault fault) override;
  bool PreemptsAtShm(size_t offset) const {
    return preempt_begin_ <= offset && offset < preempt_end_;
  }
  void OnShmStore(SimProcess& process);
  void OnForcedWait(const YieldSite& site) override;
  bool RefusesMemory() override { return faults_.Strikes(Fault::kNoMemory); }

  void Record(const Event& event) {
    hash_.Add(event);
    if (observer_ != nullptr) [[unlikely]] {
      observer_->OnEvent(scheduler_.step(), scheduler_.now_nanoseconds(), event);
    }
    if (tracer_ != nullptr) [[unlikely]]
      tracer_->OnEvent(*this, event);
  }
  void Submit(Operation& operation);
  // When an operation that nothing delays will be ready.
  uint64_t DrawDue();
  void DrawFate(Operation& operation);
  // Whether this operation fails for good: it begins to, or has before.
  bool FailsForGood(Operation& operation, Fault fault);
  bool DiskIsFull();
  bool OpenFails(std::string_view path);
  void JumpClocks();
  // A picked operation takes effect and finishes, or does so in part and goes back to the queue.
  void Perform(Operation& operation);
  void PerformRead(Operation& operation);
  void PerformWrite(Operation& operation);
  void PerformSync(Operation& operation);
  void PerformTruncate(Operation& operation);
  void PerformSyncDirectory(Operation& operation);
  // Writes bytes [moved, end) of the operation's parts.
  void ApplyWrite(Operation& operation, size_t end);
  // Likewise, and the last of it: the medium may get it wrong.
  void ApplyWriteToMedium(Operation& operation, size_t end);
  // Bytes [from, from + size) of a read have been taken from the file.
  void SpoilRead(Operation& operation, size_t from, size_t size);
  // The medium shows `bytes` there from now on.
  void LayOver(DiskFile& file, uint64_t fault_number, uint64_t offset, Bytes bytes);
  void Finish(Operation& operation, Status status, size_t bytes = 0);
  void CountEnd(const Operation& operation, const Status& status, size_t bytes);
  // The fiber that ran last has passed the plan's last site, if any since it began to run.
  void NoteSite();
  void WaitOnFiber(const Fiber& fiber);
  void Cancel(Operation& operation);
  void Close(SimFile& file);
  // An operation is cut off: what it has left to do happens, or not, or in part.
  void LandSome(Operation& operation, bool power_cut);
  // Cuts off all operations of the process and takes its locks; from here on it is dead.
  void Stop(SimProcess& process, bool power_cut);
  // The fibers of one that is dead run to their end.
  void Bury(const SimProcess& process);
  void CountDeadCall();
  void SaveRegions();
  void RestoreRegions();

  Faults& faults_;
  Choices disk_choices_;
  Choices latency_choices_;
  Choices process_choices_;
  Disk disk_;
  StackPool own_stacks_;
  Scheduler scheduler_;
  const uint64_t latency_nanoseconds_;
  std::vector<std::unique_ptr<SimProcess>> processes_;
  WaitPlan* wait_plan_ = nullptr;
  EventHash hash_;
  EventObserver* observer_ = nullptr;
  Tracer* tracer_ = nullptr;
  uint64_t io_count_ = 0;
  uint64_t wait_count_ = 0;
  uint64_t preemption_count_ = 0;
  SimProcess* struck_ = nullptr;            // at a store to shared memory
  uint64_t struck_at_ = 0;                  // the step
  std::optional<uint64_t> failed_sync_at_;  // likewise, the last one
  uint64_t failed_sync_of_ = 0;             // the number of its file; 0: a directory
  bool truncated_ = false;                  // a file, since PowerCutStrikes() was last asked
  bool wrote_ = false;                      // to another one than that of failed_sync_of_, likewise
  size_t preempt_begin_ = 0;
  size_t preempt_end_ = SIZE_MAX;
  uint64_t last_owner_ = 0;
  uint64_t last_due_nanoseconds_ = 0;  // of what nothing delayed
  uint64_t dead_call_count_ = 0;       // by dead processes since the last kill
  uint32_t full_count_ = 0;            // so many more writes find the disk full
  std::map<std::string, uint32_t, std::less<>> failing_opens_;  // how often more, by path
  int64_t wall_clock_offset_milliseconds_ = 0;
  bool regions_saved_ = false;  // from the stores of dead processes

  Disciplines disciplines_;
  WaitPairs wait_pairs_;
  const Operation* submitting_ = nullptr;  // finishes in its submit, if it does
  uint64_t turn_ = 0;                      // counts the times that a fiber was resumed
  uint32_t last_fiber_ = 0;                // that was
  uint64_t noted_occurrence_count_ = 0;    // of the plan
  std::vector<const YieldSite*> sites_;    // that each fiber passed last; null: none
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_WORLD_H_
