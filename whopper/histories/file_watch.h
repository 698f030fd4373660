// Watches a database in rollback mode for its commits. They show when the file is no longer locked
// EXCLUSIVE and no journal stands beside it that would undo them: the change counter in the file is
// another then. Whoever held the lock last has made the commit, or has found one.
//
// https://www.sqlite.org/fileformat2.html#file_change_counter

#ifndef ORRERY_WHOPPER_HISTORIES_FILE_WATCH_H_
#define ORRERY_WHOPPER_HISTORIES_FILE_WATCH_H_

#include <optional>
#include <string>

#include "sim/world/world.h"
#include "whopper/histories/history.h"

namespace orrery::whopper {

class FileWatch {
 public:
  // Both outlive us.
  FileWatch(sim::World& world, std::string path, History& history)
      : world_(world), path_(std::move(path)), history_(history) {}

  // A lock was taken or given back by `client` (-1: nobody known).
  void OnLock(const sim::Event& event, int client);
  // Looks now, if anything may have changed.
  void Look() {
    if (must_look_) LookAgain();
  }
  // The client holds no lock any more.
  void OnGone(int client);
  // Everything may have changed.
  void Restart() {
    last_.reset();
    must_look_ = true;
  }

 private:
  void LookAgain();
  bool IsJournalHot() const;

  sim::World& world_;
  const std::string path_;
  History& history_;
  bool must_look_ = false;
  int writer_ = -1;               // who has locked the file EXCLUSIVE last
  std::optional<uint32_t> last_;  // the change counter, as seen last
};

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_HISTORIES_FILE_WATCH_H_
