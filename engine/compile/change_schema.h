// What the statements that change the schema have in common: rows of sqlite_schema, trees, and a
// new schema cookie.

#ifndef ORRERY_ENGINE_COMPILE_CHANGE_SCHEMA_H_
#define ORRERY_ENGINE_COMPILE_CHANGE_SCHEMA_H_

#include <string>
#include <string_view>

#include "engine/compile/compile_context.h"

namespace orrery {

// P3 of CreateBtree.
inline constexpr int kTreeOfTable = 1;
inline constexpr int kTreeOfIndex = 2;

// Adds a row to sqlite_schema. The root is in a register; an empty text is NULL.
void AddSchemaRow(CompileContext& context, std::string_view type, std::string_view name,
                  std::string_view table_name, int root, std::string_view sql);
// Takes the row of an object out of sqlite_schema, or those of a table or view with its indexes and
// triggers.
void DeleteSchemaRow(CompileContext& context, std::string_view type, std::string_view name);
void DeleteSchemaRowsOf(CompileContext& context, std::string_view table_name);
// That no table, view or index has the name.
Status CheckNameIsFree(const CompileContext& context, const std::string& name);
// An empty tree for a table (kTreeOfTable, or kTreeOfIndex), in a database that may be new; answers
// the register with its root.
int CodeNewTree(CompileContext& context, int kind);
// Reads the table, sorts its entries and stores them in the index, which is open to write on
// `index_cursor`, and empty unless it is made anew.
Status CodeFill(CompileContext& context, const Table& table, const Index& index, int index_cursor,
                bool is_made_anew);
// Tells other connections, and this one's other programs, that the schema is another.
void CodeNewSchema(CompileContext& context);

// CREATE TABLE ... AS, once it is known that the name is free.
Status CompileCreateTableAs(CompileContext& context, const CreateTableStatement& statement);
// DROP TRIGGER, DROP VIEW.
Status CompileDropTrigger(CompileContext& context, const DropStatement& statement);
Status CompileDropView(CompileContext& context, const DropStatement& statement);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_CHANGE_SCHEMA_H_
