#include "engine/sql/lexer.h"
#include "engine/sql/sql_writer.h"
#include "engine/value/quote.h"

namespace orrery {
namespace {

// How tightly the outermost operator of an expression binds.
Precedence PrecedenceOf(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kUnary:
      return Describe(expr.As<UnaryExpr>().op).precedence;
    case ExprKind::kBinary:
      return Describe(expr.As<BinaryExpr>().op).precedence;
    case ExprKind::kPattern:
    case ExprKind::kBetween:
    case ExprKind::kIn:
      return Precedence::kEquality;
    case ExprKind::kCollate:
      return Precedence::kCollate;
    case ExprKind::kLiteral:
    case ExprKind::kColumn:
    case ExprKind::kParameter:
    case ExprKind::kCast:
    case ExprKind::kCase:
    case ExprKind::kFunction:
    case ExprKind::kExists:
    case ExprKind::kSubquery:
    case ExprKind::kRow:
    case ExprKind::kRaise:
      return Precedence::kOperand;
  }
  Unreachable();
}

std::string Quoted(std::string_view name, char quote) {
  std::string text(1, quote);
  for (const char c : name) {
    if (c == quote) text += quote;
    text += c;
  }
  return text += quote;
}

}  // namespace

std::string PrintName(std::string_view name) {
  return IsPlainIdentifier(name) ? std::string(name) : Quoted(name, '"');
}

void SqlWriter::Word(std::string_view word) {
  if (!joins_next_) text_ += ' ';
  text_ += word;
  joins_next_ = word.ends_with('(');
}

void SqlWriter::Mark(std::string_view mark) {
  text_ += mark;
  joins_next_ = mark == "(" || mark == ".";
}

void SqlWriter::WriteName(const QualifiedName& name) {
  if (name.schema) {
    WriteName(*name.schema);
    Mark(".");
  }
  WriteName(name.name);
}

void SqlWriter::WriteNames(const std::vector<Name>& names) {
  Open();
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) Mark(",");
    WriteName(names[i]);
  }
  Mark(")");
}

void SqlWriter::Write(const ExprList& list) {
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) Mark(",");
    Write(*list[i]);
  }
}

void SqlWriter::WriteInParentheses(const ExprList& list) {
  Open();
  Write(list);
  Mark(")");
}

void SqlWriter::Write(const std::vector<OrderingTerm>& terms) {
  for (size_t i = 0; i < terms.size(); ++i) {
    if (i > 0) Mark(",");
    Write(*terms[i].expr);
    if (terms[i].order == SortOrder::kAscending) Word("ASC");
    if (terms[i].order == SortOrder::kDescending) Word("DESC");
    if (terms[i].nulls == NullsOrder::kFirst) Word("NULLS FIRST");
    if (terms[i].nulls == NullsOrder::kLast) Word("NULLS LAST");
  }
}

void SqlWriter::WriteOperand(const Expr& expr, Precedence least) {
  const Precedence precedence = PrecedenceOf(expr);
  const bool shows_shape = parentheses_ == Parentheses::kAll && precedence != Precedence::kOperand;
  if (precedence >= least && !shows_shape) {
    Write(expr);
    return;
  }
  Open();
  Write(expr);
  Mark(")");
}

void SqlWriter::Write(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kLiteral:
      WriteLiteral(expr.As<LiteralExpr>());
      return;
    case ExprKind::kColumn:
      WriteColumn(expr.As<ColumnExpr>());
      return;
    case ExprKind::kParameter: {
      const auto& parameter = expr.As<ParameterExpr>();
      Word(parameter.name.empty() ? "?" : parameter.name);
      return;
    }
    case ExprKind::kUnary:
      WriteUnary(expr.As<UnaryExpr>());
      return;
    case ExprKind::kBinary: {
      const auto& binary = expr.As<BinaryExpr>();
      const BinaryOpSpec& op = Describe(binary.op);
      WriteOperand(*binary.left, op.precedence);
      Word(op.text);
      WriteOperand(*binary.right, Tighter(op.precedence));
      return;
    }
    case ExprKind::kPattern:
      WritePattern(expr.As<PatternExpr>());
      return;
    case ExprKind::kBetween:
      WriteBetween(expr.As<BetweenExpr>());
      return;
    case ExprKind::kIn:
      WriteIn(expr.As<InExpr>());
      return;
    case ExprKind::kCollate: {
      const auto& collate = expr.As<CollateExpr>();
      WriteOperand(*collate.operand, Precedence::kCollate);
      Word("COLLATE");
      WriteName(collate.collation);
      return;
    }
    case ExprKind::kCast: {
      const auto& cast = expr.As<CastExpr>();
      Word("CAST(");
      Write(*cast.operand);
      Word("AS");
      if (!cast.type.empty()) Word(cast.type.text);
      Mark(")");
      return;
    }
    case ExprKind::kCase:
      WriteCase(expr.As<CaseExpr>());
      return;
    case ExprKind::kFunction:
      WriteFunction(expr.As<FunctionExpr>());
      return;
    case ExprKind::kExists:
      Word("EXISTS");
      WriteInParentheses(*expr.As<ExistsExpr>().select);
      return;
    case ExprKind::kSubquery:
      WriteInParentheses(*expr.As<SubqueryExpr>().select);
      return;
    case ExprKind::kRow:
      WriteInParentheses(expr.As<RowExpr>().values);
      return;
    case ExprKind::kRaise:
      WriteRaise(expr.As<RaiseExpr>());
      return;
  }
}

