// Goal: whatever connections do to one database, wherever they wait, whatever fails and whoever
// goes away in the middle, each sees the pages of one committed version, and a commit that was
// acknowledged stays.
// Method: a few connections take random steps on an UnrulyIo, one wait at a time; a model keeps the
// pages of every version. The version stands in the header (user_version), so that a snapshot names
// what it shows. Seeds are fixed; a failure names its seed.

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/storage/page_operations.h"
#include "engine/storage/pager.h"
#include "engine/storage/testing/unruly_io.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

const YieldSite kModelFetch("test.model.fetch");

// Page number to mark. Pages on the freelist are absent.
struct Version {
  std::map<PageNumber, uint64_t> pages;
  PageNumber page_count = 0;
  uint32_t number = 0;
};

// What the connections share.
struct World {
  World(const UnrulyOptions& options, bool wal_in) : io(options), is_wal(wal_in) {}
  UnrulyIo io;
  const bool is_wal;  // else every connection has a rollback journal of its own choosing
  std::map<uint32_t, Version> versions;  // begun to commit, or committed
  uint32_t last_version = 0;             // ever given out
  uint32_t acknowledged = 0;             // the newest whose commit was acknowledged
  uint64_t next_mark = 1;
  std::map<std::string, int> counts;  // what happened, for the test to see that it happened
};

class Actor {
 public:
  explicit Actor(World& world) : world_(world) { Reopen(); }
  ~Actor() { GiveUp(); }

  // One step: goes on with what is under way, or begins something.
  void Step() {
    if (step_) {
      // Sometimes nobody waits any longer.
      if (world_.io.Chance(15)) {
        ++world_.counts["given up"];
        GiveUp();
        BeginCleanUp();
        return;
      }
      if (waits_for_ != nullptr && waits_for_->in_flight() && !world_.io.Chance(50)) return;
      Go();
      return;
    }
    if (must_roll_back_) return BeginRollback();
    Begin();
  }
  bool is_idle() const { return !step_; }
  bool is_waiting() const { return step_ && waits_for_ != nullptr && waits_for_->in_flight(); }
  // Ends what is under way and leaves the transaction.
  void Finish() {
    while (step_) {
      if (is_waiting()) (void)world_.io.Poll(PollMode::kWait);
      Go();
    }
  }
  void FinishAndRollBack() {
    Finish();
    BeginRollback();
    Finish();
  }
  Pager& pager() { return *pager_; }
  void Close() {
    FinishAndRollBack();
    (void)RunToEnd(world_.io, [&] { return pager_->Close(); });
  }

 private:
  // Wraps a call that answers an IoResult and what to do with its answer.
  template <typename Call, typename Then>
  void Start(Call call, Then then) {
    step_ = [this, call, then]() mutable {
      auto result = call();
      if (result.pending()) {
        waits_for_ = result.waiting().on;
        return false;
      }
      waits_for_ = nullptr;
      step_ = nullptr;
      auto copy = then;  // it may begin the next step, which ends this one's life
      copy(result.failed() ? result.status() : OkStatus(), result);
      return true;
    };
    Go();
  }
  void Go() {
    const auto running = step_;  // it may replace step_
    (void)running();
  }

  void GiveUp() {
    step_ = nullptr;
    waits_for_ = nullptr;
    fetch_.Abandon();
    allocate_.Abandon();
    free_.Abandon();
  }

  void BeginCleanUp() {
    if (std::exchange(began_close_, false)) return Reopen();
    if (began_commit_) {
      // Rollback waits for the writes in flight; only then is it known whether it was decided.
      must_roll_back_ = true;
    } else if (call_is_begin_read_) {
      pager_->EndRead();
      ASSERT_FALSE(pager_->in_read());
      LeftTransaction();
    } else {
      must_roll_back_ = true;
    }
    call_is_begin_read_ = false;
  }

  void LeftTransaction() {
    view_.reset();
    work_.reset();
    savepoints_.clear();
    began_commit_ = false;
    must_roll_back_ = false;
    call_is_begin_read_ = false;
  }

  void BeginRollback() {
    Start([this] { return pager_->Rollback(); },
          [this](const Status& status, auto&) {
            ASSERT_TRUE(status.ok()) << status.ToString();
            if (began_commit_ && pager_->commit_decided()) Acknowledge();
            LeftTransaction();
            ++world_.counts["rollback"];
          });
  }

  void Acknowledge() { world_.acknowledged = std::max(world_.acknowledged, work_->number); }

