// Expressions by precedence climbing: an operand, then operators as long as they bind tightly
// enough. Gives null after an error, which the stream holds.

#ifndef ORRERY_ENGINE_SQL_EXPR_PARSER_H_
#define ORRERY_ENGINE_SQL_EXPR_PARSER_H_

#include "engine/sql/ast.h"
#include "engine/sql/token_stream.h"

namespace orrery {

class ExprParser {
 public:
  explicit ExprParser(TokenStream& stream) : stream_(stream) {}

  ExprPtr Parse() { return ParseLevel(Precedence::kLowest); }
  // One expression or more, separated by commas.
  ExprList ParseList();
  // (a, b), (), with nothing taken yet.
  ExprList ParseParenthesizedList();
  // A literal as DEFAULT takes it: no operators, no names. Fails when there is none.
  ExprPtr ParseLiteral();
  bool IsLiteral() const;
  // A name that stands for its own text, or for TRUE or FALSE.
  ExprPtr ParseWordAsText();
  // a [ASC|DESC] [NULLS FIRST|LAST], ...
  std::vector<OrderingTerm> ParseOrderingTerms();
  // The words and numbers of a declared type; empty when there are none.
  TypeName ParseTypeName();
  // [+|-] number, as text: a plus sign and digit separators are dropped.
  std::string ParseSignedNumber();
  // Whether the current token is a name that an expression may begin with.
  bool IsColumnName() const;

 private:
  // Stops before an operator that binds less tightly than `least`.
  ExprPtr ParseLevel(Precedence least, bool stops_at_and = false);
  ExprPtr ParsePrefix();
  ExprPtr ParsePrefixOperator(UnaryOp op, Precedence operand);
  ExprPtr ParseParenthesized();
  ExprPtr ParseName();
  ExprPtr ParseColumn();
  ExprPtr ParseFunction();
  ExprPtr ParseParameter();
  ExprPtr ParseCase();
  ExprPtr ParseCast();
  ExprPtr ParseExists();
  ExprPtr ParseRaise();

  // Each takes the operator and what follows it. `negated`: NOT was taken before it.
  ExprPtr ParseBinary(BinaryOp op, ExprPtr left, uint32_t begin);
  ExprPtr ParseIs(ExprPtr left, uint32_t begin);
  ExprPtr ParseNot(ExprPtr left, uint32_t begin);
  ExprPtr ParsePostfix(UnaryOp op, ExprPtr operand, uint32_t begin);
  ExprPtr ParsePattern(PatternOp op, bool negated, ExprPtr text, uint32_t begin);
  ExprPtr ParseBetween(bool negated, ExprPtr operand, uint32_t begin);
  ExprPtr ParseIn(bool negated, ExprPtr operand, uint32_t begin);
  void CheckRowsOf(const InExpr& in);
  ExprPtr ParseCollate(ExprPtr operand, uint32_t begin);

  // Gives the node its span and height.
  template <typename T>
  ExprPtr Finish(std::unique_ptr<T> node, uint32_t begin, int operand_height);

  TokenStream& stream_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_EXPR_PARSER_H_
