// The operators that stand before, between or behind their operands, with their spelling and
// binding strength. The parser and the printer both read these tables, so they cannot disagree.
// https://www.sqlite.org/lang_expr.html#operators

#ifndef ORRERY_ENGINE_SQL_OPERATORS_H_
#define ORRERY_ENGINE_SQL_OPERATORS_H_

#include <cstdint>
#include <string_view>

namespace orrery {

// How tightly an operator binds; a larger value binds tighter. All levels group to the left.
enum class Precedence : uint8_t {
  kLowest,
  kOr,
  kAnd,
  kNot,         // prefix NOT
  kEquality,    // = <> IS IN LIKE GLOB MATCH REGEXP BETWEEN ISNULL NOTNULL
  kComparison,  // < <= > >=
  kBits,        // & | << >>
  kSum,         // + -
  kProduct,     // * / %
  kConcat,      // || -> ->>
  kCollate,
  kPrefix,  // ~ + - before an operand
  kOperand,
};

constexpr Precedence Tighter(Precedence precedence) {
  return static_cast<Precedence>(static_cast<uint8_t>(precedence) + 1);
}

enum class BinaryOp : uint8_t {
  kOr,
  kAnd,
  kEqual,     // = and ==
  kNotEqual,  // <> and !=
  kIs,        // IS and IS NOT DISTINCT FROM
  kIsNot,     // IS NOT and IS DISTINCT FROM
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kBitAnd,
  kBitOr,
  kShiftLeft,
  kShiftRight,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kRemainder,
  kConcat,
  kExtract,      // ->
  kExtractText,  // ->>
};

struct BinaryOpSpec {
  BinaryOp op;
  std::string_view text;
  Precedence precedence;
};

inline constexpr BinaryOpSpec kBinaryOps[] = {
    {BinaryOp::kOr, "OR", Precedence::kOr},
    {BinaryOp::kAnd, "AND", Precedence::kAnd},
    {BinaryOp::kEqual, "=", Precedence::kEquality},
    {BinaryOp::kNotEqual, "<>", Precedence::kEquality},
    {BinaryOp::kIs, "IS", Precedence::kEquality},
    {BinaryOp::kIsNot, "IS NOT", Precedence::kEquality},
    {BinaryOp::kLess, "<", Precedence::kComparison},
    {BinaryOp::kLessOrEqual, "<=", Precedence::kComparison},
    {BinaryOp::kGreater, ">", Precedence::kComparison},
    {BinaryOp::kGreaterOrEqual, ">=", Precedence::kComparison},
    {BinaryOp::kBitAnd, "&", Precedence::kBits},
    {BinaryOp::kBitOr, "|", Precedence::kBits},
    {BinaryOp::kShiftLeft, "<<", Precedence::kBits},
    {BinaryOp::kShiftRight, ">>", Precedence::kBits},
    {BinaryOp::kAdd, "+", Precedence::kSum},
    {BinaryOp::kSubtract, "-", Precedence::kSum},
    {BinaryOp::kMultiply, "*", Precedence::kProduct},
    {BinaryOp::kDivide, "/", Precedence::kProduct},
    {BinaryOp::kRemainder, "%", Precedence::kProduct},
    {BinaryOp::kConcat, "||", Precedence::kConcat},
    {BinaryOp::kExtract, "->", Precedence::kConcat},
    {BinaryOp::kExtractText, "->>", Precedence::kConcat},
};

constexpr const BinaryOpSpec& Describe(BinaryOp op) { return kBinaryOps[static_cast<uint8_t>(op)]; }

constexpr bool IsComparison(BinaryOp op) {
  const Precedence precedence = Describe(op).precedence;
  return precedence == Precedence::kEquality || precedence == Precedence::kComparison;
}

enum class UnaryOp : uint8_t {
  kNegate,
  kPlus,  // changes nothing, but keeps its operand from being a plain column
  kBitNot,
  kNot,
  kIsNull,   // ISNULL, behind its operand
  kNotNull,  // NOTNULL and NOT NULL, behind its operand
};

struct UnaryOpSpec {
  UnaryOp op;
  std::string_view text;
  Precedence precedence;
  bool is_postfix = false;
};

inline constexpr UnaryOpSpec kUnaryOps[] = {
    {UnaryOp::kNegate, "-", Precedence::kPrefix},
    {UnaryOp::kPlus, "+", Precedence::kPrefix},
    {UnaryOp::kBitNot, "~", Precedence::kPrefix},
    {UnaryOp::kNot, "NOT", Precedence::kNot},
    {UnaryOp::kIsNull, "ISNULL", Precedence::kEquality, true},
    {UnaryOp::kNotNull, "NOTNULL", Precedence::kEquality, true},
};

constexpr const UnaryOpSpec& Describe(UnaryOp op) { return kUnaryOps[static_cast<uint8_t>(op)]; }

// A pattern operator is a call of the function of the same name with its operands exchanged:
// x LIKE y ESCAPE z is like(y, x, z).
enum class PatternOp : uint8_t { kLike, kGlob, kMatch, kRegexp };

inline constexpr std::string_view kPatternOps[] = {"LIKE", "GLOB", "MATCH", "REGEXP"};

constexpr std::string_view Describe(PatternOp op) { return kPatternOps[static_cast<uint8_t>(op)]; }

template <typename Spec, auto kCount>
constexpr bool InEnumOrder(const Spec (&specs)[kCount]) {
  for (unsigned i = 0; i < kCount; ++i) {
    if (static_cast<unsigned>(specs[i].op) != i) return false;
  }
  return true;
}
static_assert(InEnumOrder(kBinaryOps) && InEnumOrder(kUnaryOps), "list every operator, in order");

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_OPERATORS_H_
