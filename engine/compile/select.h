// The compiler of SELECT and VALUES, for whoever wants their rows: the statement itself, INSERT.

#ifndef ORRERY_ENGINE_COMPILE_SELECT_H_
#define ORRERY_ENGINE_COMPILE_SELECT_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/compile/binder.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/scan.h"

namespace orrery {

class SelectCompiler {
 public:
  // Writes what is to be done with a row: `count` registers from `first`.
  using RowTaker = std::function<void(int first, int count)>;

  SelectCompiler(CompileContext& context, const SelectStatement& statement)
      : context_(context),
        builder_(context.builder),
        statement_(statement),
        coder_(context.builder) {}

  // Looks all names up. Then the columns are known.
  Status Bind();
  int column_count() const { return static_cast<int>(names_.size()); }
  const std::vector<std::string>& column_names() const { return names_; }
  // Null when there is none.
  const Table* table() const { return source_.table; }

  // Writes the code that makes the rows.
  void Code(const RowTaker& take_row);

 private:
  struct OrderTerm {
    BoundPtr expr;  // null: column `result_index` of the result
    int result_index = -1;
    SortColumn sort;
    const Expr* written = nullptr;
  };

  // Binding.
  Status BindValues(const SelectCore& core);
  Status BindFrom(const SelectCore& core);
  Status BindResult(const SelectCore& core);
  Status CheckStars(const SelectCore& core) const;
  void BindStar();
  Status BindGroupBy(const SelectCore& core);
  Status BindOrderBy(bool is_aggregate);
  Status BindLimit();
  Binder MakeBinder(bool with_aliases, bool with_aggregates);
  // The result column that an ORDER BY or GROUP BY term names by number or alias; the number may
  // still be too large, which CheckPositions() finds when all names have been looked up.
  Result<std::optional<int>> ResultIndexOf(const Expr& term, size_t term_index, const char* clause,
                                           bool by_alias) const;
  Status CheckPositions(const std::vector<std::optional<int>>& indexes, const char* clause) const;
  Status OutOfRange(size_t term_index, const char* clause) const;
  std::string NameOf(const ResultColumn& column, const Bound& bound) const;

  // Coding.
  void CodeValues(const RowTaker& take_row);
  void CodeRows();
  void CodeAggregate();
  void CodeGroups();
  void OpenSource();
  void CodeLimits();
  void PlanOrder();
  bool OrderIsThatOfGroups() const;
  // What is left to do with a row whose columns can be read: WHERE has been looked at.
  void CodeRow(Label next_row);
  void CodeDistinct(int first, Label next_row);
  void CodeSortedRows();
  void AllocateAggregates();
  void StepAggregates();
  void FinishAggregates();
  void CountWholeTable();
  SortKey KeyOfOrder() const;

  CompileContext& context_;
  ProgramBuilder& builder_;
  const SelectStatement& statement_;
  ExprCoder coder_;
  RowTaker take_row_;

  Source source_;
  std::vector<std::string> names_;
  std::vector<BoundPtr> result_;
  std::vector<std::vector<BoundPtr>> values_;
  BoundPtr where_;
  std::vector<BoundPtr> group_by_;
  std::vector<const Expr*> group_by_written_;
  BoundPtr having_;
  std::vector<OrderTerm> order_by_;
  std::vector<BoundAggregate> aggregates_;
  BoundPtr limit_;
  BoundPtr offset_;
  bool is_distinct_ = false;

  std::optional<Scan> scan_;
  bool needs_sorter_ = false;
  Label end_;
  int limit_register_ = 0;  // 0: no LIMIT
  int offset_register_ = 0;
  int sorter_cursor_ = -1;
  int distinct_cursor_ = -1;
  // Of an aggregate query: columns read outside aggregates, kept from one row of the group.
  std::vector<const Bound*> bare_columns_;
  std::vector<int> bare_registers_;
  int first_row_done_register_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_SELECT_H_
