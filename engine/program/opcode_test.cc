// Goal: what is said of the opcodes is said once, and rightly.
// Method: hold the table against the file made from it and against SQLite's rules for names.

#include "engine/program/opcode.h"

#include <fstream>
#include <set>
#include <sstream>

#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(OpcodeTest, IsDescribedInTheReferenceAsInTheTable) {
  std::ifstream file("engine/program/opcodes.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), OpcodeReference()) << "write the text above to engine/program/opcodes.md";
}

TEST(OpcodeTest, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kOpcodeCount; ++i) {
    EXPECT_TRUE(names.insert(Describe(static_cast<Opcode>(i)).name).second);
  }
}

TEST(OpcodeTest, IsExplainedInASentence) {
  for (size_t i = 0; i < kOpcodeCount; ++i) {
    const OpcodeSpec& spec = Describe(static_cast<Opcode>(i));
    EXPECT_TRUE(spec.what.ends_with('.')) << spec.name;
  }
}

}  // namespace
}  // namespace orrery
