// "A yield is invisible": an operation gives the same result wherever it had to wait.
// ForEachYieldPlan runs a test's body once per plan of waits, so that the test need only state the
// result:
//
//   TEST(OverflowReaderTest, ReadsTheSameBytesWhereverItWaits) {
//     ForEachYieldPlan([](Io& io) {
//       ChainFixture chain(io, {.page_count = 5});
//       OverflowReader reader(chain.pager());
//       reader.Start(chain.first_page(), chain.payload().size());
//       EXPECT_EQ(ValueOf(RunToEnd(io, [&] { return reader.Resume(); })), chain.payload());
//     });
//   }
//
// The plans, each on a new MemoryIo with the same seed:
// - no forced wait, operations finish in the call that submits them (this counts the occurrences of
//   yield sites);
// - the n-th occurrence alone is forced, for each n;
// - every occurrence is forced;
// - none forced, and every, with operations that finish in Poll(); the newest first; one in each.
// The first plan whose body fails names itself and ends the test.

#ifndef ORRERY_ENGINE_IO_TESTING_YIELD_PLAN_H_
#define ORRERY_ENGINE_IO_TESTING_YIELD_PLAN_H_

#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/io/io.h"
#include "engine/io/io_result.h"
#include "engine/io/yield_site.h"
#include "gtest/gtest.h"

namespace orrery {

// Forces the waits of one plan and counts the occurrences of yield sites.
class YieldingObserver final : public IoObserver {
 public:
  static YieldingObserver ForcesNone() { return YieldingObserver(kNone, kNone); }
  static YieldingObserver ForcesOnly(size_t occurrence_index) {
    return YieldingObserver(occurrence_index, occurrence_index);
  }
  static YieldingObserver ForcesAll() { return YieldingObserver(0, kNone); }

  bool ForceWait(const YieldSite& site) override;

  size_t occurrence_count() const { return occurrence_count_; }
  size_t forced_count() const { return forced_count_; }
  // The site of the wait that was forced last; "" when there was none.
  std::string last_forced_site() const;

 private:
  static constexpr size_t kNone = std::numeric_limits<size_t>::max();
  // An operation that asks at the same site again after each forced wait would never get anywhere:
  // after this many in a row at one site, one is let through.
  static constexpr size_t kForcedInARowMax = 64;

  YieldingObserver(size_t first, size_t last) : first_(first), last_(last) {}

  size_t first_;  // the occurrences that are forced, both included
  size_t last_;
  size_t occurrence_count_ = 0;
  size_t forced_count_ = 0;
  size_t forced_in_a_row_ = 0;  // at last_forced_
  const YieldSite* last_forced_ = nullptr;
};

struct YieldPlanOptions {
  // Of a body with more occurrences than this, evenly spaced ones are forced alone.
  size_t single_plan_count_max = 1000;
};

// What a run of ForEachYieldPlan covered.
struct YieldPlanCoverage {
  size_t occurrence_count = 0;  // without forced waits
  size_t plan_count = 0;        // bodies run
};

YieldPlanCoverage ForEachYieldPlan(const std::function<void(Io&)>& body,
                                   YieldPlanOptions options = YieldPlanOptions());

// The value of a finished call; a failed one ends the test with its error.
template <typename T>
T ValueOf(IoResult<T> result) {
  if (result.failed()) ADD_FAILURE() << result.status().ToString();
  CHECK(result.done());
  return *std::move(result);
}
template <typename T>
T ValueOf(Result<T> result) {
  if (!result.ok()) ADD_FAILURE() << result.status().ToString();
  CHECK(result.ok());
  return *std::move(result);
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_TESTING_YIELD_PLAN_H_
