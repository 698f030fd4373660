// A Scan is the loop over the rows of a table that a WHERE lets through. It makes use of what WHERE
// says about the rowid: one row, or a range of rows.

#ifndef ORRERY_ENGINE_COMPILE_SCAN_H_
#define ORRERY_ENGINE_COMPILE_SCAN_H_

#include <string>
#include <vector>

#include "engine/compile/binder.h"
#include "engine/compile/bound.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/program_builder.h"

namespace orrery {

class Scan {
 public:
  // `where` may be null; both outlive the scan. The cursor is opened by the caller.
  Scan(const Source& source, const Bound* where);

  bool is_reversed() const { return is_reversed_; }
  void Reverse() { is_reversed_ = true; }
  bool has_where() const { return where_ != nullptr; }

  // As EXPLAIN QUERY PLAN has it: "SCAN t", "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)".
  std::string Describe() const;

  // The code between Begin and End runs for each row; it goes to `next()` to pass on to the next
  // row, and to `done` to leave.
  void Begin(ProgramBuilder& builder, ExprCoder& coder, Label done);
  void End(ProgramBuilder& builder);
  Label next() const { return next_; }

 private:
  struct Limit {
    const Bound* value = nullptr;
    bool is_inclusive = false;
  };

  void UseConjunct(const Bound& conjunct);
  void UseLimit(BinaryOp op, const Bound& value, const Bound& conjunct);

  const Source& source_;
  const Bound* where_;
  const Bound* rowid_ = nullptr;  // rowid = this
  Limit low_;
  Limit high_;
  std::vector<const Bound*> rest_;  // what is still to be tested for each row
  bool is_reversed_ = false;

  Label done_;
  Label next_;
  Label body_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_SCAN_H_
