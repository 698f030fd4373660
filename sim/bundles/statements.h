// The workload's statements of a run as a file of SQL, one a line in the order of their beginnings:
//
//   /* connection 0 */ CREATE TABLE t0(id INTEGER PRIMARY KEY,a INTEGER,b);
//   -- connection 1, step: SELECT id,a,b FROM t0
//
// A comment is what is no statement of its own: a query under way is stepped.

#ifndef ORRERY_SIM_BUNDLES_STATEMENTS_H_
#define ORRERY_SIM_BUNDLES_STATEMENTS_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/bundles/event_stream.h"

namespace orrery::sim {

class StatementSink final : public EventSink {
 public:
  explicit StatementSink(std::function<void(const std::string& line)> write)
      : write_(std::move(write)) {}
  void OnEvent(const StreamEvent& event) override;

 private:
  const std::function<void(const std::string&)> write_;
};

// Whether a run has these statements: each connection's own, in their order, from its first one on.
// More may follow, and connections may come in another order.
class StatementChecker final : public EventSink {
 public:
  // The lines of such a file.
  explicit StatementChecker(std::string_view text);
  void OnEvent(const StreamEvent& event) override;

  size_t expected_count() const { return expected_count_; }
  size_t matched_count() const { return matched_count_; }
  // The first line that did not come, and what came in its place; "" when there is none.
  const std::string& difference() const { return difference_; }

 private:
  std::map<std::string, std::vector<std::string>> expected_;  // by connection, oldest last
  size_t expected_count_ = 0;
  size_t matched_count_ = 0;
  std::string difference_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_BUNDLES_STATEMENTS_H_