  void Reopen() {
    GiveUp();
    LeftTransaction();
    pager_.reset();
    // A journal in memory does not outlive its process.
    static constexpr JournalMode kModes[] = {JournalMode::kDelete, JournalMode::kTruncate,
                                             JournalMode::kPersist};
    const auto level = static_cast<Synchronous>(world_.io.Choose(4));
    const JournalMode mode = world_.is_wal ? JournalMode::kWal : kModes[world_.io.Choose(3)];
    auto pager = Pager::Open(world_.io, "test.db",
                             {.new_page_size = 512,
                              .cache_page_count = 10,
                              .synchronous = level,
                              .auto_checkpoint_frame_count = 20,
                              .journal_mode = mode});
    ASSERT_TRUE(pager.ok()) << pager.status().ToString();
    pager_ = *std::move(pager);
  }

  void Begin() {
    UnrulyIo& io = world_.io;
    if (!view_) {
      switch (io.Choose(20)) {
        case 0:
          return BeginCheckpoint();
        case 1:
          ++world_.counts["kill"];
          return Reopen();
        case 2:
          return BeginClose();
        default:
          return BeginRead();
      }
    }
    if (!work_) {
      switch (io.Choose(6)) {
        case 0:
          pager_->EndRead();
          return LeftTransaction();
        case 1:
        case 2:
          return BeginWrite();
        default:
          return BeginCheck(*view_);
      }
    }
    switch (io.Choose(24)) {
      case 0:
      case 1:
      case 2:
        if (!savepoints_.empty()) return ReleaseSavepoints();
        return BeginCommit();
      case 3:
        return BeginRollback();
      case 4:
      case 5:
        if (savepoints_.size() == 4 || (!savepoints_.empty() && io.Choose(2) == 0)) {
          return BeginUndo();
        }
        savepoints_.push_back(*work_);
        return pager_->OpenSavepoint();
      case 6:
      case 7:
      case 8:
      case 9:
      case 10:
        return BeginAllocate();
      case 11:
      case 12:
        return BeginFree();
      case 13:
      case 14:
      case 15:
        return BeginCheck(*work_);
      case 16:
        if (io.Choose(10) == 0) {
          ++world_.counts["kill"];
          return Reopen();
        }
        [[fallthrough]];
      default:
        return BeginChange();
    }
  }

  void BeginRead() {
    const uint32_t known = world_.acknowledged;
    call_is_begin_read_ = true;
    Start([this] { return pager_->BeginRead(); },
          [this, known](const Status& status, auto&) {
            call_is_begin_read_ = false;
            if (!status.ok()) return Failed(status, "read");
            const uint32_t version = pager_->header().user_version;
            ASSERT_TRUE(world_.versions.contains(version)) << version;
            ASSERT_GE(version, known) << "an acknowledged commit is gone";
            view_ = world_.versions[version];
            // Page 1 of a new database is there before anything is committed.
            if (version == 0 && pager_->page_count() == 1) view_->page_count = 1;
            ASSERT_EQ(pager_->page_count(), view_->page_count);
            ++world_.counts["read"];
          });
  }

  void BeginWrite() {
    Start([this] { return pager_->BeginWrite(); },
          [this](const Status& status, auto&) {
            if (!status.ok()) {
              if (!pager_->in_read()) LeftTransaction();
              return Failed(status, "write");
            }
            ASSERT_GE(view_->number, world_.acknowledged);
            work_ = *view_;
            if (work_->page_count == 0) work_->page_count = 1;
            ASSERT_EQ(pager_->page_count(), work_->page_count);
            ++world_.counts["write"];
          });
  }

  void BeginCommit() {
    work_->number = ++world_.last_version;
    pager_->SetUserVersion(work_->number);
    work_->page_count = pager_->page_count();
    world_.versions[work_->number] = *work_;
    began_commit_ = true;
    Start([this] { return pager_->Commit(); },
          [this](const Status& status, auto&) {
            if (!status.ok()) {
              // It may stand although a power cut might undo it.
              if (pager_->commit_decided()) Acknowledge();
              // Readers were in the way: it may be tried again, after more changes too.
              const bool is_busy = status.primary() == ResultCode::kBusy;
              must_roll_back_ = !is_busy || world_.io.Choose(4) == 0;
              if (!must_roll_back_) began_commit_ = false;
              return Failed(status, "commit");
            }
            Acknowledge();
            view_ = *work_;
            work_.reset();
            began_commit_ = false;
            ++world_.counts["commit"];
          });
  }

