// A Machine runs a Program: registers, cursors and a program counter.
//
// Waiting. A handler makes at most one call that may wait, nothing before that call in the handler
// has an effect, and the program counter moves on only when it is done. So Run() simply runs the
// instruction again after a wait. Work with several waits is a Resumable that the machine holds.
//
// Transactions. The machine begins them (Transaction opcode); ending them is the statement's matter
// (engine/db/end_transaction.h), when Run() has answered that the program is over.

#ifndef ORRERY_ENGINE_VDBE_MACHINE_H_
#define ORRERY_ENGINE_VDBE_MACHINE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/btree/btree.h"
#include "engine/btree/create_tree.h"
#include "engine/btree/destroy_tree.h"
#include "engine/btree/shrink_file.h"
#include "engine/io/io_result.h"
#include "engine/program/program.h"
#include "engine/vdbe/attach_database.h"
#include "engine/vdbe/choose_rowid.h"
#include "engine/vdbe/cursor.h"
#include "engine/vdbe/delete_key.h"
#include "engine/vdbe/journal_mode.h"
#include "engine/vdbe/run_checkpoint.h"
#include "engine/vdbe/run_vacuum.h"
#include "engine/vdbe/session.h"

namespace orrery {

// How an instruction, or Run(), ended.
enum class Flow : uint8_t {
  kNext,     // on to the next instruction
  kJumped,   // the program counter has been set
  kRow,      // row() is a row of the result
  kKeep,     // what was changed is to be kept now; the program goes on
  kHalted,   // the program is over
  kWaiting,  // on waits_for(); the instruction runs again
  kFailed,   // error() says why
};

class Machine {
 public:
  explicit Machine(Session& session) : session_(session) {}
  ~Machine() { Reset(); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // `program` and `parameters` outlive the run.
  void Start(const Program& program, std::span<const Value> parameters);
  // Goes on until kRow, kHalted, kWaiting or kFailed.
  Flow Run();
  // Gives up the operation under way, closes all cursors and forgets the registers. Does not end
  // the transaction.
  void Reset();

  std::span<const Value> row() const { return row_; }
  Completion* waits_for() const { return waits_for_; }
  const Status& error() const { return error_; }
  OnError on_error() const { return on_error_; }  // what the error undoes

  // True from the Transaction opcode until TransactionEnded().
  bool holds_transaction() const { return holds_transaction_; }
  void TransactionEnded() { holds_transaction_ = false; }
  // The transaction was rolled back since this program began in it.
  bool was_undone() const {
    return holds_transaction_ && rollback_count_ != session_.rollback_count;
  }
  // The program ended with ROLLBACK.
  bool wants_rollback() const { return wants_rollback_; }
  // The program ended with ROLLBACK TO this savepoint; -1: with none.
  int wants_undo_to() const { return wants_undo_to_; }
  // The program ended with COMMIT, or what amounts to it.
  bool wants_commit() const { return wants_commit_; }
  // In the middle of something that other statements of the connection must not come between.
  bool is_exclusive() const { return is_exclusive_; }
  int64_t change_count() const { return change_count_; }

 private:
#define OP(name, flags, synopsis, what) Flow Op##name(const Instruction& in);
#include "engine/program/opcodes.inc"
#undef OP
  Flow RunInstruction(const Instruction& in);

  Value& Register(int index) { return registers_[static_cast<size_t>(index)]; }
  // Of the statement's own program.
  Value& RootRegister(int index) {
    std::vector<Value>& registers = frames_.empty() ? registers_ : frames_.front().registers;
    return registers[static_cast<size_t>(index)];
  }
  Cursor& CursorAt(int index) { return cursors_[static_cast<size_t>(index)]; }
  TableRows& TableAt(int index);
  IndexRows& IndexAt(int index);
  // Null when the cursor is on something else.
  IndexRows* TryIndexAt(int index);
  // `count` registers from `first`.
  std::span<const Value> Registers(int first, int64_t count) const {
    return std::span(registers_).subspan(static_cast<size_t>(first), static_cast<size_t>(count));
  }

  Flow JumpTo(int address) {
    pc_ = address;
    return Flow::kJumped;
  }
  Flow Fail(Status status) {
    error_ = std::move(status);
    return Flow::kFailed;
  }
  // For a call that is pending or has failed.
  template <typename T>
  Flow Unfinished(IoResult<T>&& result) {
    if (result.pending()) {
      waits_for_ = result.waiting().on;
      return Flow::kWaiting;
    }
    return Fail(std::move(result).status());
  }
  Flow Unfinished(Status&& status) { return Fail(std::move(status)); }

  // Shared by handlers.
  Flow OpenTree(const Instruction& in, PageNumber root);
  // Moves the cursor P1 of a table or an index by `move`, and jumps to P2 when the answer is
  // `jumps_when`.
  template <typename Move>
  Flow MoveCursor(const Instruction& in, bool jumps_when, Move move);
  Flow MoveTo(const Instruction& in, int64_t rowid, SeekMode mode);
  Flow Seek(const Instruction& in, SeekMode mode);
  Flow SeekKey(const Instruction& in, IndexRows& index, SeekMode mode, bool jumps_when);
  // Of the entry that the index is on; none when it is on none any more.
  Flow ReadEntryRowid(IndexRows& index, std::optional<int64_t>* rowid);
  Flow CompareEntry(const Instruction& in, bool (*holds)(std::weak_ordering));
  Flow CompareAndJump(const Instruction& in, bool (*holds)(int));
  Flow HaltWith(const Instruction& in);
  Flow CallFunction(const Instruction& in, Arguments arguments);
  Flow TableColumn(const Instruction& in, TableRows& table);
  template <typename Rows>
  Flow TreeColumn(const Instruction& in, Rows& rows);
  Flow RecordColumn(const Instruction& in, const Value& record);
  // Moves a cursor on rows in memory, or is none of these.
  std::optional<Flow> RewindMemory(const Instruction& in);
  std::optional<Flow> NextInMemory(const Instruction& in);
  Status InsertInMemory(Cursor& cursor, const Value& record);
  // Moves to the entry with the key, if there is one.
  bool FindInMemory(Cursor& cursor, std::span<const Value> key);
  Flow Arithmetic(const Instruction& in, Value (*apply)(const Value&, const Value&));
  // Fails when `cursor` holds too much once `size` more bytes are added.
  Status GrowMemory(Cursor& cursor, size_t size);

  // A program that has called another, as it was.
  struct Frame {
    const Program* program;
    int pc;
    std::vector<Value> registers;
    std::vector<Cursor> cursors;
    std::vector<std::unique_ptr<Aggregate>> accumulators;
    std::vector<bool> once;
    int64_t change_count;
    int64_t session_change_count;
    int64_t last_rowid;
  };
  // Back to the program that has called this one.
  void LeaveFrame();

  Session& session_;
  std::vector<Frame> frames_;  // the statement's own program first
  const Program* program_ = nullptr;
  std::span<const Value> parameters_;
  int pc_ = 0;
  std::vector<Value> registers_;
  std::vector<Cursor> cursors_;
  // Of aggregates, by register.
  std::vector<std::unique_ptr<Aggregate>> accumulators_;
  std::vector<bool> once_;  // which Once instructions have been passed

  std::span<const Value> row_;
  Completion* waits_for_ = nullptr;
  Status error_;
  OnError on_error_ = OnError::kAbort;
  bool halted_ = false;

  bool holds_transaction_ = false;
  bool wants_rollback_ = false;
  bool wants_commit_ = false;
  int wants_undo_to_ = -1;
  bool is_exclusive_ = false;
  bool is_detaching_ = false;  // the database has been taken out and is being closed
  uint64_t rollback_count_ = 0;
  uint64_t interrupt_count_ = 0;
  int64_t change_count_ = 0;

  std::vector<std::byte> record_;  // memory for MakeRecord
  int compare_result_ = 0;         // of Compare, for Jump
  const Collation* function_collation_ = &kBinaryCollation;
  int passed_over_register_ = 0;

  // Operations with several waits.
  LoadSchema load_schema_;
  AttachDatabase attach_database_;
  CreateTree create_tree_;
  DestroyTree destroy_tree_;
  ShrinkFile shrink_file_;
  ClearTree clear_tree_;
  CountRows count_rows_;
  CheckIntegrity check_integrity_;
  ChooseRowid choose_rowid_;
  DeleteKey delete_key_;
  ChangeJournalMode change_journal_mode_;
  RunCheckpoint run_checkpoint_;
  RunVacuum run_vacuum_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_MACHINE_H_
