// Draws TableStatements. A TableShape says how large ids and values are, drawn anew for each run,
// so that some runs keep few rows under a tiny page and others grow overflow chains.

#ifndef ORRERY_SIM_WORKLOADS_TABLE_WORKLOAD_H_
#define ORRERY_SIM_WORKLOADS_TABLE_WORKLOAD_H_

#include "sim/choices/choices.h"
#include "sim/workloads/table_statement.h"

namespace orrery::sim {

struct TableShape {
  int table_count = 1;
  int64_t id_range = 100;  // explicit ids are drawn below it
  uint32_t small_size_max = 30;
  uint32_t large_size_max = 2000;
  uint32_t threshold_size = 450;  // sizes near it sit at the edge between a page and overflow
  uint32_t large_ppm = 100'000;
  uint32_t schema_ppm = 10'000;  // how often a write is a CREATE or DROP TABLE
  int insert_row_count_max = 8;

  static TableShape Draw(Choices& choices, uint32_t page_size);
  // For runs in which little is to happen: one table of few rows.
  void MakeSmall();
};

class TableWorkload {
 public:
  TableWorkload(const TableShape& shape, Choices choices) : shape_(shape), choices_(choices) {}

  TableStatement Write();
  TableStatement Select();
  // One whose rows come one by one from the table itself: no aggregate, no sorting.
  TableStatement Scan();

 private:
  int Table() {
    return static_cast<int>(choices_.Choose(static_cast<uint64_t>(shape_.table_count), "table"));
  }
  int64_t Id();
  Filler DrawFiller();
  Predicate DrawPredicate(bool narrow);
  std::optional<int64_t> DrawA();
  TableStatement Insert();
  TableStatement Update();
  TableStatement Delete();

  const TableShape shape_;
  Choices choices_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_TABLE_WORKLOAD_H_
