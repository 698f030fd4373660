// EXPLAIN and EXPLAIN QUERY PLAN: programs whose rows describe another program.

#ifndef ORRERY_ENGINE_COMPILE_EXPLAIN_H_
#define ORRERY_ENGINE_COMPILE_EXPLAIN_H_

#include "engine/program/program.h"

namespace orrery {

// A row for each instruction: addr, opcode, p1, p2, p3, p4, p5, comment.
Program ExplainProgram(const Program& program);
// A row for each Explain instruction: id, parent, notused, detail.
Program ExplainQueryPlan(const Program& program);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_EXPLAIN_H_
