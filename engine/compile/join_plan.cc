// JoinLoop: in which order the tables are read, and how.

#include <algorithm>
#include <limits>

#include "engine/compile/join_loop.h"

namespace orrery {
namespace {

// Up to so many tables every order is weighed; beyond, the best next one is taken each time.
constexpr size_t kWeighedTermCountMax = 10;

// What share of the rows a condition lets through, as far as its form tells.
double SelectivityOf(const Bound& bound) {
  if (bound.kind != BoundKind::kBinary) return 0.9;
  return bound.binary == BinaryOp::kEqual || bound.binary == BinaryOp::kIs ? 0.25 : 0.9;
}

bool HasSubquery(const Bound& bound) {
  bool has = false;
  VisitAll(bound, [&has](const Bound& each) { has = has || each.query != nullptr; });
  return has;
}

}  // namespace

JoinLoop::JoinLoop(CompileContext& context, ExprCoder& coder, QueryBlock& block, bool is_repeated)
    : context_(context),
      builder_(context.builder),
      coder_(coder),
      block_(block),
      is_repeated_(is_repeated) {}

bool JoinLoop::IsRight(size_t term) const {
  const JoinKind join = block_.from[term]->join;
  return join == JoinKind::kRight || join == JoinKind::kFull;
}

// -- Conditions --

uint64_t JoinLoop::TermsOf(const Bound& bound) const {
  uint64_t terms = 0;
  VisitAll(bound, [&](const Bound& each) {
    if (each.kind != BoundKind::kColumn) return;
    for (size_t i = 0; i < block_.from.size(); ++i) {
      if (block_.from[i]->source.cursor == each.cursor) terms |= uint64_t{1} << i;
    }
  });
  return terms;
}

void JoinLoop::Split(const Bound& condition, int outer_join, size_t not_before) {
  if (condition.kind == BoundKind::kBinary && condition.binary == BinaryOp::kAnd) {
    Split(condition.operand(0), outer_join, not_before);
    Split(condition.operand(1), outer_join, not_before);
    return;
  }
  conjuncts_.push_back({&condition, TermsOf(condition), outer_join, not_before});
  selectivities_.push_back(SelectivityOf(condition));
}

// What must be read before: for an outer or cross join, all that is on its left. Beside a RIGHT
// JOIN nothing changes places.
uint64_t JoinLoop::Prerequisites(size_t term) const {
  const uint64_t before = (uint64_t{1} << term) - 1;
  if (has_right_) return before;
  uint64_t read = 0;
  for (const BoundPtr& argument : block_.from[term]->arguments) read |= TermsOf(*argument);
  if (read != 0) return before;
  switch (block_.from[term]->join) {
    case JoinKind::kLeft:
    case JoinKind::kCross:
      return before;
    default:
      return 0;
  }
}

void JoinLoop::AlsoReads(const Bound& bound) {
  std::vector<const Bound*> columns;
  CollectColumns(bound, columns);
  for (const Bound* column : columns) columns_[column->cursor].insert(column->column);
}

void JoinLoop::CollectReads() {
  const auto all = [this](const std::vector<BoundPtr>& list) {
    for (const BoundPtr& each : list) AlsoReads(*each);
  };
  const auto one = [this](const BoundPtr& bound) {
    if (bound) AlsoReads(*bound);
  };
  all(block_.result);
  all(block_.group_by);
  one(block_.where);
  one(block_.having);
  for (const auto& term : block_.from) {
    one(term->on);
    all(term->arguments);
  }
  for (const auto& window : block_.windows) {
    all(window->arguments);
    all(window->partition_by);
    all(window->order_by);
    one(window->filter);
  }
  for (const auto& aggregate : block_.aggregates) {
    all(aggregate->arguments);
    all(aggregate->order_by);
    one(aggregate->filter);
  }
}

// -- Paths --

PathRequest JoinLoop::RequestFor(size_t term, uint64_t available) const {
  const bool is_optional = block_.from[term]->is_optional() || IsRight(term);
  PathRequest request{.term = *block_.from[term],
                      .term_bit = uint64_t{1} << term,
                      .available = available,
                      .conjuncts = conjuncts_,
                      .usable = {},
                      .is_first = available == 0,
                      .is_repeated = is_repeated_,
                      .needs_own_cursor = IsRight(term)};
  const auto columns = columns_.find(request.term.source.cursor);
  if (columns != columns_.end()) request.columns = &columns->second;
  for (size_t i = 0; i < conjuncts_.size(); ++i) {
    const Conjunct& conjunct = conjuncts_[i];
    const bool is_usable = is_optional ? conjunct.outer_join == static_cast<int>(term)
                                       : conjunct.outer_join < 0 && conjunct.not_before <= term;
    if (is_usable && (conjunct.needs & request.term_bit) != 0) request.usable.push_back(i);
  }
  return request;
}

std::unique_ptr<AccessPath> JoinLoop::BestPath(size_t term, uint64_t available) const {
  std::unique_ptr<AccessPath> best;
  double best_cost = 0;
  constexpr double kRunCount = 1000;  // of a loop that is not the first
  for (auto& path : PathsOf(RequestFor(term, available), selectivities_)) {
    const double run_count = available == 0 ? 1 : kRunCount;
    const double cost = path->setup_cost + run_count * path->cost;
    if (best != nullptr && cost >= best_cost) continue;
    best_cost = cost;
    best = std::move(path);
  }
  return best;
}

// The order of FROM, unless another is cheaper.
std::vector<size_t> JoinLoop::BestOrder() const {
  const size_t count = block_.from.size();
  std::vector<size_t> order;
  if (count <= 1 || has_right_) {
    for (size_t i = 0; i < count; ++i) order.push_back(i);
    return order;
  }
  return count <= kWeighedTermCountMax ? BestOrderOfFew() : BestOrderOfMany();
}

// By dynamic programming over sets of tables: the cheapest way to have read each set.
std::vector<size_t> JoinLoop::BestOrderOfFew() const {
  const size_t count = block_.from.size();
  const size_t set_count = size_t{1} << count;
  struct Way {
    double cost = std::numeric_limits<double>::infinity();
    double row_count = 1;
    size_t last = 0;
  };
  std::vector<Way> ways(set_count);
  ways[0].cost = 0;
  for (uint64_t set = 0; set < set_count; ++set) {
    if (ways[set].cost == std::numeric_limits<double>::infinity()) continue;
    for (size_t term = 0; term < count; ++term) {
      const uint64_t bit = uint64_t{1} << term;
      if ((set & bit) != 0 || (Prerequisites(term) & ~set) != 0) continue;
      for (const auto& path : PathsOf(RequestFor(term, set), selectivities_)) {
        const double cost =
            ways[set].cost + path->setup_cost + ways[set].row_count * std::max(path->cost, 1.0);
        // A little more is no reason to leave the order that was written.
        Way& way = ways[set | bit];
        if (cost >= way.cost * 0.999) continue;
        way.cost = cost;
        way.row_count = ways[set].row_count * std::max(path->row_count, 0.01);
        way.last = term;
      }
    }
  }
  std::vector<size_t> order;
  for (uint64_t set = set_count - 1; set != 0; set &= ~(uint64_t{1} << ways[set].last)) {
    order.push_back(ways[set].last);
  }
  std::reverse(order.begin(), order.end());
  return order;
}

// The table that adds the fewest rows comes next.
std::vector<size_t> JoinLoop::BestOrderOfMany() const {
  const size_t count = block_.from.size();
  std::vector<size_t> order;
  uint64_t set = 0;
  while (order.size() < count) {
    size_t best = count;
    double best_score = std::numeric_limits<double>::infinity();
    for (size_t term = 0; term < count; ++term) {
      if ((set >> term & 1) != 0 || (Prerequisites(term) & ~set) != 0) continue;
      const auto path = BestPath(term, set);
      const double score = path->row_count + path->cost;
      if (score >= best_score * 0.999) continue;
      best_score = score;
      best = term;
    }
    CHECK(best < count);
    order.push_back(best);
    set |= uint64_t{1} << best;
  }
  return order;
}

void JoinLoop::Plan() {
  CollectReads();
  size_t last_right = 0;
  for (size_t i = 0; i < block_.from.size(); ++i) {
    if (!IsRight(i)) continue;
    has_right_ = true;
    last_right = i;
  }
  if (block_.where) Split(*block_.where, -1, last_right);
  last_right = 0;
  for (size_t i = 0; i < block_.from.size(); ++i) {
    const FromTerm& term = *block_.from[i];
    const bool is_outer = term.is_optional() || IsRight(i);
    if (term.on) Split(*term.on, is_outer ? static_cast<int>(i) : -1, last_right);
    if (IsRight(i)) last_right = i;
  }
  uint64_t set = 0;
  for (const size_t term : BestOrder()) {
    Level level;
    level.term = term;
    level.path = BestPath(term, set);
    set |= uint64_t{1} << term;
    levels_.push_back(std::move(level));
  }
  PlaceConjuncts();
}

// Each where all that it reads is first at hand: but not before a RIGHT JOIN that its clause comes
// after, and what the ON of an outer join says at that join.
void JoinLoop::PlaceConjuncts() {
  std::vector<size_t> level_of(block_.from.size());
  std::vector<bool> is_used(conjuncts_.size());
  for (size_t i = 0; i < levels_.size(); ++i) {
    level_of[levels_[i].term] = i;
    for (const size_t used : levels_[i].path->used) is_used[used] = true;
  }
  for (const bool of_subqueries : {false, true}) {
    for (size_t i = 0; i < conjuncts_.size(); ++i) {
      const Conjunct& conjunct = conjuncts_[i];
      if (is_used[i] || HasSubquery(*conjunct.expr) != of_subqueries) continue;
      if (conjunct.outer_join >= 0) {
        levels_[level_of[static_cast<size_t>(conjunct.outer_join)]].on_tests.push_back(
            conjunct.expr);
        continue;
      }
      if (conjunct.needs == 0 && !has_right_) {
        constants_.push_back(conjunct.expr);
        continue;
      }
      size_t level = has_right_ ? conjunct.not_before : 0;  // then nothing has changed places
      for (size_t term = 0; term < level_of.size(); ++term) {
        if ((conjunct.needs >> term & 1) != 0) level = std::max(level, level_of[term]);
      }
      levels_[level].tests.push_back(conjunct.expr);
    }
  }
}

bool JoinLoop::is_whole_table() const {
  return levels_.size() == 1 && constants_.empty() && levels_[0].tests.empty() &&
         levels_[0].path->used.empty() && !block_.from[0]->query && !block_.from[0]->is_recursion &&
         !block_.from[0]->function;
}

bool JoinLoop::GivesOrder(const std::vector<const Bound*>& terms, const SortKey& key) {
  if (terms.empty()) return true;
  if (levels_.empty() || has_right_) return false;
  AccessPath& path = *levels_[0].path;
  const int cursor = block_.from[levels_[0].term]->source.cursor;
  std::optional<bool> is_reversed;
  for (size_t i = 0; i < terms.size(); ++i) {
    if (i >= path.order.size()) return false;
    const PathOrder& order = path.order[i];
    const Bound& term = *terms[i];
    if (term.kind != BoundKind::kColumn || term.cursor != cursor || term.column != order.column) {
      return false;
    }
    if (order.column != kRowidColumn && key[i].collation != order.collation) return false;
    const bool differs = key[i].descending != order.descending;
    if (is_reversed.value_or(differs) != differs) return false;
    is_reversed = differs;
    // NULLs come where that direction puts them.
    if (order.column != kRowidColumn && key[i].nulls_last != key[i].descending) return false;
    // After the rowid nothing can tell two rows of the table apart.
    if (order.column == kRowidColumn && (levels_.size() == 1 || i + 1 == terms.size())) break;
  }
  if (*is_reversed && !path.can_reverse()) return false;
  if (*is_reversed) path.Reverse();
  return true;
}

}  // namespace orrery
