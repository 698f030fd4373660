// Goal: no run that once found a bug finds one again.
// Method: each file of corpus/seeds that is for this tool (argv[1]) is run with the program
// argv[2].

#include <dirent.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "sim/program_runner.h"

namespace orrery::sim {
namespace {

constexpr char kFolder[] = "corpus/seeds";
std::string tool_name;
std::string program_path;

std::vector<std::string> SeedFiles() {
  std::vector<std::string> names;
  DIR* const folder = opendir(kFolder);
  if (folder == nullptr) return names;
  while (const dirent* entry = readdir(folder)) {
    const std::string name = entry->d_name;
    if (name.ends_with(".txt")) names.push_back(name);
  }
  closedir(folder);
  std::sort(names.begin(), names.end());
  return names;
}

std::map<std::string, std::string> ReadFields(const std::string& name) {
  std::map<std::string, std::string> fields;
  std::ifstream file(std::string(kFolder) + "/" + name);
  std::string line;
  while (std::getline(file, line)) {
    const size_t colon = line.find(": ");
    if (colon != line.npos) fields[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return fields;
}

TEST(KeptSeedsTest, FindNothingAnyMore) {
  const std::vector<std::string> names = SeedFiles();
  ASSERT_FALSE(names.empty()) << "no seeds in " << kFolder;
  for (const std::string& name : names) {
    auto fields = ReadFields(name);
    for (const char* field : {"tool", "options", "oracle", "found"}) {
      EXPECT_EQ(fields.count(field), 1u) << name << " has no " << field;
    }
    if (fields["tool"] != tool_name) continue;
    std::istringstream stream(fields["options"]);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    const ProgramEnd end = RunProgram(program_path, words);
    EXPECT_EQ(end.status, 0) << name << ": " << end.LastLine() << "\n" << end.errors;
  }
}

}  // namespace
}  // namespace orrery::sim

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc < 3) return 2;
  orrery::sim::tool_name = argv[1];
  orrery::sim::program_path = argv[2];
  return RUN_ALL_TESTS();
}
