#include "sim/oracles/model.h"

#include <algorithm>

namespace orrery::sim {
namespace {

std::vector<ModelRow>::iterator Find(std::vector<ModelRow>& rows, int64_t id) {
  return std::lower_bound(rows.begin(), rows.end(), id,
                          [](const ModelRow& row, int64_t key) { return row.id < key; });
}

// False when the id is taken.
bool InsertRow(std::vector<ModelRow>& rows, const ModelRow& row) {
  if (rows.empty() || rows.back().id < row.id) {
    rows.push_back(row);
    return true;
  }
  const auto at = Find(rows, row.id);
  if (at != rows.end() && at->id == row.id) return false;
  rows.insert(at, row);
  return true;
}

ResultCode Insert(ModelTable& table, const TableStatement& s) {
  for (const NewRow& row : s.rows) {
    const int64_t next_id = table.rows.empty() ? 1 : table.rows.back().id + 1;
    // The engine's own choice is one more than the greatest, but never below 1.
    const int64_t id = row.id ? *row.id : next_id;
    if (!InsertRow(table.rows, {id, row.a, row.b})) return ResultCode::kConstraint;
  }
  return ResultCode::kOk;
}

ResultCode Update(ModelTable& table, const TableStatement& s, int64_t* change_count) {
  std::vector<int64_t> ids;
  for (const ModelRow& row : table.rows) {
    if (Holds(s.where, row)) ids.push_back(row.id);
  }
  *change_count = static_cast<int64_t>(ids.size());
  for (const int64_t id : ids) {
    const auto at = Find(table.rows, id);
    ModelRow row = *at;
    if (s.add_to_a && row.a) row.a = *row.a + *s.add_to_a;
    if (s.set_a) row.a = s.set_a;
    if (s.set_b) row.b = *s.set_b;
    if (!s.move_id) {
      *at = row;
      continue;
    }
    table.rows.erase(at);
    row.id += *s.move_id;
    if (!InsertRow(table.rows, row)) return ResultCode::kConstraint;
  }
  return ResultCode::kOk;
}

// NULL sorts before every number.
bool ALess(const std::optional<int64_t>& x, const std::optional<int64_t>& y) {
  if (!x || !y) return !x && y;
  return *x < *y;
}

Value Optional(const std::optional<int64_t>& n) { return n ? Value::Integer(*n) : Value::Null(); }

// Which of `size` rows LIMIT and OFFSET leave: [first, last).
struct Window {
  size_t first;
  size_t last;
};
Window WindowOf(const TableStatement& s, size_t size) {
  if (!s.limit) return {0, size};
  const size_t first = std::min(static_cast<size_t>(s.offset), size);
  // A negative limit means none.
  if (*s.limit < 0) return {first, size};
  return {first, first + std::min(static_cast<size_t>(*s.limit), size - first)};
}

bool IsOptional(const Value& value, const std::optional<int64_t>& n) {
  return n ? value.is_integer() && value.integer() == *n : value.is_null();
}

// Whether `row` is ToRow(expected), without making that.
bool IsRow(const Row& row, const ModelRow& expected) {
  return row.size() == 3 && row[0].is_integer() && row[0].integer() == expected.id &&
         IsOptional(row[1], expected.a) && IsFiller(row[2], expected.b);
}

Value Length(const Filler& filler) {
  return filler.type == ValueType::kNull ? Value::Null() : Value::Integer(filler.size);
}

}  // namespace

bool Holds(const Predicate& p, const ModelRow& row) {
  switch (p.kind) {
    case Predicate::Kind::kAll:
      return true;
    case Predicate::Kind::kIdEqual:
      return row.id == p.x;
    case Predicate::Kind::kIdBetween:
      return p.x <= row.id && row.id <= p.y;
    case Predicate::Kind::kIdGreater:
      return row.id > p.x;
    case Predicate::Kind::kIdLess:
      return row.id < p.x;
    case Predicate::Kind::kAEqualModulo:
      return row.a && *row.a % p.x == p.y;
    case Predicate::Kind::kALess:
      return row.a && *row.a < p.x;
    case Predicate::Kind::kAIsNull:
      return !row.a;
    case Predicate::Kind::kBLonger:
      return row.b.type != ValueType::kNull && static_cast<int64_t>(row.b.size) > p.x;
  }
  Unreachable();
}

int Tables::count() const {
  return static_cast<int>(std::count_if(tables_.begin(), tables_.end(),
                                        [](const auto& table) { return table != nullptr; }));
}

ResultCode Tables::Apply(const TableStatement& s, int64_t* change_count) {
  *change_count = 0;
  std::shared_ptr<const ModelTable>& slot = tables_[s.table];
  if (s.verb == TableStatement::Verb::kCreate) {
    if (slot != nullptr) return ResultCode::kError;
    slot = std::make_shared<ModelTable>();
    return ResultCode::kOk;
  }
  if (slot == nullptr) return ResultCode::kError;
  if (s.verb == TableStatement::Verb::kDrop) {
    slot.reset();
    return ResultCode::kOk;
  }

  auto changed = std::make_shared<ModelTable>(*slot);
  ResultCode code = ResultCode::kOk;
  if (s.verb == TableStatement::Verb::kInsert) {
    code = Insert(*changed, s);
    *change_count = static_cast<int64_t>(s.rows.size());
  } else if (s.verb == TableStatement::Verb::kUpdate) {
    code = Update(*changed, s, change_count);
  } else {
    *change_count = static_cast<int64_t>(
        std::erase_if(changed->rows, [&](const ModelRow& row) { return Holds(s.where, row); }));
  }
  if (code == ResultCode::kOk) slot = std::move(changed);
  return code;
}

Row Aggregate(Projection projection, const std::vector<const ModelRow*>& rows) {
  if (projection == Projection::kCount) {
    return {Value::Integer(static_cast<int64_t>(rows.size()))};
  }
  if (projection == Projection::kMinMaxId) {
    if (rows.empty()) return {Value::Null(), Value::Null()};
    return {Value::Integer(rows.front()->id), Value::Integer(rows.back()->id)};
  }
  int64_t count = 0;
  int64_t sum = 0;
  std::optional<int64_t> least;
  std::optional<int64_t> greatest;
  for (const ModelRow* row : rows) {
    if (!row->a) continue;
    ++count;
    sum += *row->a;
    if (!least || *row->a < *least) least = row->a;
    if (!greatest || *row->a > *greatest) greatest = row->a;
  }
  return {Value::Integer(count), count == 0 ? Value::Null() : Value::Integer(sum), Optional(least),
          Optional(greatest)};
}

bool ComesBefore(Order order, const ModelRow& x, const ModelRow& y) {
  // Descending, so NULL comes last.
  const auto size = [](const ModelRow& row) {
    return row.b.type == ValueType::kNull ? int64_t{-1} : int64_t{row.b.size};
  };
  if (order == Order::kIdDescending) return x.id > y.id;
  if (order == Order::kAThenId && x.a != y.a) return ALess(x.a, y.a);
  if (order == Order::kSizeThenId && size(x) != size(y)) return size(x) > size(y);
  return x.id < y.id;
}

void Limit(const TableStatement& s, Rows& rows) {
  const Window window = WindowOf(s, rows.size());
  rows.erase(rows.begin() + static_cast<ptrdiff_t>(window.last), rows.end());
  rows.erase(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(window.first));
}

std::vector<const ModelRow*> Tables::Found(const TableStatement& s) const {
  std::vector<const ModelRow*> found;
  for (const ModelRow& row : tables_[s.table]->rows) {
    if (Holds(s.where, row)) found.push_back(&row);
  }
  if (IsAggregate(s.projection)) return found;
  if (s.order != Order::kNone) {
    std::sort(found.begin(), found.end(),
              [&](const ModelRow* x, const ModelRow* y) { return ComesBefore(s.order, *x, *y); });
  }
  const Window window = WindowOf(s, found.size());
  found.erase(found.begin() + static_cast<ptrdiff_t>(window.last), found.end());
  found.erase(found.begin(), found.begin() + static_cast<ptrdiff_t>(window.first));
  return found;
}

Rows Tables::Select(const TableStatement& s) const {
  const std::vector<const ModelRow*> found = Found(s);
  Rows rows;
  if (IsAggregate(s.projection)) {
    rows.push_back(Aggregate(s.projection, found));
    Limit(s, rows);
    return rows;
  }
  rows.reserve(found.size());
  for (const ModelRow* row : found) {
    rows.push_back(s.projection == Projection::kRows
                       ? ToRow(*row)
                       : Row{Value::Integer(row->id), Length(row->b)});
  }
  return rows;
}

std::string Tables::CompareAnswer(const TableStatement& s, const Rows& actual) const {
  if (s.projection == Projection::kRows) {
    const std::vector<const ModelRow*> found = Found(s);
    const bool same = std::equal(actual.begin(), actual.end(), found.begin(), found.end(),
                                 [](const Row& x, const ModelRow* y) { return IsRow(x, *y); });
    if (same) return "";
  }
  return DescribeDifference(Select(s), actual);
}

bool Tables::operator==(const Tables& other) const {
  for (int table = 0; table < kTableCountMax; ++table) {
    const ModelTable* mine = Find(table);
    const ModelTable* theirs = other.Find(table);
    if (mine == theirs) continue;
    if (mine == nullptr || theirs == nullptr || !(*mine == *theirs)) return false;
  }
  return true;
}

Row ToRow(const ModelRow& row) {
  return {Value::Integer(row.id), Optional(row.a), FillerValue(row.b)};
}

bool SameRows(const Rows& a, const Rows& b) { return DescribeDifference(a, b).empty(); }

std::string DescribeDifference(const Rows& expected, const Rows& actual) {
  const auto same = [](const Row& x, const Row& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), Identical);
  };
  for (size_t i = 0; i < expected.size() || i < actual.size(); ++i) {
    if (i < expected.size() && i < actual.size() && same(expected[i], actual[i])) continue;
    return "row " + std::to_string(i) + ": expected " +
           (i < expected.size() ? ToString(expected[i]) : "the end") + ", got " +
           (i < actual.size() ? ToString(actual[i]) : "the end") + " (" +
           std::to_string(expected.size()) + " and " + std::to_string(actual.size()) + " rows)";
  }
  return "";
}

std::string CompareTable(const ModelTable& expected, const Rows& actual) {
  if (std::equal(actual.begin(), actual.end(), expected.rows.begin(), expected.rows.end(), IsRow)) {
    return "";
  }
  Rows rows;
  rows.reserve(expected.rows.size());
  for (const ModelRow& row : expected.rows) rows.push_back(ToRow(row));
  return DescribeDifference(rows, actual);
}

}  // namespace orrery::sim
