// Goal: bytes that are not a sound database give the rows, or the class of error, that sqlite3
// gives on the same bytes; never a crash, a hang or an unbounded allocation. Method: a small
// database made by sqlite3 (and one made here), damaged in every way on a list: garbage, every
// truncation, every single-byte flip in the first 200 bytes. Both engines open a copy of their own
// and run the same queries.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/db/connection.h"
#include "engine/io/syscall_io.h"
#include "engine/io/testing/posix_directory.h"
#include "engine/value/cast.h"
#include "gtest/gtest.h"
#include "sqlite3_oracle.h"

namespace orrery {
namespace {

const std::vector<std::string> kQueries = {
    "SELECT * FROM t",
    "SELECT count(*), sum(a), max(b) FROM t",
    "SELECT * FROM wide WHERE rowid > 1",
    "PRAGMA user_version",
};

// Where the answers differ as COMPAT.md says: the reserved size, and the low byte of the encoding.
constexpr size_t kReservedSizeAt = 20;
constexpr size_t kTextEncodingAt = 59;

// What one query gave: its rows, or the primary result code that ended it.
struct Outcome {
  int code = 0;
  std::vector<std::string> rows;
  bool operator==(const Outcome&) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << "code " << outcome.code << ", " << outcome.rows.size() << " rows";
  for (const std::string& row : outcome.rows) *out << "\n  " << row.substr(0, 60);
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
}

std::string TextOf(const Value& value) {
  return value.is_null() ? "NULL" : std::string(ToText(value).text());
}

void RemoveDatabase(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::remove((path + suffix).c_str());
  }
}

std::vector<Outcome> AskSqlite(const std::string& path) {
  std::vector<Outcome> outcomes;
  sqlite3* database = nullptr;
  sqlite3_open(path.c_str(), &database);
  for (const std::string& query : kQueries) {
    Outcome outcome;
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(database, query.c_str(), -1, &statement, nullptr);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
      code = sqlite3_step(statement);
      if (code != SQLITE_ROW) break;
      std::string row;
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
        const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, i));
        row += (text != nullptr ? std::string(text, size) : "NULL") + "|";
      }
      outcome.rows.push_back(row);
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE) outcome = {code & 0xff, {}};
    outcomes.push_back(outcome);
  }
  sqlite3_close(database);
  return outcomes;
}

std::vector<Outcome> AskOrrery(const std::string& path) {
  SyscallIo io;
  std::vector<Outcome> outcomes;
  Result<std::unique_ptr<Connection>> connection = Connection::Open(io, path, {.create = false});
  for (const std::string& query : kQueries) {
    Outcome outcome;
    const auto fail = [&outcome](const Status& status) {
      outcome = {static_cast<int>(status.primary()), {}};
    };
    if (!connection.ok()) {
      fail(connection.status());
    } else if (auto statement = (*connection)->Prepare(query); !statement.ok()) {
      fail(statement.status());
    } else {
      while (true) {
        const StepResult step = StepBlocking(io, **statement);
        if (step.kind == StepKind::kError) fail(step.error);
        if (step.kind != StepKind::kRow) break;
        std::string row;
        for (int i = 0; i < (*statement)->column_count(); ++i) {
          row += TextOf((*statement)->column(i)) + "|";
        }
        outcome.rows.push_back(row);
      }
    }
    outcomes.push_back(outcome);
  }
  if (connection.ok()) (void)RunToEnd(io, [&] { return (*connection)->Close(); });
  return outcomes;
}

