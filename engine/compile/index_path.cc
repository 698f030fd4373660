// Paths on an index of the table: the entries whose first columns have given values and whose next
// one lies between two limits. An entry's columns are read from it; the row is looked for only when
// another column is asked for.

#include <algorithm>
#include <optional>
#include <set>

#include "engine/catalog/names.h"
#include "engine/compile/access_path.h"
#include "engine/compile/row_key.h"
#include "engine/program/affinity_letters.h"

namespace orrery {
namespace {

// One end of a range of values.
struct Limit {
  const Bound* value = nullptr;  // null: none
  ComparisonRule rule;
  bool is_inclusive = false;
};

// What the conditions say of the first columns of an index.
struct IndexUse {
  std::vector<ColumnTest> equal;  // of the first column on
  Limit low;                      // of the column after them
  Limit high;
  std::vector<size_t> conjuncts;  // that say so

  // The one whose value is each member of a list in turn; null: there is none.
  const ColumnTest* membership() const {
    for (const ColumnTest& test : equal) {
      if (test.in != nullptr) return &test;
    }
    return nullptr;
  }
  bool has_range() const { return low.value != nullptr || high.value != nullptr; }
};

class IndexPath final : public AccessPath {
 public:
  // `covers`: the index has all that the statement reads of the table.
  IndexPath(const FromTerm& term, const Index& index, IndexUse use, bool covers)
      : AccessPath(term),
        index_(index),
        use_(std::move(use)),
        covers_(covers),
        is_table_(&index == term.source.table->primary_key) {
    const Table& table = *term.source.table;
    row_count = RowCountOf(term);
    const size_t equal_count = use_.equal.size();
    looks_up = equal_count > 0;
    // As SQLite takes it where nothing is known: ten rows have one value of the first column.
    if (equal_count > 0) row_count = std::max(5.0, 11.0 - static_cast<double>(equal_count));
    if (index.is_unique && equal_count == index.declared_count) row_count = 1;
    if (use_.low.value != nullptr) row_count /= 4;
    if (use_.high.value != nullptr) row_count /= 4;
    row_count = std::max(row_count, 1.0);
    if (const ColumnTest* const membership = use_.membership()) {
      row_count *= MemberCountOf(*membership->in);
    }
    cost = 10 + row_count * (covers ? 1 : 2);
    const bool is_ordered = use_.membership() == nullptr;
    for (size_t i = equal_count; is_ordered && i < index.order.size(); ++i) {
      const IndexColumn& each = index.columns[i];
      if (each.column == kExpressionColumn) break;
      const bool is_rowid = each.column == kRowidColumn || each.column == table.rowid_column;
      order.push_back({is_rowid ? kRowidColumn : each.column, each.collation, each.is_descending});
    }
    used = use_.conjuncts;
  }

  std::string Describe() const override {
    std::string tests;
    const auto add = [&](size_t column, const char* op) {
      tests += (tests.empty() ? "" : " AND ") + ColumnName(column) + op;
    };
    for (size_t i = 0; i < use_.equal.size(); ++i) add(i, "=?");
    if (use_.low.value != nullptr) add(use_.equal.size(), ">?");
    if (use_.high.value != nullptr) add(use_.equal.size(), "<?");
    std::string text = (tests.empty() ? "SCAN " : "SEARCH ") + term_.source.name;
    if (is_table_ && tests.empty()) return text;
    text += " USING ";
    text += is_table_ ? "PRIMARY KEY" : (covers_ ? "COVERING INDEX " : "INDEX ") + index_.name;
    return tests.empty() ? text : text + " (" + tests + ")";
  }
  void Reverse() override { is_reversed_ = !is_reversed_; }
  bool can_reverse() const override { return true; }

  void Open(CompileContext& context, ExprCoder&, bool once) override {
    ProgramBuilder& builder = context.builder;
    cursor_ = is_table_ ? term_.source.cursor : builder.NewCursor();
    OpenTable(context, once, [&] {
      if (is_table_) return;
      builder.Emit(Opcode::kOpenRead, cursor_, static_cast<int>(index_.root),
                   term_.source.table->database, &index_.order);
    });
  }

