// Statements. SqlStatement is the base; its kind says which of the structs below it is, and As<T>()
// gives that struct, as for expressions.

#ifndef ORRERY_ENGINE_SQL_AST_STATEMENT_H_
#define ORRERY_ENGINE_SQL_AST_STATEMENT_H_

#include "engine/sql/ast_select.h"

namespace orrery {

enum class StatementKind : uint8_t {
  kCreateTable,
  kCreateIndex,
  kCreateView,
  kCreateTrigger,
  kCreateVirtualTable,
  kDrop,
  kSelect,
  kInsert,
  kUpdate,
  kDelete,
  kBegin,
  kCommit,
  kRollback,
  kSavepoint,
  kRelease,
  kPragma,
  kAlterTable,
  kAttach,
  kDetach,
  kAnalyze,
  kReindex,
  kVacuum,
};

struct SqlStatement {
  explicit SqlStatement(StatementKind k) : kind(k) {}
  SqlStatement(const SqlStatement&) = delete;
  SqlStatement& operator=(const SqlStatement&) = delete;
  virtual ~SqlStatement() = default;

  template <typename T>
  const T& As() const {
    CHECK(kind == T::kKind);
    return static_cast<const T&>(*this);
  }
  template <typename T>
  T& As() {
    CHECK(kind == T::kKind);
    return static_cast<T&>(*this);
  }

  const StatementKind kind;
  uint16_t height = 0;  // of a SELECT: that of its highest expression, subqueries included
  SourceSpan span;      // without the semicolon, and without EXPLAIN
};

bool operator==(const SqlStatement& a, const SqlStatement& b);

using StatementPtr = Owned<SqlStatement>;

template <StatementKind kKindOfT>
struct StatementOf : SqlStatement {
  static constexpr StatementKind kKind = kKindOfT;
  StatementOf() : SqlStatement(kKindOfT) {}

  friend bool operator==(const StatementOf&, const StatementOf&) { return true; }
};

// What happens to a row that would break a constraint: OR ..., ON CONFLICT ....
enum class ConflictAction : uint8_t { kUnsaid, kRollback, kAbort, kFail, kIgnore, kReplace };

std::string_view Describe(ConflictAction action);  // "" for kUnsaid

// ---- Queries and changes ----

// A whole query: cores[0] ops[0] cores[1] ops[1] ..., grouped to the left, then ordered and cut.
struct SelectStatement : StatementOf<StatementKind::kSelect> {
  WithClause with;
  std::vector<SelectCore> cores;  // one or more
  std::vector<CompoundOp> ops;    // one fewer than cores
  std::vector<OrderingTerm> order_by;
  ExprPtr limit;   // or null
  ExprPtr offset;  // or null; LIMIT a, b reads as LIMIT b OFFSET a

  friend bool operator==(const SelectStatement&, const SelectStatement&) = default;
};

// column = value, or (column, ...) = row.
struct Assignment {
  std::vector<Name> columns;
  bool is_row = false;  // the columns were in parentheses
  ExprPtr value;

  friend bool operator==(const Assignment&, const Assignment&) = default;
};

// ON CONFLICT [(target) [WHERE ...]] DO NOTHING, or DO UPDATE SET ... [WHERE ...].
struct UpsertClause {
  std::vector<OrderingTerm> target;  // empty: any constraint; only the last clause may have none
  ExprPtr target_where;              // or null
  bool is_update = false;            // else DO NOTHING
  std::vector<Assignment> assignments;
  ExprPtr where;  // or null

  friend bool operator==(const UpsertClause&, const UpsertClause&) = default;
};

struct InsertStatement : StatementOf<StatementKind::kInsert> {
  WithClause with;
  ConflictAction or_action = ConflictAction::kUnsaid;  // REPLACE INTO is kReplace
  QualifiedName table;
  std::optional<Name> alias;
  std::vector<Name> columns;  // empty when none were listed
  SelectPtr source;           // SELECT or VALUES; null for DEFAULT VALUES
  std::vector<UpsertClause> upserts;
  std::vector<ResultColumn> returning;

  friend bool operator==(const InsertStatement&, const InsertStatement&) = default;
};

struct UpdateStatement : StatementOf<StatementKind::kUpdate> {
  WithClause with;
  ConflictAction or_action = ConflictAction::kUnsaid;
  QualifiedName table;
  std::optional<Name> alias;
  IndexHint hint;
  std::vector<Assignment> assignments;
  FromClause from;
  ExprPtr where;  // or null
  std::vector<ResultColumn> returning;

  friend bool operator==(const UpdateStatement&, const UpdateStatement&) = default;
};

struct DeleteStatement : StatementOf<StatementKind::kDelete> {
  WithClause with;
  QualifiedName table;
  std::optional<Name> alias;
  IndexHint hint;
  ExprPtr where;  // or null
  std::vector<ResultColumn> returning;

