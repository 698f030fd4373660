#include "engine/sql/statement_parser.h"

#include <string>

namespace orrery {

StatementPtr StatementParser::Parse() {
  const uint32_t begin = stream_.current().begin;
  StatementPtr statement = ParseAny();
  if (statement) statement->span = stream_.SpanFrom(begin);
  return statement;
}

StatementPtr StatementParser::ParseAny() {
  switch (stream_.current().kind) {
    case TokenKind::kSelect:
    case TokenKind::kValues:
      return StatementPtr(selects_.Parse());
    case TokenKind::kInsert:
    case TokenKind::kReplace:
      return ParseInsert();
    case TokenKind::kUpdate:
      return ParseUpdate();
    case TokenKind::kDelete:
      return ParseDelete();
    case TokenKind::kCreate:
      return ParseCreate();
    case TokenKind::kDrop:
      return ParseDrop();
    case TokenKind::kBegin:
      return ParseBegin();
    case TokenKind::kCommit:
    case TokenKind::kEnd:
      return ParseCommit();
    case TokenKind::kRollback:
      return ParseRollback();
    case TokenKind::kSavepoint:
      return ParseSavepoint();
    case TokenKind::kRelease:
      return ParseRelease();
    case TokenKind::kPragma:
      return ParsePragma();
    case TokenKind::kAlter:
    case TokenKind::kAnalyze:
    case TokenKind::kAttach:
    case TokenKind::kDetach:
    case TokenKind::kReindex:
    case TokenKind::kVacuum:
    case TokenKind::kWith:
      stream_.FailUnsupported(Describe(stream_.current().kind).text);
      return nullptr;
    default:
      stream_.FailAtCurrent();
      return nullptr;
  }
}

// ---- Changes ----

StatementPtr StatementParser::ParseInsert() {
  auto insert = std::make_unique<InsertStatement>();
  if (stream_.TryTake(TokenKind::kReplace)) {
    insert->or_action = ConflictAction::kReplace;
  } else {
    stream_.Expect(TokenKind::kInsert);
    if (stream_.TryTake(TokenKind::kOr)) insert->or_action = ParseConflictAction();
  }
  stream_.Expect(TokenKind::kInto);
  insert->table = stream_.ExpectQualifiedName();
  insert->alias = ParseAliasAfterAs();
  if (stream_.Is(TokenKind::kLeftParen)) insert->columns = ParseNameList();
  if (stream_.TryTake(TokenKind::kDefault)) {
    stream_.Expect(TokenKind::kValues);
  } else {
    if (!SelectParser::IsSelect(stream_)) stream_.FailAtCurrent();
    insert->source = selects_.Parse();
    if (stream_.Is(TokenKind::kOn)) stream_.FailUnsupported("ON CONFLICT");
  }
  RefuseReturning();
  return StatementPtr(std::move(insert));
}

StatementPtr StatementParser::ParseUpdate() {
  auto update = std::make_unique<UpdateStatement>();
  stream_.Expect(TokenKind::kUpdate);
  if (stream_.TryTake(TokenKind::kOr)) update->or_action = ParseConflictAction();
  update->table = stream_.ExpectQualifiedName();
  update->alias = ParseAliasAfterAs();
  update->hint = selects_.ParseIndexHint();
  stream_.Expect(TokenKind::kSet);
  do {
    update->assignments.push_back(ParseAssignment());
  } while (stream_.TryTake(TokenKind::kComma));
  if (stream_.TryTake(TokenKind::kFrom)) update->from = selects_.ParseFrom();
  if (stream_.TryTake(TokenKind::kWhere)) update->where = expressions_.Parse();
  RefuseReturning();
  return StatementPtr(std::move(update));
}

Assignment StatementParser::ParseAssignment() {
  Assignment assignment;
  assignment.is_row = stream_.Is(TokenKind::kLeftParen);
  if (assignment.is_row) {
    assignment.columns = ParseNameList();
  } else {
    assignment.columns.push_back(stream_.ExpectName());
  }
  stream_.Expect(TokenKind::kEqual);
  assignment.value = expressions_.Parse();
  return assignment;
}

StatementPtr StatementParser::ParseDelete() {
  auto deletion = std::make_unique<DeleteStatement>();
  stream_.Expect(TokenKind::kDelete);
  stream_.Expect(TokenKind::kFrom);
  deletion->table = stream_.ExpectQualifiedName();
  deletion->alias = ParseAliasAfterAs();
  deletion->hint = selects_.ParseIndexHint();
  if (stream_.TryTake(TokenKind::kWhere)) deletion->where = expressions_.Parse();
  RefuseReturning();
  return StatementPtr(std::move(deletion));
}

std::optional<Name> StatementParser::ParseAliasAfterAs() {
  if (!stream_.TryTake(TokenKind::kAs)) return std::nullopt;
  return stream_.ExpectName();
}

std::vector<Name> StatementParser::ParseNameList() {
  std::vector<Name> names;
  stream_.Expect(TokenKind::kLeftParen);
  do {
    names.push_back(stream_.ExpectName());
  } while (stream_.TryTake(TokenKind::kComma));
  stream_.Expect(TokenKind::kRightParen);
  return names;
}

ConflictAction StatementParser::ParseConflictAction() {
  switch (stream_.current().kind) {
    case TokenKind::kRollback:
      stream_.Take();
      return ConflictAction::kRollback;
    case TokenKind::kAbort:
      stream_.Take();
      return ConflictAction::kAbort;
    case TokenKind::kFail:
      stream_.Take();
      return ConflictAction::kFail;
    case TokenKind::kIgnore:
      stream_.Take();
      return ConflictAction::kIgnore;
    case TokenKind::kReplace:
      stream_.Take();
      return ConflictAction::kReplace;
    default:
      stream_.FailAtCurrent();
      return ConflictAction::kUnsaid;
  }
}

void StatementParser::RefuseReturning() {
  if (stream_.Is(TokenKind::kReturning)) stream_.FailUnsupported("RETURNING");
}

// ---- Transactions and pragmas ----

// [TRANSACTION [name]]; nobody reads the name.
void StatementParser::ParseTransactionWord() {
  if (stream_.TryTake(TokenKind::kTransaction) && stream_.IsName()) stream_.ExpectName();
}

StatementPtr StatementParser::ParseBegin() {
  auto begin = std::make_unique<BeginStatement>();
  stream_.Expect(TokenKind::kBegin);
  if (stream_.TryTake(TokenKind::kImmediate)) {
    begin->mode = TransactionMode::kImmediate;
  } else if (stream_.TryTake(TokenKind::kExclusive)) {
    begin->mode = TransactionMode::kExclusive;
  } else {
    stream_.TryTake(TokenKind::kDeferred);
  }
  ParseTransactionWord();
  return StatementPtr(std::move(begin));
}

StatementPtr StatementParser::ParseCommit() {
  stream_.Take();
  ParseTransactionWord();
  return StatementPtr(std::make_unique<CommitStatement>());
}

StatementPtr StatementParser::ParseRollback() {
  auto rollback = std::make_unique<RollbackStatement>();
  stream_.Expect(TokenKind::kRollback);
  ParseTransactionWord();
  if (stream_.TryTake(TokenKind::kTo)) {
    stream_.TryTake(TokenKind::kSavepoint);
    rollback->savepoint = stream_.ExpectName();
  }
  return StatementPtr(std::move(rollback));
}

StatementPtr StatementParser::ParseSavepoint() {
  auto savepoint = std::make_unique<SavepointStatement>();
  stream_.Expect(TokenKind::kSavepoint);
  savepoint->name = stream_.ExpectName();
  return StatementPtr(std::move(savepoint));
}

StatementPtr StatementParser::ParseRelease() {
  auto release = std::make_unique<ReleaseStatement>();
  stream_.Expect(TokenKind::kRelease);
  stream_.TryTake(TokenKind::kSavepoint);
  release->name = stream_.ExpectName();
  return StatementPtr(std::move(release));
}

StatementPtr StatementParser::ParsePragma() {
  auto pragma = std::make_unique<PragmaStatement>();
  stream_.Expect(TokenKind::kPragma);
  pragma->name = stream_.ExpectQualifiedName();
  pragma->is_call = stream_.TryTake(TokenKind::kLeftParen);
  if (!pragma->is_call && !stream_.TryTake(TokenKind::kEqual)) {
    return StatementPtr(std::move(pragma));
  }
  switch (stream_.current().kind) {
    case TokenKind::kOn:
    case TokenKind::kDelete:
    case TokenKind::kDefault:
      pragma->value = stream_.Take().text;
      break;
    default:
      pragma->value =
          stream_.IsName() ? stream_.ExpectName().text : expressions_.ParseSignedNumber();
  }
  if (pragma->is_call) stream_.Expect(TokenKind::kRightParen);
  return StatementPtr(std::move(pragma));
}

}  // namespace orrery