void SqlWriter::WriteLiteral(const LiteralExpr& literal) {
  switch (literal.literal) {
    case LiteralKind::kNull:
      Word("NULL");
      return;
    case LiteralKind::kInteger:
    case LiteralKind::kHexInteger:
    case LiteralKind::kReal:
      Word(literal.text);
      return;
    case LiteralKind::kText:
      Word(QuoteText(literal.text));
      return;
    case LiteralKind::kBlob:
      Word(QuoteBlob(literal.text));
      return;
    case LiteralKind::kCurrentDate:
      Word("CURRENT_DATE");
      return;
    case LiteralKind::kCurrentTime:
      Word("CURRENT_TIME");
      return;
    case LiteralKind::kCurrentTimestamp:
      Word("CURRENT_TIMESTAMP");
      return;
  }
}

// Double quotes say that the name may be a text after all, so a name that must be quoted for
// another reason gets another quote.
void SqlWriter::WriteColumn(const ColumnExpr& column) {
  if (column.table) {
    WriteName(QualifiedName{.schema = column.schema, .name = *column.table});
    Mark(".");
  }
  const std::string& name = column.column.text;
  const bool spells_truth = EqualsIgnoringCase(name, "true") || EqualsIgnoringCase(name, "false");
  const bool means_itself = column.table || spells_truth == column.truth.has_value();
  if (column.is_double_quoted) {
    Word(Quoted(name, '"'));
  } else if (IsPlainIdentifier(name) && means_itself) {
    Word(name);
  } else {
    Word(Quoted(name, '`'));
  }
}

void SqlWriter::WriteUnary(const UnaryExpr& unary) {
  const UnaryOpSpec& op = Describe(unary.op);
  if (op.is_postfix) {
    WriteOperand(*unary.operand, op.precedence);
    Word(op.text);
    return;
  }
  // Two minus signs without a space would begin a comment.
  Word(op.text);
  WriteOperand(*unary.operand, op.precedence);
}

void SqlWriter::WritePattern(const PatternExpr& pattern) {
  WriteOperand(*pattern.text, Precedence::kEquality);
  if (pattern.is_negated) Word("NOT");
  Word(Describe(pattern.op));
  WriteOperand(*pattern.pattern, Tighter(Precedence::kEquality));
  if (!pattern.escape) return;
  Word("ESCAPE");
  WriteOperand(*pattern.escape, Tighter(Precedence::kEquality));
}

void SqlWriter::WriteBetween(const BetweenExpr& between) {
  WriteOperand(*between.operand, Precedence::kEquality);
  Word(between.is_negated ? "NOT BETWEEN" : "BETWEEN");
  WriteOperand(*between.low, Precedence::kEquality);
  Word("AND");
  WriteOperand(*between.high, Tighter(Precedence::kEquality));
}

void SqlWriter::WriteIn(const InExpr& in) {
  WriteOperand(*in.operand, Precedence::kEquality);
  Word(in.is_negated ? "NOT IN" : "IN");
  if (in.select) {
    WriteInParentheses(*in.select);
    return;
  }
  if (in.table) WriteName(*in.table);
  if (!in.table || in.has_arguments) WriteInParentheses(in.list);
}

void SqlWriter::WriteCase(const CaseExpr& expr) {
  Word("CASE");
  if (expr.operand) Write(*expr.operand);
  for (const CaseExpr::Branch& branch : expr.branches) {
    Word("WHEN");
    Write(*branch.condition);
    Word("THEN");
    Write(*branch.result);
  }
  if (expr.otherwise) {
    Word("ELSE");
    Write(*expr.otherwise);
  }
  Word("END");
}

void SqlWriter::WriteFunction(const FunctionExpr& function) {
  WriteName(function.name);
  Mark("(");
  if (function.has_star) Mark("*");
  if (function.is_distinct) Word("DISTINCT");
  Write(function.arguments);
  if (!function.order_by.empty()) {
    Word("ORDER BY");
    Write(function.order_by);
  }
  Mark(")");
  if (function.filter) {
    Word("FILTER (WHERE");
    Write(*function.filter);
    Mark(")");
  }
  WriteOver(function);
}

void SqlWriter::WriteRaise(const RaiseExpr& raise) {
  switch (raise.action) {
    case RaiseAction::kIgnore:
      Word("RAISE(IGNORE)");
      return;
    case RaiseAction::kRollback:
      Word("RAISE(ROLLBACK,");
      break;
    case RaiseAction::kAbort:
      Word("RAISE(ABORT,");
      break;
    case RaiseAction::kFail:
      Word("RAISE(FAIL,");
      break;
  }
  Write(*raise.message);
  Mark(")");
}

}  // namespace orrery
