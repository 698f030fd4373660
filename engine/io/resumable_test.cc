// Goal: an operation written as a Resumable cannot repeat work after a wait, move on before its
// wait is over, move where nobody planned, or leave anything behind when it is abandoned. Method:
// small operations whose completions the test finishes by hand; each broken rule is a death test.
#include "engine/io/resumable.h"

#include <memory>
#include <string>
#include <vector>

#include "engine/io/completion_group.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::ElementsAre;

// What the operations write down: each visit of a state, each clean-up.
using Log = std::vector<std::string>;

Status Failure() { return Status(ResultCode::kIoError, "failed"); }

// Waits for two completions one after the other; done with the sum of their bytes.
class Sum final : public Resumable<Sum, std::unique_ptr<size_t>> {
 public:
  enum class State : uint8_t { kFirst, kSecond, kEnd };
  static constexpr Edge<State> kEdges[] = {
      {State::kFirst, State::kSecond},
      {State::kSecond, State::kEnd},
  };
  explicit Sum(Log& log) : log_(log) {}
  ~Sum() { Abandon(); }
  void Start(Completion& first, Completion& second) {
    first_ = &first;
    second_ = &second;
    sum_ = 0;
    Begin(State::kFirst);
  }

 private:
  friend Resumable;
  Next Run(State state) {
    switch (state) {
      case State::kFirst:
        log_.push_back("first");
        return Await(*first_, State::kSecond);
      case State::kSecond:
        log_.push_back("second");
        sum_ += first_->bytes();
        return Await(*second_, State::kEnd);
      case State::kEnd:
        log_.push_back("end");
        sum_ += second_->bytes();
        return Done(std::make_unique<size_t>(sum_));
    }
    Unreachable();
  }
  void OnAbandon() override { log_.push_back("abandoned"); }

  Log& log_;
  Completion* first_ = nullptr;
  Completion* second_ = nullptr;
  size_t sum_ = 0;
};

// Runs a Sum, then waits for one more completion; cleans up itself when told to.
class Parent final : public Resumable<Parent, size_t> {
 public:
  enum class State : uint8_t { kSum, kSummed, kLast };
  static constexpr Edge<State> kEdges[] = {
      {State::kSum, State::kSummed},
      {State::kSummed, State::kLast},
  };
  explicit Parent(Log& log) : log_(log), sum_(log) {}
  ~Parent() { Abandon(); }
  void Start(Completion& first, Completion& second, Completion& last, bool wants_outcome) {
    first_ = &first;
    second_ = &second;
    last_ = &last;
    wants_outcome_too_ = wants_outcome;
    Begin(State::kSum);
  }
  const Sum& sum() const { return sum_; }

 private:
  friend Resumable;
  Next Run(State state) {
    switch (state) {
      case State::kSum:
        sum_.Start(*first_, *second_);
        if (wants_outcome_too_) return AwaitOutcome(sum_, State::kSummed);
        return Await(sum_, State::kSummed);
      case State::kSummed:
        log_.push_back("summed");
        if (!outcome().ok()) {
          log_.push_back("saw " + std::string(outcome().message()));
          total_ = 0;
        } else {
          total_ = *sum_.Take();
        }
        return Await(*last_, State::kLast);
      case State::kLast:
        return Done(total_ + last_->bytes());
    }
    Unreachable();
  }
  void OnAbandon() override { log_.push_back("parent abandoned"); }

  Log& log_;
  Sum sum_;
  Completion* first_ = nullptr;
  Completion* second_ = nullptr;
  Completion* last_ = nullptr;
  bool wants_outcome_too_ = false;
  size_t total_ = 0;
};

class ResumableTest : public testing::Test {
 protected:
  ~ResumableTest() override {
    for (Completion* completion : {&first_, &second_, &last_}) {
      if (completion->in_flight()) completion->Finish(OkStatus());
    }
  }
  void SubmitAll() {
    for (Completion* completion : {&first_, &second_, &last_}) completion->Submit();
  }

  Completion first_, second_, last_;
  Log log_;
};

