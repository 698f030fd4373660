// Goal: no bug that was once found is back, and each kept one still gets to the point where it was.
// Method: each folder of corpus/bundles that is for this tool (argv[1]) is run with the program
// argv[2]. `tools/mutants --kept` tells whether it still fails when the bug is there.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sim/program_runner.h"

namespace orrery::sim {
namespace {

constexpr char kFolder[] = "corpus/bundles";
std::string tool_name;
std::string program_path;

std::vector<std::string> Bundles() {
  std::vector<std::string> bundles;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.is_directory()) bundles.push_back(entry.path().string());
  }
  std::sort(bundles.begin(), bundles.end());
  return bundles;
}

std::string ToolOf(const std::string& bundle) {
  std::ifstream file(bundle + "/bug.txt");
  std::string line;
  std::getline(file, line);
  constexpr std::string_view kTool = "tool: ";
  return line.starts_with(kTool) ? line.substr(kTool.size()) : "";
}

TEST(KeptBundlesTest, GetToTheirPointAndFindNothing) {
  const std::vector<std::string> bundles = Bundles();
  ASSERT_FALSE(bundles.empty()) << "no bundles in " << kFolder;
  for (const std::string& bundle : bundles) {
    const std::string tool = ToolOf(bundle);
    EXPECT_FALSE(tool.empty()) << bundle << "/bug.txt names no tool";
    if (tool != tool_name) continue;
    const ProgramEnd end = RunProgram(program_path, {"--replay=" + bundle, "--by-sites"});
    EXPECT_EQ(end.status, 0) << bundle << ": " << end.LastLine() << "\n" << end.errors;
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
