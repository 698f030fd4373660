// Goal: no text makes the parser crash, hang or take more memory than its size warrants, and what
// it understood it can print and understand again. Method: read the input as a script; print each
// statement with and without all parentheses, parse
//   that and compare. The sanitizers and the CHECKs judge.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/sql/parser.h"
#include "engine/sql/printer.h"

namespace orrery {
namespace {

void CheckIdentity(const SqlStatement& statement, Parentheses parentheses) {
  const std::string text = Print(statement, parentheses);
  const Result<ParsedStatement> again = ParseStatement(text, nullptr);
  // Parentheses that were not written may nest too deeply.
  if (!again.ok() && again.status().message().starts_with("Expression tree")) return;
  CHECK(again.ok());
  CHECK(Print(*again->statement, parentheses) == text);
}

void ReadScript(std::string_view sql) {
  for (size_t tail = 0; !sql.empty(); sql.remove_prefix(tail)) {
    const Result<ParsedStatement> parsed = ParseStatement(sql, &tail);
    CHECK(tail <= sql.size());
    if (!parsed.ok()) {
      CHECK(parsed.status().offset() < static_cast<int>(sql.size()));
      return;
    }
    CHECK(tail > 0);
    if (!parsed->statement) continue;
    CheckIdentity(*parsed->statement, Parentheses::kNeeded);
    CheckIdentity(*parsed->statement, Parentheses::kAll);
  }
}

}  // namespace
}  // namespace orrery

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  orrery::ReadScript({reinterpret_cast<const char*>(data), size});
  return 0;
}
