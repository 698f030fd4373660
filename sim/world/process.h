// A SimProcess is one simulated process: its Io, and the fibers that the world has spawned for it.
//
// It can be killed between any two steps. Its operations in flight land whole, in part or not at
// all, at that moment; its locks go, the shared memory stays. Then its fibers run to their end,
// with nothing else in between, in a world in which every I/O call fails with kAbort and has no
// effect, stores to shared memory included. So engine code is unwound the way it is for any I/O
// error that does not go away, destructors run and nothing leaks; no exception passes through the
// engine.
//
// A client's code on a fiber has to see that its process is gone: what the engine answers then
// means nothing.
//
//   for (...) {
//     result = connection.Step();
//     process.ExitIfKilled();     // before anything is concluded from the result
//   }
//
// What the engine has for the process lives on the fiber's stack (or is destroyed by the fiber).

#ifndef ORRERY_SIM_WORLD_PROCESS_H_
#define ORRERY_SIM_WORLD_PROCESS_H_

#include <cstdint>
#include <string>

#include "sim/choices/choices.h"
#include "sim/world/fiber.h"
#include "sim/world/sim_io.h"

namespace orrery::sim {

class SimProcess {
 public:
  SimProcess(World& world, uint32_t id, std::string name, Choices choices)
      : id_(id), name_(std::move(name)), io_(world, *this, choices.Branch("random")) {}
  SimProcess(const SimProcess&) = delete;
  SimProcess& operator=(const SimProcess&) = delete;

  uint32_t id() const { return id_; }  // from 1, never used again
  const std::string& name() const { return name_; }
  bool alive() const { return alive_; }
  SimIo& io() { return io_; }

  // For the client's own code on a fiber, outside any engine call: unwinds to the fiber's start.
  void ExitIfKilled() const {
    if (!alive_) throw ProcessKilled();
  }

 private:
  friend class World;

  const uint32_t id_;
  const std::string name_;
  bool alive_ = true;
  SimIo io_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_PROCESS_H_
