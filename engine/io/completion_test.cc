// Goal: a completion finishes exactly once and a group exactly when its last member has.
// Method: play the backend by hand; break each rule in a death test.
#include "engine/io/completion.h"

#include <array>

#include "engine/io/completion_group.h"
#include "engine/io/memory_io.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

Status IoFailure(const char* message) { return Status(ResultCode::kIoError, message); }

TEST(CompletionTest, GoesFromIdleThroughInFlightToFinished) {
  Completion done;
  EXPECT_FALSE(done.in_flight());
  EXPECT_FALSE(done.finished());
  done.Submit();
  EXPECT_TRUE(done.in_flight());
  done.Finish(OkStatus(), 7);
  EXPECT_TRUE(done.finished());
  EXPECT_TRUE(done.status().ok());
  EXPECT_EQ(done.bytes(), 7u);
}

TEST(CompletionTest, ForgetsTheOldOutcomeWhenSubmittedAnew) {
  Completion done;
  done.Submit();
  done.Finish(IoFailure("first"), 3);
  done.Submit();
  EXPECT_FALSE(done.finished());
  done.Finish(OkStatus());
  EXPECT_TRUE(done.status().ok());
  EXPECT_EQ(done.bytes(), 0u);
}

TEST(CompletionDeathTest, IsNeverSubmittedTwiceFinishedTwiceOrDestroyedInFlight) {
  EXPECT_DEATH(
      {
        Completion done;
        done.Submit();
        done.Submit();
      },
      "in_flight");
  EXPECT_DEATH(
      {
        Completion done;
        done.Submit();
        done.Finish(OkStatus());
        done.Finish(OkStatus());
      },
      "in_flight");
  EXPECT_DEATH(
      {
        Completion done;
        done.Submit();
      },
      "in_flight");
  EXPECT_DEATH((void)Completion().status(), "finished");
}

TEST(CompletionGroupTest, WaitsForSealAndForEveryMember) {
  Completion first, second;
  CompletionGroup group;
  group.Begin();
  first.Submit();
  group.Add(first);
  second.Submit();
  group.Add(second);
  first.Finish(OkStatus(), 10);
  second.Finish(OkStatus(), 20);
  EXPECT_TRUE(group.all().in_flight());
  group.Seal();
  EXPECT_TRUE(group.all().finished());
  EXPECT_EQ(group.all().bytes(), 30u);
}

TEST(CompletionGroupTest, NeverFinishesEarlyThoughAMemberHasFailedBeforeItWasAdded) {
  Completion failed, slow;
  failed.Submit();
  failed.Finish(IoFailure("gone"));
  CompletionGroup group;
  group.Begin();
  group.Add(failed);
  slow.Submit();
  group.Add(slow);
  group.Seal();
  EXPECT_TRUE(group.all().in_flight());
  slow.Finish(OkStatus());
  EXPECT_EQ(group.all().status().message(), "gone");
}

TEST(CompletionGroupTest, FailsWithTheFirstErrorInTheOrderOfAdd) {
  std::array<Completion, 3> members;
  CompletionGroup group;
  group.Begin();
  for (Completion& member : members) {
    member.Submit();
    group.Add(member);
  }
  group.Seal();
  members[2].Finish(IoFailure("third"));
  members[1].Finish(IoFailure("second"));
  members[0].Finish(OkStatus());
  EXPECT_EQ(group.all().status().message(), "second");
}

TEST(CompletionGroupTest, FinishesInSealWithoutMembersOrWithFinishedOnes) {
  CompletionGroup group;
  group.Begin();
  group.Seal();
  EXPECT_TRUE(group.all().status().ok());

  Completion finished;
  finished.Submit();
  finished.Finish(OkStatus(), 5);
  group.Begin();  // a group serves again
  group.Add(finished);
  group.Seal();
  EXPECT_EQ(group.all().bytes(), 5u);
}

TEST(CompletionGroupTest, Nests) {
  Completion leaf, sibling;
  CompletionGroup inner, outer;
  inner.Begin();
  leaf.Submit();
  inner.Add(leaf);
  inner.Seal();
  outer.Begin();
  outer.Add(inner.all());
  sibling.Submit();
  outer.Add(sibling);
  outer.Seal();
  sibling.Finish(OkStatus(), 1);
  EXPECT_TRUE(outer.all().in_flight());
  leaf.Finish(IoFailure("leaf"), 2);
  EXPECT_EQ(outer.all().status().message(), "leaf");
  EXPECT_EQ(outer.all().bytes(), 3u);
}

TEST(CompletionGroupTest, CancelWaitReachesAnOperationAGroupAndTheGroupsInIt) {
  constexpr uint64_t kHour = uint64_t{3600} * 1'000'000'000;
  MemoryIo io;
  Completion leaf, alone, idle;
  CompletionGroup inner, outer;
  inner.Begin();
  io.Sleep(kHour, leaf);
  inner.Add(leaf);
  inner.Seal();
  outer.Begin();
  outer.Add(inner.all());
  outer.Seal();
  io.Sleep(kHour, alone);
  CancelWait(io, outer.all());
  CancelWait(io, alone);
  CancelWait(io, idle);
  EXPECT_EQ(outer.all().status().code(), ResultCode::kInterrupt);
  EXPECT_EQ(alone.status().code(), ResultCode::kInterrupt);
  EXPECT_FALSE(idle.finished());
}

TEST(CompletionGroupDeathTest, RefusesAnIdleMemberAMemberTwiceAndAMemberAfterSeal) {
  EXPECT_DEATH(
      {
        Completion idle;
        CompletionGroup group;
        group.Begin();
        group.Add(idle);
      },
      "in_flight");
  EXPECT_DEATH(
      {
        Completion member;
        CompletionGroup group;
        group.Begin();
        member.Submit();
        group.Add(member);
        group.Add(member);
      },
      "group_");
  EXPECT_DEATH(
      {
        Completion member;
        CompletionGroup group;
        group.Begin();
        group.Seal();
        member.Submit();
        group.Add(member);
      },
      "in_flight");
}

}  // namespace
}  // namespace orrery
