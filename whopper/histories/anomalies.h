// Finds what must not happen between serializable transactions, from the transactions alone.
//
// Each version of a key has a writer and a version before it. From that come the dependencies
// between transactions (Adya's thesis of 1999; for lists, Kingsbury and Alvaro, "Elle", VLDB 2020):
//
//   ww  the other's version comes right after one of mine
//   wr  the other read a version of mine
//   rw  the other's version comes right after one that I read
//   rt  I had been answered before the other began
//
// A cycle of them is an anomaly, named after the dependencies that it takes; the shortest is told.
// An undecided transaction counts as committed when somebody has seen what it wrote.

#ifndef ORRERY_WHOPPER_HISTORIES_ANOMALIES_H_
#define ORRERY_WHOPPER_HISTORIES_ANOMALIES_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "whopper/histories/transaction.h"

namespace orrery::whopper {

enum class AnomalyKind : uint8_t {
  kGarbageRead,
  kInternal,
  kDuplicate,
  kForkedVersions,
  kG0,
  kG1a,
  kG1b,
  kG1c,
  kVanished,
  kLostUpdate,
  kGSingle,
  kWriteSkew,
  kG2,
  kStaleRead,
  kLostWrite,
};

struct AnomalySpec {
  AnomalyKind kind;
  std::string_view name;
  std::string_view what;
};

inline constexpr AnomalySpec kAnomalies[] = {
    {AnomalyKind::kGarbageRead, "garbage read", "A read gives a value that nobody wrote."},
    {AnomalyKind::kInternal, "internal", "A transaction does not see what it did itself."},
    {AnomalyKind::kDuplicate, "duplicate", "A list holds a value twice that was appended once."},
    {AnomalyKind::kForkedVersions, "forked versions",
     "Two reads of a list, neither of which is the beginning of the other."},
    {AnomalyKind::kG0, "G0", "Dirty write: a cycle of ww."},
    {AnomalyKind::kG1a, "G1a", "A read of what an aborted transaction wrote."},
    {AnomalyKind::kG1b, "G1b", "A read of a version that its writer then replaced itself."},
    {AnomalyKind::kG1c, "G1c", "Circular information flow: a cycle of ww and wr."},
    {AnomalyKind::kVanished, "OTV",
     "An observed transaction vanishes: who has seen one of its writes later misses another."},
    {AnomalyKind::kLostUpdate, "lost update",
     "Two transactions read one version and both replace it."},
    {AnomalyKind::kGSingle, "G-single", "Read skew: a cycle with a single rw."},
    {AnomalyKind::kWriteSkew, "write skew", "Two transactions, each of which misses the other."},
    {AnomalyKind::kG2, "G2", "A cycle with several rw."},
    {AnomalyKind::kStaleRead, "stale read", "A cycle that takes an rt: the past was read."},
    {AnomalyKind::kLostWrite, "lost write",
     "A committed write that is not among the versions, though the last of them is known."},
};

struct Anomaly {
  AnomalyKind kind;
  std::string text;  // which transactions, and how they depend on each other
};

constexpr std::string_view Name(AnomalyKind kind) {
  return kAnomalies[static_cast<size_t>(kind)].name;
}

// At most one of each kind, in the order of the table; none: the history is strictly serializable
// as far as can be told. `is_complete`: the last transaction reads every key after all others
// ended.
std::vector<Anomaly> FindAnomalies(std::span<const Transaction> transactions, bool is_complete);

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_HISTORIES_ANOMALIES_H_
