// Changes of a view's rows, which are what its INSTEAD OF triggers make of them.

#ifndef ORRERY_ENGINE_COMPILE_VIEW_ROWS_H_
#define ORRERY_ENGINE_COMPILE_VIEW_ROWS_H_

#include "engine/compile/compile_context.h"
#include "engine/compile/query.h"
#include "engine/compile/scope.h"

namespace orrery {

// The view that a statement changes, if it is one with triggers on the event; null otherwise.
const View* FindViewToChange(const CompileContext& context, const QualifiedName& name,
                             TriggerEvent event);

// The view as the FROM of a query for its rows.
struct ViewTarget {
  Scope scope;
  QueryBlock rows;
  const Source& source() const { return rows.from[0]->source; }
  const Table& table() const { return *source().table; }
};
Status BindViewTarget(CompileContext& context, const QualifiedName& name, ViewTarget& target);

Status CompileUpdateOfView(CompileContext& context, const UpdateStatement& statement,
                           const View& view);
Status CompileDeleteFromView(CompileContext& context, const DeleteStatement& statement,
                             const View& view);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_VIEW_ROWS_H_