  void BeginUndo() {
    const bool is_statement = world_.io.Choose(2) == 0;
    const size_t index =
        is_statement ? savepoints_.size() - 1 : world_.io.Choose(savepoints_.size());
    Start(
        [this, index, is_statement] {
          return is_statement ? pager_->RollbackStatement() : pager_->RollbackToSavepoint(index);
        },
        [this, index, is_statement](const Status& status, auto&) {
          if (!status.ok()) {
            must_roll_back_ = true;
            return Failed(status, "undo");
          }
          work_ = savepoints_[index];
          savepoints_.resize(is_statement ? index : index + 1);
          ASSERT_EQ(pager_->savepoint_count(), savepoints_.size());
          ASSERT_EQ(pager_->page_count(), work_->page_count);
          ++world_.counts["undo"];
        });
  }

  void ReleaseSavepoints() {
    savepoints_.resize(world_.io.Choose(savepoints_.size()));
    pager_->ReleaseSavepoints(savepoints_.size());
  }

  void BeginCheckpoint() {
    const auto mode = static_cast<CheckpointMode>(world_.io.Choose(4));
    must_roll_back_ = false;
    Start([this, mode] { return pager_->Checkpoint(mode); },
          [this](const Status& status, auto& result) {
            if (!status.ok()) return Failed(status, "checkpoint");
            ++world_.counts[result->busy ? "checkpoint busy" : "checkpoint"];
          });
  }

  void BeginClose() {
    began_close_ = true;
    Start([this] { return pager_->Close(); },
          [this](const Status&, auto&) {
            began_close_ = false;
            Reopen();
            ++world_.counts["close"];
          });
  }

  // A page as it should be, or any when there is none.
  std::optional<std::pair<PageNumber, uint64_t>> Pick(const Version& version) {
    if (version.pages.empty()) return std::nullopt;
    auto it = version.pages.begin();
    std::advance(it, static_cast<ptrdiff_t>(world_.io.Choose(version.pages.size())));
    return *it;
  }

  static uint64_t MarkOf(const PageRef& page) {
    uint64_t first;
    uint64_t last;
    std::memcpy(&first, page.data(), 8);
    std::memcpy(&last, page.data() + 504, 8);
    EXPECT_EQ(first, last) << "page " << page.number() << " is torn";
    return first;
  }
  static void SetMark(PageRef& page, uint64_t mark) {
    std::memcpy(page.Edit(), &mark, 8);
    std::memcpy(page.Edit() + 504, &mark, 8);
  }

  // Fetches a page and hands it to `then`.
  template <typename Then>
  void Fetch(PageNumber number, Then then) {
    if (PageRef page = pager_->TryPage(number, kModelFetch)) return then(page);
    fetch_.Start(*pager_, number, kModelFetch);
    Start([this] { return fetch_.Resume(); },
          [this, then](const Status& status, auto& result) {
            if (!status.ok()) return Failed(status, "fetch");
            PageRef page = *std::move(result);
            then(page);
          });
  }

  void BeginCheck(const Version& version) {
    const auto picked = Pick(version);
    if (!picked) return;
    const uint64_t mark = picked->second;
    Fetch(picked->first, [this, mark](PageRef& page) {
      ASSERT_EQ(MarkOf(page), mark) << "page " << page.number();
      ++world_.counts["check"];
    });
  }

  void BeginChange() {
    const auto picked = Pick(*work_);
    if (!picked) return;
    const auto [number, old_mark] = *picked;
    const uint64_t mark = world_.next_mark++;
    const uint64_t expected = old_mark;
    Fetch(number, [this, expected, mark](PageRef& page) {
      ASSERT_EQ(MarkOf(page), expected) << "page " << page.number();
      SetMark(page, mark);
      work_->pages[page.number()] = mark;
    });
  }

  void BeginAllocate() {
    allocate_.Start(*pager_);
    Start([this] { return allocate_.Resume(); },
          [this](const Status& status, auto& result) {
            if (!status.ok()) return Failed(status, "allocate");
            PageRef page = *std::move(result);
            ASSERT_FALSE(work_->pages.contains(page.number()));
            ASSERT_GT(page.number(), 1u);
            for (size_t i = 0; i < 512; ++i) ASSERT_EQ(page.data()[i], std::byte{0});
            const uint64_t mark = world_.next_mark++;
            SetMark(page, mark);
            work_->pages[page.number()] = mark;
            work_->page_count = pager_->page_count();
          });
  }

  void BeginFree() {
    const auto picked = Pick(*work_);
    if (!picked) return;
    const PageNumber number = picked->first;
    free_.Start(*pager_, number);
    Start([this] { return free_.Resume(); },
          [this, number](const Status& status, auto&) {
            if (!status.ok()) return Failed(status, "free");
            work_->pages.erase(number);
            ++world_.counts["free"];
          });
  }

