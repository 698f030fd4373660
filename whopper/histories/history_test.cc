// Goal: the history tells an isolation or durability violation from what is allowed.
// Method: short histories by hand; a violation is caught as the oracle's name.

#include "whopper/histories/history.h"

#include <gtest/gtest.h>

#include "sim/failure.h"

namespace orrery::whopper {
namespace {

using sim::Survival;
using sim::Tables;
using sim::TableStatement;
using Verb = sim::TableStatement::Verb;

// What Fail() throws here.
struct Failure {
  std::string oracle;
};

class HistoryTest : public testing::Test {
 protected:
  HistoryTest() {
    sim::SetFailureHandler(
        [](const sim::Failure& failure) { throw Failure{std::string(failure.oracle)}; });
  }
  ~HistoryTest() override { sim::SetFailureHandler(nullptr); }

  static SnapshotId Id(uint32_t frame) { return {1, 2, frame}; }
  static SnapshotId FileId(uint32_t change_counter) { return {0, 0, change_counter}; }
  static TableStatement Create(int table) { return {.verb = Verb::kCreate, .table = table}; }
  // The oracle that speaks up; "" when none does.
  template <typename Call>
  static std::string OracleOf(Call&& call) {
    try {
      call();
    } catch (const Failure& failure) {
      return failure.oracle;
    }
    return "";
  }
  void Commit(int client, int table, uint32_t frame) {
    history_.CommitStarts(client, Create(table));
    history_.Published(Id(frame), client, false);
    history_.CommitSucceeded(client, Id(frame), Survival::kPrefix);
  }
  void CommitToFile(int client, int table, uint32_t change_counter, Survival survival) {
    history_.CommitStarts(client, Create(table));
    history_.Published(FileId(change_counter), client, false);
    history_.CommitSucceeded(client, FileId(change_counter), survival);
  }
  // Settles a power cut in favour of the state with this many tables.
  std::string RecoverWith(int table_count) {
    return OracleOf([&] {
      history_.Recovered(Id(1), [&](const Tables& tables) {
        return tables.count() == table_count ? "" : "other";
      });
    });
  }

