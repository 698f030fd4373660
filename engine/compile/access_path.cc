#include "engine/compile/access_path.h"

#include <algorithm>
#include <cmath>

#include "engine/compile/row_key.h"

namespace orrery {
namespace {

BinaryOp Mirrored(BinaryOp op) {
  switch (op) {
    case BinaryOp::kLess:
      return BinaryOp::kGreater;
    case BinaryOp::kLessOrEqual:
      return BinaryOp::kGreaterOrEqual;
    case BinaryOp::kGreater:
      return BinaryOp::kLess;
    case BinaryOp::kGreaterOrEqual:
      return BinaryOp::kLessOrEqual;
    default:
      return op;
  }
}

// What an index can be asked for: not that something differs.
bool IsTestable(BinaryOp op) {
  return IsComparison(op) && op != BinaryOp::kNotEqual && op != BinaryOp::kIsNot;
}

const Bound& NullConstant() {
  static const Bound null(BoundKind::kConstant);
  return null;
}

}  // namespace

void AccessPath::MakeNull(CompileContext& context) {
  context.builder.Emit(Opcode::kNullRow, term_.source.cursor);
}

void AccessPath::OpenTable(CompileContext& context, bool once,
                           const std::function<void()>& also) const {
  ProgramBuilder& builder = context.builder;
  const Label is_open = builder.NewLabel();
  if (once) builder.EmitJump(Opcode::kOnce, 0, is_open);
  OpenRows(builder, Opcode::kOpenRead, *term_.source.table, term_.source.cursor);
  also();
  builder.Place(is_open);
}

double RowCountOf(const FromTerm& term) {
  if (term.is_recursion) return 1;
  if (term.function) return kQueryRowCount;
  if (!term.query) return kTableRowCount;
  double count = 0;
  for (const auto& block : term.query->blocks) {
    if (!block->more_rows.empty() || block->from.empty()) {
      count += 1 + static_cast<double>(block->more_rows.size());
    } else {
      count += kQueryRowCount;
    }
  }
  return term.query->recursive_from > 0 ? std::max(count, kQueryRowCount) : count;
}

bool IsAtHand(const PathRequest& request, const Conjunct& conjunct) {
  return (conjunct.needs & ~request.term_bit & ~request.available) == 0;
}

bool ReadsTerm(const PathRequest& request, const Bound& bound) {
  bool reads = false;
  VisitAll(bound, [&](const Bound& each) {
    reads = reads || (each.kind == BoundKind::kColumn && each.cursor == request.term.source.cursor);
  });
  return reads;
}

std::vector<ColumnTest> ColumnTestsOf(const PathRequest& request, const Conjunct& conjunct) {
  std::vector<ColumnTest> tests;
  const Bound& expr = *conjunct.expr;
  const auto is_column = [&](const Bound& bound) {
    return bound.kind == BoundKind::kColumn && bound.cursor == request.term.source.cursor;
  };
  const auto is_known = [&](const Bound& bound) { return !ReadsTerm(request, bound); };
  if (!IsAtHand(request, conjunct)) return tests;
  if (expr.kind == BoundKind::kUnary && expr.unary == UnaryOp::kIsNull &&
      is_column(expr.operand(0))) {
    const ComparisonRule rule = RuleFor(expr.operand(0), NullConstant());
    tests.push_back({&expr.operand(0), BinaryOp::kIs, &NullConstant(), rule});
  }
  if (expr.kind == BoundKind::kBinary && IsTestable(expr.binary)) {
    const ComparisonRule rule = RuleFor(expr.operand(0), expr.operand(1));
    if (is_column(expr.operand(0)) && is_known(expr.operand(1))) {
      tests.push_back({&expr.operand(0), expr.binary, &expr.operand(1), rule});
    }
    if (is_column(expr.operand(1)) && is_known(expr.operand(0))) {
      tests.push_back({&expr.operand(1), Mirrored(expr.binary), &expr.operand(0), rule});
    }
  }
  return tests;
}

std::optional<ColumnTest> MembershipTestOf(const PathRequest& request, const Conjunct& conjunct) {
  const Bound& expr = *conjunct.expr;
  if ((expr.kind != BoundKind::kIn && expr.kind != BoundKind::kInQuery) || expr.is_negated) {
    return std::nullopt;
  }
  if (!IsAtHand(request, conjunct)) return std::nullopt;
  const Bound& operand = expr.operand(0);
  int read_count = 0;  // of the term: the operand alone
  VisitAll(expr, [&](const Bound& each) {
    if (each.kind == BoundKind::kColumn && each.cursor == request.term.source.cursor) ++read_count;
  });
  if (operand.kind != BoundKind::kColumn || operand.cursor != request.term.source.cursor ||
      read_count != 1) {
    return std::nullopt;
  }
  return ColumnTest{.column = &operand, .rule = MemberRule(expr), .in = &expr};
}

double MemberCountOf(const Bound& in) {
  constexpr double kOfQuery = 25;
  return in.kind == BoundKind::kInQuery ? kOfQuery : static_cast<double>(in.operands.size()) - 1;
}

bool ComparesAsColumn(const ColumnTest& test) {
  // With numbers, a text in a column without numeric affinity would have to be read as a number.
  const std::optional<Affinity> affinity = test.rule.affinity;
  if (!affinity || *affinity == Affinity::kBlob) return true;
  const std::optional<Affinity> own = test.column->affinity;
  if (*affinity == Affinity::kText) return own == Affinity::kText;
  return own && IsNumeric(*own);
}

std::vector<std::unique_ptr<AccessPath>> PathsOf(const PathRequest& request,
                                                 const std::vector<double>& selectivities) {
  std::vector<std::unique_ptr<AccessPath>> paths;
  if (request.term.query || request.term.is_recursion || request.term.function) {
    AddQueryPaths(request, paths);
  } else {
    if (request.term.source.table->primary_key == nullptr) AddTablePaths(request, paths);
    AddIndexPaths(request, paths);
  }
  const bool looks_up =
      std::any_of(paths.begin(), paths.end(), [](const auto& path) { return path->looks_up; });
  // What a function gives may be other rows each time.
  if (!looks_up && !request.term.function) AddAutomaticIndexPath(request, paths);
  // What a path does not use of the conditions is tested, and lets fewer rows through.
  for (const auto& path : paths) {
    for (const size_t i : request.usable) {
      bool is_used = false;
      for (const size_t used : path->used) is_used = is_used || used == i;
      if (!is_used) path->row_count *= selectivities[i];
    }
  }
  return paths;
}

}  // namespace orrery
