#include "engine/compile/row_key.h"

#include <algorithm>

#include "engine/compile/scope.h"

namespace orrery {

int KeyWidth(const Table& table) {
  return table.primary_key == nullptr ? 1 : static_cast<int>(table.primary_key->declared_count);
}

SortKey SortKeyOfRows(const Table& table) {
  SortKey key(static_cast<size_t>(KeyWidth(table)));
  if (table.primary_key == nullptr) return key;
  for (size_t i = 0; i < key.size(); ++i) {
    const IndexColumn& column = table.primary_key->columns[i];
    key[i] = {.collation = column.collation,
              .descending = column.is_descending,
              .nulls_last = column.is_descending};
  }
  return key;
}

void OpenRows(ProgramBuilder& builder, Opcode open, const Table& table, int cursor) {
  Operand4 kind = static_cast<int64_t>(table.columns.size());
  if (table.primary_key != nullptr) kind = &table.primary_key->order;
  builder.Emit(open, cursor, static_cast<int>(table.root), table.database, std::move(kind));
}

void CodeKey(ExprCoder& coder, const Table& table, int cursor, int first) {
  if (table.primary_key == nullptr) {
    coder.Code(*MakeColumn(table, cursor, kRowidColumn), first);
    return;
  }
  for (int i = 0; i < KeyWidth(table); ++i) {
    const int column = table.primary_key->columns[static_cast<size_t>(i)].column;
    coder.Code(*MakeColumn(table, cursor, column), first + i);
  }
}

void CodeKeyOfEntry(ProgramBuilder& builder, const Table& table, const Index& index,
                    int index_cursor, int first) {
  if (table.primary_key == nullptr) {
    builder.Emit(Opcode::kIdxRowid, index_cursor, first);
    return;
  }
  for (int i = 0; i < KeyWidth(table); ++i) {
    const IndexColumn& wanted = table.primary_key->columns[static_cast<size_t>(i)];
    const auto is_it = [&](const IndexColumn& each) {
      return each.column == wanted.column && each.collation == wanted.collation;
    };
    const auto at = std::find_if(index.columns.begin(), index.columns.end(), is_it);
    builder.Emit(Opcode::kColumn, index_cursor, static_cast<int>(at - index.columns.begin()),
                 first + i);
  }
}

void SeekKey(ProgramBuilder& builder, const Table& table, int cursor, int first, Label absent) {
  if (table.primary_key == nullptr) {
    builder.EmitJump(Opcode::kNotExists, cursor, absent, first);
  } else {
    builder.EmitJump(Opcode::kNotFound, cursor, absent, first, int64_t{KeyWidth(table)});
  }
}

void JumpIfSameKey(ProgramBuilder& builder, const Table& table, int a, int b, Label same) {
  if (table.primary_key == nullptr) {
    builder.EmitJump(Opcode::kEq, a, same, b);
    return;
  }
  const Label differs = builder.NewLabel();
  const int width = KeyWidth(table);
  for (int i = 0; i < width; ++i) {
    const bool is_last = i + 1 == width;
    builder.EmitJump(is_last ? Opcode::kEq : Opcode::kNe, a + i, is_last ? same : differs, b + i,
                     table.primary_key->columns[static_cast<size_t>(i)].collation);
  }
  builder.Place(differs);
}

}  // namespace orrery
