#include "sim/workloads/table_workload.h"

#include <algorithm>

namespace orrery::sim {
namespace {

using Verb = TableStatement::Verb;

int64_t Signed(uint64_t n) { return static_cast<int64_t>(n); }

}  // namespace

TableShape TableShape::Draw(Choices& choices, uint32_t page_size) {
  TableShape shape;
  shape.table_count = static_cast<int>(choices.Between(1, 3, "table count"));
  static constexpr int64_t kRanges[] = {60, 20, 200, 6};
  static constexpr uint32_t kRangeWeights[] = {5, 3, 3, 1};
  shape.id_range = kRanges[choices.Weighted(kRangeWeights, "id range")];
  static constexpr uint32_t kSmall[] = {20, 60, 150};
  shape.small_size_max = kSmall[choices.Choose(3, "small size")];
  // A record of this size is about where a cell leaves its page, or fills it.
  static constexpr uint32_t kPortions[] = {1, 2, 4};
  shape.threshold_size = page_size / kPortions[choices.Choose(3, "threshold")];
  shape.threshold_size -= std::min<uint32_t>(shape.threshold_size, 45);
  shape.large_size_max = std::min<uint32_t>(page_size * 5, 12'000);
  static constexpr uint32_t kLarge[] = {50'000, 0, 200'000};
  shape.large_ppm = kLarge[choices.Choose(3, "large rows")];
  static constexpr uint32_t kSchema[] = {15'000, 0, 100'000};
  shape.schema_ppm = kSchema[choices.Choose(3, "schema changes")];
  shape.insert_row_count_max = static_cast<int>(choices.Between(1, 12, "rows an insert"));
  return shape;
}

void TableShape::MakeSmall() {
  table_count = 1;
  id_range = std::min<int64_t>(id_range, 10);
  small_size_max = std::min<uint32_t>(small_size_max, 20);
  insert_row_count_max = std::min(insert_row_count_max, 3);
}

int64_t TableWorkload::Id() {
  const int64_t id = Signed(choices_.Choose(static_cast<uint64_t>(shape_.id_range), "id"));
  // Now and then far away or negative.
  if (choices_.Chance(10'000, "odd id")) return id * 1'000'003 - 3'000'000;
  return id;
}

Filler TableWorkload::DrawFiller() {
  Filler filler;
  filler.tag = static_cast<uint32_t>(choices_.Choose(1u << 20, "filler"));
  const uint64_t kind = choices_.Choose(10, "filler type");
  if (kind == 9) return filler;
  filler.type = kind < 6 ? ValueType::kText : ValueType::kBlob;
  if (choices_.Chance(shape_.large_ppm, "large row")) {
    filler.size = static_cast<uint32_t>(choices_.Choose(shape_.large_size_max, "large size"));
  } else if (choices_.Chance(100'000, "threshold row")) {
    filler.size =
        shape_.threshold_size + static_cast<uint32_t>(choices_.Choose(20, "threshold size"));
  } else {
    filler.size = static_cast<uint32_t>(choices_.Choose(shape_.small_size_max + 1, "small size"));
  }
  return filler;
}

std::optional<int64_t> TableWorkload::DrawA() {
  if (choices_.Chance(100'000, "null a")) return std::nullopt;
  return Signed(choices_.Choose(50, "a")) - 10;
}

Predicate TableWorkload::DrawPredicate(bool narrow) {
  using Kind = Predicate::Kind;
  static constexpr uint32_t kWeights[] = {3, 6, 4, 2, 2, 2, 1, 1, 1};
  static constexpr uint32_t kNarrow[] = {0, 12, 6, 1, 1, 2, 0, 1, 1};
  Predicate where;
  where.kind = static_cast<Kind>(narrow ? choices_.Weighted(kNarrow, "where")
                                        : choices_.Weighted(kWeights, "where"));
  switch (where.kind) {
    case Kind::kIdBetween:
      where.x = Id();
      where.y = where.x + Signed(choices_.Choose(10, "width"));
      break;
    case Kind::kAEqualModulo:
      where.x = Signed(choices_.Between(2, 5, "modulus"));
      where.y = Signed(choices_.Choose(2, "remainder"));
      break;
    case Kind::kBLonger:
      where.x = Signed(choices_.Choose(shape_.small_size_max + 1, "length"));
      break;
    default:
      where.x = Id();
  }
  return where;
}

TableStatement TableWorkload::Insert() {
  TableStatement s{.verb = Verb::kInsert, .table = Table()};
  const uint64_t count =
      choices_.Between(1, static_cast<uint64_t>(shape_.insert_row_count_max), "row count");
  const int64_t first = Id();
  const uint64_t ids = choices_.Choose(4, "ids");
  for (uint64_t i = 0; i < count; ++i) {
    NewRow row;
    // Neighbours, or the engine's choice; the others collide now and then.
    if (ids == 0) row.id = first + Signed(i);
    if (ids == 1) row.id = Id();
    row.a = DrawA();
    row.b = DrawFiller();
    s.rows.push_back(row);
  }
  return s;
}

TableStatement TableWorkload::Update() {
  TableStatement s{.verb = Verb::kUpdate, .table = Table()};
  s.where = DrawPredicate(choices_.Chance(700'000, "narrow"));
  switch (choices_.Choose(5, "set")) {
    case 0:
      s.add_to_a = Signed(choices_.Between(1, 9, "n"));
      break;
    case 1:
      s.set_a = Signed(choices_.Choose(50, "a"));
      break;
    case 2:
      s.move_id = Signed(choices_.Between(1, static_cast<uint64_t>(shape_.id_range), "distance"));
      break;
    case 3:
      s.add_to_a = 1;
      s.set_b = DrawFiller();
      break;
    default:
      s.set_b = DrawFiller();
  }
  return s;
}

TableStatement TableWorkload::Delete() {
  TableStatement s{.verb = Verb::kDelete, .table = Table()};
  s.where = DrawPredicate(choices_.Chance(600'000, "narrow"));
  return s;
}

TableStatement TableWorkload::Write() {
  if (choices_.Chance(shape_.schema_ppm, "schema")) {
    return {.verb = choices_.Choose(2, "drop") == 0 ? Verb::kCreate : Verb::kDrop,
            .table = Table()};
  }
  switch (choices_.Choose(8, "verb")) {
    case 0:
    case 1:
    case 2:
      return Insert();
    case 3:
    case 4:
    case 5:
      return Update();
    default:
      return Delete();
  }
}

TableStatement TableWorkload::Select() {
  TableStatement s{.verb = Verb::kSelect, .table = Table()};
  s.where = DrawPredicate(choices_.Chance(300'000, "narrow"));
  static constexpr uint32_t kProjections[] = {6, 3, 2, 2, 1};
  s.projection = static_cast<Projection>(choices_.Weighted(kProjections, "projection"));
  if (IsAggregate(s.projection)) return s;
  static constexpr uint32_t kOrders[] = {5, 2, 2, 1};
  s.order = static_cast<Order>(choices_.Weighted(kOrders, "order"));
  if (choices_.Chance(150'000, "limit")) {
    s.limit = Signed(choices_.Choose(10, "limit"));
    s.offset = Signed(choices_.Choose(4, "offset"));
  }
  return s;
}

TableStatement TableWorkload::Scan() {
  TableStatement s{.verb = Verb::kSelect, .table = Table()};
  s.where = DrawPredicate(false);
  s.projection =
      choices_.Choose(3, "projection") == 0 ? Projection::kIdsAndSizes : Projection::kRows;
  s.order = choices_.Choose(3, "order") == 0 ? Order::kIdDescending : Order::kNone;
  return s;
}

}  // namespace orrery::sim
