// Goal: the cache finds what it holds, stays near its limit, and a scan does not drive out the
// pages in steady use. Method: frames are taken and marked by hand; nothing is read.

#include "engine/storage/page_cache.h"

#include <set>

#include "engine/io/memory_io.h"
#include "engine/storage/page_ref.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

class NoEdits final : public EditHook {
  void PrepareEdit(Frame& frame) override { frame.dirty = true; }
};

class PageCacheTest : public testing::Test {
 protected:
  PageCacheTest() : cache_(io_, hook_, 20) { cache_.SetPageSize(512); }

  // What a read transaction does for a page: finds it, or takes a frame and loads it.
  bool Touch(PageNumber number) {
    if (Frame* const frame = cache_.Find(number)) {
      frame->referenced = true;
      return true;
    }
    Load(number);
    return false;
  }
  Frame& Load(PageNumber number) {
    Result<Frame*> frame = cache_.Take(number, false);
    EXPECT_TRUE(frame.ok());
    (*frame)->state = Frame::State::kLoaded;
    return **frame;
  }

  MemoryIo io_;
  NoEdits hook_;
  PageCache cache_;
};

TEST_F(PageCacheTest, FindsEveryPageItHolds) {
  // Numbers that collide in the table, inserted and dropped in a fixed disorder.
  cache_.SetLimit(1000);
  std::set<PageNumber> held;
  uint64_t state = 1;
  for (int i = 0; i < 20000; ++i) {
    state = state * 6364136223846793005 + 1442695040888963407;
    const auto number = static_cast<PageNumber>(1 + (state >> 33) % 700);
    Frame* const frame = cache_.Find(number);
    ASSERT_EQ(frame != nullptr, held.contains(number));
    if (frame == nullptr) {
      Load(number);
      held.insert(number);
    } else {
      ASSERT_EQ(frame->number, number);
      cache_.Drop(*frame);
      held.erase(number);
    }
    ASSERT_EQ(cache_.page_count(), held.size());
  }
}

TEST_F(PageCacheTest, KeepsPagesInSteadyUseThroughAScan) {
  for (int round = 0; round < 3; ++round) {
    for (PageNumber hot = 1; hot <= 8; ++hot) Touch(hot);
  }
  PageNumber scanned = 100;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 10; ++i) Touch(scanned++);
    for (PageNumber hot = 1; hot <= 8; ++hot) EXPECT_TRUE(Touch(hot)) << "round " << round;
  }
  EXPECT_LE(cache_.frame_count(), 20u);
}

TEST_F(PageCacheTest, LetsPagesGoThatAreUsedNoMore) {
  for (int round = 0; round < 3; ++round) {
    for (PageNumber hot = 1; hot <= 12; ++hot) Touch(hot);
  }
  for (int round = 0; round < 40; ++round) {
    for (PageNumber hot = 50; hot < 62; ++hot) Touch(hot);
  }
  for (PageNumber hot = 50; hot < 62; ++hot) EXPECT_NE(cache_.Find(hot), nullptr);
}

TEST_F(PageCacheTest, GrowsBeyondItsLimitForPinnedPagesAlone) {
  std::vector<PageRef> pins;
  for (PageNumber page = 1; page <= 50; ++page) pins.emplace_back(Load(page));
  for (PageNumber page = 1; page <= 50; ++page) EXPECT_NE(cache_.Find(page), nullptr);
  EXPECT_EQ(cache_.pinned_count(), 50u);
  pins.clear();
  for (PageNumber page = 100; page < 200; ++page) Load(page);
  EXPECT_LE(cache_.frame_count(), 64u);
}

TEST_F(PageCacheTest, AsksForDirtyPagesToBeSpilled) {
  for (PageNumber page = 1; page <= 20; ++page) Load(page).dirty = true;
  Result<Frame*> frame = cache_.Take(30, true);
  ASSERT_TRUE(frame.ok());
  EXPECT_EQ(*frame, nullptr);
  std::vector<Frame*> candidates = cache_.SpillCandidates(5);
  ASSERT_EQ(candidates.size(), 5u);
  EXPECT_EQ(candidates[0]->number, 1u);
  candidates[2]->dirty = false;
  frame = cache_.Take(30, true);
  ASSERT_TRUE(frame.ok());
  ASSERT_NE(*frame, nullptr);
  EXPECT_EQ(cache_.Find(3), nullptr);
}

TEST_F(PageCacheTest, LeavesADroppedPageToWhoHasItPinned) {
  Frame& frame = Load(7);
  frame.data[0] = std::byte{42};
  PageRef pin(frame);
  cache_.Drop(frame);
  EXPECT_EQ(cache_.Find(7), nullptr);
  Load(7).data[0] = std::byte{1};
  EXPECT_EQ(pin.data()[0], std::byte{42});
  pin.Release();
  EXPECT_EQ(frame.state, Frame::State::kFree);
}

TEST_F(PageCacheTest, DoesNotReuseAFrameThatAnOperationStillFills) {
  Result<Frame*> frame = cache_.Take(7, false);
  io_.Sleep(0, (*frame)->completion);
  cache_.Drop(**frame);
  EXPECT_EQ((*frame)->state, Frame::State::kDetached);
  for (PageNumber page = 100; page < 150; ++page) EXPECT_NE(&Load(page), *frame);
  io_.Drain();
  std::set<Frame*> used;
  for (PageNumber page = 200; page < 300; ++page) used.insert(&Load(page));
  EXPECT_NE((*frame)->state, Frame::State::kDetached);
}

TEST_F(PageCacheTest, StartsAnewWithAnotherPageSize) {
  PageRef pin(Load(1));
  cache_.SetPageSize(4096);
  EXPECT_EQ(cache_.Find(1), nullptr);
  EXPECT_EQ(cache_.page_count(), 0u);
  Frame& frame = Load(1);
  frame.data[4095] = std::byte{1};
  pin.Release();
}

}  // namespace
}  // namespace orrery
