// A ProgramBuilder writes a Program: instructions, registers, cursors and labels. It adds the frame
// that every program has: Init at the start, and at the end the part that begins the transaction.

#ifndef ORRERY_ENGINE_COMPILE_PROGRAM_BUILDER_H_
#define ORRERY_ENGINE_COMPILE_PROGRAM_BUILDER_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/program/program.h"

namespace orrery {

// A place in the program that may not be known yet.
class Label {
 public:
  Label() = default;

 private:
  friend class ProgramBuilder;
  explicit Label(size_t index) : index_(index) {}
  size_t index_ = 0;
};

class ProgramBuilder {
 public:
  ProgramBuilder();

  // Each answers the address of the instruction.
  int Emit(Opcode op, int p1 = 0, int p2 = 0, int p3 = 0, Operand4 p4 = {}, uint16_t p5 = 0);
  // P2 is the label.
  int EmitJump(Opcode op, int p1, Label to, int p3 = 0, Operand4 p4 = {}, uint16_t p5 = 0);
  void Goto(Label to) { EmitJump(Opcode::kGoto, 0, to); }

  Label NewLabel();
  void Place(Label label);  // at the next instruction
  Label Here() {
    const Label label = NewLabel();
    Place(label);
    return label;
  }
  // Makes P1 (2, 3) of the instruction at `address` the label's place.
  void PointOperand(int address, int operand, Label label);

  int NewRegister() { return NewRegisters(1); }
  int NewRegisters(int count);  // the first of them
  int NewCursor() { return program_.cursor_count++; }

  int next_address() const { return static_cast<int>(program_.instructions.size()); }
  Instruction& at(int address) { return program_.instructions[static_cast<size_t>(address)]; }

  // Values into a register.
  void LoadInteger(int64_t integer, int target);
  void LoadText(std::string_view text, int target);
  void LoadValue(const Value& value, int target);

  // A line of EXPLAIN QUERY PLAN, below the lines of the groups that are open.
  void Explain(std::string line);
  // A line below which those stand that come before the group's end.
  class Group {
   public:
    Group(ProgramBuilder& builder, std::string line)
        : builder_(builder), outer_(builder.explain_parent_) {
      const int id = builder.next_address();
      builder.Explain(std::move(line));
      builder.explain_parent_ = id;
    }
    ~Group() { builder_.explain_parent_ = outer_; }
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;

   private:
    ProgramBuilder& builder_;
    const int outer_;
  };

  // On a database, by number.
  void NeedTransaction(int database, bool to_write);
  void NeedExclusiveTransaction(int database);  // BEGIN EXCLUSIVE
  // All that another program needs, which this one calls.
  void NeedTransactionsOf(const ProgramBuilder& other);
  // Where what comes first must not be in a transaction; instead of NeedTransaction.
  void BeginWriteHere(int database);
  // The program is called by another, which has the transactions.
  void BeSubprogram() { is_subprogram_ = true; }
  void NeedNoTransaction() { needs_no_transaction_ = true; }  // open before it begins

  Program& program() { return program_; }
  // Adds the frame and fills the labels in. `code_start` writes what comes before the first
  // instruction, in the transaction.
  Program Finish(const std::function<void()>& code_start = [] {});

 private:
  // `kind` is P2 of the opcode Transaction.
  void Need(int database, int kind);
  void EmitTransaction(int database, int kind);

  struct Fixup {
    int address;
    int operand;
    size_t label_index;
  };

  Program program_;
  std::vector<int> label_addresses_;  // -1: not placed yet
  std::vector<Fixup> fixups_;
  Label setup_;
  int explain_parent_ = 0;
  std::vector<int> needs_;  // the kind of transaction by database; -1: none
  bool needs_no_transaction_ = false;
  bool is_subprogram_ = false;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_PROGRAM_BUILDER_H_
