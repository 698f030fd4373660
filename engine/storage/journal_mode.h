// How a database keeps what it takes to undo a transaction.
// https://www.sqlite.org/pragma.html#pragma_journal_mode
//
// All but kWal are rollback journals: the old content of a page goes to the journal before the page
// is changed in the database file, and the end of the journal is the commit. A file is a WAL
// database or not; which rollback journal is used is each connection's own choice.

#ifndef ORRERY_ENGINE_STORAGE_JOURNAL_MODE_H_
#define ORRERY_ENGINE_STORAGE_JOURNAL_MODE_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

namespace orrery {

enum class JournalMode : uint8_t {
  kDelete,    // a commit removes the journal
  kPersist,   // a commit writes zeros over its header
  kOff,       // no journal: a transaction that has written to the file cannot be undone
  kTruncate,  // a commit cuts it to nothing
  kMemory,    // the journal is lost with the process
  kWal,
};

inline constexpr std::string_view kJournalModeNames[] = {"delete",   "persist", "off",
                                                         "truncate", "memory",  "wal"};

constexpr std::string_view NameOf(JournalMode mode) {
  return kJournalModeNames[static_cast<size_t>(mode)];
}

// The first mode whose name begins with `name`, in lower case.
constexpr std::optional<JournalMode> JournalModeNamed(std::string_view name) {
  for (size_t i = 0; i < std::size(kJournalModeNames); ++i) {
    if (kJournalModeNames[i].starts_with(name)) return static_cast<JournalMode>(i);
  }
  return std::nullopt;
}

// Whether the journal is a file that a process coming later can find.
constexpr bool IsJournalFile(JournalMode mode) {
  return mode == JournalMode::kDelete || mode == JournalMode::kPersist ||
         mode == JournalMode::kTruncate;
}

// How much is made durable at each commit. https://www.sqlite.org/pragma.html#pragma_synchronous
enum class Synchronous : uint8_t { kOff, kNormal, kFull, kExtra };

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_JOURNAL_MODE_H_
