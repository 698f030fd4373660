// ATTACH and DETACH. https://www.sqlite.org/lang_attach.html

#include "engine/compile/binder.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"

namespace orrery {
namespace {

// A name may stand there as it is, without quotes.
Result<int> CodeText(CompileContext& context, const Expr& expr) {
  if (expr.kind == ExprKind::kColumn && !expr.As<ColumnExpr>().table) {
    const int target = context.builder.NewRegister();
    context.builder.LoadText(expr.As<ColumnExpr>().column.text, target);
    return target;
  }
  Scope nothing;
  ASSIGN_OR_RETURN(const BoundPtr bound, Binder(context, nothing).Bind(expr));
  return ExprCoder(context).CodeNew(*bound);
}

}  // namespace

// The key is of no use to an engine that does not encrypt, as in SQLite.
Status CompileAttach(CompileContext& context, const AttachStatement& statement) {
  ASSIGN_OR_RETURN(const int file, CodeText(context, *statement.file));
  ASSIGN_OR_RETURN(const int name, CodeText(context, *statement.schema));
  if (statement.key) RETURN_IF_ERROR(CodeText(context, *statement.key).status());
  context.builder.Emit(Opcode::kAttach, file, name);
  return OkStatus();
}

Status CompileDetach(CompileContext& context, const DetachStatement& statement) {
  ASSIGN_OR_RETURN(const int name, CodeText(context, *statement.schema));
  context.builder.Emit(Opcode::kDetach, name);
  return OkStatus();
}

}  // namespace orrery