  void Begin(CompileContext& context, ExprCoder& coder, Label done) override {
    ProgramBuilder& builder = context.builder;
    const int equal_count = static_cast<int>(use_.equal.size());
    const int equal = builder.NewRegisters(std::max(equal_count, 1));
    for (int i = 0; i < equal_count; ++i) {
      const ColumnTest& test = use_.equal[static_cast<size_t>(i)];
      if (test.in != nullptr) continue;
      const bool null_fits = test.op == BinaryOp::kIs;
      CodeValue(coder, builder, *test.value, test.rule, equal + i, null_fits, done);
    }
    const int low = CodeLimit(coder, builder, use_.low, done);
    const int high = CodeLimit(coder, builder, use_.high, done);
    if (const ColumnTest* const membership = use_.membership()) {
      // In the order in which the index has them.
      const auto position = static_cast<size_t>(membership - use_.equal.data());
      const bool list_descends = index_.columns[position].is_descending != is_reversed_;
      list_ = coder.CodeInMembers(*membership->in, list_descends);
      builder.EmitJump(Opcode::kRewind, list_, done);
      member_ = builder.Here();
      done = next_member_ = builder.NewLabel();
      builder.Emit(Opcode::kColumn, list_, 0,
                   equal + static_cast<int>(membership - use_.equal.data()));
    }
    // Low comes first in the index, unless the column descends. NULLs are below every limit.
    Key ends[2];
    const bool descends = use_.has_range() && index_.columns[use_.equal.size()].is_descending;
    for (const bool is_high : {false, true}) {
      Key& key = ends[is_high != descends ? 1 : 0];
      const Limit& limit = is_high ? use_.high : use_.low;
      key = {equal, equal_count, /*is_inclusive=*/true};
      const bool keeps_nulls_out = !is_high && use_.has_range();
      if (limit.value == nullptr && !keeps_nulls_out) continue;
      key = {builder.NewRegisters(equal_count + 1), equal_count + 1, limit.is_inclusive};
      if (equal_count > 0) builder.Emit(Opcode::kCopy, equal, key.first, equal_count - 1);
      const int last = key.first + equal_count;
      if (limit.value == nullptr) {
        builder.Emit(Opcode::kNull, 0, last);
        key.is_inclusive = false;
      } else {
        builder.Emit(Opcode::kSCopy, is_high ? high : low, last);
      }
    }
    const Key& start = ends[is_reversed_ ? 1 : 0];
    const Key& stop = ends[is_reversed_ ? 0 : 1];
    if (start.count == 0) {
      builder.EmitJump(is_reversed_ ? Opcode::kLast : Opcode::kRewind, cursor_, done);
    } else {
      const Opcode op = is_reversed_ ? (start.is_inclusive ? Opcode::kSeekLE : Opcode::kSeekLT)
                                     : (start.is_inclusive ? Opcode::kSeekGE : Opcode::kSeekGT);
      builder.EmitJump(op, cursor_, done, start.first, int64_t{start.count});
    }
    body_ = builder.Here();
    next_entry_ = builder.NewLabel();
    if (stop.count > 0) {
      const Opcode op = is_reversed_ ? (stop.is_inclusive ? Opcode::kIdxLT : Opcode::kIdxLE)
                                     : (stop.is_inclusive ? Opcode::kIdxGT : Opcode::kIdxGE);
      builder.EmitJump(op, cursor_, done, stop.first, int64_t{stop.count});
    }
    if (!is_table_) GoToRow(builder, coder);
  }

