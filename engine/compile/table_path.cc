// Paths on the table B-tree: one row by its rowid, a range of rowids, all rows.

#include <optional>

#include "engine/compile/access_path.h"

namespace orrery {
namespace {

struct RowidLimit {
  const Bound* value = nullptr;
  bool is_inclusive = false;
};

class TablePath : public AccessPath {
 public:
  using AccessPath::AccessPath;

  void Open(CompileContext& context, ExprCoder&, bool once) override { OpenTable(context, once); }
};

// rowid = value.
class RowidPath final : public TablePath {
 public:
  RowidPath(const FromTerm& term, const Bound& value) : TablePath(term), value_(value) {
    cost = 10;
    row_count = 1;
    looks_up = true;
    order.push_back({kRowidColumn});
  }

  std::string Describe() const override {
    return "SEARCH " + term_.source.name + " USING INTEGER PRIMARY KEY (rowid=?)";
  }
  void Reverse() override {}
  bool can_reverse() const override { return true; }

  void Begin(CompileContext& context, ExprCoder& coder, Label done) override {
    context.builder.EmitJump(Opcode::kSeekRowid, term_.source.cursor, done, coder.CodeNew(value_));
  }
  void End(CompileContext&) override {}

 private:
  const Bound& value_;
};

// rowid IN (...).
class RowidListPath final : public TablePath {
 public:
  RowidListPath(const FromTerm& term, const Bound& in) : TablePath(term), in_(in) {
    row_count = MemberCountOf(in);
    cost = 10 * row_count;
    looks_up = true;
    order.push_back({kRowidColumn});
  }

  std::string Describe() const override {
    return "SEARCH " + term_.source.name + " USING INTEGER PRIMARY KEY (rowid=?)";
  }

  void Begin(CompileContext& context, ExprCoder& coder, Label done) override {
    ProgramBuilder& builder = context.builder;
    list_ = coder.CodeInMembers(in_);
    builder.EmitJump(Opcode::kRewind, list_, done);
    member_ = builder.Here();
    next_ = builder.NewLabel();
    const int rowid = builder.NewRegister();
    builder.Emit(Opcode::kColumn, list_, 0, rowid);
    builder.EmitJump(Opcode::kSeekRowid, term_.source.cursor, next_, rowid);
  }
  void End(CompileContext& context) override {
    context.builder.Place(next_);
    context.builder.EmitJump(Opcode::kNext, list_, member_);
  }
  void MakeNull(CompileContext& context) override {
    TablePath::MakeNull(context);
    context.builder.Emit(Opcode::kNullRow, list_);
  }

 private:
  const Bound& in_;
  int list_ = -1;
  Label member_;
  Label next_;
};

// All rows, or those between two rowids.
class RowidRangePath final : public TablePath {
 public:
  RowidRangePath(const FromTerm& term, RowidLimit low, RowidLimit high)
      : TablePath(term), low_(low), high_(high) {
    row_count = RowCountOf(term);
    if (low_.value != nullptr) row_count /= 4;
    if (high_.value != nullptr) row_count /= 4;
    cost = row_count + 10;
    order.push_back({kRowidColumn});
  }

  std::string Describe() const override {
    if (low_.value == nullptr && high_.value == nullptr) return "SCAN " + term_.source.name;
    std::string text = "SEARCH " + term_.source.name + " USING INTEGER PRIMARY KEY (";
    if (low_.value != nullptr) text += "rowid>?";
    if (low_.value != nullptr && high_.value != nullptr) text += " AND ";
    if (high_.value != nullptr) text += "rowid<?";
    return text + ")";
  }
  void Reverse() override { is_reversed_ = !is_reversed_; }
  bool can_reverse() const override { return true; }

