// The triggers that a change of a table's rows runs. Each is a program of its own that the
// statement's program calls for a row, with the row before and after in its first registers
// (https://www.sqlite.org/lang_createtrigger.html).

#ifndef ORRERY_ENGINE_COMPILE_ROW_TRIGGERS_H_
#define ORRERY_ENGINE_COMPILE_ROW_TRIGGERS_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/row_writer.h"

namespace orrery {

// The programs of all triggers that a statement may run, those that triggers run included.
struct TriggerPrograms {
  struct Key {
    const Trigger* trigger;
    ConflictAction or_action;
    bool operator==(const Key&) const = default;
  };
  std::vector<Key> keys;
  std::vector<std::shared_ptr<const Program>> programs;  // null: is being compiled
};

class RowTriggers {
 public:
  // `table` is the one that is changed, or has the columns of the view.
  RowTriggers(CompileContext& context, const Table& table, std::vector<const Trigger*> triggers)
      : context_(context),
        builder_(context.builder),
        table_(table),
        triggers_(std::move(triggers)) {}

  // Takes those of an event, and compiles them. Of UPDATE OF those that name one of the columns
  // that are set.
  Status Bind(TriggerEvent event, ConflictAction or_action,
              const std::vector<Assignment>* assignments = nullptr);

  bool is_empty() const { return runs_.empty(); }
  bool Has(TriggerTime time) const;

  // The rows in registers: the rowid, then the columns.
  int old_row() const { return first_; }
  int new_row() const { return first_ + width(); }
  // OLD is the row that `cursor` is on, whose key is in registers.
  void CodeOld(ExprCoder& coder, int cursor, int key);
  // NEW is a row in registers.
  void CodeNew(const NewRow& row);
  // The columns of NEW get their affinities.
  void ApplyAffinities();
  // Runs them, the newest first; on to `ignore` after RAISE(IGNORE).
  void Run(TriggerTime time, Label ignore);

 private:
  struct Call {
    TriggerTime time;
    size_t program;  // its number
  };

  int width() const { return static_cast<int>(table_.columns.size()) + 1; }
  Result<size_t> ProgramOf(const Trigger& trigger, ConflictAction or_action);

  CompileContext& context_;
  ProgramBuilder& builder_;
  const Table& table_;
  const std::vector<const Trigger*> triggers_;
  std::vector<Call> runs_;
  int first_ = 0;  // register
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_ROW_TRIGGERS_H_
