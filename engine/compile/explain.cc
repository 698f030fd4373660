#include "engine/compile/explain.h"

#include "engine/compile/program_builder.h"

namespace orrery {

Program ExplainProgram(const Program& program) {
  ProgramBuilder builder;
  builder.program().catalog = program.catalog;
  builder.program().counts_changes = program.counts_changes;  // none, so changes() is 0 then
  builder.program().column_names = {"addr", "opcode", "p1", "p2", "p3", "p4", "p5", "comment"};
  const int count = 8;
  const int first = builder.NewRegisters(count);
  for (size_t i = 0; i < program.instructions.size(); ++i) {
    const Instruction& in = program.instructions[i];
    builder.LoadInteger(static_cast<int64_t>(i), first);
    builder.LoadText(Describe(in.op).name, first + 1);
    builder.LoadInteger(in.p1, first + 2);
    builder.LoadInteger(in.p2, first + 3);
    builder.LoadInteger(in.p3, first + 4);
    if (std::holds_alternative<std::monostate>(in.p4)) {
      builder.Emit(Opcode::kNull, 0, first + 5);
    } else {
      builder.LoadText(DescribeOperand4(in), first + 5);
    }
    builder.LoadInteger(in.p5, first + 6);
    builder.LoadText(DescribeInstruction(in), first + 7);
    builder.Emit(Opcode::kResultRow, first, count);
  }
  return builder.Finish();
}

Program ExplainQueryPlan(const Program& program) {
  ProgramBuilder builder;
  builder.program().catalog = program.catalog;
  builder.program().counts_changes = program.counts_changes;  // none, so changes() is 0 then
  builder.program().column_names = {"id", "parent", "notused", "detail"};
  const int count = 4;
  const int first = builder.NewRegisters(count);
  for (const Instruction& in : program.instructions) {
    if (in.op != Opcode::kExplain) continue;
    builder.LoadInteger(in.p1, first);
    builder.LoadInteger(in.p2, first + 1);
    builder.LoadInteger(0, first + 2);
    builder.LoadText(std::get<std::string>(in.p4), first + 3);
    builder.Emit(Opcode::kResultRow, first, count);
  }
  return builder.Finish();
}

}  // namespace orrery
