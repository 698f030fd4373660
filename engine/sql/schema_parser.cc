// The statements of StatementParser that change the schema.

#include <algorithm>
#include <string>

#include "engine/sql/statement_parser.h"

namespace orrery {
namespace {

// Cuts `word` and the blanks before it off the end of `text`.
bool CutLastWord(std::string& text, std::string_view word) {
  if (text.size() < word.size()) return false;
  size_t size = text.size() - word.size();
  if (!EqualsIgnoringCase(std::string_view(text).substr(size), word)) return false;
  while (size > 0 && (text[size - 1] == ' ' || (text[size - 1] >= '\t' && text[size - 1] <= '\r')))
    --size;
  text.resize(size);
  return true;
}

}  // namespace

StatementPtr StatementParser::ParseCreate() {
  stream_.Expect(TokenKind::kCreate);
  switch (stream_.current().kind) {
    case TokenKind::kTemp:
    case TokenKind::kTemporary: {
      stream_.Take();
      switch (stream_.current().kind) {
        case TokenKind::kTable:
          return ParseCreateTable(true);
        case TokenKind::kView:
          return ParseCreateView(true);
        case TokenKind::kTrigger:
          return ParseCreateTrigger(true);
        default:
          stream_.FailAtCurrent();
          return nullptr;
      }
    }
    case TokenKind::kTable:
      return ParseCreateTable(false);
    case TokenKind::kView:
      return ParseCreateView(false);
    case TokenKind::kTrigger:
      return ParseCreateTrigger(false);
    case TokenKind::kUnique:
    case TokenKind::kIndex:
      return ParseCreateIndex();
    case TokenKind::kVirtual:
      return ParseCreateVirtualTable();
    default:
      stream_.FailAtCurrent();
      return nullptr;
  }
}

bool StatementParser::ParseIfNotExists() {
  if (!stream_.TryTake(TokenKind::kIf)) return false;
  stream_.Expect(TokenKind::kNot);
  stream_.Expect(TokenKind::kExists);
  return true;
}

StatementPtr StatementParser::ParseDrop() {
  auto drop = std::make_unique<DropStatement>();
  stream_.Expect(TokenKind::kDrop);
  switch (stream_.current().kind) {
    case TokenKind::kTable:
      drop->object = SchemaObjectKind::kTable;
      break;
    case TokenKind::kIndex:
      drop->object = SchemaObjectKind::kIndex;
      break;
    case TokenKind::kView:
      drop->object = SchemaObjectKind::kView;
      break;
    case TokenKind::kTrigger:
      drop->object = SchemaObjectKind::kTrigger;
      break;
    default:
      stream_.FailAtCurrent();
      return nullptr;
  }
  stream_.Take();
  drop->if_exists = stream_.TryTake(TokenKind::kIf);
  if (drop->if_exists) stream_.Expect(TokenKind::kExists);
  drop->name = stream_.ExpectQualifiedName();
  return StatementPtr(std::move(drop));
}

StatementPtr StatementParser::ParseCreateIndex() {
  auto create = std::make_unique<CreateIndexStatement>();
  create->is_unique = stream_.TryTake(TokenKind::kUnique);
  stream_.Expect(TokenKind::kIndex);
  create->if_not_exists = ParseIfNotExists();
  create->index = stream_.ExpectQualifiedName();
  stream_.Expect(TokenKind::kOn);
  create->table = stream_.ExpectName();
  stream_.Expect(TokenKind::kLeftParen);
  create->columns = expressions_.ParseOrderingTerms();
  stream_.Expect(TokenKind::kRightParen);
  if (stream_.TryTake(TokenKind::kWhere)) create->where = expressions_.Parse();
  return StatementPtr(std::move(create));
}

StatementPtr StatementParser::ParseCreateView(bool is_temporary) {
  auto create = std::make_unique<CreateViewStatement>();
  create->is_temporary = is_temporary;
  stream_.Expect(TokenKind::kView);
  create->if_not_exists = ParseIfNotExists();
  create->view = stream_.ExpectQualifiedName();
  if (stream_.Is(TokenKind::kLeftParen)) create->columns = stream_.ExpectColumnNames();
  stream_.Expect(TokenKind::kAs);
  if (!SelectParser::IsSelect(stream_)) stream_.FailAtCurrent();
  create->select = selects_.Parse();
  return StatementPtr(std::move(create));
}

StatementPtr StatementParser::ParseCreateVirtualTable() {
  auto create = std::make_unique<CreateVirtualTableStatement>();
  stream_.Expect(TokenKind::kVirtual);
  stream_.Expect(TokenKind::kTable);
  create->if_not_exists = ParseIfNotExists();
  create->table = stream_.ExpectQualifiedName();
  stream_.Expect(TokenKind::kUsing);
  create->module = stream_.ExpectName();
  if (!stream_.TryTake(TokenKind::kLeftParen)) return StatementPtr(std::move(create));
  do {
    create->arguments.push_back(TakeModuleArgument());
  } while (stream_.TryTake(TokenKind::kComma));
  stream_.Expect(TokenKind::kRightParen);
  return StatementPtr(std::move(create));
}

// Any tokens, semicolons too, up to a comma or closing parenthesis that is not inside others.
std::string StatementParser::TakeModuleArgument() {
  const uint32_t begin = stream_.current().begin;
  bool is_empty = true;
  int depth = 0;
  while (depth > 0 || !(stream_.Is(TokenKind::kComma) || stream_.Is(TokenKind::kRightParen))) {
    switch (stream_.current().kind) {
      case TokenKind::kEndOfText:
      case TokenKind::kIllegal:
        stream_.FailAtCurrent();
        return {};
      case TokenKind::kLeftParen:
        ++depth;
        break;
      case TokenKind::kRightParen:
        --depth;
        break;
      default:
        break;
    }
    stream_.Take();
    is_empty = false;
  }
  return is_empty ? std::string() : std::string(stream_.SpanFrom(begin).In(stream_.text()));
}

// ---- Changes to what is there ----

// ALTER TABLE t RENAME TO u, RENAME [COLUMN] a TO b, ADD [COLUMN] ..., DROP [COLUMN] a.
StatementPtr StatementParser::ParseAlterTable() {
  auto alter = std::make_unique<AlterTableStatement>();
  stream_.Expect(TokenKind::kAlter);
  stream_.Expect(TokenKind::kTable);
  alter->table = stream_.ExpectQualifiedName();
  if (stream_.TryTake(TokenKind::kRename)) {
    if (stream_.TryTake(TokenKind::kTo)) {
      alter->alter = AlterKind::kRenameTable;
    } else {
      alter->alter = AlterKind::kRenameColumn;
      stream_.TryTake(TokenKind::kColumn);
      alter->column = stream_.ExpectName();
      stream_.Expect(TokenKind::kTo);
    }
    alter->new_name = stream_.ExpectName();
  } else if (stream_.TryTake(TokenKind::kAdd)) {
    alter->alter = AlterKind::kAddColumn;
    stream_.TryTake(TokenKind::kColumn);
    const uint32_t begin = stream_.current().begin;
    alter->added = ParseColumn();
    alter->added_span = stream_.SpanFrom(begin);
  } else {
    alter->alter = AlterKind::kDropColumn;
    stream_.Expect(TokenKind::kDrop);
    stream_.TryTake(TokenKind::kColumn);
    alter->column = stream_.ExpectName();
  }
  return StatementPtr(std::move(alter));
}

StatementPtr StatementParser::ParseAnalyze() {
  auto analyze = std::make_unique<AnalyzeStatement>();
  stream_.Expect(TokenKind::kAnalyze);
  if (stream_.IsName()) analyze->name = stream_.ExpectQualifiedName();
  return StatementPtr(std::move(analyze));
}

StatementPtr StatementParser::ParseReindex() {
  auto reindex = std::make_unique<ReindexStatement>();
  stream_.Expect(TokenKind::kReindex);
  if (stream_.IsName()) reindex->name = stream_.ExpectQualifiedName();
  return StatementPtr(std::move(reindex));
}

// ---- CREATE TABLE ----

StatementPtr StatementParser::ParseCreateTable(bool is_temporary) {
  auto create = std::make_unique<CreateTableStatement>();
  create->is_temporary = is_temporary;
  stream_.Expect(TokenKind::kTable);
  create->if_not_exists = ParseIfNotExists();
  create->table = stream_.ExpectQualifiedName();
  if (stream_.TryTake(TokenKind::kAs)) {
    if (!SelectParser::IsSelect(stream_)) stream_.FailAtCurrent();
    create->select = selects_.Parse();
    return StatementPtr(std::move(create));
  }
  stream_.Expect(TokenKind::kLeftParen);
  const uint32_t begin = stream_.current().begin;
  create->columns.push_back(ParseColumn());
  create->columns_span = stream_.SpanFrom(begin);
  while (stream_.TryTake(TokenKind::kComma)) {
    if (stream_.IsName()) {
      create->columns.push_back(ParseColumn());
      create->columns_span = stream_.SpanFrom(begin);
      continue;
    }
    do {
      ParseTableConstraints(create->constraints);
    } while (stream_.TryTake(TokenKind::kComma));
    break;
  }
  stream_.Expect(TokenKind::kRightParen);
  ParseTableOptions(*create);
  return StatementPtr(std::move(create));
}

// Options separated by commas; the grammar lets the list begin with one.
void StatementParser::ParseTableOptions(CreateTableStatement& table) {
  if (stream_.IsName()) ParseTableOption(table);
  while (stream_.TryTake(TokenKind::kComma)) ParseTableOption(table);
}

void StatementParser::ParseTableOption(CreateTableStatement& table) {
  const bool without = stream_.TryTake(TokenKind::kWithout);
  const std::string_view written = stream_.current().text;
  stream_.ExpectName();
  if (without && EqualsIgnoringCase(written, "rowid")) {
    table.is_without_rowid = true;
  } else if (!without && EqualsIgnoringCase(written, "strict")) {
    table.is_strict = true;
  } else {
    stream_.FailLate({ResultCode::kError, "unknown table option: " + std::string(written)});
  }
}

ColumnDefinition StatementParser::ParseColumn() {
  ColumnDefinition column;
  column.name = stream_.ExpectName();
  column.type = expressions_.ParseTypeName();
  // The words of a type are any names, so it has swallowed these two.
  if (CutLastWord(column.type.text, "always")) CutLastWord(column.type.text, "generated");
  for (;;) {
    ColumnConstraint constraint;
    while (stream_.TryTake(TokenKind::kConstraint)) constraint.name = stream_.ExpectName();
    bool is_deferred = false;
    if (ParseDeferrable(is_deferred)) {
      const auto last = std::find_if(column.constraints.rbegin(), column.constraints.rend(),
                                     [](const ColumnConstraint& earlier) {
                                       return earlier.kind == ColumnConstraintKind::kReferences;
                                     });
      if (last != column.constraints.rend()) last->reference.is_deferred = is_deferred;
      continue;
    }
    if (stream_.Is(TokenKind::kAs) || stream_.Is(TokenKind::kGenerated)) {
      ParseGenerated(constraint, column.name);
    } else if (!ParseColumnConstraint(constraint)) {
      break;
    }
    column.constraints.push_back(std::move(constraint));
  }
  return column;
}

bool StatementParser::ParseColumnConstraint(ColumnConstraint& constraint) {
  switch (stream_.current().kind) {
    case TokenKind::kPrimary:
      stream_.Take();
      stream_.Expect(TokenKind::kKey);
      constraint.kind = ColumnConstraintKind::kPrimaryKey;
      constraint.order = ParseSortOrder();
      constraint.on_conflict = ParseOnConflict();
      constraint.is_autoincrement = stream_.TryTake(TokenKind::kAutoincrement);
      return true;
    case TokenKind::kNot:
      stream_.Take();
      stream_.Expect(TokenKind::kNull);
      constraint.kind = ColumnConstraintKind::kNotNull;
      constraint.on_conflict = ParseOnConflict();
      return true;
    case TokenKind::kNull:
      stream_.Take();
      constraint.kind = ColumnConstraintKind::kNull;
      constraint.on_conflict = ParseOnConflict();
      return true;
    case TokenKind::kUnique:
      stream_.Take();
      constraint.kind = ColumnConstraintKind::kUnique;
      constraint.on_conflict = ParseOnConflict();
      return true;
    case TokenKind::kCheck:
      stream_.Take();
      constraint.kind = ColumnConstraintKind::kCheck;
      constraint.expr = ParseParenthesizedExpr(constraint.expr_span);
      return true;
    case TokenKind::kDefault:
      stream_.Take();
      constraint.kind = ColumnConstraintKind::kDefault;
      ParseDefault(constraint);
      return true;
    case TokenKind::kCollate:
      stream_.Take();
      constraint.kind = ColumnConstraintKind::kCollate;
      constraint.collation = stream_.ExpectPlainName();
      return true;
    case TokenKind::kReferences:
      constraint.kind = ColumnConstraintKind::kReferences;
      constraint.reference = ParseReference();
      return true;
    default:
      return false;
  }
}

// DEFAULT literal, DEFAULT [+|-] literal, DEFAULT (expression), or DEFAULT word, where the word is
// text unless it is TRUE or FALSE.
void StatementParser::ParseDefault(ColumnConstraint& constraint) {
  if (stream_.Is(TokenKind::kLeftParen)) {
    constraint.expr = ParseParenthesizedExpr(constraint.expr_span);
    return;
  }
  const uint32_t begin = stream_.current().begin;
  if (stream_.TryTake(TokenKind::kPlus)) {
    constraint.expr = expressions_.ParseLiteral();
  } else if (stream_.TryTake(TokenKind::kMinus)) {
    auto negated = std::make_unique<UnaryExpr>();
    negated->op = UnaryOp::kNegate;
    negated->operand = expressions_.ParseLiteral();
    negated->height = 2;
    negated->span = stream_.SpanFrom(begin);
    constraint.expr = ExprPtr(std::move(negated));
  } else if (!expressions_.IsLiteral() &&
             (stream_.IsIdentifier() || stream_.Is(TokenKind::kIndexed))) {
    constraint.expr = expressions_.ParseWordAsText();
  } else {
    constraint.expr = expressions_.ParseLiteral();
  }
  constraint.expr_span = stream_.SpanFrom(begin);
}

// [GENERATED ALWAYS] AS (expression) [STORED | VIRTUAL].
void StatementParser::ParseGenerated(ColumnConstraint& constraint, const Name& column) {
  if (stream_.TryTake(TokenKind::kGenerated)) stream_.Expect(TokenKind::kAlways);
  stream_.Expect(TokenKind::kAs);
  constraint.kind = ColumnConstraintKind::kGenerated;
  constraint.expr = ParseParenthesizedExpr(constraint.expr_span);
  if (!stream_.IsIdentifier()) return;
  const std::string_view written = stream_.Take().text;
  constraint.is_stored = EqualsIgnoringCase(written, "stored");
  if (!constraint.is_stored && !EqualsIgnoringCase(written, "virtual")) {
    stream_.FailLate({ResultCode::kError, "error in generated column \"" + column.text + "\""});
  }
}

// One or more: the commas between them may be left out. A name with no constraint behind it is
// allowed and means nothing.
void StatementParser::ParseTableConstraints(std::vector<TableConstraint>& constraints) {
  bool found = false;
  for (;;) {
    TableConstraint constraint;
    while (stream_.TryTake(TokenKind::kConstraint)) {
      constraint.name = stream_.ExpectName();
      found = true;
    }
    if (!ParseTableConstraint(constraint)) break;
    constraints.push_back(std::move(constraint));
    found = true;
  }
  if (!found) stream_.FailAtCurrent();
}

bool StatementParser::ParseTableConstraint(TableConstraint& constraint) {
  switch (stream_.current().kind) {
    case TokenKind::kPrimary:
      stream_.Take();
      stream_.Expect(TokenKind::kKey);
      stream_.Expect(TokenKind::kLeftParen);
      constraint.kind = TableConstraintKind::kPrimaryKey;
      constraint.key = expressions_.ParseOrderingTerms();
      constraint.is_autoincrement = stream_.TryTake(TokenKind::kAutoincrement);
      stream_.Expect(TokenKind::kRightParen);
      constraint.on_conflict = ParseOnConflict();
      return true;
    case TokenKind::kUnique:
      stream_.Take();
      stream_.Expect(TokenKind::kLeftParen);
      constraint.kind = TableConstraintKind::kUnique;
      constraint.key = expressions_.ParseOrderingTerms();
      stream_.Expect(TokenKind::kRightParen);
      constraint.on_conflict = ParseOnConflict();
      return true;
    case TokenKind::kCheck:
      stream_.Take();
      constraint.kind = TableConstraintKind::kCheck;
      constraint.expr = ParseParenthesizedExpr(constraint.expr_span);
      constraint.on_conflict = ParseOnConflict();
      return true;
    case TokenKind::kForeign:
      stream_.Take();
      stream_.Expect(TokenKind::kKey);
      constraint.kind = TableConstraintKind::kForeignKey;
      constraint.columns = stream_.ExpectColumnNames();
      constraint.reference = ParseReference();
      // Nothing else begins with NOT here, so an error is behind it.
      if (stream_.Is(TokenKind::kNot) && stream_.PeekKind() != TokenKind::kDeferrable) {
        stream_.Take();
        stream_.FailAtCurrent();
      }
      ParseDeferrable(constraint.reference.is_deferred);
      return true;
    default:
      return false;
  }
}

ExprPtr StatementParser::ParseParenthesizedExpr(SourceSpan& inside) {
  stream_.Expect(TokenKind::kLeftParen);
  const uint32_t begin = stream_.current().begin;
  ExprPtr expr = expressions_.Parse();
  inside = stream_.SpanFrom(begin);
  stream_.Expect(TokenKind::kRightParen);
  return expr;
}

SortOrder StatementParser::ParseSortOrder() {
  if (stream_.TryTake(TokenKind::kAsc)) return SortOrder::kAscending;
  if (stream_.TryTake(TokenKind::kDesc)) return SortOrder::kDescending;
  return SortOrder::kUnsaid;
}

ConflictAction StatementParser::ParseOnConflict() {
  if (!stream_.TryTake(TokenKind::kOn)) return ConflictAction::kUnsaid;
  stream_.Expect(TokenKind::kConflict);
  return ParseConflictAction();
}

// ---- Foreign keys ----

ForeignKeyReference StatementParser::ParseReference() {
  ForeignKeyReference reference;
  stream_.Expect(TokenKind::kReferences);
  reference.table = stream_.ExpectName();
  if (stream_.Is(TokenKind::kLeftParen)) reference.columns = stream_.ExpectColumnNames();
  for (;;) {
    if (stream_.TryTake(TokenKind::kMatch)) {
      stream_.ExpectName();  // SQLite reads the name and gives it no meaning
    } else if (stream_.TryTake(TokenKind::kOn)) {
      if (stream_.TryTake(TokenKind::kDelete)) {
        reference.on_delete = ParseForeignKeyAction();
      } else if (stream_.TryTake(TokenKind::kUpdate)) {
        reference.on_update = ParseForeignKeyAction();
      } else {
        stream_.Expect(TokenKind::kInsert);
        ParseForeignKeyAction();  // the same
      }
    } else {
      return reference;
    }
  }
}

ForeignKeyAction StatementParser::ParseForeignKeyAction() {
  if (stream_.TryTake(TokenKind::kSet)) {
    if (stream_.TryTake(TokenKind::kNull)) return ForeignKeyAction::kSetNull;
    stream_.Expect(TokenKind::kDefault);
    return ForeignKeyAction::kSetDefault;
  }
  if (stream_.TryTake(TokenKind::kCascade)) return ForeignKeyAction::kCascade;
  if (stream_.TryTake(TokenKind::kRestrict)) return ForeignKeyAction::kRestrict;
  stream_.Expect(TokenKind::kNo);
  stream_.Expect(TokenKind::kAction);
  return ForeignKeyAction::kNoAction;
}

// [NOT] DEFERRABLE [INITIALLY DEFERRED | INITIALLY IMMEDIATE], if it comes next.
bool StatementParser::ParseDeferrable(bool& is_deferred) {
  const bool negated = stream_.Is(TokenKind::kNot) && stream_.PeekKind() == TokenKind::kDeferrable;
  if (negated) stream_.Take();
  if (!stream_.TryTake(TokenKind::kDeferrable)) return false;
  is_deferred = false;
  if (stream_.TryTake(TokenKind::kInitially)) {
    if (stream_.TryTake(TokenKind::kDeferred)) {
      is_deferred = !negated;
    } else {
      stream_.Expect(TokenKind::kImmediate);
    }
  }
  return true;
}

}  // namespace orrery
