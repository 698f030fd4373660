// From SQL text to the syntax tree.

#ifndef ORRERY_ENGINE_SQL_PARSER_H_
#define ORRERY_ENGINE_SQL_PARSER_H_

#include <cstddef>
#include <string_view>

#include "engine/base/status.h"
#include "engine/sql/ast.h"

namespace orrery {

// Reads the first statement of `sql` and sets *tail (when not null) to the offset just behind its
// semicolon, or to sql.size() at the end, so that a script is read by going on at the tail:
//
//   for (size_t tail; !sql.empty(); sql.remove_prefix(tail)) {
//     ASSIGN_OR_RETURN(ParsedStatement parsed, ParseStatement(sql, &tail));
//     if (!parsed.statement) continue;  // only blanks, comments, a semicolon
//
// A NUL byte ends the text, as in SQLite. On error *tail is the offset of the error's token or the
// end. Errors carry SQLite's texts, and the token's offset where SQLite gives one:
//   near "X": syntax error | incomplete input (no offset) | unrecognized token: "X"
// Errors about meaning (no such table) are not found here.
Result<ParsedStatement> ParseStatement(std::string_view sql, size_t* tail);

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_PARSER_H_