class DamagedFileTest : public testing::TestWithParam<const char*> {
 protected:
  // A database of three pages or so, in the journal mode that is the test's parameter.
  std::string SoundDatabase() {
    const std::string path = directory_.path() + "/sound.db";
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    const std::string script =
        std::string("PRAGMA page_size=1024; PRAGMA journal_mode=") + GetParam() +
        ";"
        "CREATE TABLE t(a INTEGER, b TEXT, c REAL, d BLOB);"
        "CREATE TABLE wide(x TEXT CHECK (length(x)>0));"
        "PRAGMA user_version=7;"
        "INSERT INTO t VALUES(1,'one',1.5,x'00ff'),(-70000,NULL,-0.25,x''),(NULL,'three',3,'text');"
        "INSERT INTO wide VALUES(printf('%.900c','w')),(printf('%.3000c','x')),('short');";
    EXPECT_EQ(sqlite3_exec(database, script.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
    return ReadFile(path);
  }

  void ExpectTheSame(const std::string& bytes, const std::string& what) {
    const std::string theirs = directory_.path() + "/theirs.db";
    const std::string ours = directory_.path() + "/ours.db";
    RemoveDatabase(theirs);
    RemoveDatabase(ours);
    WriteFile(theirs, bytes);
    WriteFile(ours, bytes);
    const std::vector<Outcome> expected = AskSqlite(theirs);
    const std::vector<Outcome> got = AskOrrery(ours);
    for (size_t i = 0; i < kQueries.size(); ++i) {
      EXPECT_EQ(got[i], expected[i]) << what << ": " << kQueries[i];
    }
  }

  PosixDirectory directory_;
};

TEST_P(DamagedFileTest, ReadsASoundFileAsSqliteDoes) { ExpectTheSame(SoundDatabase(), "sound"); }

TEST_P(DamagedFileTest, AnswersAsSqliteToEachFlippedByteOfTheFirst200) {
  const std::string sound = SoundDatabase();
  for (size_t offset = 0; offset < 200; ++offset) {
    if (offset == kReservedSizeAt || offset == kTextEncodingAt) continue;  // see COMPAT.md
    for (const int flip : {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff}) {
      std::string bytes = sound;
      bytes[offset] = static_cast<char>(bytes[offset] ^ flip);
      ExpectTheSame(bytes, "byte " + std::to_string(offset) + " ^ " + std::to_string(flip));
    }
  }
}

// The rows of the schema lie at the end of page 1; of the first two rows of a table, at the end of
// page 2, the rowids and the records' headers.
TEST_P(DamagedFileTest, AnswersAsSqliteToEachFlippedByteOfARow) {
  const std::string sound = SoundDatabase();
  std::vector<size_t> offsets;
  for (size_t offset = 1024 - 160; offset < 1024; ++offset) offsets.push_back(offset);
  for (const size_t row : {size_t{2010}, size_t{2028}}) {
    for (size_t i = 1; i <= 6; ++i) offsets.push_back(row + i);
  }
  for (const size_t offset : offsets) {
    for (const int flip : {0x01, 0x02, 0x20}) {
      std::string bytes = sound;
      bytes[offset] = static_cast<char>(bytes[offset] ^ flip);
      ExpectTheSame(bytes, "byte " + std::to_string(offset) + " ^ " + std::to_string(flip));
    }
  }
}

TEST_P(DamagedFileTest, AnswersAsSqliteToARootWithNothingButAChild) {
  std::string bytes = SoundDatabase();
  // Page 2 becomes an interior page of a table without cells, above page 3.
  bytes.replace(1024, 12, std::string("\x05\0\0\0\0\0\0\0\0\0\0\x03", 12));
  ExpectTheSame(bytes, "an interior root of no cells");
}

TEST_P(DamagedFileTest, AnswersAsSqliteToEachTruncation) {
  const std::string sound = SoundDatabase();
  std::vector<size_t> sizes;
  for (size_t size = 0; size <= 110; ++size) sizes.push_back(size);
  for (size_t size = 128; size < sound.size(); size += 128) {
    for (const size_t near : {size - 1, size, size + 1}) sizes.push_back(near);
  }
  for (const size_t size : sizes) {
    ExpectTheSame(sound.substr(0, size), "cut to " + std::to_string(size));
  }
}

TEST_P(DamagedFileTest, AnswersAsSqliteToGarbage) {
  for (const size_t size :
       {size_t{1}, size_t{99}, size_t{100}, size_t{512}, size_t{4096}, size_t{10000}}) {
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      std::string bytes;
      uint64_t state = seed * 0x9e3779b97f4a7c15;
      while (bytes.size() < size) {
        state = state * 6364136223846793005 + 1442695040888963407;
        bytes += static_cast<char>(state >> 56);
      }
      ExpectTheSame(bytes, "garbage of " + std::to_string(size));
    }
    ExpectTheSame(std::string(size, '\0'), "zeros of " + std::to_string(size));
  }
}

INSTANTIATE_TEST_SUITE_P(JournalModes, DamagedFileTest, testing::Values("delete", "wal"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace orrery
