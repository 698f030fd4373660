// What tells a row of a table from all others: its rowid, or in a WITHOUT ROWID table the columns
// of its primary key. In code it stands in registers side by side.

#ifndef ORRERY_ENGINE_COMPILE_ROW_KEY_H_
#define ORRERY_ENGINE_COMPILE_ROW_KEY_H_

#include "engine/catalog/schema.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/program/program.h"

namespace orrery {

// How many registers it takes.
int KeyWidth(const Table& table);
// How it orders.
SortKey SortKeyOfRows(const Table& table);

// Opens the tree that has the table's rows, with kOpenRead or kOpenWrite.
void OpenRows(ProgramBuilder& builder, Opcode open, const Table& table, int cursor);

// Of the row that `cursor` is on.
void CodeKey(ExprCoder& coder, const Table& table, int cursor, int first);
// Of the row whose entry `index_cursor` is on.
void CodeKeyOfEntry(ProgramBuilder& builder, const Table& table, const Index& index,
                    int index_cursor, int first);

// Moves `cursor` to the row with a key; to `absent` when there is none.
void SeekKey(ProgramBuilder& builder, const Table& table, int cursor, int first, Label absent);
// Goes to `same` when two keys are the same.
void JumpIfSameKey(ProgramBuilder& builder, const Table& table, int a, int b, Label same);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_ROW_KEY_H_
