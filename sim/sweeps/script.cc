#include "sim/sweeps/script.h"

namespace orrery::sim {
namespace {

constexpr uint32_t kCachePageCount = 10;

// A literal of so many bytes.
std::string Text(size_t size, char letter) { return "'" + std::string(size, letter) + "'"; }

std::string Insert(std::vector<std::string> rows) {
  std::string sql = "INSERT INTO t(id,a) VALUES";
  for (size_t i = 0; i < rows.size(); ++i) sql += (i == 0 ? "(" : ",(") + rows[i] + ")";
  return sql;
}

std::string Row(int id, size_t size, char letter) {
  return std::to_string(id) + "," + Text(size, letter);
}

std::string Rows(int first, int count, size_t size, char letter) {
  std::vector<std::string> rows;
  for (int i = 0; i < count; ++i) rows.push_back(Row(first + i, size, letter));
  return Insert(rows);
}

constexpr const char* kCreate = "CREATE TABLE t(id INTEGER PRIMARY KEY,a)";
constexpr const char* kReadAll = "SELECT id,length(a) FROM t";

std::vector<Script> Make() {
  std::vector<Script> scripts;
  scripts.push_back({.name = "first",
                     .what = "A new file becomes a database.",
                     .setup = {},
                     .body = {kCreate, Insert({Row(1, 10, 'a')}), kReadAll},
                     .is_short = true});
  scripts.push_back({.name = "change",
                     .what = "Single rows, each a transaction of its own.",
                     .setup = {kCreate, Rows(1, 3, 20, 'a')},
                     .body = {Insert({Row(4, 20, 'b')}), "UPDATE t SET a='changed' WHERE id=2",
                              "DELETE FROM t WHERE id=1", kReadAll},
                     .is_short = true});
  scripts.push_back({.name = "transaction",
                     .what = "Several changes, committed together.",
                     .setup = {kCreate, Rows(1, 3, 20, 'a')},
                     .body = {"BEGIN", Insert({Row(4, 30, 'b')}), "UPDATE t SET a=id WHERE id<3",
                              "COMMIT", "SELECT count(*) FROM t"},
                     .is_short = true});
  scripts.push_back({.name = "vacuum",
                     .what = "The database becomes shorter.",
                     .setup = {kCreate, "CREATE INDEX i ON t(a)", Rows(1, 6, 150, 'a'),
                               "DELETE FROM t WHERE id<6"},
                     .body = {"VACUUM", Insert({Row(7, 20, 'b')}), kReadAll}});
  scripts.push_back({.name = "auto-vacuum",
                     .what = "Commits give free pages back; a new root moves another page away.",
                     .setup = {kCreate, "CREATE TABLE u(x)", Rows(1, 4, 300, 'a')},
                     .body = {"DELETE FROM t WHERE id=2", "CREATE TABLE v(x)",
                              Insert({Row(7, 1200, 'b')}), "DROP TABLE u", kReadAll},
                     .auto_vacuum = AutoVacuum::kFull});
  scripts.push_back(
      {.name = "incremental-vacuum",
       .what = "Free pages are given back when asked; once that is undone.",
       .setup = {kCreate, Rows(1, 6, 300, 'a'), "DELETE FROM t WHERE id<4"},
       .body = {"BEGIN", "PRAGMA incremental_vacuum(2)", Insert({Row(10, 900, 'c')}), "ROLLBACK",
                "PRAGMA incremental_vacuum(1)", Insert({Row(9, 20, 'b')}), kReadAll},
       .auto_vacuum = AutoVacuum::kIncremental});
  scripts.push_back({.name = "rollback",
                     .what = "Changes taken back, then others.",
                     .setup = {kCreate, Rows(1, 3, 100, 'a')},
                     .body = {"BEGIN", Rows(4, 3, 100, 'b'), "DELETE FROM t WHERE id=2", "ROLLBACK",
                              Insert({Row(9, 10, 'c')}), kReadAll}});
  scripts.push_back({.name = "undo",
                     .what = "A statement that fails half way is undone alone.",
                     .setup = {kCreate, Rows(1, 3, 100, 'a')},
                     .body = {"BEGIN", Insert({Row(10, 50, 'b')}),
                              Insert({Row(11, 300, 'c'), Row(12, 300, 'c'), Row(2, 10, 'c')}),
                              Insert({Row(20, 50, 'd')}), "COMMIT", kReadAll}});
  scripts.push_back(
      {.name = "split",
       .what = "Pages split and the tree grows.",
       .setup = {kCreate, Rows(1, 4, 100, 'a')},
       .body = {Rows(5, 8, 100, 'b'), "DELETE FROM t WHERE id>2 AND id<10", kReadAll}});
  scripts.push_back({.name = "spill",
                     .what = "A transaction larger than the cache, committed, and one rolled back.",
                     .setup = {kCreate, Rows(1, 3, 400, 'a')},
                     .body = {"BEGIN", Rows(4, 9, 400, 'b'), Rows(20, 9, 400, 'c'), "COMMIT",
                              "BEGIN", "UPDATE t SET a=" + Text(450, 'd'), "ROLLBACK", kReadAll},
                     .spills = true});
  scripts.push_back(
      {.name = "overflow",
       .what = "Rows of several pages.",
       .setup = {kCreate, Rows(1, 2, 20, 'a')},
       .body = {Insert({Row(3, 3000, 'b')}), "UPDATE t SET a=" + Text(1200, 'c') + " WHERE id=3",
                "SELECT id,a FROM t WHERE id=3", "DELETE FROM t WHERE id=3"}});
  scripts.push_back(
      {.name = "checkpoint",
       .what = "The log is copied, started anew and cut to nothing.",
       .setup = {kCreate, Rows(1, 4, 150, 'a'), Rows(5, 2, 20, 'a')},
       .body = {"PRAGMA wal_checkpoint(PASSIVE)", Insert({Row(10, 30, 'b')}),
                "PRAGMA wal_checkpoint(TRUNCATE)", Insert({Row(11, 30, 'c')}), kReadAll}});
  scripts.push_back({.name = "auto-checkpoint",
                     .what = "Commits copy the log when it has grown.",
                     .setup = {kCreate, Rows(1, 4, 150, 'a')},
                     .body = {Insert({Row(10, 150, 'b')}), Insert({Row(11, 150, 'c')}),
                              Insert({Row(12, 150, 'd')}), kReadAll},
                     .auto_checkpoint_frame_count = 4});
  scripts.push_back({.name = "drop",
                     .what = "A table goes, its pages are used again.",
                     .setup = {kCreate, "CREATE TABLE u(x)", Rows(1, 6, 300, 'a')},
                     .body = {"DROP TABLE t", "CREATE TABLE t(id INTEGER PRIMARY KEY,a,b)",
                              Insert({Row(1, 700, 'b')}), kReadAll}});
  scripts.push_back(
      {.name = "two-files",
       .what = "Transactions over two files, each committed as one.",
       .setup = {kCreate, "CREATE TABLE two.u(x)", Rows(1, 3, 20, 'a'),
                 "INSERT INTO two.u VALUES(1)"},
       .body = {"BEGIN", Insert({Row(4, 30, 'b')}), "INSERT INTO two.u VALUES(4)", "COMMIT",
                "INSERT INTO two.u SELECT id FROM t", "BEGIN", "UPDATE t SET a=" + Text(200, 'c'),
                "DELETE FROM two.u WHERE x=4", "ROLLBACK", "BEGIN", "DELETE FROM t WHERE id=2",
                "UPDATE two.u SET x=x+1", "COMMIT", Insert({Row(5, 30, 'd')}), kReadAll},
       .attaches = true});
  scripts.push_back({.name = "close",
                     .what = "The last connection leaves a database without a log.",
                     .setup = {kCreate, Rows(1, 3, 100, 'a')},
                     .body = {Insert({Row(4, 100, 'b')}), std::string(kCloseStatement),
                              Insert({Row(5, 100, 'c')}), std::string(kCloseStatement), kReadAll}});
  return scripts;
}

}  // namespace

const std::vector<Script>& Scripts() {
  static const std::vector<Script> scripts = Make();
  return scripts;
}

PagerOptions Variant::Pager(const Script& script) const {
  return {.new_page_size = page_size,
          .cache_page_count = kCachePageCount,
          .synchronous = synchronous,
          .auto_checkpoint_frame_count = script.auto_checkpoint_frame_count,
          .journal_mode = journal_mode,
          .new_auto_vacuum = script.auto_vacuum};
}

bool RunsOn(const Script& script, const Variant& variant) {
  return !script.attaches || variant.journal_mode != JournalMode::kWal;
}

bool IsCheckpoint(std::string_view sql) { return sql.starts_with("PRAGMA wal_checkpoint"); }
bool IsRead(std::string_view sql) { return sql.starts_with("SELECT"); }

}  // namespace orrery::sim
