// A Follower says what a connection must hold while things go wrong: SQLite beside it is given the
// same statements. A statement that failed, or was given up, has left nothing behind; or it was a
// commit, and then it has happened or not, which a look at all tables settles. A commit that failed
// may still be found once the database is opened anew, until another has taken its place.

#ifndef ORRERY_SIM_SWEEPS_FOLLOWER_H_
#define ORRERY_SIM_SWEEPS_FOLLOWER_H_

#include <string>
#include <string_view>
#include <vector>

#include "sim/oracles/sqlite3_database.h"
#include "sim/sweeps/stage.h"

namespace orrery::sim {

class Follower {
 public:
  // The script's setup has been run.
  Follower(Stage& stage, const Script& script);

  // To be called before each statement: the connection may have to be opened, and finds what is
  // there.
  void BeforeStatement(Session& session);
  // `interrupted`: somebody asked that it end.
  void OnAnswer(Session& session, std::string_view sql, const Answer& answer, bool interrupted);
  // Faults stop; all is looked at once more, by us, and by SQLite in the files that are left.
  void Finish(Session& session);

 private:
  using Writes = std::vector<std::string>;  // of one transaction

  std::string DumpSurely(Session& session);
  void Settle(Session& session, std::string_view sql);
  std::string DumpWith(const Writes& writes);
  bool AdoptGhost(const std::string& found);

  Stage& stage_;
  const Script& script_;
  Sqlite3Database reference_;
  Writes transaction_;          // of the open one
  std::vector<Writes> ghosts_;  // commits that failed after the last that did not
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SWEEPS_FOLLOWER_H_
