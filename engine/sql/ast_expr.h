// Expressions. Expr is the base; its kind says which of the structs below it is, and As<T>() gives
// that struct:
//
//   switch (expr.kind) {
//     case ExprKind::kBinary: return CompileBinary(expr.As<BinaryExpr>());
//     ...
//
// The tree is what was written: names are not looked up, parentheses are gone (they show in the
// shape), nothing is folded. Its height is at most kExprDepthMax, so recursion over it is safe.

#ifndef ORRERY_ENGINE_SQL_AST_EXPR_H_
#define ORRERY_ENGINE_SQL_AST_EXPR_H_

#include "engine/sql/ast_base.h"
#include "engine/sql/operators.h"

namespace orrery {

inline constexpr int kExprDepthMax = 1000;

enum class ExprKind : uint8_t {
  kLiteral,
  kColumn,
  kParameter,
  kUnary,
  kBinary,
  kPattern,
  kBetween,
  kIn,
  kCollate,
  kCast,
  kCase,
  kFunction,
  kExists,
  kSubquery,
  kRow,
  kRaise,
};

struct Expr {
  explicit Expr(ExprKind k) : kind(k) {}
  Expr(const Expr&) = delete;
  Expr& operator=(const Expr&) = delete;
  virtual ~Expr() = default;

  template <typename T>
  const T& As() const {
    CHECK(kind == T::kKind);
    return static_cast<const T&>(*this);
  }
  template <typename T>
  T& As() {
    CHECK(kind == T::kKind);
    return static_cast<T&>(*this);
  }
  // Null when it is another kind.
  template <typename T>
  const T* TryAs() const {
    return kind == T::kKind ? static_cast<const T*>(this) : nullptr;
  }

  const ExprKind kind;
  uint16_t height = 1;  // 1 for a leaf, else one more than the highest operand; set by the parser
  SourceSpan span;      // without enclosing parentheses
};

bool operator==(const Expr& a, const Expr& b);

using ExprPtr = Owned<Expr>;
using ExprList = std::vector<ExprPtr>;

struct SelectStatement;
using SelectPtr = Owned<SelectStatement>;

// What the structs below derive from: ties each to its kind.
template <ExprKind kKindOfT>
struct ExprOf : Expr {
  static constexpr ExprKind kKind = kKindOfT;
  ExprOf() : Expr(kKindOfT) {}

  // For the defaulted comparisons: what a struct adds decides.
  friend bool operator==(const ExprOf&, const ExprOf&) { return true; }
};

enum class LiteralKind : uint8_t {
  kNull,
  kInteger,           // decimal digits; too large for int64 reads as a real
  kHexInteger,        // 0x and digits: the 64 bits of an int64
  kReal,              // with a point or an exponent
  kText,              // the text itself, quotes taken off
  kBlob,              // the bytes themselves
  kCurrentDate,       // CURRENT_DATE, a call of the clock
  kCurrentTime,       // CURRENT_TIME
  kCurrentTimestamp,  // CURRENT_TIMESTAMP
};

// A constant. Numbers keep their text (digit separators removed), since -9223372036854775808 is an
// integer although 9223372036854775808 alone is not: who compiles a kNegate looks at its operand.
// TRUE and FALSE are not here, see TruthWord().
struct LiteralExpr : ExprOf<ExprKind::kLiteral> {
  LiteralKind literal = LiteralKind::kNull;
  std::string text;

  friend bool operator==(const LiteralExpr&, const LiteralExpr&) = default;
};

// [[schema.]table.]column, also rowid and its aliases.
struct ColumnExpr : ExprOf<ExprKind::kColumn> {
  std::optional<Name> schema;
  std::optional<Name> table;
  Name column;
  // Written in double quotes: when no column has the name and no table is given, it is the text.
  bool is_double_quoted = false;
  // The word TRUE or FALSE without quotes and without a table; see TruthWord().
  std::optional<bool> truth;

  friend bool operator==(const ColumnExpr&, const ColumnExpr&) = default;
};

// TRUE and FALSE are names: a column called so goes first, and only a name that no column answers
// to is the constant 1 or 0. Empty for any other name, or when quoted or qualified.
inline std::optional<bool> TruthWord(const ColumnExpr& column) { return column.truth; }

// ?, ?N, :name, @name, $name.
struct ParameterExpr : ExprOf<ExprKind::kParameter> {
  int index = 0;     // counts from 1, as in sqlite3_bind_*; given out in the order of the text
  std::string name;  // with its first character: ":name", "?12"; empty for a lone ?

  friend bool operator==(const ParameterExpr&, const ParameterExpr&) = default;
};

struct UnaryExpr : ExprOf<ExprKind::kUnary> {
  UnaryOp op = UnaryOp::kNegate;
  ExprPtr operand;

  friend bool operator==(const UnaryExpr&, const UnaryExpr&) = default;
};

struct BinaryExpr : ExprOf<ExprKind::kBinary> {
  BinaryOp op = BinaryOp::kAdd;
  ExprPtr left;
  ExprPtr right;

  friend bool operator==(const BinaryExpr&, const BinaryExpr&) = default;
};

// text [NOT] LIKE pattern [ESCAPE escape].
struct PatternExpr : ExprOf<ExprKind::kPattern> {
  PatternOp op = PatternOp::kLike;
  bool is_negated = false;
  ExprPtr text;
  ExprPtr pattern;
  ExprPtr escape;  // or null

  friend bool operator==(const PatternExpr&, const PatternExpr&) = default;
};

// operand [NOT] BETWEEN low AND high.
struct BetweenExpr : ExprOf<ExprKind::kBetween> {
  bool is_negated = false;
  ExprPtr operand;
  ExprPtr low;
  ExprPtr high;

