#include "sim/oracles/image_check.h"

#include "sim/failure.h"

namespace orrery::sim {

DatabaseImage TakeImage(const World& world, const std::string& path) {
  return TakeImage(world.Image(), path);
}

DatabaseImage TakeImage(const DiskImage& disk, const std::string& path) {
  DatabaseImage image;
  for (const auto& [name, bytes] : disk) {
    const bool is_beside = name == path || name.starts_with(path + "-");
    if (!is_beside || name.ends_with("-shm")) continue;
    image[name.substr(path.size())] = std::string(AsText(Bytes(bytes)));
  }
  return image;
}

TableRows ReadWithSqlite3(DatabaseImage image, int table_count) {
  TableRows tables;
  Sqlite3Database database(std::move(image));
  const Sqlite3Answer check = database.Run("PRAGMA integrity_check");
  std::string report;
  for (const Row& row : check.rows) report += "\n  " + ToString(row);
  if (!check.ok() || report != "\n  'ok'") {
    Fail("sqlite3", "SQLite finds the image damaged: " + check.message + report);
  }
  const Sqlite3Answer names = database.Run("SELECT name FROM sqlite_schema");
  if (!names.ok()) Fail("sqlite3", "SQLite cannot read the schema: " + names.message);
  for (int table = 0; table < table_count; ++table) {
    const std::string name = "t" + std::to_string(table);
    tables.emplace_back();
    for (const Row& row : names.rows) {
      if (row[0].text() != name) continue;
      Sqlite3Answer answer = database.Run("SELECT id,a,b FROM " + name);
      if (!answer.ok()) Fail("sqlite3", "SQLite cannot read " + name + ": " + answer.message);
      tables.back() = std::move(answer.rows);
    }
  }
  return tables;
}

std::string CompareTables(const Tables& expected, const TableRows& actual) {
  for (size_t table = 0; table < actual.size(); ++table) {
    const ModelTable* model = expected.Find(static_cast<int>(table));
    const std::string name = "t" + std::to_string(table);
    if (model == nullptr && actual[table]) return name + " should not be there";
    if (model == nullptr) continue;
    if (!actual[table]) return name + " is missing";
    const std::string difference = CompareTable(*model, *actual[table]);
    if (!difference.empty()) return name + ": " + difference;
  }
  return "";
}

}  // namespace orrery::sim