TEST_F(ResumableTest, RunsEachStateOnceHoweverOftenItIsResumed) {
  SubmitAll();
  Sum sum(log_);
  sum.Start(first_, second_);
  for (int i = 0; i < 3; ++i) {
    auto result = sum.Resume();
    ASSERT_TRUE(result.pending());
    EXPECT_EQ(result.waiting().on, &first_);
  }
  first_.Finish(OkStatus(), 30);
  for (int i = 0; i < 3; ++i) {
    auto result = sum.Resume();
    ASSERT_TRUE(result.pending());
    EXPECT_EQ(result.waiting().on, &second_);
  }
  second_.Finish(OkStatus(), 12);
  auto result = sum.Resume();
  ASSERT_TRUE(result.done());
  EXPECT_EQ(**result, 42u);
  EXPECT_THAT(log_, ElementsAre("first", "second", "end"));
  EXPECT_TRUE(sum.idle());
}

TEST_F(ResumableTest, GoesOnAtOnceWhenAWaitIsOverBeforeItBegins) {
  SubmitAll();
  first_.Finish(OkStatus(), 1);
  second_.Finish(OkStatus(), 2);
  Sum sum(log_);
  sum.Start(first_, second_);
  auto result = sum.Resume();
  ASSERT_TRUE(result.done());
  EXPECT_EQ(**result, 3u);
}

TEST_F(ResumableTest, FailsWithTheErrorOfItsWaitAndCanBeStartedAnew) {
  SubmitAll();
  Sum sum(log_);
  sum.Start(first_, second_);
  EXPECT_TRUE(sum.Resume().pending());
  first_.Finish(Failure());
  auto result = sum.Resume();
  ASSERT_TRUE(result.failed());
  EXPECT_EQ(result.status().message(), "failed");
  EXPECT_THAT(log_, ElementsAre("first"));
  EXPECT_TRUE(sum.idle());

  first_.Submit();
  first_.Finish(OkStatus(), 1);
  second_.Finish(OkStatus(), 1);
  sum.Start(first_, second_);
  EXPECT_TRUE(sum.Resume().done());
}

TEST_F(ResumableTest, CountsTheErrorOfACompletionThatHadFinishedBefore) {
  SubmitAll();
  first_.Finish(Failure());
  Sum sum(log_);
  sum.Start(first_, second_);
  EXPECT_TRUE(sum.Resume().failed());
}

// Waits for a completion that nobody ever submits.
class Waiter final : public Resumable<Waiter> {
 public:
  enum class State : uint8_t { kWait, kEnd };
  static constexpr Edge<State> kEdges[] = {{State::kWait, State::kEnd}};
  void Start() { Begin(State::kWait); }

 private:
  friend Resumable;
  Next Run(State state) {
    if (state == State::kWait) return Await(idle_, State::kEnd);
    return Done({});
  }
  Completion idle_;
};

TEST_F(ResumableTest, IsNotHeldUpByAnIdleCompletion) {
  Waiter waiter;
  waiter.Start();
  EXPECT_TRUE(waiter.Resume().done());
}

TEST_F(ResumableTest, WaitsForAGroup) {
  CompletionGroup group;
  SubmitAll();
  group.Begin();
  group.Add(first_);
  group.Add(second_);
  group.Seal();
  Sum sum(log_);
  sum.Start(group.all(), last_);
  EXPECT_EQ(sum.Resume().waiting().on, &group.all());
  second_.Finish(OkStatus(), 2);
  EXPECT_TRUE(sum.Resume().pending());
  first_.Finish(Failure());
  EXPECT_TRUE(sum.Resume().failed());
}

TEST_F(ResumableTest, TellsItsCallerWhatItsChildWaitsForAndDrivesTheChildOn) {
  SubmitAll();
  Parent parent(log_);
  parent.Start(first_, second_, last_, false);
  EXPECT_EQ(parent.Resume().waiting().on, &first_);
  first_.Finish(OkStatus(), 1);
  EXPECT_EQ(parent.Resume().waiting().on, &second_);
  EXPECT_EQ(parent.Resume().waiting().on, &second_);
  second_.Finish(OkStatus(), 2);
  EXPECT_EQ(parent.Resume().waiting().on, &last_);
  last_.Finish(OkStatus(), 4);
  auto result = parent.Resume();
  ASSERT_TRUE(result.done());
  EXPECT_EQ(*result, 7u);
  EXPECT_THAT(log_, ElementsAre("first", "second", "end", "summed"));
}

