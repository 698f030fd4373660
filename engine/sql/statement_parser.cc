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
    case TokenKind::kWith:
      return ParseBehindWith();
    case TokenKind::kAlter:
      return ParseAlterTable();
    case TokenKind::kAnalyze:
      return ParseAnalyze();
    case TokenKind::kAttach:
      return ParseAttach();
    case TokenKind::kDetach:
      return ParseDetach();
    case TokenKind::kReindex:
      return ParseReindex();
    case TokenKind::kVacuum:
      return ParseVacuum();
    default:
      stream_.FailAtCurrent();
      return nullptr;
  }
}

// ---- Changes ----

// WITH ... and the statement that it is for.
StatementPtr StatementParser::ParseBehindWith() {
  const uint32_t begin = stream_.current().begin;
  WithClause with = selects_.ParseWith();
  switch (stream_.current().kind) {
    case TokenKind::kInsert:
    case TokenKind::kReplace:
      return ParseInsert(std::move(with));
    case TokenKind::kUpdate:
      return ParseUpdate(std::move(with));
    case TokenKind::kDelete:
      return ParseDelete(std::move(with));
    default:
      return StatementPtr(selects_.ParseBehind(std::move(with), begin));
  }
}

StatementPtr StatementParser::ParseInsert(WithClause with) {
  auto insert = std::make_unique<InsertStatement>();
  insert->with = std::move(with);
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
    insert->upserts = ParseUpserts();
  }
  insert->returning = ParseReturning();
  return StatementPtr(std::move(insert));
}

std::vector<UpsertClause> StatementParser::ParseUpserts() {
  std::vector<UpsertClause> upserts;
  while (stream_.TryTake(TokenKind::kOn)) {
    upserts.push_back(ParseUpsert());
    if (upserts.back().target.empty()) break;  // nothing is left for another one
  }
  return upserts;
}

UpsertClause StatementParser::ParseUpsert() {
  UpsertClause upsert;
  stream_.Expect(TokenKind::kConflict);
  if (stream_.TryTake(TokenKind::kLeftParen)) {
    upsert.target = expressions_.ParseOrderingTerms();
    stream_.Expect(TokenKind::kRightParen);
    if (stream_.TryTake(TokenKind::kWhere)) upsert.target_where = expressions_.Parse();
  }
  stream_.Expect(TokenKind::kDo);
  if (stream_.TryTake(TokenKind::kNothing)) return upsert;
  upsert.is_update = true;
  stream_.Expect(TokenKind::kUpdate);
  stream_.Expect(TokenKind::kSet);
  upsert.assignments = ParseAssignments();
  if (stream_.TryTake(TokenKind::kWhere)) upsert.where = expressions_.Parse();
  return upsert;
}

std::vector<ResultColumn> StatementParser::ParseReturning() {
  if (!stream_.TryTake(TokenKind::kReturning)) return {};
  return selects_.ParseResultColumns();
}

StatementPtr StatementParser::ParseUpdate(WithClause with) {
  auto update = std::make_unique<UpdateStatement>();
  update->with = std::move(with);
  stream_.Expect(TokenKind::kUpdate);
  if (stream_.TryTake(TokenKind::kOr)) update->or_action = ParseConflictAction();
  update->table = stream_.ExpectQualifiedName();
  update->alias = ParseAliasAfterAs();
  update->hint = selects_.ParseIndexHint();
  stream_.Expect(TokenKind::kSet);
  update->assignments = ParseAssignments();
  if (stream_.TryTake(TokenKind::kFrom)) update->from = selects_.ParseFrom();
  if (stream_.TryTake(TokenKind::kWhere)) update->where = expressions_.Parse();
  update->returning = ParseReturning();
  return StatementPtr(std::move(update));
}

std::vector<Assignment> StatementParser::ParseAssignments() {
  std::vector<Assignment> assignments;
  do {
    assignments.push_back(ParseAssignment());
  } while (stream_.TryTake(TokenKind::kComma));
  return assignments;
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

StatementPtr StatementParser::ParseDelete(WithClause with) {
  auto deletion = std::make_unique<DeleteStatement>();
  deletion->with = std::move(with);
  stream_.Expect(TokenKind::kDelete);
  stream_.Expect(TokenKind::kFrom);
  deletion->table = stream_.ExpectQualifiedName();
  deletion->alias = ParseAliasAfterAs();
  deletion->hint = selects_.ParseIndexHint();
  if (stream_.TryTake(TokenKind::kWhere)) deletion->where = expressions_.Parse();
  deletion->returning = ParseReturning();
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

// ---- Transactions, pragmas, whole databases ----

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

// ATTACH [DATABASE] file AS schema [KEY key].
StatementPtr StatementParser::ParseAttach() {
  auto attach = std::make_unique<AttachStatement>();
  stream_.Expect(TokenKind::kAttach);
  stream_.TryTake(TokenKind::kDatabase);
  attach->file = expressions_.Parse();
  stream_.Expect(TokenKind::kAs);
  attach->schema = expressions_.Parse();
  if (stream_.TryTake(TokenKind::kKey)) attach->key = expressions_.Parse();
  return StatementPtr(std::move(attach));
}

StatementPtr StatementParser::ParseDetach() {
  auto detach = std::make_unique<DetachStatement>();
  stream_.Expect(TokenKind::kDetach);
  stream_.TryTake(TokenKind::kDatabase);
  detach->schema = expressions_.Parse();
  return StatementPtr(std::move(detach));
}

StatementPtr StatementParser::ParseVacuum() {
  auto vacuum = std::make_unique<VacuumStatement>();
  stream_.Expect(TokenKind::kVacuum);
  if (stream_.IsName()) vacuum->schema = stream_.ExpectName();
  if (stream_.TryTake(TokenKind::kInto)) vacuum->into = expressions_.Parse();
  return StatementPtr(std::move(vacuum));
}

}  // namespace orrery
