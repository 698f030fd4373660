// Every fault a simulated world can make: its name, what it does, how often, and the promise that
// the engine keeps in spite of it. The oracles read the promise; a fault without one is not ready.

#ifndef ORRERY_SIM_FAULTS_FAULT_H_
#define ORRERY_SIM_FAULTS_FAULT_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

namespace orrery::sim {

enum class Fault : uint8_t {
  kDelay,
  kReorder,
  kEarly,
  kHung,
  kSplit,
  kShortRead,
  kShortWrite,
  kSignal,
  kClockJump,
  kEioRead,
  kEioWrite,
  kEioSync,
  kEioTruncate,
  kEioOpen,
  kEioReadSticky,
  kEioWriteSticky,
  kEioSyncSticky,
  kEioTruncateSticky,
  kEioOpenSticky,
  kSyncLosesPages,
  kNoSpace,
  kNoSpaceSticky,
  kTornWrite,
  kGarbageTail,
  kLostSectors,
  kLostEntries,
  kPowerCut,
  kCutAfterFailedSync,
  kCutAfterTruncate,
  kProcessKill,
  kKillAtStore,
  kCancel,
  kAbandon,
  kLyingFlush,
  kBitRot,
  kBitRotInFlight,
  kMisdirectedWrite,
  kStaleRead,
  kNoMemory,
};

// What still holds when a fault has struck, from the strongest to the weakest.
enum class Promise : uint8_t {
  kInvisible,   // rows, errors and bytes are those of the run without it
  kCleanError,  // a statement may fail; the database is then as before it, or a COMMIT is undecided
  kKeepsCommits,  // the process or the machine is gone; afterwards every acknowledged commit is
                  // there
  kNoCrash,  // the format cannot tell, or the device lied: any rows, or an error that says what is
             // wrong; but no crash, no hang and no memory without bound
};

// Of the promises above, the strongest that a run's oracles rely on in all that may strike there.
// A fault below it is drawn in no such run: see weak_run.h for those that are kNoCrash.
inline constexpr Promise kWeakestOfOrdinaryRuns = Promise::kKeepsCommits;

struct FaultSpec {
  Fault fault;
  std::string_view name;  // as in --fault=torn-write
  std::string_view what;
  Promise promise;
  uint32_t per_million;  // of its opportunities, before the run's own multiplier
  // The promise is of commits that were synced. Below synchronous=FULL it is kNoCrash.
  bool needs_full = false;
};

inline constexpr FaultSpec kFaults[] = {
    {.fault = Fault::kDelay,
     .name = "delay",
     .what = "An operation takes 1 to 200 ms instead of microseconds.",
     .promise = Promise::kInvisible,
     .per_million = 20'000},
    {.fault = Fault::kReorder,
     .name = "reorder",
     .what = "Of the operations that are ready, another than the oldest finishes.",
     .promise = Promise::kInvisible,
     .per_million = 300'000},
    {.fault = Fault::kEarly,
     .name = "early",
     .what = "An operation finishes inside the call that submits it.",
     .promise = Promise::kInvisible,
     .per_million = 100'000},
    {.fault = Fault::kHung,
     .name = "hung",
     .what =
         "An operation finishes only when its file is closed, it is cancelled, or nothing else can "
         "happen any more.",
     .promise = Promise::kInvisible,
     .per_million = 100},
    {.fault = Fault::kSplit,
     .name = "split",
     .what = "A transfer happens in two parts with other steps in between.",
     .promise = Promise::kInvisible,
     .per_million = 20'000},
    {.fault = Fault::kShortRead,
     .name = "short-read",
     .what = "A read moves fewer bytes than asked though the file has them.",
     .promise = Promise::kInvisible,
     .per_million = 10'000},
    {.fault = Fault::kShortWrite,
     .name = "short-write",
     .what = "A write moves fewer bytes than asked.",
     .promise = Promise::kInvisible,
     .per_million = 10'000},
    {.fault = Fault::kSignal,
     .name = "signal",
     .what = "An operation is interrupted (EINTR) before it has moved anything, and tried again.",
     .promise = Promise::kInvisible,
     .per_million = 10'000},
    {.fault = Fault::kClockJump,
     .name = "clock-jump",
     .what =
         "The wall clock is set, forwards or back; the machine slept and the monotonic clock is "
         "ahead.",
     .promise = Promise::kInvisible,
     .per_million = 20'000},
    {.fault = Fault::kEioRead,
     .name = "eio-read",
     .what = "A read fails once.",
     .promise = Promise::kCleanError,
     .per_million = 300},
    {.fault = Fault::kEioWrite,
     .name = "eio-write",
     .what = "A write fails once; a part of it may be in the file.",
     .promise = Promise::kCleanError,
     .per_million = 300},
    {.fault = Fault::kEioSync,
     .name = "eio-sync",
     .what =
         "A sync fails once; what it was to make durable may be lost, and no later sync saves it.",
     .promise = Promise::kCleanError,
     .per_million = 1'000},
    {.fault = Fault::kEioTruncate,
     .name = "eio-truncate",
     .what = "A truncate fails once and changes nothing.",
     .promise = Promise::kCleanError,
     .per_million = 2'000},
    {.fault = Fault::kEioOpen,
     .name = "eio-open",
     .what = "A file cannot be opened, once.",
     .promise = Promise::kCleanError,
     .per_million = 1'000},
    {.fault = Fault::kEioReadSticky,
     .name = "eio-read-sticky",
     .what = "A file's reads fail, a number of them in a row.",
     .promise = Promise::kCleanError,
     .per_million = 100},
    {.fault = Fault::kEioWriteSticky,
     .name = "eio-write-sticky",
     .what = "A file's writes fail, a number of them in a row.",
     .promise = Promise::kCleanError,
     .per_million = 100},
    {.fault = Fault::kEioSyncSticky,
     .name = "eio-sync-sticky",
     .what = "A file's syncs fail, a number of them in a row.",
     .promise = Promise::kCleanError,
     .per_million = 300},
    {.fault = Fault::kEioTruncateSticky,
     .name = "eio-truncate-sticky",
     .what = "A file's truncates fail, a number of them in a row.",
     .promise = Promise::kCleanError,
     .per_million = 1'000},
    {.fault = Fault::kEioOpenSticky,
     .name = "eio-open-sticky",
     .what = "A file cannot be opened, a number of times in a row.",
     .promise = Promise::kCleanError,
     .per_million = 300},
    {.fault = Fault::kSyncLosesPages,
     .name = "sync-loses-pages",
     .what =
         "A sync fails once, and programs see the older content of what it was to make durable.",
     .promise = Promise::kCleanError,
     .per_million = 500,
     .needs_full = true},
    {.fault = Fault::kNoSpace,
     .name = "no-space",
     .what = "A write that would make its file longer fails once: the disk is full.",
     .promise = Promise::kCleanError,
     .per_million = 300},
    {.fault = Fault::kNoSpaceSticky,
     .name = "no-space-sticky",
     .what = "The disk is full, for a number of writes that would make their files longer.",
     .promise = Promise::kCleanError,
     .per_million = 100},
    {.fault = Fault::kTornWrite,
     .name = "torn-write",
     .what = "At a power cut sectors of 4096 bytes may hold old and new blocks of 512 bytes.",
     .promise = Promise::kKeepsCommits,
     .per_million = 500'000},
    {.fault = Fault::kGarbageTail,
     .name = "garbage-tail",
     .what =
         "After a power cut a file's new end that did not reach the disk is stale bytes or noise.",
     .promise = Promise::kKeepsCommits,
     .per_million = 500'000},
    {.fault = Fault::kLostSectors,
     .name = "lost-sectors",
     .what =
         "At a power cut any subset of the sectors that were not synced keeps an older content.",
     .promise = Promise::kKeepsCommits,
     .per_million = 900'000},
    {.fault = Fault::kLostEntries,
     .name = "lost-entries",
     .what = "At a power cut any creation, removal or renaming that was not synced is undone.",
     .promise = Promise::kKeepsCommits,
     .per_million = 500'000},
    {.fault = Fault::kPowerCut,
     .name = "power-cut",
     .what = "The machine stops between two steps.",
     .promise = Promise::kKeepsCommits,
     .per_million = 300},
    {.fault = Fault::kCutAfterFailedSync,
     .name = "cut-after-failed-sync",
     .what = "The machine stops after a write to another file than one whose sync has failed "
             "within the "
             "last 3,000 steps; only with power-cut.",
     .promise = Promise::kKeepsCommits,
     .per_million = 60'000},
    {.fault = Fault::kCutAfterTruncate,
     .name = "cut-after-truncate",
     .what = "The machine stops as soon as the size of a file has been set; only with power-cut.",
     .promise = Promise::kKeepsCommits,
     .per_million = 30'000},
    {.fault = Fault::kProcessKill,
     .name = "process-kill",
     .what =
         "A process stops between two steps; its operations in flight land whole, in part or not.",
     .promise = Promise::kKeepsCommits,
     .per_million = 500},
    {.fault = Fault::kKillAtStore,
     .name = "kill-at-store",
     .what = "A process stops just before a store to shared memory.",
     .promise = Promise::kKeepsCommits,
     .per_million = 1'500},
    {.fault = Fault::kCancel,
     .name = "cancel",
     .what = "An operation in flight is asked to end early.",
     .promise = Promise::kCleanError,
     .per_million = 300},
    {.fault = Fault::kAbandon,
     .name = "abandon",
     .what = "A statement is dropped while it waits.",
     .promise = Promise::kCleanError,
     .per_million = 5'000},
    {.fault = Fault::kLyingFlush,
     .name = "lying-flush",
     .what = "A sync succeeds and has done nothing.",
     .promise = Promise::kNoCrash,
     .per_million = 200'000},
    {.fault = Fault::kBitRot,
     .name = "bit-rot",
     .what = "Bits of a file change on the disk, until they are written again.",
     .promise = Promise::kNoCrash,
     .per_million = 2'000},
    {.fault = Fault::kBitRotInFlight,
     .name = "bit-rot-in-flight",
     .what = "Bits change on their way: a read gives them wrong once, a write leaves them wrong.",
     .promise = Promise::kNoCrash,
     .per_million = 2'000},
    {.fault = Fault::kMisdirectedWrite,
     .name = "misdirected-write",
     .what = "A write succeeds, but its bytes are at another place of the file.",
     .promise = Promise::kNoCrash,
     .per_million = 2'000},
    {.fault = Fault::kStaleRead,
     .name = "stale-read",
     .what = "A read gives the content that a sector had before it was last written.",
     .promise = Promise::kNoCrash,
     .per_million = 2'000},
    {.fault = Fault::kNoMemory,
     .name = "no-memory",
     .what = "Memory that the engine asks for at a named place cannot be had.",
     .promise = Promise::kCleanError,
     .per_million = 1'500},
};

inline constexpr size_t kFaultCount = std::size(kFaults);

consteval bool InEnumOrder() {
  for (size_t i = 0; i < kFaultCount; ++i) {
    if (kFaults[i].fault != static_cast<Fault>(i)) return false;
  }
  return true;
}
static_assert(InEnumOrder(), "list every Fault, in order");
static_assert(kFaultCount == static_cast<size_t>(Fault::kNoMemory) + 1, "list every Fault");

constexpr const FaultSpec& Describe(Fault fault) { return kFaults[static_cast<size_t>(fault)]; }

constexpr std::optional<Fault> FaultNamed(std::string_view name) {
  for (const FaultSpec& spec : kFaults) {
    if (spec.name == name) return spec.fault;
  }
  return std::nullopt;
}

}  // namespace orrery::sim

#endif  // ORRERY_SIM_FAULTS_FAULT_H_