  friend bool operator==(const BetweenExpr&, const BetweenExpr&) = default;
};

// operand [NOT] IN (list), IN (select), IN table, IN table_function(arguments).
struct InExpr : ExprOf<ExprKind::kIn> {
  bool is_negated = false;
  ExprPtr operand;
  // One of three, in this order: a select, a table, else the list, which may be empty.
  SelectPtr select;
  std::optional<QualifiedName> table;
  ExprList list;               // with a table: the arguments of a table-valued function
  bool has_arguments = false;  // the table was followed by parentheses

  friend bool operator==(const InExpr&, const InExpr&) = default;
};

// operand COLLATE collation.
struct CollateExpr : ExprOf<ExprKind::kCollate> {
  ExprPtr operand;
  Name collation;

  friend bool operator==(const CollateExpr&, const CollateExpr&) = default;
};

// A declared type as written, "VARCHAR(10)"; empty when there is none. Its affinity is a matter for
// engine/value/affinity.h.
struct TypeName {
  std::string text;
  SourceSpan span;

  bool empty() const { return text.empty(); }
  friend bool operator==(const TypeName&, const TypeName&) = default;
};

struct CastExpr : ExprOf<ExprKind::kCast> {
  ExprPtr operand;
  TypeName type;

  friend bool operator==(const CastExpr&, const CastExpr&) = default;
};

// CASE [operand] WHEN condition THEN result ... [ELSE otherwise] END.
struct CaseExpr : ExprOf<ExprKind::kCase> {
  struct Branch {
    ExprPtr condition;
    ExprPtr result;
    friend bool operator==(const Branch&, const Branch&) = default;
  };
  ExprPtr operand;  // or null
  std::vector<Branch> branches;
  ExprPtr otherwise;  // or null

  friend bool operator==(const CaseExpr&, const CaseExpr&) = default;
};

enum class SortOrder : uint8_t { kUnsaid, kAscending, kDescending };
enum class NullsOrder : uint8_t { kUnsaid, kFirst, kLast };

// One term of ORDER BY, or one column of an index or key. Unsaid order is ascending; unsaid NULLs
// come first when ascending and last when descending.
struct OrderingTerm {
  ExprPtr expr;  // COLLATE, when written, is part of it
  SortOrder order = SortOrder::kUnsaid;
  NullsOrder nulls = NullsOrder::kUnsaid;

  friend bool operator==(const OrderingTerm&, const OrderingTerm&) = default;
};

enum class FrameUnit : uint8_t { kRange, kRows, kGroups };
enum class FrameEdgeKind : uint8_t {
  kUnboundedPreceding,
  kPreceding,
  kCurrentRow,
  kFollowing,
  kUnboundedFollowing,
};
enum class FrameExclude : uint8_t { kUnsaid, kNoOthers, kCurrentRow, kGroup, kTies };

struct FrameEdge {
  FrameEdgeKind kind = FrameEdgeKind::kCurrentRow;
  ExprPtr distance;  // of kPreceding and kFollowing

  friend bool operator==(const FrameEdge&, const FrameEdge&) = default;
};

// What stands between the parentheses of OVER (...) and WINDOW name AS (...).
struct WindowDefinition {
  std::optional<Name> base;  // the window that this one goes on from
  ExprList partition_by;
  std::vector<OrderingTerm> order_by;
  bool has_frame = false;  // else RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  FrameUnit unit = FrameUnit::kRange;
  FrameEdge start;
  FrameEdge end;
  FrameExclude exclude = FrameExclude::kUnsaid;

  friend bool operator==(const WindowDefinition&, const WindowDefinition&) = default;
};

// name([DISTINCT] arguments [ORDER BY ...]) [FILTER (WHERE filter)] [OVER window], or name(*) ....
struct FunctionExpr : ExprOf<ExprKind::kFunction> {
  Name name;
  bool is_distinct = false;
  bool has_star = false;  // count(*): no arguments
  ExprList arguments;
  std::vector<OrderingTerm> order_by;
  ExprPtr filter;  // or null
  // OVER name or OVER (window): at most one of the two.
  std::optional<Name> window_name;
  Owned<WindowDefinition> window;

  bool has_window() const { return window_name.has_value() || window; }
  friend bool operator==(const FunctionExpr&, const FunctionExpr&) = default;
};

// EXISTS (select). NOT EXISTS is a kNot around it.
struct ExistsExpr : ExprOf<ExprKind::kExists> {
  SelectPtr select;

  friend bool operator==(const ExistsExpr&, const ExistsExpr&) = default;
};

// (select) as a value: its first row.
struct SubqueryExpr : ExprOf<ExprKind::kSubquery> {
  SelectPtr select;

  friend bool operator==(const SubqueryExpr&, const SubqueryExpr&) = default;
};

// (a, b, ...): two values or more.
struct RowExpr : ExprOf<ExprKind::kRow> {
  ExprList values;

  friend bool operator==(const RowExpr&, const RowExpr&) = default;
};

enum class RaiseAction : uint8_t { kIgnore, kRollback, kAbort, kFail };

// RAISE(IGNORE) or RAISE(action, message), in triggers.
struct RaiseExpr : ExprOf<ExprKind::kRaise> {
  RaiseAction action = RaiseAction::kIgnore;
  ExprPtr message;  // null for kIgnore

  friend bool operator==(const RaiseExpr&, const RaiseExpr&) = default;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_AST_EXPR_H_
