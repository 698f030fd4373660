// Watches the header of the WAL index in shared memory and tells the History of every change: this
// is the moment at which a commit becomes visible to others, so the order seen here is the order of
// the versions. Looks at each lock and unlock, which enclose every change of the header, and knows
// from the locks whose change it was: the one with the WRITE lock, or, when the index is being
// rebuilt, the one with the RECOVER lock.
//
// https://www.sqlite.org/walformat.html#the_wal_index_file_format

#ifndef ORRERY_WHOPPER_HISTORIES_HEADER_WATCH_H_
#define ORRERY_WHOPPER_HISTORIES_HEADER_WATCH_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/world/world.h"
#include "whopper/histories/history.h"

namespace orrery::whopper {

class HeaderWatch final : public sim::EventObserver {
 public:
  // Both outlive us.
  HeaderWatch(sim::World& world, std::string database_path, History& history)
      : world_(world), shm_path_(std::move(database_path) + "-shm"), history_(history) {}

  // What runs on `fiber` belongs to `client`.
  void AddFiber(const sim::Fiber& fiber, int client) { clients_[fiber.index()] = client; }

  // While a killed process runs to its end, what it stores is not real.
  void Pause() { paused_ = true; }
  // The clients in `gone` hold no lock any more.
  void Continue(const std::vector<int>& gone);

  // Looks now.
  void Look();
  // What the header shows; nothing while there is none or it is being changed.
  std::optional<SnapshotId> Current() const;

  void OnEvent(uint64_t step, uint64_t now_nanoseconds, const sim::Event& event) override;

 private:
  int RunningClient() const;

  sim::World& world_;
  const std::string shm_path_;
  History& history_;
  std::map<uint32_t, int> clients_;  // by fiber index
  bool paused_ = false;
  int writer_ = -1;     // who holds the WRITE lock
  int recoverer_ = -1;  // who holds the RECOVER lock
  std::optional<SnapshotId> last_;
};

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_HISTORIES_HEADER_WATCH_H_