  void Failed(const Status& status, const std::string& doing) {
    const ResultCode code = status.primary();
    const bool is_expected =
        code == ResultCode::kBusy || code == ResultCode::kIoError || code == ResultCode::kProtocol;
    ASSERT_TRUE(is_expected) << doing << ": " << status.ToString();
    if (code == ResultCode::kIoError) ASSERT_GT(world_.io.error_count(), 0u);
    ++world_.counts[doing + (code == ResultCode::kBusy ? " busy" : " failed")];
  }

  World& world_;
  std::unique_ptr<Pager> pager_;
  FetchPage fetch_;
  AllocatePage allocate_;
  FreePage free_;
  std::function<bool()> step_;
  Completion* waits_for_ = nullptr;
  bool call_is_begin_read_ = false;
  bool began_commit_ = false;
  bool must_roll_back_ = false;
  bool began_close_ = false;
  std::optional<Version> view_;
  std::optional<Version> work_;
  std::vector<Version> savepoints_;
};

void RunSeed(uint64_t seed, bool is_wal, int actor_count, int step_count, uint32_t errors,
             std::map<std::string, int>& counts) {
  SCOPED_TRACE("seed " + std::to_string(seed) + (is_wal ? ", WAL" : ", rollback"));
  World world({.seed = seed, .errors = 0}, is_wal);
  world.versions[0] = Version();
  std::vector<std::unique_ptr<Actor>> actors;
  for (int i = 0; i < actor_count; ++i) actors.push_back(std::make_unique<Actor>(world));
  world.io.set_errors(errors);
  for (int i = 0; i < step_count; ++i) {
    actors[world.io.Choose(actors.size())]->Step();
    if (testing::Test::HasFatalFailure()) return;
    if (world.io.Chance(600)) (void)world.io.Poll(PollMode::kNoWait);
  }
  // Faults stop; then everybody gets on, and the last version is there.
  world.io.set_errors(0);
  for (auto& actor : actors) actor->FinishAndRollBack();
  for (auto& actor : actors) {
    Pager& pager = actor->pager();
    const IoResult<> read = RunToEnd(world.io, [&] { return pager.BeginRead(); });
    ASSERT_TRUE(read.done()) << read.status().ToString();
    ASSERT_GE(pager.header().user_version, world.acknowledged);
    pager.EndRead();
  }
  for (auto& actor : actors) actor->Close();
  EXPECT_FALSE(*world.io.Exists("test.db-wal"));
  EXPECT_FALSE(*world.io.Exists("test.db-shm"));
  EXPECT_TRUE(!world.is_wal || !*world.io.Exists("test.db-journal"));
  for (const auto& [what, count] : world.counts) counts[what] += count;
}

void RunSeeds(uint64_t first, uint64_t count, bool is_wal, int actor_count, uint32_t errors) {
  std::map<std::string, int> counts;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    RunSeed(seed, is_wal, actor_count, 3000, errors, counts);
    if (testing::Test::HasFailure()) return;
  }
  std::string text;
  for (const auto& [what, n] : counts) text += what + " " + std::to_string(n) + ", ";
  testing::Test::RecordProperty("counts", text);
  for (const char* what : {"read", "check", "write", "commit", "rollback", "undo", "checkpoint",
                           "kill", "close", "given up", "free"}) {
    EXPECT_GT(counts[what], 0) << what;
  }
  if (getenv("ORRERY_VERBOSE") != nullptr) std::fputs((text + "\n").c_str(), stderr);
}

// More with ORRERY_SEED_FACTOR, by hand.
uint64_t seed_count(uint64_t count) {
  const char* const factor = getenv("ORRERY_SEED_FACTOR");
  return factor == nullptr ? count : count * std::strtoull(factor, nullptr, 10);
}

class PagerModelTest : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(, PagerModelTest, testing::Values(true, false),
                         [](const auto& is_wal) { return is_wal.param ? "wal" : "rollback"; });

TEST_P(PagerModelTest, OneConnectionSeesItsOwnCommits) {
  RunSeeds(1, seed_count(30), GetParam(), 1, 0);
}
TEST_P(PagerModelTest, SeveralConnectionsSeeOneVersionEach) {
  RunSeeds(1000, seed_count(40), GetParam(), 4, 0);
}
TEST_P(PagerModelTest, ErrorsLoseNothingThatWasAcknowledged) {
  RunSeeds(2000, seed_count(40), GetParam(), 3, 10);
}

}  // namespace
}  // namespace orrery
