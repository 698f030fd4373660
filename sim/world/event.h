// An Event is one thing that happened in a simulated world. Every event goes into one running hash:
// two runs of a seed are the same run exactly when their hashes agree. Whoever wants more than the
// hash, a trace or a bundle, observes the events themselves.

#ifndef ORRERY_SIM_WORLD_EVENT_H_
#define ORRERY_SIM_WORLD_EVENT_H_

#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"

namespace orrery::sim {

enum class EventKind : uint8_t {
  kSubmit,    // an operation was handed to the machine: a = operation kind, b = its number
  kFinish,    // it ended: a = result code, b = its number, size = bytes moved
  kApply,     // a part of it took effect: b = its number
  kSpoil,     // the medium shows other bytes than were written: b = number of the fault
  kResume,    // a fiber goes on: a = fiber
  kPreempt,   // a fiber was switched away from where it need not wait: a = fiber
  kFiberEnd,  // a = fiber
  kLock,      // a = 0 shared, 1 exclusive, 2 unlock, 3 asked; b = result code
  kOpen,      // a = file kind, b = result code
  kRemove,    // b = result code
  kRename,    // b = result code
  kStart,     // of a process
  kKill,      // of a process
  kPowerCut,
  kResolve,     // a file after a power cut: the hash of its bytes is in b
  kStrike,      // a fault: a = Fault
  kForcedWait,  // b = hash of the site's name
  kNote,        // from a workload or an oracle: a, b as they like
};

std::string_view Name(EventKind kind);

struct Event {
  EventKind kind;
  uint32_t process = 0;  // 0: the machine itself
  uint32_t file = 0;     // number of a file on the disk, from 1
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t a = 0;
  uint64_t b = 0;
};

class EventObserver {
 public:
  virtual void OnEvent(uint64_t step, uint64_t now_nanoseconds, const Event& event) = 0;

 protected:
  ~EventObserver() = default;
};

// A running 64-bit hash; not for tables, only for telling runs and contents apart. The same on
// every machine and compiler.
class EventHash {
 public:
  void Add(uint64_t word) {
    state_ = (state_ ^ word) * 0x9e3779b97f4a7c15u;
    state_ ^= state_ >> 29;
  }
  void Add(const Event& event) {
    Add(static_cast<uint64_t>(event.kind) | uint64_t{event.process} << 8 |
        uint64_t{event.file} << 32);
    Add(event.offset);
    Add(event.size);
    Add(event.a);
    Add(event.b);
  }
  uint64_t value() const { return state_; }

 private:
  uint64_t state_ = 0x6f7272657279;
};

// The hash of a content; about 10 GB a second.
uint64_t HashOf(Bytes bytes);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_EVENT_H_
