#include "sim/oracles/relation.h"

#include <algorithm>

#include "engine/value/compare.h"

namespace orrery::sim {
namespace {

// Total but for 0.0 and -0.0.
std::weak_ordering OrderOf(const Value& a, const Value& b) {
  const std::weak_ordering order = Compare(a, b, kBinaryCollation);
  return order != 0 ? order : std::weak_ordering(a.type() <=> b.type());
}

std::weak_ordering OrderOf(const Row& a, const Row& b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const std::weak_ordering order = OrderOf(a[i], b[i]);
    if (order != 0) return order;
  }
  return a.size() <=> b.size();
}

std::vector<const Row*> Sorted(const Rows& rows) {
  std::vector<const Row*> sorted;
  for (const Row& row : rows) sorted.push_back(&row);
  std::sort(sorted.begin(), sorted.end(),
            [](const Row* a, const Row* b) { return OrderOf(*a, *b) < 0; });
  return sorted;
}

}  // namespace

RelationDraw::RelationDraw(Choices choices, const std::vector<SqlTable>& tables)
    : choices_(choices),
      tables_(tables),
      expressions_(choices),
      no_views_(choices),
      queries_(choices, expressions_, no_views_) {
  const SqlTable& first = tables[Choose(tables.size(), "table")];
  if (Choose(3, "join") != 0) {
    alone_ = &first;
    from_ = " FROM " + first.name;
    expressions_.Use(alone_);
    return;
  }
  const SqlTable& second = tables[Choose(tables.size(), "second")];
  joined_.is_query = true;
  for (const std::string& column : first.columns) joined_.columns.push_back("p." + column);
  for (const std::string& column : second.columns) joined_.columns.push_back("q." + column);
  const char* const join = OneOf({",", " JOIN ", " CROSS JOIN ", " LEFT JOIN "}, "kind of join");
  const uint64_t few = choices_.Between(1, 8, "few");
  from_ = " FROM " + first.name + " AS p" + join + "(SELECT * FROM " + second.name +
          " ORDER BY rowid LIMIT " + std::to_string(few) + ") AS q";
  expressions_.Use(&joined_);
}

std::string RelationDraw::Predicate() {
  if (alone_ == nullptr || Choose(6, "subquery") != 0) return expressions_.Draw(3);
  std::string test = queries_.Condition(tables_, *alone_);
  expressions_.Use(alone_);
  return test;
}

std::string CompareBags(const Rows& expected, const Rows& actual) {
  const std::vector<const Row*> a = Sorted(expected);
  const std::vector<const Row*> b = Sorted(actual);
  const std::string counts =
      " (" + std::to_string(a.size()) + " and " + std::to_string(b.size()) + " rows)";
  for (size_t i = 0; i < a.size() || i < b.size(); ++i) {
    if (i == a.size()) return "a row too many: " + ToString(*b[i]) + counts;
    if (i == b.size()) return "a row is missing: " + ToString(*a[i]) + counts;
    const std::weak_ordering order = OrderOf(*a[i], *b[i]);
    if (order < 0) return "a row is missing: " + ToString(*a[i]) + counts;
    if (order > 0) return "a row too many: " + ToString(*b[i]) + counts;
  }
  return "";
}

std::string CompareQueries(const Ask& ask, const std::string& expected, const std::string& actual) {
  const std::optional<Rows> expected_rows = ask(expected);
  if (!expected_rows) return "";
  const std::optional<Rows> actual_rows = ask(actual);
  if (!actual_rows) return "";
  const std::string difference = CompareBags(*expected_rows, *actual_rows);
  return difference.empty() ? "" : expected + " and " + actual + ": " + difference;
}

std::optional<int64_t> TheInteger(const std::optional<Rows>& rows) {
  if (!rows || rows->size() != 1 || (*rows)[0].size() != 1 || !(*rows)[0][0].is_integer()) {
    return std::nullopt;
  }
  return (*rows)[0][0].integer();
}

}  // namespace orrery::sim
