// The History is what the database may hold: the committed versions in their order, each a state of
// the model, and the commits whose outcome nobody knows yet. Every read is compared with the
// version that its snapshot shows, so a stale read, a lost update, a commit that vanished and one
// that should not exist all show at once.
//
// Versions come about in one place: Published(), called when the header of the WAL index in shared
// memory has changed, or in rollback mode the file (header_watch.h). It says which client's commit
// that was, so the order of versions is the true one, however late a client is answered. A header
// that a recovery wrote may bring back an undecided commit; where several would fit, the version
// keeps all of them as candidates until a read tells them apart.
//
// After a power cut the versions that may have survived are given by what each commit was promised,
// see sim/oracles/survival.h: the newest ones, back to the last that was certainly durable.
// Recovered() settles which it is.
//
// Violations go out through sim::Fail, with the oracle's name.

#ifndef ORRERY_WHOPPER_HISTORIES_HISTORY_H_
#define ORRERY_WHOPPER_HISTORIES_HISTORY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "engine/storage/pager.h"
#include "sim/oracles/model.h"
#include "sim/oracles/survival.h"

namespace orrery::whopper {

// One thing a version may be. The tag tells candidates of a version apart.
struct Candidate {
  uint64_t tag = 0;
  sim::Tables tables;
};
using Candidates = std::vector<Candidate>;

using VersionNumber = uint64_t;

std::string ToString(const SnapshotId& id);

class History {
 public:
  // An empty database.
  History();

  VersionNumber newest() const { return first_ + versions_.size() - 1; }
  bool Has(VersionNumber number) const { return first_ <= number && number <= newest(); }
  const Candidates& at(VersionNumber number) const;

  // -- Reading --
  // The WAL index, or the file, now shows `id`. `client` (-1: none) is whose code ran;
  // `by_recovery`: it has not made the commit, but found it. oracle=lost-update, oracle=snapshot.
  void Published(const SnapshotId& id, int client, bool by_recovery);

  // Which version `id` shows. It is not older than `not_older_than`: what was committed before the
  // statement began. oracle=snapshot, oracle=stale-read.
  VersionNumber Observe(const SnapshotId& id, VersionNumber not_older_than);
  // A read has shown that this candidate is not what the version is.
  void Refute(VersionNumber number, uint64_t tag);

  // -- Committing --
  // `client` is about to commit. With a base: the states that a transaction on that version has
  // come to, by the tags of their base. Without: `change` is applied to whatever is newest when the
  // commit takes effect (a statement outside a transaction).
  void CommitStarts(int client, VersionNumber base, Candidates after);
  void CommitStarts(int client, const sim::TableStatement& change);
  // Of a commit that changes no table: the journal mode.
  void CommitStarts(int client);
  // It was answered with success, and its snapshot is `id`; `survival`: what it is promised in a
  // power cut. Answers the version that it made, or the one it found when it changed nothing.
  VersionNumber CommitSucceeded(int client, const SnapshotId& id, sim::Survival survival);
  // It certainly did not commit: the statement failed before it came to that.
  void CommitCancelled(int client);
  // It was answered with an error. To a log that comes before the commit is published, never after;
  // what it has left in the log a recovery may still find. A rollback journal may have ended, and
  // only its end not be durable.
  void CommitFailed(int client);
  // It may have (an error, given up), and nothing of it is under way any more. One that has written
  // nothing certainly has not.
  void CommitUndecided(int client);
  // The same, but what is still under way is about to land or not: a kill, a power cut.
  void CommitCutOff(int client);
  bool commit_pending(int client) const;
  // That commit has been published.
  bool has_become(int client) const;
  // Frames of `client` have been written to the log behind the newest version's. What others had
  // left there is gone (but for a power cut).
  void LogWritten(int client);
  // `client` has locked the database file EXCLUSIVE.
  void FileLocked(int client);

  // -- Crashing --
  // A process was killed or the last connection closed: the next to open may recover from the WAL
  // alone, where undecided commits can be found.
  void RecoveryIsPossible();
  // What would be found now if everything were killed: "" when `difference` has nothing against the
  // newest version or an undecided commit on it.
  std::string WhyNotNow(const std::function<std::string(const sim::Tables&)>& difference) const;
  // All that was committed up to here is durable.
  void NoteSynced(VersionNumber number);
  // A sync has failed and lost what it was to make durable. Versions that no sync has covered (ones
  // that a recovery found) may be gone when the log is next read.
  void SyncLost() { sync_lost_ = true; }
  void PowerCut();
  bool recovering() const { return recovering_; }
  // After a power cut the whole database was read in snapshot `id`. `difference` compares with a
  // state ("": the same); settles which version it is. oracle=durability.
  void Recovered(const SnapshotId& id,
                 const std::function<std::string(const sim::Tables&)>& difference);
  // Nothing was promised and the files are unusable: starts over with an empty database.
  void StartOver();

  // Committed changes in their order, from the last start or recovery on; for a serial rerun.
  struct Committed {
    VersionNumber number;
    int client;
  };
  const std::vector<Committed>& committed() const { return committed_; }

  // For messages.
  std::string Describe() const;

 private:
  struct Version {
    Candidates candidates;
  };
  struct Attempt {
    uint64_t tag;
    int client;
    bool in_progress;  // its client has not been answered yet
    std::optional<VersionNumber> base;
    Candidates after;
    std::optional<sim::TableStatement> change;
    bool is_neutral = false;              // it leads to the tables that were there before
    bool wrote = false;                   // to the log, or has had the file for itself
    bool may_reappear = false;            // a recovery of the log could find it
    bool overwritten = false;             // another transaction took its place in the WAL
    std::optional<VersionNumber> became;  // it is (a candidate of) this version
    bool became_in_log = false;
  };
  using Key = std::tuple<uint32_t, uint32_t, uint32_t>;
  static Key KeyOf(const SnapshotId& id) { return {id.salt1, id.salt2, id.max_frame}; }

  Version& MutableAt(VersionNumber number) { return versions_[number - first_]; }
  void Append(Candidates candidates, const SnapshotId& id, int client);
  // What a recovery may find, the newest version left out. `client`: whose commit that would be.
  Candidates Reappearing(const SnapshotId& id, int* client) const;
  Attempt* Pending(int client);
  // The states an attempt leads to from the newest version; empty when it cannot come now.
  Candidates ResultOf(const Attempt& attempt) const;
  bool ChangesNothing(const Attempt& attempt, const Candidates& before) const;
  void DropImpossible();

  VersionNumber first_ = 0;
  std::vector<Version> versions_;
  std::map<Key, VersionNumber> numbers_;
  std::vector<Attempt> attempts_;
  uint64_t last_tag_ = 0;
  VersionNumber durable_ = 0;
  int file_writer_ = -1;  // the last
  bool sync_lost_ = false;
  bool recovering_ = false;
  Candidates recoverable_;
  std::vector<Committed> committed_;
};

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_HISTORIES_HISTORY_H_
