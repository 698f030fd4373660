// The instructions of the register machine, from opcodes.inc.

#ifndef ORRERY_ENGINE_PROGRAM_OPCODE_H_
#define ORRERY_ENGINE_PROGRAM_OPCODE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace orrery {

enum class Opcode : uint8_t {
#define OP(name, flags, synopsis, what) k##name,
#include "engine/program/opcodes.inc"
#undef OP
};

inline constexpr size_t kOpcodeCount = 0
#define OP(name, flags, synopsis, what) +1
#include "engine/program/opcodes.inc"
#undef OP
    ;

struct OpcodeSpec {
  std::string_view name;      // as EXPLAIN shows it
  bool jumps;                 // P2 is an address
  bool may_wait;              // the handler may be run again after a wait
  std::string_view synopsis;  // what it does to registers, in short
  std::string_view what;      // what it does, in a sentence
};

const OpcodeSpec& Describe(Opcode op);

// The text of opcodes.md.
std::string OpcodeReference();

// What the operands of some instructions mean. Their numbers show in EXPLAIN; where SQLite has the
// same one they are its.

// P2 of Halt and HaltIfNull: what an error undoes.
enum class OnError : uint8_t {
  kRollback = 1,  // the transaction
  kAbort = 2,     // the statement
  kFail = 3,      // nothing: rows changed so far stay
  kIgnore = 4,    // no error: a trigger's row is passed over
};

// P5 of Eq, Ne, Lt, Le, Gt, Ge: an affinity letter in the low byte's bits 0x47 and these flags.
inline constexpr uint16_t kCompareAffinityMask = 0x47;
inline constexpr uint16_t kCompareJumpIfNull = 0x10;  // NULL on either side jumps
inline constexpr uint16_t kCompareNullEqual = 0x80;   // NULL equals NULL; nothing else

// P5 of SCopy: a column's value, which is not marked as JSON.
inline constexpr uint16_t kCopyPlain = 0x02;

// P5 of Insert and Delete.
inline constexpr uint16_t kInsertCountChange = 0x01;  // counts for changes()
inline constexpr uint16_t kInsertLastRowid = 0x20;    // sets last_insert_rowid()
inline constexpr uint16_t kInsertAppend = 0x08;       // the rowid is beyond all others

// P3 of ReadCookie, P2 of SetCookie.
enum class HeaderField : uint8_t {
  kFreelistPageCount = 0,
  kSchemaCookie = 1,
  kSchemaFormat = 2,
  kDefaultCacheSize = 3,
  kLargestRootPage = 4,
  kTextEncoding = 5,
  kUserVersion = 6,
  kIncrementalVacuum = 7,
  kApplicationId = 8,
};

// P1 of Savepoint.
enum class SavepointAction : uint8_t { kOpen, kRelease, kRollBackTo };

// P2 of Checkpoint.
enum class CheckpointKind : uint8_t { kPassive, kFull, kRestart, kTruncate };

// P1 of Setting.
enum class Setting : uint8_t {
  kCacheSize,
  kSynchronous,
  kWalAutoCheckpoint,
  kBusyTimeout,
  kPageSize,
  kJournalSizeLimit,
  kForeignKeys,
  kAutoVacuum,
  kRecursiveTriggers,
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_PROGRAM_OPCODE_H_
