// Goal: the relations hold for SQLite, and each notices an answer that is wrong.
// Method: random tables in SQLite; then the same with an engine in between that spoils answers.

#include "sim/oracles/relations.h"

#include <gtest/gtest.h>

#include <map>

#include "sim/choices/seed_source.h"
#include "sim/oracles/sqlite3_database.h"
#include "sim/workloads/sql_workload.h"

namespace orrery::sim {
namespace {

// Fills a database, then looks at `count` relations through `engine`; how often each did not hold.
std::map<std::string, int> Violations(uint64_t seed, int count,
                                      const std::function<Ask(Ask)>& engine) {
  SeedSource source(seed);
  const Choices root(source);
  SqlWorkload workload(root.Branch("workload"));
  Sqlite3Database sqlite;
  for (int i = 0; i < 150; ++i) {
    (void)sqlite.Run(workload.Next(sqlite.in_transaction()).sql);
    std::vector<std::string> definitions;
    for (const Row& row : sqlite.Run("SELECT sql FROM sqlite_schema").rows) {
      if (row[0].is_text()) definitions.emplace_back(row[0].text());
    }
    workload.Learn(definitions);
  }
  std::map<std::string, int> violations;
  if (workload.tables().empty()) return violations;
  const Ask ask = [&](const std::string& sql) -> std::optional<Rows> {
    Sqlite3Answer answer = sqlite.Run(sql);
    EXPECT_TRUE(answer.ok()) << sql << ": " << answer.message;
    if (!answer.ok()) return std::nullopt;
    return std::move(answer.rows);
  };
  for (int i = 0; i < count; ++i) {
    const RelationVerdict verdict =
        CheckRelation(root.Branch("relations"), workload.tables(), ask, engine(ask));
    if (verdict.difference.empty()) continue;
    ++violations[verdict.oracle];
    violations["last of " + std::string(verdict.oracle) + ": " + verdict.difference] = 0;
  }
  return violations;
}

TEST(RelationsTest, HoldForSqlite) {
  for (uint64_t seed = 1; seed <= 15; ++seed) {
    const auto violations = Violations(seed, 100, [](Ask ask) { return ask; });
    EXPECT_TRUE(violations.empty()) << "seed " << seed << ": " << violations.begin()->first << "\n"
                                    << violations.rbegin()->first;
  }
}

// A condition with OR, or with IS NULL at its end, loses its first row.
std::optional<Rows> WithoutARow(const Ask& ask, const std::string& sql) {
  std::optional<Rows> rows = ask(sql);
  if (rows && !rows->empty() && sql.find(" WHERE ") != sql.npos) {
    Value& first = (*rows)[0][0];
    if (sql.starts_with("SELECT count(*)") && first.is_integer() && first.integer() > 0) {
      first = Value::Integer(first.integer() - 1);
    } else {
      rows->erase(rows->begin());
    }
  }
  return rows;
}

TEST(RelationsTest, NoticeARowThatIsMissing) {
  std::map<std::string, int> found;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const auto violations = Violations(seed, 100, [](Ask ask) -> Ask {
      return [ask](const std::string& sql) { return WithoutARow(ask, sql); };
    });
    for (const auto& [oracle, count] : violations) found[oracle] += count;
  }
  for (const char* oracle : {"pqs", "norec", "tlp", "row-count"}) {
    EXPECT_GT(found[oracle], 0) << oracle;
  }
}

TEST(RelationsTest, NoticeThatACaseIsWrong) {
  int found = 0;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    auto violations = Violations(seed, 100, [](Ask ask) -> Ask {
      return [ask](const std::string& sql) {
        return sql.find("CASE WHEN") == sql.npos ? ask(sql) : WithoutARow(ask, sql);
      };
    });
    found += violations["eet"];
  }
  EXPECT_GT(found, 0);
}

TEST(RelationsTest, GiveNoVerdictWithoutAnAnswer) {
  const auto violations = Violations(1, 100, [](Ask) -> Ask {
    return [](const std::string&) -> std::optional<Rows> { return std::nullopt; };
  });
  EXPECT_TRUE(violations.empty());
}

}  // namespace
}  // namespace orrery::sim
