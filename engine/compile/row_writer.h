// A RowWriter writes the code that checks a new row against its table's constraints, stores it and
// takes rows away, each with its entries in the table's indexes: what INSERT, UPDATE and DELETE
// have in common.
//
// Constraints are looked at in SQLite's order: NOT NULL, CHECK, the rowid, then the indexes, those
// that REPLACE last. A rowid that was declared to REPLACE waits for the indexes too, so that a row
// is not taken away for one that is then refused.

#ifndef ORRERY_ENGINE_COMPILE_ROW_WRITER_H_
#define ORRERY_ENGINE_COMPILE_ROW_WRITER_H_

#include <string>
#include <utility>
#include <vector>

#include "engine/compile/bound.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/index_entry.h"

namespace orrery {

// A row in registers. The register of the column that is the rowid is not looked at.
struct NewRow {
  int rowid = 0;  // 0: of a WITHOUT ROWID table
  int first_column = 0;
};

// The row that an UPDATE changes.
struct OldRow {
  int key = 0;                // its first register
  std::vector<bool> changed;  // columns whose values may
  bool may_move = false;      // its key may change
};

// What a clause of an upsert makes of a conflict.
struct ConflictRule {
  enum class Of : uint8_t { kAny, kRowid, kIndex };
  Of of = Of::kAny;
  const Index* index = nullptr;  // kIndex
  bool is_update = false;        // else the new row is passed over
  Label update;                  // goes on there
  int key = 0;                   // first register: of the row that is in the way
};

// The affinities with which the columns of a row are stored, a letter each: P4 of Affinity.
std::string StoredLetters(const Table& table);
// Gives the columns of a row in registers these affinities; in a STRICT table those of wrong types
// fail.
void CodeAffinities(ProgramBuilder& builder, const Table& table, int first_column);

class RowWriter {
 public:
  // `cursor` is that of the table, `or_action` the statement's OR ....
  RowWriter(CompileContext& context, const Table& table, int cursor, ConflictAction or_action);

  // Before CheckKeys. The first that fits a constraint counts, and constraints that one names are
  // looked at in this order, before all others.
  void SetRules(std::vector<ConflictRule> rules) { rules_ = std::move(rules); }
  // What is coded from here on are updates that an upsert makes: no rules, and no OR ....
  void BeginUpdates();

  // Looks up the names in constraints, defaults and indexes.
  Status Bind();
  // Opens the table and its indexes, to write.
  void Open();

  // The default of a column into a register.
  void CodeDefault(int column_index, int target);

  // NOT NULL and CHECK, and the affinities of the columns. A row that is to be ignored goes to
  // `ignore`. `old` is null for a row that is inserted.
  void CheckRow(const NewRow& row, const OldRow* old, Label ignore);
  // That no other row has the rowid, if `checks_rowid`, or a key of a UNIQUE index. Makes the row's
  // index entries. Moves the cursors.
  void CheckKeys(const NewRow& row, const OldRow* old, bool checks_rowid, Label ignore);
  // After CheckKeys. `flags` are those of the Insert opcode.
  void Write(const NewRow& row, uint16_t flags);

  // The table's cursor is on the row, whose key is in registers.
  void DeleteEntries(int key, const OldRow* only_of);
  void Delete(int key, uint16_t flags);
  // All rows, without reading them.
  void Clear();

 private:
  // One index of the table. That of a WITHOUT ROWID table's primary key has the rows themselves,
  // and the table's cursor.
  struct Entry {
    const Index* index;
    int cursor = 0;
    IndexEntry of_new;  // of the row in registers
    IndexEntry of_old;  // of the row that the table's cursor is on
    int record = 0;     // register, NULL for a row that is not in it; 0: the entry stays as it is
  };

  void CheckNotNull(int column_index, int reg, Label ignore);
  void HaltIfNull(int column_index, int reg, ConflictAction action);
  void ApplyAffinities(const NewRow& row);
  void CheckConstraints(const NewRow& row, const OldRow* old, Label ignore);
  const ConflictRule* RuleFor(const Index* index) const;
  void FollowRule(const ConflictRule& rule, int key, Label ignore);
  void CheckRowid(const NewRow& row, const OldRow* old, Label ignore);
  void CheckIndex(Entry& entry, const OldRow* old, Label ignore);
  void CheckUnique(const Entry& entry, const OldRow* old, int first, Label is_free, Label ignore);
  bool IsTable(const Entry& entry) const { return entry.index == table_.primary_key; }
  bool IsAffected(const Entry& entry, const OldRow* old) const;
  // Takes the row with a key away, which is in the way of another.
  void Displace(int key);
  ConflictAction ActionOr(ConflictAction declared) const;
  // Ends the statement with a constraint's error, as `action` says.
  void Halt(ResultCode code, ConflictAction action, std::string message);

  CompileContext& context_;
  ProgramBuilder& builder_;
  const Table& table_;
  const int cursor_;
  ConflictAction or_action_;
  std::vector<ConflictRule> rules_;
  ExprCoder coder_;
  std::vector<int> replaced_;    // columns whose NULL has been replaced by their default
  int row_cursor_ = 0;           // stands for the row in registers
  bool has_affinities_ = false;  // the row has
  std::vector<BoundPtr> checks_;
  // A column's, and what is wrong with it should a row need it.
  struct Default {
    BoundPtr value;  // null: NULL
    Status late_error;
  };
  std::vector<Default> defaults_;  // of each column
  std::vector<Entry> entries_;     // in the order of the table's indexes
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_ROW_WRITER_H_
