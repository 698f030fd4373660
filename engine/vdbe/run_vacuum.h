// RunVacuum is VACUUM: builds the database anew in a temporary file, its trees in order and without
// free pages between them, then takes that file's pages for its own. In rollback mode and in WAL
// mode, what undoes it is what undoes any transaction.
//
// VACUUM INTO builds it in a new file, a database in rollback mode, and leaves it there. Until it
// is whole whatever ends the statement removes the file; a crash leaves an empty database, with a
// journal that says so.
//
// Answers the rowid in sqlite_schema of the last row that is neither a table nor an index, 0 when
// there is none: the connection's last_insert_rowid() afterwards, as in SQLite, where an INSERT
// copies them.
//
// As in SQLite the rows of a table without an index or a rowid of its own name are numbered anew,
// and the schema has tables first, with the indexes of their constraints, then indexes, then the
// rest.

#ifndef ORRERY_ENGINE_VDBE_RUN_VACUUM_H_
#define ORRERY_ENGINE_VDBE_RUN_VACUUM_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/btree/btree.h"
#include "engine/btree/copy_tree.h"
#include "engine/btree/create_tree.h"
#include "engine/btree/table_cursor.h"
#include "engine/catalog/schema.h"
#include "engine/io/resumable.h"
#include "engine/storage/pager.h"
#include "engine/storage/replace_database.h"
#include "engine/value/value.h"

namespace orrery {

class RunVacuum final : public Resumable<RunVacuum, int64_t> {
 public:
  enum class State : uint8_t {
    kBeginRead,
    kBeginWrite,
    kFirstRow,
    kRow,
    kNextRow,
    kCreate,
    kCreated,
    kCopy,
    kCopied,
    kStore,
    kReplaced,
    kCommit,
    kClose,
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBeginRead, State::kBeginRead},
      {State::kBeginRead, State::kBeginWrite},
      {State::kBeginWrite, State::kBeginWrite},
      {State::kBeginWrite, State::kFirstRow},
      {State::kFirstRow, State::kFirstRow},
      {State::kFirstRow, State::kRow},
      {State::kFirstRow, State::kCreate},  // no rows
      {State::kRow, State::kRow},
      {State::kRow, State::kNextRow},
      {State::kNextRow, State::kNextRow},
      {State::kNextRow, State::kRow},
      {State::kNextRow, State::kCreate},
      {State::kCreate, State::kCreated},
      {State::kCreated, State::kCreate},
      {State::kCreate, State::kCopy},  // all trees are there
      {State::kCopy, State::kCopied},
      {State::kCopied, State::kCopy},
      {State::kCopy, State::kStore},  // and full
      {State::kStore, State::kStore},
      {State::kStore, State::kReplaced},
      {State::kStore, State::kCommit},  // INTO
      {State::kCommit, State::kCommit},
      {State::kCommit, State::kClose},
      {State::kClose, State::kClose},
  };
  ~RunVacuum() { Abandon(); }

  // In an exclusive write transaction that nothing else of the connection uses; with `into`, the
  // name of a file that is not there or is empty, in a read transaction. `schema` is what the
  // database has, and outlives the run.
  void Start(Btree& btree, const Schema& schema, std::optional<std::string> into);

 private:
  friend Resumable;
  // A row of sqlite_schema: its values, and which of trees_ it is.
  struct Row {
    std::vector<Value> values;
    int tree = -1;
  };

  Next Run(State state);
  Next BeginCopy(State state);
  Next MoveInSchema(State state);
  Next ReadRow();
  Status PlanTrees();
  Next Create();
  Next Created();
  Next Copy();
  Next Copied();
  Next Store();
  Next Replaced();
  Result<std::unique_ptr<Pager>> OpenTarget();
  Next EndTarget(State state);
  Next Finish();
  Next GiveUp(Status status);
  void OnAbandon() override;

  Btree* btree_ = nullptr;
  const Schema* schema_ = nullptr;
  std::optional<std::string> into_;
  bool removes_target_ = false;  // it is ours, and not whole
  // Made by Start; the temporary database.
  std::unique_ptr<Pager> pager_;
  std::unique_ptr<Btree> copy_;
  std::optional<TableCursor> cursor_;  // in either schema table
  std::vector<Row> rows_;
  std::vector<TreeCopy> trees_;  // in the order in which they are made
  std::vector<size_t> copy_order_;
  size_t next_ = 0;
  std::vector<std::byte> record_;
  CreateTree create_;
  CopyTree copy_tree_;
  ReplaceDatabase replace_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_RUN_VACUUM_H_
