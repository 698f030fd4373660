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

// Before any of the others: the database is written to.
void BeginSchemaChange(CompileContext& context, int database);
// Adds a row to sqlite_schema. The root is in a register; an empty text is NULL.
void AddSchemaRow(CompileContext& context, int database, std::string_view type,
                  std::string_view name, std::string_view table_name, int root,
                  std::string_view sql);
// Gives an object another text.
void SetSchemaSql(CompileContext& context, int database, std::string_view type,
                  std::string_view name, std::string_view sql);
// Takes the row of an object out of sqlite_schema, or those of a table or view with its indexes and
// triggers.
void DeleteSchemaRow(CompileContext& context, int database, std::string_view type,
                     std::string_view name);
void DeleteSchemaRowsOf(CompileContext& context, int database, std::string_view table_name);
// Of what is dropped with its table or view, the temporary triggers.
void DropTemporaryTriggers(CompileContext& context, const std::vector<const Trigger*>& triggers,
                           int database);
// IF NOT EXISTS, and it does.
void NothingToDo(CompileContext& context, int database);
// A DROP of something that is not there: "no such table: x", or nothing with IF EXISTS.
Status NotThere(CompileContext& context, const DropStatement& statement, std::string_view what);
// That no table, view or index has the name.
Status CheckNameIsFree(const CompileContext& context, int database, const std::string& name);
// An empty tree for a table (kTreeOfTable, or kTreeOfIndex), in a database that may be new; answers
// the register with its root.
int CodeNewTree(CompileContext& context, int database, int kind);
// Reads the table, sorts its entries and stores them in the index, which is open to write on
// `index_cursor`, and empty unless it is made anew.
Status CodeFill(CompileContext& context, const Table& table, const Index& index, int index_cursor,
                bool is_made_anew);
// Tells other connections, and this one's other programs, that the schema is another.
void CodeNewSchema(CompileContext& context, int database);

// CREATE TABLE ... AS, once it is known that the name is free.
Status CompileCreateTableAs(CompileContext& context, int database,
                            const CreateTableStatement& statement);
// DROP TRIGGER, DROP VIEW.
Status CompileDropTrigger(CompileContext& context, const DropStatement& statement);
Status CompileDropView(CompileContext& context, const DropStatement& statement);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_CHANGE_SCHEMA_H_
