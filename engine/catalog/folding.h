// What SQLite's parser knows of an expression before any name in it is looked up: that it is false
// whatever its names mean, or that it is a number, so that it is a position in ORDER BY. Names in
// what is folded away are never looked up, so they may be missing.

#ifndef ORRERY_ENGINE_CATALOG_FOLDING_H_
#define ORRERY_ENGINE_CATALOG_FOLDING_H_

#include <cstdint>
#include <optional>

#include "engine/sql/ast.h"

namespace orrery {

// Whether a call stands in the expression, which then is not folded away: it may be of an
// aggregate. As in SQLite, the limits of a BETWEEN are not looked at.
bool HasCall(const Expr& expr);

// An empty list after IN, or NOT IN; of an operand without calls it is the word FALSE, or TRUE.
bool IsEmptyIn(const Expr& expr);

// 0, FALSE from an empty IN, or an AND of one of them. The word FALSE itself is a name here.
bool IsAlwaysFalse(const Expr& expr);

// An integer of 32 bits with any signs before it, or an AND that is always false.
std::optional<int32_t> IntegerTerm(const Expr& expr);

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_FOLDING_H_