  friend bool operator==(const DeleteStatement&, const DeleteStatement&) = default;
};

// ---- Schema ----

enum class ForeignKeyAction : uint8_t {
  kNoAction,
  kSetNull,
  kSetDefault,
  kCascade,
  kRestrict,
};

std::string_view Describe(ForeignKeyAction action);  // "SET NULL"

// REFERENCES table (columns) ...
struct ForeignKeyReference {
  Name table;
  std::vector<Name> columns;  // empty: the primary key of `table`
  ForeignKeyAction on_delete = ForeignKeyAction::kNoAction;
  ForeignKeyAction on_update = ForeignKeyAction::kNoAction;
  bool is_deferred = false;  // DEFERRABLE INITIALLY DEFERRED

  friend bool operator==(const ForeignKeyReference&, const ForeignKeyReference&) = default;
};

enum class ColumnConstraintKind : uint8_t {
  kPrimaryKey,
  kNotNull,
  kNull,  // the word NULL: allows what is allowed anyway
  kUnique,
  kCheck,
  kDefault,
  kCollate,
  kReferences,
  kGenerated,
};

// One constraint of one column; the fields that its kind does not name keep their defaults.
struct ColumnConstraint {
  ColumnConstraintKind kind = ColumnConstraintKind::kNull;
  std::optional<Name> name;                              // CONSTRAINT name
  ConflictAction on_conflict = ConflictAction::kUnsaid;  // key, not null, null, unique
  SortOrder order = SortOrder::kUnsaid;                  // primary key
  bool is_autoincrement = false;                         // primary key
  ExprPtr expr;                                          // check, default, generated
  Name collation;                                        // collate
  ForeignKeyReference reference;                         // references
  bool is_stored = false;                                // generated: STORED, else virtual
  SourceSpan expr_span;  // the text between the parentheses, as errors and the schema quote it

  friend bool operator==(const ColumnConstraint&, const ColumnConstraint&) = default;
};

struct ColumnDefinition {
  Name name;
  TypeName type;
  std::vector<ColumnConstraint> constraints;  // in the order written; a later one wins

  friend bool operator==(const ColumnDefinition&, const ColumnDefinition&) = default;
};

enum class TableConstraintKind : uint8_t { kPrimaryKey, kUnique, kCheck, kForeignKey };

struct TableConstraint {
  TableConstraintKind kind = TableConstraintKind::kCheck;
  std::optional<Name> name;
  ConflictAction on_conflict = ConflictAction::kUnsaid;
  std::vector<OrderingTerm> key;  // primary key, unique
  bool is_autoincrement = false;  // primary key
  ExprPtr expr;                   // check
  SourceSpan expr_span;           // check: the text between the parentheses
  std::vector<Name> columns;      // foreign key
  ForeignKeyReference reference;  // foreign key

  friend bool operator==(const TableConstraint&, const TableConstraint&) = default;
};

// CREATE TABLE, from columns or from a query.
struct CreateTableStatement : StatementOf<StatementKind::kCreateTable> {
  bool is_temporary = false;
  bool if_not_exists = false;
  QualifiedName table;
  std::vector<ColumnDefinition> columns;
  SourceSpan columns_span;  // of all of them
  std::vector<TableConstraint> constraints;
  bool is_without_rowid = false;
  bool is_strict = false;
  SelectPtr select;  // CREATE TABLE ... AS select; else null

  friend bool operator==(const CreateTableStatement&, const CreateTableStatement&) = default;
};

struct CreateIndexStatement : StatementOf<StatementKind::kCreateIndex> {
  bool is_unique = false;
  bool if_not_exists = false;
  QualifiedName index;
  Name table;
  std::vector<OrderingTerm> columns;
  ExprPtr where;  // of a partial index, or null

  friend bool operator==(const CreateIndexStatement&, const CreateIndexStatement&) = default;
};

struct CreateViewStatement : StatementOf<StatementKind::kCreateView> {
  bool is_temporary = false;
  bool if_not_exists = false;
  QualifiedName view;
  std::vector<Name> columns;  // empty: those of the select
  SelectPtr select;

  friend bool operator==(const CreateViewStatement&, const CreateViewStatement&) = default;
};

enum class TriggerTime : uint8_t { kUnsaid, kBefore, kAfter, kInsteadOf };  // unsaid is BEFORE
enum class TriggerEvent : uint8_t { kDelete, kInsert, kUpdate };

struct CreateTriggerStatement : StatementOf<StatementKind::kCreateTrigger> {
  bool is_temporary = false;
  bool if_not_exists = false;
  QualifiedName trigger;
  TriggerTime time = TriggerTime::kUnsaid;
  TriggerEvent event = TriggerEvent::kDelete;
  std::vector<Name> update_columns;  // UPDATE OF a, b; empty: of any
  QualifiedName table;
  bool is_for_each_row = false;    // written, which changes nothing
  ExprPtr when;                    // or null
  std::vector<StatementPtr> body;  // one or more of INSERT, UPDATE, DELETE and SELECT

