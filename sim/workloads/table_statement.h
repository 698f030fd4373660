// A TableStatement is one SQL statement of the whopper workloads in structured form. It is printed
// as SQL for the engine and evaluated by sim/oracles/model.h, so what it answers is known.
//
// Every table looks alike: CREATE TABLE tK(id INTEGER PRIMARY KEY, a INTEGER, b). K counts from 0.

#ifndef ORRERY_SIM_WORKLOADS_TABLE_STATEMENT_H_
#define ORRERY_SIM_WORKLOADS_TABLE_STATEMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/value/value.h"
#include "sim/workloads/filler.h"

namespace orrery::sim {

inline constexpr int kTableCountMax = 6;

using Row = std::vector<Value>;
using Rows = std::vector<Row>;

struct Predicate {
  enum class Kind : uint8_t {
    kAll,
    kIdEqual,       // id = x
    kIdBetween,     // id BETWEEN x AND y
    kIdGreater,     // id > x
    kIdLess,        // id < x
    kAEqualModulo,  // a % x = y
    kALess,         // a < x
    kAIsNull,       // a IS NULL
    kBLonger,       // length(b) > x
  };
  Kind kind = Kind::kAll;
  int64_t x = 0;
  int64_t y = 0;
};

// What SELECT answers.
enum class Projection : uint8_t {
  kRows,         // id, a, b
  kIdsAndSizes,  // id, length(b)
  kCount,        // count(*)
  kSums,         // count(a), sum(a), min(a), max(a)
  kMinMaxId,     // min(id), max(id)
};
constexpr bool IsAggregate(Projection projection) { return projection >= Projection::kCount; }

enum class Order : uint8_t {
  kNone,          // rowid order, by the plan
  kIdDescending,  // ORDER BY id DESC
  kAThenId,       // ORDER BY a, id
  kSizeThenId,    // ORDER BY length(b) DESC, id
};

struct NewRow {
  std::optional<int64_t> id;  // none: the engine chooses
  std::optional<int64_t> a;   // none: NULL
  Filler b;
};

struct TableStatement {
  enum class Verb : uint8_t { kCreate, kDrop, kInsert, kUpdate, kDelete, kSelect };
  Verb verb = Verb::kSelect;
  int table = 0;
  Predicate where;

  // SELECT.
  Projection projection = Projection::kRows;
  Order order = Order::kNone;
  std::optional<int64_t> limit;
  int64_t offset = 0;

  // INSERT.
  std::vector<NewRow> rows;

  // UPDATE: what is present is set.
  std::optional<int64_t> add_to_a;  // a = a + n
  std::optional<int64_t> set_a;     // a = n
  std::optional<Filler> set_b;      // b = ...
  std::optional<int64_t> move_id;   // id = id + n

  bool writes() const { return verb != Verb::kSelect; }
  bool changes_schema() const { return verb == Verb::kCreate || verb == Verb::kDrop; }
};

// The text and what to bind to its parameters ?1, ?2, ...
struct SqlText {
  std::string sql;
  std::vector<Value> parameters;
};
// `binds_values`: all of them, so that statements of one form have one text. Else long ones are
// bound and the others spelled.
SqlText ToSql(const TableStatement& statement, bool binds_values = false);

// As an SQL literal.
std::string ToLiteral(const Value& value);
// "1|NULL|'abc'", for messages; long values are cut.
std::string ToString(const Row& row);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_TABLE_STATEMENT_H_