TEST_F(ResumableTest, FailsWithItsChild) {
  SubmitAll();
  Parent parent(log_);
  parent.Start(first_, second_, last_, false);
  EXPECT_TRUE(parent.Resume().pending());
  first_.Finish(Failure());
  auto result = parent.Resume();
  ASSERT_TRUE(result.failed());
  EXPECT_EQ(result.status().message(), "failed");
  EXPECT_THAT(log_, ElementsAre("first"));
  EXPECT_TRUE(parent.idle());
  EXPECT_TRUE(parent.sum().idle());
}

TEST_F(ResumableTest, AwaitOutcomeEntersTheNextStateAfterAFailureToo) {
  SubmitAll();
  Parent parent(log_);
  parent.Start(first_, second_, last_, true);
  EXPECT_TRUE(parent.Resume().pending());
  first_.Finish(Failure());
  EXPECT_EQ(parent.Resume().waiting().on, &last_);
  EXPECT_THAT(log_, ElementsAre("first", "summed", "saw failed"));
  // The wait after it is a plain one again.
  last_.Finish(Status(ResultCode::kIoError, "last"));
  auto result = parent.Resume();
  ASSERT_TRUE(result.failed());
  EXPECT_EQ(result.status().message(), "last");
}

TEST_F(ResumableTest, AwaitOutcomeSeesASuccess) {
  SubmitAll();
  first_.Finish(OkStatus(), 1);
  second_.Finish(OkStatus(), 2);
  last_.Finish(OkStatus(), 3);
  Parent parent(log_);
  parent.Start(first_, second_, last_, true);
  auto result = parent.Resume();
  ASSERT_TRUE(result.done());
  EXPECT_EQ(*result, 6u);
}

TEST_F(ResumableTest, IsAbandonedFromEveryWaitChildFirstAndStartedAnew) {
  for (int finished_count = 0; finished_count < 3; ++finished_count) {
    SubmitAll();
    log_.clear();
    Parent parent(log_);
    parent.Start(first_, second_, last_, false);
    EXPECT_TRUE(parent.Resume().pending());
    if (finished_count > 0) first_.Finish(OkStatus(), 1);
    if (finished_count > 1) second_.Finish(OkStatus(), 1);
    EXPECT_TRUE(parent.Resume().pending());

    log_.clear();
    parent.Abandon();
    if (finished_count < 2) {
      EXPECT_THAT(log_, ElementsAre("abandoned", "parent abandoned"));
    } else {
      EXPECT_THAT(log_, ElementsAre("parent abandoned"));  // the child was done
    }
    EXPECT_TRUE(parent.idle());
    EXPECT_TRUE(parent.sum().idle());
    parent.Abandon();  // nothing is left to abandon
    EXPECT_LE(log_.size(), 2u);

    // What was in flight lands in the completion's owner, and the operation runs as new.
    for (Completion* completion : {&first_, &second_, &last_}) {
      if (completion->in_flight()) completion->Finish(OkStatus(), 10);
    }
    parent.Start(first_, second_, last_, false);
    EXPECT_TRUE(parent.Resume().done());
  }
}

TEST_F(ResumableTest, IsAbandonedBeforeItsFirstState) {
  SubmitAll();
  Sum sum(log_);
  sum.Start(first_, second_);
  sum.Abandon();
  EXPECT_THAT(log_, ElementsAre("abandoned"));
  sum.Start(first_, second_);
  EXPECT_TRUE(sum.Resume().pending());
}

TEST_F(ResumableTest, CleansUpWhenItIsDestroyedWhileItRuns) {
  SubmitAll();
  {
    Parent parent(log_);
    parent.Start(first_, second_, last_, false);
    EXPECT_TRUE(parent.Resume().pending());
  }
  EXPECT_THAT(log_, ElementsAre("first", "abandoned", "parent abandoned"));
}