  // The row's columns are read from the entry as far as it has them.
  void GoToRow(ProgramBuilder& builder, ExprCoder& coder) const {
    const Table& table = *term_.source.table;
    if (table.primary_key == nullptr) {
      builder.Emit(Opcode::kDeferredSeek, cursor_, term_.source.cursor);
    } else if (!covers_) {
      const int key = builder.NewRegisters(KeyWidth(table));
      CodeKeyOfEntry(builder, table, index_, cursor_, key);
      SeekKey(builder, table, term_.source.cursor, key, next_entry_);
    }
    for (size_t i = 0; i < index_.columns.size(); ++i) {
      const int column = index_.columns[i].column;
      if (column < 0 || column == table.rowid_column) continue;
      coder.PlaceInEntry(term_.source.cursor, column, cursor_, static_cast<int>(i));
    }
  }

  void End(CompileContext& context) override {
    context.builder.Place(next_entry_);
    context.builder.EmitJump(is_reversed_ ? Opcode::kPrev : Opcode::kNext, cursor_, body_);
    if (list_ < 0) return;
    context.builder.Place(next_member_);
    context.builder.EmitJump(Opcode::kNext, list_, member_);
  }

  void MakeNull(CompileContext& context) override {
    context.builder.Emit(Opcode::kNullRow, cursor_);
    context.builder.Emit(Opcode::kNullRow, term_.source.cursor);
    if (list_ >= 0) context.builder.Emit(Opcode::kNullRow, list_);
  }

 private:
  struct Key {  // the first columns of an entry, in registers
    int first = 0;
    int count = 0;
    bool is_inclusive = true;
  };

  static void CodeValue(ExprCoder& coder, ProgramBuilder& builder, const Bound& value,
                        const ComparisonRule& rule, int target, bool null_fits, Label done) {
    coder.Code(value, target);
    if (!null_fits) builder.EmitJump(Opcode::kIsNull, target, done);
    if (!rule.affinity || *rule.affinity == Affinity::kBlob) return;
    builder.Emit(Opcode::kAffinity, target, 1, 0, std::string(1, ComparedLetterOf(*rule.affinity)));
  }

  static int CodeLimit(ExprCoder& coder, ProgramBuilder& builder, const Limit& limit, Label done) {
    if (limit.value == nullptr) return 0;
    const int target = builder.NewRegister();
    CodeValue(coder, builder, *limit.value, limit.rule, target, /*null_fits=*/false, done);
    return target;
  }

  std::string ColumnName(size_t i) const {
    const int column = index_.columns[i].column;
    return column < 0 ? "rowid" : term_.source.table->columns[static_cast<size_t>(column)].name;
  }

