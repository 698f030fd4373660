// CopyTree copies all rows of a tree, table or index, into an empty one of another database, in
// their order: what VACUUM does. Pages of the copy are as full as appending makes them.

#ifndef ORRERY_ENGINE_BTREE_COPY_TREE_H_
#define ORRERY_ENGINE_BTREE_COPY_TREE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/btree/index_cursor.h"
#include "engine/btree/table_cursor.h"
#include "engine/io/resumable.h"

namespace orrery {

// A tree to be copied, and where to.
struct TreeCopy {
  PageNumber from = kNoPage;
  PageNumber to = kNoPage;
  // Of an index's entries, and outlives the copying; null: a table.
  const KeyOrder* order = nullptr;
  bool renumbers = false;  // a table's rows get the rowids 1, 2, ...
};

class CopyTree final : public Resumable<CopyTree> {
 public:
  enum class State : uint8_t { kFirst, kRead, kWrite, kNext };
  static constexpr Edge<State> kEdges[] = {
      {State::kFirst, State::kFirst}, {State::kFirst, State::kRead},  {State::kRead, State::kRead},
      {State::kRead, State::kWrite},  {State::kWrite, State::kWrite}, {State::kWrite, State::kNext},
      {State::kNext, State::kNext},   {State::kNext, State::kRead},
  };
  ~CopyTree() { Abandon(); }

  // In a read transaction of `from` and a write transaction of `to`, which outlive it. Nobody
  // changes the source meanwhile.
  void Start(Btree& from, Btree& to, const TreeCopy& tree);

 private:
  friend Resumable;
  Next Run(State state);
  Next Move(State state);
  Next Read();
  Next Write();
  Next GiveUp(Status status);
  void OnAbandon() override;

  TreeCopy tree_;
  std::optional<TableCursor> from_table_;  // these two, or those two
  std::optional<TableCursor> to_table_;
  std::optional<IndexCursor> from_index_;
  std::optional<IndexCursor> to_index_;
  std::vector<std::byte> payload_;  // of the row that is being written
  int64_t row_count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_COPY_TREE_H_
