// A table as SqlWorkload made it: what may be said about it.

#ifndef ORRERY_SIM_WORKLOADS_SQL_TABLE_H_
#define ORRERY_SIM_WORKLOADS_SQL_TABLE_H_

#include <string>
#include <vector>

namespace orrery::sim {

struct SqlTable {
  std::string name;
  std::string database = "main";
  std::vector<std::string> columns;  // as they are to be written, quotes and all
  bool has_key = false;              // the first column is INTEGER PRIMARY KEY
  bool is_query = false;             // it has no rowid, and its columns take no other name before
  // Its rows may be found through an index, and then in another order than that of their rowids.
  bool has_index = false;
  // What a change comes to may depend on which row it takes first.
  bool has_constraint = false;
  bool has_triggers = false;
  bool is_strict = false;         // a value of a wrong type ends the change
  bool is_without_rowid = false;  // its first column is called rowid, and no two rows share it
  std::string primary_key;        // the index that such a table is

  // What stands behind its name where it matters in which order the rows are read.
  std::string InOrder() const {
    if (!has_index) return "";
    return is_without_rowid ? " INDEXED BY " + primary_key : " NOT INDEXED";
  }
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_SQL_TABLE_H_
