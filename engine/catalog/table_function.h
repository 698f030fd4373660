// Table-valued functions: what may stand in FROM with arguments, and gives rows.
// https://www.sqlite.org/vtab.html#tabfunc2

#ifndef ORRERY_ENGINE_CATALOG_TABLE_FUNCTION_H_
#define ORRERY_ENGINE_CATALOG_TABLE_FUNCTION_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "engine/base/status.h"
#include "engine/catalog/function.h"
#include "engine/catalog/schema.h"

namespace orrery {

struct TableFunction {
  // Its columns; those of the arguments are the last, and hidden.
  Table table;
  int argument_count_max = 0;
  // Calls `add` for each row, which has a value for each column.
  using AddRow = std::function<void(std::span<const Value> row)>;
  Status (*make_rows)(Arguments arguments, const AddRow& add) = nullptr;
};

// All that there are, by a number that programs name them by.
std::optional<size_t> FindTableFunction(std::string_view name);
const TableFunction& TableFunctionAt(size_t number);

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_TABLE_FUNCTION_H_
