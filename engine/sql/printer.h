// From the syntax tree back to SQL text. Parsing the text gives an equal tree.
//
// The text is in one line, with keywords in capitals, names quoted where they must be, and
// parentheses only where the tree needs them. Spellings that mean the same come out as one: REPLACE
// as INSERT OR REPLACE, LIMIT a, b as LIMIT b OFFSET a, == as =.

#ifndef ORRERY_ENGINE_SQL_PRINTER_H_
#define ORRERY_ENGINE_SQL_PRINTER_H_

#include <string>
#include <string_view>

#include "engine/sql/ast.h"

namespace orrery {

// kAll puts them around each operand, so that the text shows the shape of the tree.
enum class Parentheses : uint8_t { kNeeded, kAll };

std::string Print(const Expr& expr, Parentheses parentheses = Parentheses::kNeeded);
// Without a semicolon.
std::string Print(const SqlStatement& statement, Parentheses parentheses = Parentheses::kNeeded);

// A name as it must be written to be read as itself.
std::string PrintName(std::string_view name);

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_PRINTER_H_
