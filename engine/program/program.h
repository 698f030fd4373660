// A Program is a compiled statement: what the compiler makes and the machine runs. It does not
// change once it is made and may be run many times. It holds on to the schemas it was made for.

#ifndef ORRERY_ENGINE_PROGRAM_PROGRAM_H_
#define ORRERY_ENGINE_PROGRAM_PROGRAM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/catalog/catalog.h"
#include "engine/catalog/function.h"
#include "engine/format/key_order.h"
#include "engine/format/page_number.h"
#include "engine/program/opcode.h"
#include "engine/program/window_plan.h"
#include "engine/value/value.h"

namespace orrery {

// How the leading columns of sorted records are compared.
struct SortColumn {
  const Collation* collation = &kBinaryCollation;
  bool descending = false;
  bool nulls_last = false;  // in the order that comes out

  bool operator==(const SortColumn&) const = default;
};
using SortKey = std::vector<SortColumn>;

// What P4 can be. A std::string is a list of affinity letters (MakeRecord, Affinity), a line of a
// plan (Explain), a message (Halt) or a mode (JournalMode). A KeyOrder belongs to an index of the
// program's schemas, or to the one that it makes.
using Operand4 = std::variant<std::monostate, int64_t, double, std::string, Value, const Collation*,
                              const Function*, SortKey, const KeyOrder*, std::vector<PageNumber>,
                              std::shared_ptr<const WindowPlan>>;

struct Instruction {
  Opcode op = Opcode::kHalt;
  int p1 = 0;
  int p2 = 0;
  int p3 = 0;
  Operand4 p4;
  uint16_t p5 = 0;
};

// What of a connection's settings a program is made for.
struct ProgramSettings {
  bool foreign_keys = false;        // are to be enforced
  bool recursive_triggers = false;  // a trigger may run itself
  uint64_t attach_count = 0;  // of ATTACHes and DETACHes before it: databases have other numbers
  bool operator==(const ProgramSettings&) const = default;
};

struct Program {
  std::vector<Instruction> instructions;
  std::vector<std::string> column_names;
  int register_count = 0;  // registers count from 1
  int cursor_count = 0;    // cursors from 0
  int parameter_count = 0;
  bool writes = false;  // makes a direct change to the database
  ProgramSettings settings;
  bool takes_write_lock = false;
  bool counts_changes = false;             // sets changes() when it ends: INSERT, UPDATE, DELETE
  std::shared_ptr<const Catalog> catalog;  // null: it needs none
  // Of which trigger this is a program: equal numbers, the same one. -1: of none.
  int trigger = -1;
  // What the opcode Program runs; in the statement's own program alone.
  std::vector<std::shared_ptr<const Program>> triggers;
  std::shared_ptr<const Index> made_index;  // of a CREATE INDEX: its order is an operand
};

// One that nobody has (missing_collations.h), though an instruction compares by it; or null. Such a
// program must not run.
const Collation* MissingCollationIn(const Program& program);

// P4 and the comment as EXPLAIN shows them.
std::string DescribeOperand4(const Instruction& instruction);
std::string DescribeInstruction(const Instruction& instruction);

}  // namespace orrery

#endif  // ORRERY_ENGINE_PROGRAM_PROGRAM_H_