  const Index& index_;
  const IndexUse use_;
  const bool covers_;
  const bool is_table_;  // its entries are the rows
  bool is_reversed_ = false;
  int cursor_ = -1;
  int list_ = -1;  // the members of a list
  Label member_;
  Label next_member_;
  Label next_entry_;
  Label body_;
};

bool IsColumn(const PathRequest& request, const Bound& bound, const IndexColumn& column) {
  if (bound.kind != BoundKind::kColumn || bound.cursor != request.term.source.cursor) return false;
  const int rowid_column = request.term.source.table->rowid_column;
  if (bound.column == kRowidColumn) {
    return column.column == kRowidColumn || (rowid_column >= 0 && column.column == rowid_column);
  }
  return bound.column == column.column;
}

// Whether the index has its entries in the order that the test compares by.
bool Fits(const PathRequest& request, const ColumnTest& test, const IndexColumn& column) {
  return IsColumn(request, *test.column, column) && ComparesAsColumn(test) &&
         test.rule.collation == column.collation && !column.collation->is_missing();
}

// `column` BETWEEN: two limits in one condition.
bool TakeBetween(const PathRequest& request, const Conjunct& conjunct, const IndexColumn& column,
                 IndexUse& use) {
  const Bound& expr = *conjunct.expr;
  if (expr.kind != BoundKind::kBetween || expr.is_negated) return false;
  if (!IsAtHand(request, conjunct)) return false;
  if (!IsColumn(request, expr.operand(0), column)) return false;
  Limit limits[2];
  for (const size_t i : {size_t{1}, size_t{2}}) {
    const Bound& value = expr.operand(i);
    const ColumnTest test = {
        .column = &expr.operand(0), .value = &value, .rule = RuleFor(expr.operand(0), value)};
    if (ReadsTerm(request, value) || !Fits(request, test, column)) return false;
    limits[i - 1] = {&value, test.rule, /*is_inclusive=*/true};
  }
  use.low = limits[0];
  use.high = limits[1];
  return true;
}

// The first condition that gives the column a value, or one of a list of them.
bool TakeEqual(const PathRequest& request, const IndexColumn& column, IndexUse& use) {
  for (const size_t i : request.usable) {
    for (const ColumnTest& test : ColumnTestsOf(request, request.conjuncts[i])) {
      if (test.op != BinaryOp::kEqual && test.op != BinaryOp::kIs) continue;
      if (!Fits(request, test, column)) continue;
      use.equal.push_back(test);
      use.conjuncts.push_back(i);
      return true;
    }
  }
  if (use.membership() != nullptr) return false;
  for (const size_t i : request.usable) {
    const std::optional<ColumnTest> test = MembershipTestOf(request, request.conjuncts[i]);
    if (!test || !Fits(request, *test, column)) continue;
    use.equal.push_back(*test);
    use.conjuncts.push_back(i);
    return true;
  }
  return false;
}

// The first limit on each side.
void TakeRange(const PathRequest& request, const IndexColumn& column, IndexUse& use) {
  for (const size_t i : request.usable) {
    if (!use.has_range() && TakeBetween(request, request.conjuncts[i], column, use)) {
      use.conjuncts.push_back(i);
      return;
    }
    for (const ColumnTest& test : ColumnTestsOf(request, request.conjuncts[i])) {
      const bool is_low = test.op == BinaryOp::kGreater || test.op == BinaryOp::kGreaterOrEqual;
      const bool is_high = test.op == BinaryOp::kLess || test.op == BinaryOp::kLessOrEqual;
      Limit& limit = is_low ? use.low : use.high;
      if ((!is_low && !is_high) || limit.value != nullptr || !Fits(request, test, column)) continue;
      const bool is_inclusive =
          test.op == BinaryOp::kGreaterOrEqual || test.op == BinaryOp::kLessOrEqual;
      limit = {test.value, test.rule, is_inclusive};
      use.conjuncts.push_back(i);
      break;
    }
  }
}

IndexUse UseOf(const PathRequest& request, const Index& index) {
  IndexUse use;
  for (size_t i = 0; i < index.declared_count; ++i) {
    if (TakeEqual(request, index.columns[i], use)) continue;
    TakeRange(request, index.columns[i], use);
    break;
  }
  return use;
}

bool Covers(const PathRequest& request, const Index& index) {
  if (request.columns == nullptr) return true;
  for (const int column : *request.columns) {
    if (column == kRowidColumn) continue;
    const auto has = [column](const IndexColumn& each) { return each.column == column; };
    if (std::none_of(index.columns.begin(), index.columns.end(), has)) return false;
  }
  return true;
}

}  // namespace

void AddIndexPaths(const PathRequest& request, std::vector<std::unique_ptr<AccessPath>>& paths) {
  const FromTerm& term = request.term;
  const Table& table = *term.source.table;
  for (const auto& index : table.indexes) {
    const bool is_table = index.get() == table.primary_key;
    if (!is_table && (request.needs_own_cursor || term.hint.is_not_indexed)) continue;
    const bool is_asked_for = term.hint.index && SameName(term.hint.index->text, index->name);
    if (term.hint.index && !is_asked_for && !is_table) continue;
    // Of a partial one nobody knows whether it has every row that is wanted.
    if (index->where != nullptr) continue;
    IndexUse use = UseOf(request, *index);
    if (use.conjuncts.empty() && !is_asked_for && !is_table) continue;
    auto path = std::make_unique<IndexPath>(term, *index, std::move(use), Covers(request, *index));
    if (is_asked_for) path->cost = 0;
    paths.push_back(std::move(path));
  }
}

}  // namespace orrery
