// Goal: every line of a trace is JSON, and says what its header promises.
// Method: a small run with a commit frame by hand, read back with another JSON reader.

#include "sim/bundles/trace_writer.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

#include "engine/io/io.h"
#include "sim/bundles/bundle.h"
#include "sim/choices/seed_source.h"

namespace orrery::sim {
namespace {

using nlohmann::json;

std::vector<json> ReadTrace(const std::string& path) {
  std::vector<json> lines;
  std::istringstream text(*ReadWholeFile(path));
  for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line));
  return lines;
}

std::vector<json> OfKind(const std::vector<json>& lines, const std::string& kind) {
  std::vector<json> found;
  for (const json& line : lines) {
    if (line.value("kind", "") == kind) found.push_back(line);
  }
  return found;
}

TEST(JsonStringTest, IsReadBackByAnotherReader) {
  for (const std::string& text : {std::string("plain"), std::string("a\"b\\c\n\t\x01\x7f"),
                                  std::string("\xc3\xa9\xe2\x82\xac"),
                                  std::string("\xf0\x9f\x98\x80"), std::string("nul\0in it", 9)}) {
    EXPECT_EQ(json::parse(JsonString(text)).get<std::string>(), text);
  }
  // What is no UTF-8 becomes U+FFFD, each byte for itself.
  EXPECT_EQ(json::parse(JsonString("a\xff\xc3")).get<std::string>(), "a\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(json::parse(JsonString("\xed\xa0\x80")).get<std::string>().size(), 9u);
}

TEST(TraceWriterTest, WritesNamesEventsAndBytes) {
  const std::string path = testing::TempDir() + "/trace.jsonl";
  {
    TraceWriter writer(path, "the command");
    EventStream stream;
    stream.Add(writer);
    SeedSource source(1);
    const Choices root(source);
    Faults faults(root);
    World world(root, faults);
    world.SetTracer(&stream, "");
    SimProcess& process = world.StartProcess("the process");
    (void)world.Spawn(process, "the fiber", [&] {
      const uint64_t statement = stream.OnStatement(0, RunObserver::Asker::kWorkload, "COMMIT");
      const std::unique_ptr<File> wal = *process.io().Open("db-wal", {.create = true});
      const std::unique_ptr<File> shm = *process.io().Open("db-shm", {.create = true});
      EXPECT_TRUE(shm->Lock(121, 1, LockKind::kExclusive).ok());
      // A header that says 512, a frame that ends nothing and one that ends a transaction.
      std::vector<std::byte> bytes(32 + 2 * (24 + 512));
      StoreBig<uint32_t>(bytes.data() + 8, 512);
      StoreBig<uint32_t>(bytes.data() + 32 + 24 + 512 + 4, 3);
      Completion done;
      wal->Write(0, bytes, done);
      while (done.in_flight()) (void)process.io().Poll(PollMode::kWait);
      EXPECT_TRUE(shm->Unlock(121, 1).ok());
      stream.OnStatementEnd(statement, "ok");
    });
    EXPECT_TRUE(world.Run(1000));
    world.SetTracer(nullptr, "");
  }
  TraceWriter::AppendFailure(path, {"model", "here.cc:1", "wrong"}, 99);

  const std::vector<json> lines = ReadTrace(path);
  EXPECT_EQ(lines.front()["format"], "orrery-trace 1");
  EXPECT_EQ(lines.front()["command"], "the command");
  EXPECT_EQ(lines.back()["kind"], "failure");
  uint64_t last = 0;
  std::map<uint32_t, std::string> files;
  for (const json& line : lines) {
    if (line.contains("path")) files[line["file"]] = line["path"];
    if (!line.contains("n")) continue;
    EXPECT_GE(line["n"], last);
    last = line["n"];
  }
  EXPECT_EQ(files.size(), 2u);
  const json submit = OfKind(lines, "submit").at(0);
  EXPECT_EQ(submit["what"], "write");
  EXPECT_EQ(submit["size"], 1104);
  EXPECT_EQ(files[submit["file"]], "db-wal");
  EXPECT_EQ(OfKind(lines, "finish").at(0)["op"], submit["op"]);
  const std::vector<json> commits = OfKind(lines, "commit");
  ASSERT_EQ(commits.size(), 1u);
  EXPECT_EQ(commits[0]["frame"], 2);
  const std::vector<json> locks = OfKind(lines, "lock");
  EXPECT_EQ(locks.at(0)["lock"], "CHECKPOINT");
  EXPECT_EQ(locks.at(0)["mode"], "exclusive");
  EXPECT_EQ(OfKind(lines, "checkpoint").size(), 2u);
  EXPECT_EQ(OfKind(lines, "statement").at(0)["sql"], "COMMIT");
  EXPECT_EQ(OfKind(lines, "statement-end").at(0)["statement"],
            OfKind(lines, "statement").at(0)["n"]);
  // The two words that are not zero, and the new size.
  const json changes = OfKind(lines, "apply").at(0)["changes"];
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0][1], 1104);
  EXPECT_EQ(changes[1][2], 10);
  EXPECT_EQ(changes[1][3], "02");
  EXPECT_EQ(changes[2][3], "03");
}

}  // namespace
}  // namespace orrery::sim
