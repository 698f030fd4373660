// The syntax tree: what ParseStatement() gives and the compiler reads. Read in this order:
//   ast_base.h       names and places in the text
//   operators.h      operators, their spelling and binding strength
//   ast_expr.h       expressions
//   ast_select.h     the parts of SELECT
//   ast_statement.h  statements

#ifndef ORRERY_ENGINE_SQL_AST_H_
#define ORRERY_ENGINE_SQL_AST_H_

#include "engine/sql/ast_base.h"
#include "engine/sql/ast_expr.h"
#include "engine/sql/ast_select.h"
#include "engine/sql/ast_statement.h"
#include "engine/sql/operators.h"

#endif  // ORRERY_ENGINE_SQL_AST_H_
