// Watches the header of the WAL index in shared memory and tells the History of every change: this
// is the moment at which a commit becomes visible to others, so the order seen here is the order of
// the versions. Looks at each lock and unlock, which enclose every change of the header, and knows
// from the locks whose change it was: the one with the WRITE lock, or, when the index is being
// rebuilt, the one with the RECOVER lock. Also tells of frames that are written to the log. A
// FileWatch looks at the same moments whether the database is in rollback mode, and what is
// committed then.
//
// https://www.sqlite.org/walformat.html#the_wal_index_file_format

#ifndef ORRERY_WHOPPER_HISTORIES_HEADER_WATCH_H_
#define ORRERY_WHOPPER_HISTORIES_HEADER_WATCH_H_

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/world/world.h"
#include "whopper/histories/file_watch.h"
#include "whopper/histories/history.h"

namespace orrery::whopper {

class HeaderWatch final : public sim::EventObserver {
 public:
  // Both outlive us.
  HeaderWatch(sim::World& world, const std::string& database_path, History& history)
      : world_(world),
        shm_path_(database_path + "-shm"),
        log_path_(database_path + "-wal"),
        history_(history),
        file_watch_(world, database_path, history) {}

  // What runs on `fiber` belongs to `client`.
  void AddFiber(const sim::Fiber& fiber, int client) { clients_[fiber.index()] = client; }

  // While a killed process runs to its end, what it stores is not real.
  void Pause() { paused_ = true; }
  // The clients in `gone` hold no lock any more.
  void Continue(const std::vector<int>& gone);

  // Looks now. Costs a few ns when nothing has changed.
  void Look();

  void OnEvent(uint64_t step, uint64_t now_nanoseconds, const sim::Event& event) override;

 private:
  int RunningClient() const;
  // Both headers in shared memory; null while there are none.
  const std::byte* Headers();
  // A part of a write has taken effect.
  void OnApply(const sim::Event& event);

  sim::World& world_;
  const std::string shm_path_;
  const std::string log_path_;
  History& history_;
  FileWatch file_watch_;
  std::map<uint32_t, int> clients_;  // by fiber index
  bool paused_ = false;
  int writer_ = -1;     // who holds the WRITE lock
  int recoverer_ = -1;  // who holds the RECOVER lock
  std::optional<SnapshotId> last_;
  const std::byte* headers_ = nullptr;  // where they were found
  uint32_t file_number_ = 0;            // in which file
  uint32_t log_number_ = 0;             // of the log's file, likewise; 0: none
  uint64_t name_change_count_ = 0;      // when
  std::array<std::byte, 96> seen_{};    // as they were at the last look
};

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_HISTORIES_HEADER_WATCH_H_
