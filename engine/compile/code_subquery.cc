// ExprCoder: subqueries, rows of values and IN.

#include "engine/compile/expr_coder.h"
#include "engine/compile/query.h"
#include "engine/compile/query_coder.h"
#include "engine/program/affinity_letters.h"

namespace orrery {

// -- Subqueries --

// The first row, or NULLs. What depends on no row around it is computed once.
void ExprCoder::CodeSubquery(const Bound& bound, int first) {
  const int width = WidthOf(bound);
  const Label known = builder_.NewLabel();
  const int result = builder_.NewRegisters(width);
  const bool is_correlated = bound.query->is_correlated;
  if (!is_correlated) builder_.EmitJump(Opcode::kOnce, 0, known);
  const ProgramBuilder::Group group(
      builder_, is_correlated ? "CORRELATED SCALAR SUBQUERY" : "SCALAR SUBQUERY");
  builder_.Emit(Opcode::kNull, 0, result, result + width - 1);
  const Label done = builder_.NewLabel();
  QueryCoder(context_, *this, *bound.query).Code([&](int row, int count) {
    builder_.Emit(Opcode::kCopy, row, result, count - 1);
    builder_.Goto(done);
  });
  builder_.Place(done);
  builder_.Place(known);
  builder_.Emit(Opcode::kCopy, result, first, width - 1);
}

void ExprCoder::CodeExists(const Bound& bound, int target) {
  const Label known = builder_.NewLabel();
  const int result = builder_.NewRegister();
  const bool is_correlated = bound.query->is_correlated;
  if (!is_correlated) builder_.EmitJump(Opcode::kOnce, 0, known);
  const ProgramBuilder::Group group(
      builder_, is_correlated ? "CORRELATED SCALAR SUBQUERY" : "SCALAR SUBQUERY");
  builder_.Emit(Opcode::kInteger, 0, result);
  const Label done = builder_.NewLabel();
  QueryCoder(context_, *this, *bound.query).Code([&](int, int) {
    builder_.Emit(Opcode::kInteger, 1, result);
    builder_.Goto(done);
  });
  builder_.Place(done);
  builder_.Place(known);
  builder_.Emit(Opcode::kCopy, result, target);
}

// -- Rows --

// Column by column: (a, b) < (c, d) is a < c OR (a = c AND b < d).
void ExprCoder::CodeComparedRows(const Bound& bound, int target) {
  const Bound& left = bound.operand(0);
  const Bound& right = bound.operand(1);
  const int width = WidthOf(left);
  const int lefts = CodeRow(left);
  const int rights = CodeRow(right);
  const auto compare = [&](BinaryOp op, int column, int into) {
    CodeComparison(op, lefts + column, rights + column,
                   RuleFor(ColumnOf(left, column), ColumnOf(right, column)), into);
  };
  const int result = builder_.NewRegister();
  const int each = builder_.NewRegister();
  switch (bound.binary) {
    case BinaryOp::kEqual:
    case BinaryOp::kNotEqual:
    case BinaryOp::kIs:
    case BinaryOp::kIsNot: {
      const bool is_negated =
          bound.binary == BinaryOp::kNotEqual || bound.binary == BinaryOp::kIsNot;
      const bool compares_nulls = bound.binary == BinaryOp::kIs || bound.binary == BinaryOp::kIsNot;
      const BinaryOp op = compares_nulls ? BinaryOp::kIs : BinaryOp::kEqual;
      compare(op, 0, result);
      for (int i = 1; i < width; ++i) {
        compare(op, i, each);
        builder_.Emit(Opcode::kAnd, each, result, result);
      }
      if (is_negated) builder_.Emit(Opcode::kNot, result, result);
      break;
    }
    default: {
      const bool is_less =
          bound.binary == BinaryOp::kLess || bound.binary == BinaryOp::kLessOrEqual;
      const BinaryOp strict = is_less ? BinaryOp::kLess : BinaryOp::kGreater;
      compare(bound.binary, width - 1, result);
      for (int i = width - 2; i >= 0; --i) {
        compare(BinaryOp::kEqual, i, each);
        builder_.Emit(Opcode::kAnd, each, result, result);
        compare(strict, i, each);
        builder_.Emit(Opcode::kOr, each, result, result);
      }
    }
  }
  builder_.Emit(Opcode::kCopy, result, target);
}

// -- IN --

void ExprCoder::CodeInValue(const Bound& bound, int target) {
  const Label if_false = builder_.NewLabel();
  const Label if_null = builder_.NewLabel();
  const Label end = builder_.NewLabel();
  const int result = builder_.NewRegister();
  builder_.Emit(Opcode::kNull, 0, result);
  CodeIn(bound, if_false, if_null);
  builder_.Emit(Opcode::kInteger, bound.is_negated ? 0 : 1, result);
  builder_.Goto(end);
  builder_.Place(if_false);
  builder_.Emit(Opcode::kInteger, bound.is_negated ? 1 : 0, result);
  builder_.Place(if_null);
  builder_.Place(end);
  builder_.Emit(Opcode::kSCopy, result, target);
}

namespace {

// Lists from this size on are looked up in a set, when nothing in them changes from row to row.
constexpr size_t kSetSizeMin = 4;

bool IsFixed(const Bound& bound) {
  bool is_fixed = !ReadsColumns(bound);
  VisitAll(bound, [&is_fixed](const Bound& each) {
    if (each.query || (each.function != nullptr && !each.function->is_deterministic)) {
      is_fixed = false;
    }
  });
  return is_fixed;
}

}  // namespace

void ExprCoder::CodeIn(const Bound& bound, Label if_false, Label if_null) {
  if (bound.kind == BoundKind::kInQuery) {
    CodeInQuery(bound, if_false, if_null);
    return;
  }
  bool is_fixed = bound.operands.size() > kSetSizeMin;
  for (size_t i = 1; i < bound.operands.size(); ++i) {
    is_fixed = is_fixed && IsFixed(bound.operand(i));
  }
  if (is_fixed) {
    CodeInConstants(bound, if_false, if_null);
  } else {
    CodeInList(bound, if_false, if_null);
  }
}

void ExprCoder::CodeInList(const Bound& bound, Label if_false, Label if_null) {
  const Bound& operand = bound.operand(0);
  const int value = CodeNew(operand);
  builder_.EmitJump(Opcode::kIsNull, value, if_null);
  const Label found = builder_.NewLabel();
  const ComparisonRule rule = MemberRule(bound);
  // Stays 0 unless a member of the list is NULL.
  const int saw_null = builder_.NewRegister();
  builder_.Emit(Opcode::kInteger, 0, saw_null);
  const int member = builder_.NewRegister();
  for (size_t i = 1; i < bound.operands.size(); ++i) {
    const Bound& each = bound.operand(i);
    Code(each, member);
    EmitCompare(Opcode::kEq, value, member, found, rule, 0);
    if (each.kind == BoundKind::kConstant && !each.constant.is_null()) continue;
    const Label not_null = builder_.NewLabel();
    builder_.EmitJump(Opcode::kNotNull, member, not_null);
    builder_.Emit(Opcode::kNull, 0, saw_null);
    builder_.Place(not_null);
  }
  builder_.EmitJump(Opcode::kIsNull, saw_null, if_null);
  builder_.Goto(if_false);
  builder_.Place(found);
}

// The members as a set, made once.
void ExprCoder::CodeInConstants(const Bound& bound, Label if_false, Label if_null) {
  const Bound& operand = bound.operand(0);
  const std::string letters(1, ComparedLetterOf(operand.affinity.value_or(Affinity::kBlob)));
  SortKey key(1);
  if (operand.collation != nullptr) key[0].collation = operand.collation;
  const int set = builder_.NewCursor();
  const int saw_null = builder_.NewRegister();
  const int member = builder_.NewRegister();
  const int record = builder_.NewRegister();
  const Label made = builder_.NewLabel();
  builder_.EmitJump(Opcode::kOnce, 0, made);
  builder_.Emit(Opcode::kOpenEphemeral, set, 1, 0, key);
  builder_.Emit(Opcode::kInteger, 0, saw_null);
  for (size_t i = 1; i < bound.operands.size(); ++i) {
    Code(bound.operand(i), member);
    const Label not_null = builder_.NewLabel();
    if (bound.operand(i).kind != BoundKind::kConstant || bound.operand(i).constant.is_null()) {
      builder_.EmitJump(Opcode::kNotNull, member, not_null);
      builder_.Emit(Opcode::kInteger, 1, saw_null);
    }
    builder_.Place(not_null);
    builder_.Emit(Opcode::kMakeRecord, member, 1, record, letters);
    builder_.Emit(Opcode::kIdxInsert, set, record);
  }
  builder_.Place(made);
  const int value = CodeNew(operand);
  builder_.Emit(Opcode::kAffinity, value, 1, 0, letters);
  LookUp(set, value, 1, saw_null, key, if_false, if_null);
}

void ExprCoder::CodeInQuery(const Bound& bound, Label if_false, Label if_null) {
  const Bound& operand = bound.operand(0);
  const int width = WidthOf(operand);
  std::string letters;
  SortKey key;
  for (int i = 0; i < width; ++i) {
    const Bound& column = *bound.query->blocks.back()->result[static_cast<size_t>(i)];
    const ComparisonRule rule = RuleFor(ColumnOf(operand, i), column);
    letters += LetterOf(rule.affinity.value_or(Affinity::kBlob));
    key.push_back({.collation = rule.collation});
  }
  const int set = builder_.NewCursor();
  const int saw_null = width == 1 ? builder_.NewRegister() : 0;
  const Label made = builder_.NewLabel();
  if (!bound.query->is_correlated) builder_.EmitJump(Opcode::kOnce, 0, made);
  {
    const ProgramBuilder::Group group(
        builder_, bound.query->is_correlated ? "CORRELATED LIST SUBQUERY" : "LIST SUBQUERY");
    builder_.Emit(Opcode::kOpenEphemeral, set, width, 0, key);
    if (saw_null != 0) builder_.Emit(Opcode::kInteger, 0, saw_null);
    const int member = builder_.NewRegisters(width);
    const int record = builder_.NewRegister();
    QueryCoder(context_, *this, *bound.query).Code([&](int row, int count) {
      builder_.Emit(Opcode::kCopy, row, member, count - 1);
      if (saw_null != 0) {
        const Label not_null = builder_.NewLabel();
        builder_.EmitJump(Opcode::kNotNull, member, not_null);
        builder_.Emit(Opcode::kInteger, 1, saw_null);
        builder_.Place(not_null);
      }
      builder_.Emit(Opcode::kMakeRecord, member, count, record, letters);
      builder_.Emit(Opcode::kIdxInsert, set, record);
    });
  }
  builder_.Place(made);
  const int value = CodeRow(operand);
  builder_.Emit(Opcode::kAffinity, value, width, 0, letters);
  LookUp(set, value, width, saw_null, key, if_false, if_null);
}

int ExprCoder::CodeInMembers(const Bound& bound, bool descends) {
  const bool is_query = bound.kind == BoundKind::kInQuery;
  const ComparisonRule rule = MemberRule(bound);
  // As in SQLite a query's members are made what the column is, those of a list are not.
  const Affinity affinity = rule.affinity.value_or(Affinity::kBlob);
  const std::string letters(1, is_query ? LetterOf(affinity) : ComparedLetterOf(affinity));
  SortKey key(1);
  key[0].collation = rule.collation;
  key[0].descending = descends;
  const int set = builder_.NewCursor();
  const Label made = builder_.NewLabel();
  bool is_fixed = !is_query || !bound.query->is_correlated;
  for (size_t i = 1; i < bound.operands.size(); ++i) {
    is_fixed = is_fixed && IsFixed(bound.operand(i));
  }
  if (is_fixed) builder_.EmitJump(Opcode::kOnce, 0, made);
  std::optional<ProgramBuilder::Group> group;
  if (is_query) {
    group.emplace(builder_,
                  bound.query->is_correlated ? "CORRELATED LIST SUBQUERY" : "LIST SUBQUERY");
  }
  builder_.Emit(Opcode::kOpenEphemeral, set, 1, 0, key);
  const int record = builder_.NewRegister();
  const auto add = [&](int member) {
    const Label next = builder_.NewLabel();
    builder_.EmitJump(Opcode::kIsNull, member, next);
    builder_.Emit(Opcode::kMakeRecord, member, 1, record, letters);
    builder_.Emit(Opcode::kIdxInsert, set, record);
    builder_.Place(next);
  };
  const int member = builder_.NewRegister();
  if (is_query) {
    QueryCoder(context_, *this, *bound.query).Code([&](int row, int) {
      builder_.Emit(Opcode::kCopy, row, member);
      add(member);
    });
  } else {
    for (size_t i = 1; i < bound.operands.size(); ++i) {
      Code(bound.operand(i), member);
      add(member);
    }
  }
  group.reset();
  builder_.Place(made);
  return set;
}

// Goes on when the set has the operand. In an empty set is nothing, not even NULL.
void ExprCoder::LookUp(int set, int operand, int width, int saw_null, const SortKey& key,
                       Label if_false, Label if_null) {
  const Label found = builder_.NewLabel();
  builder_.EmitJump(Opcode::kRewind, set, if_false);
  if (width == 1) {
    builder_.EmitJump(Opcode::kIsNull, operand, if_null);
    builder_.EmitJump(Opcode::kFound, set, found, operand, int64_t{1});
    builder_.EmitJump(Opcode::kIf, saw_null, if_null);
    builder_.Goto(if_false);
    builder_.Place(found);
    return;
  }
  // A row that has NULL in it, on either side, may be the one: then the answer is NULL.
  const Label maybe = builder_.NewLabel();
  const Label next = builder_.NewLabel();
  for (int i = 0; i < width; ++i) builder_.EmitJump(Opcode::kIsNull, operand + i, maybe);
  builder_.EmitJump(Opcode::kFound, set, found, operand, int64_t{width});
  builder_.Place(maybe);
  builder_.EmitJump(Opcode::kRewind, set, if_false);
  const Label loop = builder_.Here();
  const int member = builder_.NewRegister();
  for (int i = 0; i < width; ++i) {
    builder_.Emit(Opcode::kColumn, set, i, member);
    ComparisonRule rule;
    rule.collation = key[static_cast<size_t>(i)].collation;
    EmitCompare(Opcode::kNe, operand + i, member, next, rule, 0);
  }
  builder_.Goto(if_null);
  builder_.Place(next);
  builder_.EmitJump(Opcode::kNext, set, loop);
  builder_.Goto(if_false);
  builder_.Place(found);
}

// -- RAISE --

void ExprCoder::CodeRaise(const Bound& bound) {
  if (bound.raise == RaiseAction::kIgnore) {
    builder_.Emit(Opcode::kHalt, 0, static_cast<int>(OnError::kIgnore));
    return;
  }
  const OnError on_error = bound.raise == RaiseAction::kRollback ? OnError::kRollback
                           : bound.raise == RaiseAction::kFail   ? OnError::kFail
                                                                 : OnError::kAbort;
  builder_.Emit(Opcode::kHalt, static_cast<int>(ResultCode::kConstraintTrigger),
                static_cast<int>(on_error), CodeNew(bound.operand(0)));
}

}  // namespace orrery