  friend bool operator==(const CreateTriggerStatement&, const CreateTriggerStatement&) = default;
};

struct CreateVirtualTableStatement : StatementOf<StatementKind::kCreateVirtualTable> {
  bool if_not_exists = false;
  QualifiedName table;
  Name module;
  std::vector<std::string> arguments;  // each as written

  friend bool operator==(const CreateVirtualTableStatement&,
                         const CreateVirtualTableStatement&) = default;
};

enum class SchemaObjectKind : uint8_t { kTable, kIndex, kView, kTrigger };

std::string_view Describe(SchemaObjectKind kind);  // "TABLE"

struct DropStatement : StatementOf<StatementKind::kDrop> {
  SchemaObjectKind object = SchemaObjectKind::kTable;
  bool if_exists = false;
  QualifiedName name;

  friend bool operator==(const DropStatement&, const DropStatement&) = default;
};

enum class AlterKind : uint8_t { kRenameTable, kRenameColumn, kAddColumn, kDropColumn };

struct AlterTableStatement : StatementOf<StatementKind::kAlterTable> {
  AlterKind alter = AlterKind::kRenameTable;
  QualifiedName table;
  Name column;             // kRenameColumn, kDropColumn
  Name new_name;           // kRenameTable, kRenameColumn
  ColumnDefinition added;  // kAddColumn
  SourceSpan added_span;   // its text

  friend bool operator==(const AlterTableStatement&, const AlterTableStatement&) = default;
};

// ANALYZE, REINDEX: of everything, or of what the name says.
struct AnalyzeStatement : StatementOf<StatementKind::kAnalyze> {
  std::optional<QualifiedName> name;

  friend bool operator==(const AnalyzeStatement&, const AnalyzeStatement&) = default;
};
struct ReindexStatement : StatementOf<StatementKind::kReindex> {
  std::optional<QualifiedName> name;

  friend bool operator==(const ReindexStatement&, const ReindexStatement&) = default;
};

// ---- Whole databases ----

struct AttachStatement : StatementOf<StatementKind::kAttach> {
  ExprPtr file;
  ExprPtr schema;
  ExprPtr key;  // or null

  friend bool operator==(const AttachStatement&, const AttachStatement&) = default;
};
struct DetachStatement : StatementOf<StatementKind::kDetach> {
  ExprPtr schema;

  friend bool operator==(const DetachStatement&, const DetachStatement&) = default;
};
struct VacuumStatement : StatementOf<StatementKind::kVacuum> {
  std::optional<Name> schema;
  ExprPtr into;  // a file name, or null

  friend bool operator==(const VacuumStatement&, const VacuumStatement&) = default;
};

// ---- Transactions ----

enum class TransactionMode : uint8_t { kDeferred, kImmediate, kExclusive };

struct BeginStatement : StatementOf<StatementKind::kBegin> {
  TransactionMode mode = TransactionMode::kDeferred;

  friend bool operator==(const BeginStatement&, const BeginStatement&) = default;
};
struct CommitStatement : StatementOf<StatementKind::kCommit> {  // also END
  friend bool operator==(const CommitStatement&, const CommitStatement&) = default;
};
struct RollbackStatement : StatementOf<StatementKind::kRollback> {
  std::optional<Name> savepoint;  // ROLLBACK TO name

  friend bool operator==(const RollbackStatement&, const RollbackStatement&) = default;
};
struct SavepointStatement : StatementOf<StatementKind::kSavepoint> {
  Name name;

  friend bool operator==(const SavepointStatement&, const SavepointStatement&) = default;
};
struct ReleaseStatement : StatementOf<StatementKind::kRelease> {
  Name name;

  friend bool operator==(const ReleaseStatement&, const ReleaseStatement&) = default;
};

// PRAGMA [schema.]name [= value]. A value is kept as text, as all pragmas take it: a word or string
// without its quotes, a number as written with its minus sign.
struct PragmaStatement : StatementOf<StatementKind::kPragma> {
  QualifiedName name;
  std::optional<std::string> value;
  bool is_call = false;  // name(value), which reads the same as name = value

  friend bool operator==(const PragmaStatement&, const PragmaStatement&) = default;
};

// ---- The parser's answer ----

enum class ExplainMode : uint8_t { kNone, kProgram, kQueryPlan };

struct ParsedStatement {
  std::string text;        // the statement's bytes from the start of the input; spans index it
  StatementPtr statement;  // null when there were only blanks, comments and a semicolon
  ExplainMode explain = ExplainMode::kNone;
  bool names_tables = false;  // in FROM, or after IN
  // Name of parameter i + 1, "" for a lone ? or one that only the numbers skip over.
  std::vector<std::string> parameter_names;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_AST_STATEMENT_H_