  History history_;
};

TEST_F(HistoryTest, KnowsAVersionByItsSnapshot) {
  const VersionNumber before = history_.newest();
  Commit(0, 0, 1);
  EXPECT_EQ(history_.Observe(Id(1), 0), before + 1);
  EXPECT_EQ(history_.at(before + 1).front().tables.count(), 1);
}

TEST_F(HistoryTest, CatchesASnapshotThatNobodyPublished) {
  EXPECT_EQ(OracleOf([&] { history_.Observe(Id(7), 0); }), "snapshot");
}

TEST_F(HistoryTest, CatchesAStaleRead) {
  Commit(0, 0, 1);
  Commit(0, 1, 2);
  EXPECT_EQ(OracleOf([&] { history_.Observe(Id(1), history_.newest()); }), "stale-read");
}

TEST_F(HistoryTest, CatchesALostUpdate) {
  const VersionNumber base = history_.newest();
  history_.CommitStarts(1, base, history_.at(base));
  Commit(0, 0, 1);
  EXPECT_EQ(OracleOf([&] { history_.Published(Id(2), 1, false); }), "lost-update");
}

TEST_F(HistoryTest, CatchesAnAcknowledgedCommitThatLeftNoTrace) {
  history_.CommitStarts(0, Create(0));
  EXPECT_EQ(OracleOf([&] { history_.CommitSucceeded(0, {0, 0, 0}, Survival::kPrefix); }),
            "snapshot");
}

TEST_F(HistoryTest, CatchesAnErrorOfAPublishedCommit) {
  history_.CommitStarts(0, Create(0));
  history_.Published(Id(1), 0, false);
  EXPECT_EQ(OracleOf([&] { history_.CommitFailed(0); }), "snapshot");
  history_.CommitStarts(1, Create(1));
  EXPECT_EQ(OracleOf([&] { history_.CommitFailed(1); }), "");
}

TEST_F(HistoryTest, AllowsAnErrorAfterTheEndOfARollbackJournal) {
  history_.CommitStarts(0, Create(0));
  history_.Published(FileId(1), 0, false);
  EXPECT_EQ(OracleOf([&] { history_.CommitFailed(0); }), "");
  EXPECT_EQ(history_.at(history_.newest()).front().tables.count(), 1);
}

TEST_F(HistoryTest, FindsAnUndecidedCommitInTheFileAtAnyTime) {
  history_.CommitStarts(0, Create(0));
  history_.FileLocked(0);
  history_.CommitUndecided(0);
  EXPECT_EQ(OracleOf([&] { history_.Published(FileId(1), 1, true); }), "");
  EXPECT_EQ(history_.at(history_.newest()).front().tables.count(), 1);
}

TEST_F(HistoryTest, LetsAChangeOfTheJournalModeChangeNoTable) {
  CommitToFile(0, 0, 1, Survival::kEveryCommit);
  history_.CommitStarts(0);
  history_.Published(FileId(2), 0, false);
  history_.CommitCancelled(0);
  EXPECT_EQ(history_.Observe(FileId(2), 0), history_.newest());
  EXPECT_EQ(history_.at(history_.newest()).front().tables.count(), 1);
}

TEST_F(HistoryTest, LetsOnlyTheLastCommitComeUndoneWherePromised) {
  CommitToFile(0, 0, 1, Survival::kAllButLast);
  CommitToFile(0, 1, 2, Survival::kAllButLast);
  history_.PowerCut();
  EXPECT_EQ(RecoverWith(0), "durability");
  EXPECT_EQ(RecoverWith(1), "");
}

TEST_F(HistoryTest, LetsAnUndecidedCommitComeBackOnlyInARecovery) {
  history_.CommitStarts(0, Create(0));
  history_.LogWritten(0);
  history_.CommitUndecided(0);
  EXPECT_EQ(OracleOf([&] { history_.Published(Id(1), 1, true); }), "snapshot");
  history_.RecoveryIsPossible();
  EXPECT_EQ(OracleOf([&] { history_.Published(Id(1), 1, true); }), "");
  EXPECT_EQ(history_.at(history_.newest()).front().tables.count(), 1);
}

TEST_F(HistoryTest, KnowsThatACommitThatWroteNothingDidNotHappen) {
  history_.CommitStarts(0, Create(0));
  history_.CommitUndecided(0);
  history_.RecoveryIsPossible();
  EXPECT_EQ(OracleOf([&] { history_.Published(Id(1), 1, true); }), "snapshot");
}

TEST_F(HistoryTest, KeepsACommitThatWasCutOffBeforeItsWriteLanded) {
  history_.CommitStarts(0, Create(0));
  history_.CommitCutOff(0);
  history_.RecoveryIsPossible();
  EXPECT_EQ(OracleOf([&] { history_.Published(Id(1), 1, true); }), "");
}

TEST_F(HistoryTest, ForgetsAnUndecidedCommitThatAnotherWroteOver) {
  history_.CommitStarts(0, Create(0));
  history_.LogWritten(0);
  history_.CommitUndecided(0);
  history_.CommitStarts(1, Create(1));
  history_.LogWritten(1);
  history_.CommitUndecided(1);
  history_.RecoveryIsPossible();
  history_.Published(Id(1), 2, true);
  ASSERT_EQ(history_.at(history_.newest()).size(), 1u);
  EXPECT_NE(history_.at(history_.newest()).front().tables.Find(1), nullptr);
}

TEST_F(HistoryTest, LetsARecoveredVersionVanishWhenASyncHasLostIt) {
  Commit(0, 0, 1);
  history_.NoteSynced(history_.newest());
  history_.CommitStarts(0, Create(1));
  history_.CommitCutOff(0);
  history_.RecoveryIsPossible();
  history_.Published(Id(2), 1, true);
  // Nothing has happened to it: the log cannot have gone back.
  EXPECT_EQ(OracleOf([&] { history_.Published(Id(1), 1, true); }), "durability");
  history_.SyncLost();
  EXPECT_EQ(OracleOf([&] { history_.Published(Id(1), 1, true); }), "");
  EXPECT_EQ(history_.at(history_.newest()).size(), 2u);
}

TEST_F(HistoryTest, HasOneCandidateForEachState) {
  for (const int client : {0, 1}) {
    history_.CommitStarts(client, Create(0));
    history_.CommitCutOff(client);
  }
  history_.RecoveryIsPossible();
  history_.Published(Id(1), 2, true);
  EXPECT_EQ(history_.at(history_.newest()).size(), 1u);
}

TEST_F(HistoryTest, WantsEverySyncedCommitAfterAPowerCut) {
  Commit(0, 0, 1);
  history_.NoteSynced(history_.newest());
  Commit(0, 1, 2);
  history_.PowerCut();
  EXPECT_EQ(RecoverWith(0), "durability");
}

TEST_F(HistoryTest, AllowsAPrefixOfWhatWasNotSynced) {
  Commit(0, 0, 1);
  history_.NoteSynced(history_.newest());
  Commit(0, 1, 2);
  history_.PowerCut();
  EXPECT_EQ(RecoverWith(1), "");
  EXPECT_EQ(history_.at(history_.newest()).front().tables.count(), 1);
}

TEST_F(HistoryTest, AllowsAnUndecidedCommitOnWhatSurvived) {
  Commit(0, 0, 1);
  history_.NoteSynced(history_.newest());
  history_.CommitStarts(0, Create(1));
  history_.PowerCut();
  EXPECT_EQ(RecoverWith(2), "");
}

TEST_F(HistoryTest, DoesNotTakeAVersionForDurableWhereACommitChangedNothing) {
  Commit(0, 0, 1);
  history_.NoteSynced(history_.newest());
  Commit(0, 1, 2);
  history_.CommitStarts(1, history_.newest(), history_.at(history_.newest()));
  history_.CommitSucceeded(1, Id(2), Survival::kEveryCommit);
  history_.PowerCut();
  EXPECT_EQ(RecoverWith(1), "");
}

TEST_F(HistoryTest, CatchesAnIndexThatGoesBack) {
  Commit(0, 0, 1);
  Commit(0, 1, 2);
  EXPECT_EQ(OracleOf([&] { history_.Published(Id(1), 0, true); }), "durability");
}

}  // namespace
}  // namespace orrery::whopper
