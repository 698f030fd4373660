// An IndexEntry writes the code that makes a row's entry in an index.

#ifndef ORRERY_ENGINE_COMPILE_INDEX_ENTRY_H_
#define ORRERY_ENGINE_COMPILE_INDEX_ENTRY_H_

#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/catalog/schema.h"
#include "engine/compile/bound.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"

namespace orrery {

class IndexEntry {
 public:
  // Of the row that `cursor` is on, or that stands in registers in its place.
  IndexEntry(const Table& table, const Index& index, int cursor)
      : table_(table), index_(index), cursor_(cursor) {}

  // Looks up the names in the index's expressions and its WHERE.
  Status Bind(CompileContext& context);

  // Goes to `none` when the row is not in a partial index.
  void CodeWhere(ExprCoder& coder, Label none) const;
  const Bound* where() const { return where_.get(); }  // null: the index is not partial
  const Bound& column(size_t i) const { return *columns_[i]; }
  int column_count() const { return static_cast<int>(columns_.size()); }
  // The columns into registers from `first`.
  void CodeColumns(ExprCoder& coder, int first) const;
  // P4 of the MakeRecord that follows.
  std::string Letters() const;

  // Whether the entry can change when these columns of the table do; the rowid does not.
  bool Reads(const std::vector<bool>& changed) const;

 private:
  const Table& table_;
  const Index& index_;
  const int cursor_;
  std::vector<BoundPtr> columns_;
  BoundPtr where_;  // null: the index is not partial
};

// What a constraint calls an index: "t.a, t.b".
std::string KeyDescription(const Table& table, const Index& index);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_INDEX_ENTRY_H_
