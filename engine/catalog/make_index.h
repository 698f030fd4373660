// What CREATE INDEX and the constraints of CREATE TABLE have in common.

#ifndef ORRERY_ENGINE_CATALOG_MAKE_INDEX_H_
#define ORRERY_ENGINE_CATALOG_MAKE_INDEX_H_

#include "engine/base/status.h"
#include "engine/catalog/index.h"
#include "engine/catalog/missing_collations.h"
#include "engine/catalog/schema.h"
#include "engine/sql/ast.h"

namespace orrery {

// A column, or an expression, as one term of a key says it. `missing` outlives it.
Result<IndexColumn> MakeIndexColumn(const OrderingTerm& term, const Table& table, int schema_format,
                                    DefinitionSource source, MissingCollations& missing);
// Whether one of them is that column, with that collation.
bool HasColumn(const std::vector<IndexColumn>& columns, const IndexColumn& column);
// After the declared columns: those that tell the row, and the order.
void FinishIndex(const Table& table, Index& index);
// The newest first, as they are added; then those that REPLACE go after all others.
void OrderIndexes(Table& table);

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_MAKE_INDEX_H_
