#include "engine/sql/parser.h"

#include <utility>

#include "engine/sql/statement_parser.h"
#include "engine/sql/token_stream.h"

namespace orrery {
namespace {

// SQLite's limit on the text of one call; spans have 32 bits.
constexpr size_t kSqlSizeMax = 1'000'000'000;

ExplainMode ParseExplain(TokenStream& stream) {
  if (!stream.TryTake(TokenKind::kExplain)) return ExplainMode::kNone;
  if (!stream.TryTake(TokenKind::kQuery)) return ExplainMode::kProgram;
  stream.Expect(TokenKind::kPlan);
  return ExplainMode::kQueryPlan;
}

}  // namespace

Result<ParsedStatement> ParseStatement(std::string_view sql, size_t* tail) {
  size_t unused_tail;
  if (tail == nullptr) tail = &unused_tail;
  *tail = sql.size();
  if (sql.size() > kSqlSizeMax) return Status(ResultCode::kTooBig, "statement too long");

  TokenStream stream(sql);
  while (stream.TryTake(TokenKind::kSemicolon)) {
  }
  ParsedStatement parsed;
  if (!stream.Is(TokenKind::kEndOfText)) {
    parsed.explain = ParseExplain(stream);
    parsed.statement = StatementParser(stream).Parse();
    if (!stream.Is(TokenKind::kEndOfText)) {
      if (!stream.Is(TokenKind::kSemicolon)) stream.FailAtCurrent();
      *tail = stream.current().end();
    }
    stream.AcceptCurrent();
  }
  if (stream.failed()) {
    if (stream.status().offset() >= 0) *tail = static_cast<size_t>(stream.status().offset());
    return stream.status();
  }
  parsed.text = sql.substr(0, *tail);
  parsed.parameter_names = stream.TakeParameterNames();
  parsed.names_tables = stream.names_tables();
  return parsed;
}

}  // namespace orrery
