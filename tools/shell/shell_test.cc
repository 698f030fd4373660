// Goal: the shell prints what the sqlite3 shell prints for the same input.
// Method: scripts through a Shell on a database in memory, its output caught in files.

#include "tools/shell/shell.h"

#include <cstdio>
#include <string>

#include "engine/io/memory_io.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

struct Output {
  std::string out;
  std::string err;
  bool ok;
};

std::string Contents(std::FILE* file) {
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

Output RunScript(std::string_view script) {
  MemoryIo io({.seed = 1});
  auto connection = Connection::Open(io, "test.db", {});
  CHECK(connection.ok());
  std::FILE* const out = std::tmpfile();
  std::FILE* const err = std::tmpfile();
  Shell shell(io, **connection, out, err);
  const bool ok = shell.Run([&](bool) -> std::optional<std::string> {
    if (script.empty()) return std::nullopt;
    const size_t end = std::min(script.find('\n'), script.size());
    std::string line(script.substr(0, end));
    script.remove_prefix(std::min(end + 1, script.size()));
    return line;
  });
  return {Contents(out), Contents(err), ok};
}

TEST(ShellTest, PrintsRowsAsAList) {
  const Output output = RunScript(
      "CREATE TABLE t(a, b);\nINSERT INTO t VALUES (1, 'x'), (NULL, 2.5);\nSELECT * FROM t;\n");
  EXPECT_EQ(output.out, "1|x\n|2.5\n");
  EXPECT_EQ(output.err, "");
  EXPECT_TRUE(output.ok);
}

TEST(ShellTest, ReadsAStatementOverSeveralLines) {
  EXPECT_EQ(RunScript("SELECT 'a;\nb', -- ; no end\n 2\n; SELECT 3; /* ; */ SELECT 4\n").out,
            "a;\nb|2\n3\n4\n");
}

TEST(ShellTest, SaysWhereAnErrorIsAndGoesOn) {
  const Output output = RunScript(
      "SELECT 1;\nSELECT nosuch;\nSELEC 2;\nSELECT abs(-9223372036854775808);\nSELECT 5;\n");
  EXPECT_EQ(output.out, "1\n5\n");
  EXPECT_EQ(output.err,
            "Parse error near line 2: no such column: nosuch\n"
            "Parse error near line 3: near \"SELEC\": syntax error\n"
            "Runtime error near line 4: integer overflow\n");
  EXPECT_FALSE(output.ok);
}

TEST(ShellTest, DrawsQueryPlans) {
  EXPECT_EQ(RunScript("CREATE TABLE t(a); EXPLAIN QUERY PLAN SELECT * FROM t ORDER BY a;").out,
            "QUERY PLAN\n|--SCAN t\n`--USE TEMP B-TREE FOR ORDER BY\n");
}

TEST(ShellTest, KnowsAFewCommands) {
  const Output output = RunScript(
      "CREATE TABLE t(a);\nCREATE TABLE s(b);\n.tables\n.schema\n.headers on\nSELECT 1 AS "
      "x;\n.nosuch\n.quit\nSELECT 2;\n");
  EXPECT_EQ(output.out, "s\nt\nCREATE TABLE t(a);\nCREATE TABLE s(b);\nx\n1\n");
  EXPECT_EQ(output.err,
            "Error: unknown command or invalid arguments:  \"nosuch\". Enter \".help\" for help\n");
}

}  // namespace
}  // namespace orrery
