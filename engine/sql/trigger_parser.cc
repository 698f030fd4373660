// CREATE TRIGGER, of StatementParser. The statements inside a trigger have a grammar of their own:
// they change tables by plain names, and nothing is answered.

#include "engine/sql/statement_parser.h"

namespace orrery {

StatementPtr StatementParser::ParseCreateTrigger(bool is_temporary) {
  auto create = std::make_unique<CreateTriggerStatement>();
  create->is_temporary = is_temporary;
  stream_.Expect(TokenKind::kTrigger);
  create->if_not_exists = ParseIfNotExists();
  create->trigger = stream_.ExpectQualifiedName();
  ParseTriggerHead(*create);
  stream_.Expect(TokenKind::kBegin);
  do {
    create->body.push_back(ParseTriggerStep());
    stream_.Expect(TokenKind::kSemicolon);
  } while (!stream_.failed() && !stream_.Is(TokenKind::kEnd));
  stream_.Expect(TokenKind::kEnd);
  return StatementPtr(std::move(create));
}

void StatementParser::ParseTriggerHead(CreateTriggerStatement& create) {
  if (stream_.TryTake(TokenKind::kBefore)) {
    create.time = TriggerTime::kBefore;
  } else if (stream_.TryTake(TokenKind::kAfter)) {
    create.time = TriggerTime::kAfter;
  } else if (stream_.TryTake(TokenKind::kInstead)) {
    stream_.Expect(TokenKind::kOf);
    create.time = TriggerTime::kInsteadOf;
  }
  if (stream_.TryTake(TokenKind::kInsert)) {
    create.event = TriggerEvent::kInsert;
  } else if (stream_.TryTake(TokenKind::kUpdate)) {
    create.event = TriggerEvent::kUpdate;
    if (stream_.TryTake(TokenKind::kOf)) {
      do {
        create.update_columns.push_back(stream_.ExpectName());
      } while (stream_.TryTake(TokenKind::kComma));
    }
  } else {
    stream_.Expect(TokenKind::kDelete);
    create.event = TriggerEvent::kDelete;
  }
  stream_.Expect(TokenKind::kOn);
  create.table = stream_.ExpectQualifiedName();
  create.is_for_each_row = stream_.TryTake(TokenKind::kFor);
  if (create.is_for_each_row) {
    stream_.Expect(TokenKind::kEach);
    stream_.Expect(TokenKind::kRow);
  }
  if (stream_.TryTake(TokenKind::kWhen)) create.when = expressions_.Parse();
}

StatementPtr StatementParser::ParseTriggerStep() {
  const uint32_t begin = stream_.current().begin;
  StatementPtr step;
  switch (stream_.current().kind) {
    case TokenKind::kInsert:
    case TokenKind::kReplace:
      step = ParseTriggerInsert();
      break;
    case TokenKind::kUpdate:
      step = ParseTriggerUpdate();
      break;
    case TokenKind::kDelete:
      step = ParseTriggerDelete();
      break;
    default:
      if (!SelectParser::IsSelect(stream_)) stream_.FailAtCurrent();
      step = StatementPtr(selects_.Parse());
  }
  if (step) step->span = stream_.SpanFrom(begin);
  return step;
}

StatementPtr StatementParser::ParseTriggerInsert() {
  auto insert = std::make_unique<InsertStatement>();
  if (stream_.TryTake(TokenKind::kReplace)) {
    insert->or_action = ConflictAction::kReplace;
  } else {
    stream_.Expect(TokenKind::kInsert);
    if (stream_.TryTake(TokenKind::kOr)) insert->or_action = ParseConflictAction();
  }
  stream_.Expect(TokenKind::kInto);
  insert->table = ParseTriggerTarget();
  if (stream_.Is(TokenKind::kLeftParen)) insert->columns = ParseNameList();
  if (!SelectParser::IsSelect(stream_)) stream_.FailAtCurrent();
  insert->source = selects_.Parse();
  insert->upserts = ParseUpserts();
  if (!ParseReturning().empty()) {
    stream_.FailLate({ResultCode::kError, "cannot use RETURNING in a trigger"});
  }
  return StatementPtr(std::move(insert));
}

StatementPtr StatementParser::ParseTriggerUpdate() {
  auto update = std::make_unique<UpdateStatement>();
  stream_.Expect(TokenKind::kUpdate);
  if (stream_.TryTake(TokenKind::kOr)) update->or_action = ParseConflictAction();
  update->table = ParseTriggerTarget();
  RefuseIndexHint();
  stream_.Expect(TokenKind::kSet);
  update->assignments = ParseAssignments();
  if (stream_.TryTake(TokenKind::kFrom)) update->from = selects_.ParseFrom();
  if (stream_.TryTake(TokenKind::kWhere)) update->where = expressions_.Parse();
  return StatementPtr(std::move(update));
}

StatementPtr StatementParser::ParseTriggerDelete() {
  auto deletion = std::make_unique<DeleteStatement>();
  stream_.Expect(TokenKind::kDelete);
  stream_.Expect(TokenKind::kFrom);
  deletion->table = ParseTriggerTarget();
  RefuseIndexHint();
  if (stream_.TryTake(TokenKind::kWhere)) deletion->where = expressions_.Parse();
  return StatementPtr(std::move(deletion));
}

QualifiedName StatementParser::ParseTriggerTarget() {
  QualifiedName name = stream_.ExpectQualifiedName();
  if (name.schema) {
    stream_.FailLate({ResultCode::kError,
                      "qualified table names are not allowed on INSERT, UPDATE, and DELETE "
                      "statements within triggers"});
  }
  return name;
}

void StatementParser::RefuseIndexHint() {
  const IndexHint hint = selects_.ParseIndexHint();
  if (!hint.index && !hint.is_not_indexed) return;
  stream_.FailLate({ResultCode::kError,
                    std::string("the ") + (hint.index ? "INDEXED BY" : "NOT INDEXED") +
                        " clause is not allowed on UPDATE or DELETE statements within triggers"});
}

}  // namespace orrery