// Done at once with a pointer that the test can watch; a parent that fails without taking it.
class Holder final : public Resumable<Holder, std::shared_ptr<int>> {
 public:
  enum class State : uint8_t { kHold };

  void Start(std::shared_ptr<int> what) {
    what_ = std::move(what);
    Begin(State::kHold);
  }

 private:
  friend Resumable;
  Next Run(State) { return Done(std::move(what_)); }
  std::shared_ptr<int> what_;
};

class Careless final : public Resumable<Careless> {
 public:
  enum class State : uint8_t { kHold, kFail };
  static constexpr Edge<State> kEdges[] = {{State::kHold, State::kFail}};
  void Start(std::shared_ptr<int> what) {
    holder_.Start(std::move(what));
    Begin(State::kHold);
  }

 private:
  friend Resumable;
  Next Run(State state) {
    if (state == State::kHold) return Await(holder_, State::kFail);
    holder_.Abandon();
    return Fail(Failure());
  }
  Holder holder_;
};

TEST_F(ResumableTest, AbandoningADoneOperationLetsGoOfItsResult) {
  const auto watched = std::make_shared<int>(7);
  Careless careless;
  careless.Start(watched);
  EXPECT_TRUE(careless.Resume().failed());
  EXPECT_EQ(watched.use_count(), 1);
}

// Moves as the test says.
class Mover final : public Resumable<Mover> {
 public:
  enum class State : uint8_t { kA, kB, kC };
  static constexpr Edge<State> kEdges[] = {{State::kA, State::kB}, {State::kB, State::kC}};
  explicit Mover(Completion* wait = nullptr) : wait_(wait) {}
  void Start(State from, State to) {
    to_ = to;
    Begin(from);
  }

 private:
  friend Resumable;
  Next Run(State state) {
    if (state == State::kC || state == to_) return Done({});
    if (wait_ != nullptr) return Await(*wait_, to_);
    return Goto(to_);
  }
  Completion* wait_;
  State to_ = State::kA;
};

TEST(ResumableDeathTest, RefusesAMoveThatNoEdgeLists) {
  Completion wait;
  EXPECT_DEATH(
      {
        Mover mover;
        mover.Start(Mover::State::kA, Mover::State::kC);
        (void)mover.Resume();
      },
      "kAllowed");
  EXPECT_DEATH(
      {
        Mover mover(&wait);
        mover.Start(Mover::State::kB, Mover::State::kA);
        (void)mover.Resume();
      },
      "kAllowed");
  Mover mover;
  mover.Start(Mover::State::kA, Mover::State::kB);
  EXPECT_TRUE(mover.Resume().done());
}

TEST(ResumableDeathTest, RefusesAStartWhileRunningAResumeWhileIdleAndATakeBeforeTheEnd) {
  EXPECT_DEATH(
      {
        Mover mover;
        mover.Start(Mover::State::kA, Mover::State::kB);
        mover.Start(Mover::State::kA, Mover::State::kB);
      },
      "idle");
  EXPECT_DEATH((void)Mover().Resume(), "running");
  EXPECT_DEATH((void)Mover().Take(), "kDone");
}

// Waits for a child that it never started.
class Forgetful final : public Resumable<Forgetful> {
 public:
  enum class State : uint8_t { kWait, kEnd };
  static constexpr Edge<State> kEdges[] = {{State::kWait, State::kEnd}};
  void Start() { Begin(State::kWait); }

 private:
  friend Resumable;
  Next Run(State state) {
    if (state == State::kWait) return Await(child_, State::kEnd);
    return Done({});
  }
  Mover child_;
};

TEST(ResumableDeathTest, RefusesToWaitForAChildThatWasNotStarted) {
  EXPECT_DEATH(
      {
        Forgetful forgetful;
        forgetful.Start();
        (void)forgetful.Resume();
      },
      "idle");
}

}  // namespace
}  // namespace orrery