  void Begin(CompileContext& context, ExprCoder& coder, Label done) override {
    ProgramBuilder& builder = context.builder;
    const int cursor = term_.source.cursor;
    // The limits are evaluated once, before the loop.
    const int low = low_.value != nullptr ? coder.CodeNew(*low_.value) : 0;
    const int high = high_.value != nullptr ? coder.CodeNew(*high_.value) : 0;
    const RowidLimit& start = is_reversed_ ? high_ : low_;
    const RowidLimit& stop = is_reversed_ ? low_ : high_;
    if (start.value == nullptr) {
      builder.EmitJump(is_reversed_ ? Opcode::kLast : Opcode::kRewind, cursor, done);
    } else {
      const Opcode op = is_reversed_ ? (start.is_inclusive ? Opcode::kSeekLE : Opcode::kSeekLT)
                                     : (start.is_inclusive ? Opcode::kSeekGE : Opcode::kSeekGT);
      builder.EmitJump(op, cursor, done, is_reversed_ ? high : low);
    }
    body_ = builder.Here();
    if (stop.value == nullptr) return;
    const int row = builder.NewRegister();
    builder.Emit(Opcode::kRowid, cursor, row);
    const Opcode op = is_reversed_ ? (stop.is_inclusive ? Opcode::kLt : Opcode::kLe)
                                   : (stop.is_inclusive ? Opcode::kGt : Opcode::kGe);
    ComparisonRule rule;
    rule.affinity = Affinity::kNumeric;
    coder.EmitCompare(op, row, is_reversed_ ? low : high, done, rule, kCompareJumpIfNull);
  }

  void End(CompileContext& context) override {
    context.builder.EmitJump(is_reversed_ ? Opcode::kPrev : Opcode::kNext, term_.source.cursor,
                             body_);
  }

 private:
  const RowidLimit low_;
  const RowidLimit high_;
  bool is_reversed_ = false;
  Label body_;
};

}  // namespace

// Of several limits on one side the first is used to seek, and the others are tested.
void AddTablePaths(const PathRequest& request, std::vector<std::unique_ptr<AccessPath>>& paths) {
  const FromTerm& term = request.term;
  RowidLimit low;
  RowidLimit high;
  std::vector<size_t> used;
  const auto limit = [&](RowidLimit& side, const Bound& value, bool is_inclusive) {
    if (side.value != nullptr) return false;
    side = {&value, is_inclusive};
    return true;
  };
  for (const size_t i : request.usable) {
    const Conjunct& conjunct = request.conjuncts[i];
    if (const auto test = MembershipTestOf(request, conjunct);
        test && test->column->column == kRowidColumn) {
      auto path = std::make_unique<RowidListPath>(term, *test->in);
      path->used.push_back(i);
      paths.push_back(std::move(path));
    }
    for (const ColumnTest& test : ColumnTestsOf(request, conjunct)) {
      if (test.column->column != kRowidColumn) continue;
      bool is_used = false;
      switch (test.op) {
        case BinaryOp::kEqual: {
          auto path = std::make_unique<RowidPath>(term, *test.value);
          path->used.push_back(i);
          paths.push_back(std::move(path));
          break;
        }
        case BinaryOp::kGreater:
        case BinaryOp::kGreaterOrEqual:
          is_used = limit(low, *test.value, test.op == BinaryOp::kGreaterOrEqual);
          break;
        case BinaryOp::kLess:
        case BinaryOp::kLessOrEqual:
          is_used = limit(high, *test.value, test.op == BinaryOp::kLessOrEqual);
          break;
        default:
          break;
      }
      if (!is_used) continue;
      used.push_back(i);
      break;
    }
    const Bound& expr = *conjunct.expr;
    if (expr.kind != BoundKind::kBetween || expr.is_negated || low.value != nullptr ||
        high.value != nullptr || !IsAtHand(request, conjunct)) {
      continue;
    }
    const Bound& operand = expr.operand(0);
    if (operand.kind == BoundKind::kColumn && operand.cursor == term.source.cursor &&
        operand.column == kRowidColumn && !ReadsTerm(request, expr.operand(1)) &&
        !ReadsTerm(request, expr.operand(2))) {
      low = {&expr.operand(1), true};
      high = {&expr.operand(2), true};
      used.push_back(i);
    }
  }
  auto range = std::make_unique<RowidRangePath>(term, low, high);
  range->used = std::move(used);
  paths.push_back(std::move(range));
}

}  // namespace orrery
