#include "sim/oracles/row_count.h"

#include <algorithm>

namespace orrery::sim {
namespace {

// Counts, and remembers that there is no verdict.
class Counter {
 public:
  explicit Counter(const Ask& ask) : ask_(ask) {}
  int64_t Count(const std::string& query) {
    if (!complete_) return 0;
    const std::string sql = "SELECT count(*) FROM (" + query + ")";
    const std::optional<int64_t> count = TheInteger(ask_(sql));
    if (!count) complete_ = false;
    text_ += (text_.empty() ? "" : "; ") + sql + " is " + std::to_string(count.value_or(0));
    return count.value_or(0);
  }
  // What to say when `holds` is not so.
  std::string Verdict(bool holds, const char* relation) const {
    return holds || !complete_ ? "" : std::string(relation) + ": " + text_;
  }

 private:
  const Ask& ask_;
  bool complete_ = true;
  std::string text_;
};

}  // namespace

std::string CheckRowCount(RelationDraw& draw, const Ask& ask) {
  Counter counter(ask);
  const uint64_t kind = draw.Choose(5, "kind");
  const std::string p = draw.Predicate();
  const std::string q = draw.Predicate();
  const std::string& from = draw.from();
  const std::string value = draw.Summand();
  const std::string found = from + " WHERE " + p;
  const std::string a = "SELECT " + value + found;
  const std::string distinct_a = "SELECT DISTINCT " + value + found;
  const std::string b = "SELECT " + draw.Summand() + from + " WHERE " + q;
  switch (kind) {
    case 0: {
      const auto limit = static_cast<int64_t>(draw.Choose(8, "limit"));
      const auto offset = static_cast<int64_t>(draw.Choose(4, "offset"));
      const std::string order = draw.OneOf({"", " ORDER BY 1", " ORDER BY 1 DESC"}, "order");
      const int64_t all = counter.Count(a);
      const int64_t some = counter.Count(a + order + " LIMIT " + std::to_string(limit) +
                                         " OFFSET " + std::to_string(offset));
      return counter.Verdict(some == std::clamp<int64_t>(all - offset, 0, limit), "LIMIT");
    }
    case 1: {
      const int64_t both = counter.Count(a + " UNION ALL " + b);
      const int64_t left = counter.Count(a);
      const int64_t right = counter.Count(b);
      return counter.Verdict(both == left + right, "UNION ALL adds up");
    }
    case 2: {
      const int64_t left = counter.Count(distinct_a);
      const int64_t right = counter.Count(b + " UNION " + b);
      const int64_t either = counter.Count(a + " UNION " + b);
      const int64_t both = counter.Count(a + " INTERSECT " + b);
      const int64_t only_left = counter.Count(a + " EXCEPT " + b);
      return counter.Verdict(either + both == left + right && only_left + both == left,
                             "sets add up");
    }
    case 3: {
      const int64_t all = counter.Count("SELECT 1" + from);
      const int64_t more = counter.Count("SELECT 1" + from + " WHERE (" + p + ") OR (" + q + ")");
      const int64_t these = counter.Count(a);
      const int64_t fewer = counter.Count("SELECT 1" + from + " WHERE (" + p + ") AND (" + q + ")");
      const int64_t other = counter.Count(b);
      return counter.Verdict(
          fewer <= these && these <= more && more <= all && fewer + more == these + other,
          "a condition that asks for more finds no more");
    }
    default: {
      const int64_t rows = counter.Count(a);
      const int64_t distinct = counter.Count(distinct_a);
      const int64_t groups =
          counter.Count("SELECT " + value + ",count(*)" + found + " GROUP BY " + value);
      const int64_t united = counter.Count(a + " UNION " + a);
      return counter.Verdict(distinct <= rows && distinct == groups && distinct == united,
                             "distinct rows are groups");
    }
  }
}

}  // namespace orrery::sim
