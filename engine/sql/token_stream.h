// What all parts of the parser read from: the current token, the names that tokens make, and the
// first error.
//
// Errors are sticky. The first one is kept, and from then on the current token is the end of the
// text, which nothing but a finished statement accepts: every loop and choice above falls through
// to its end without looking at a status after each step. What such a run builds is thrown away, so
// it may hold null pointers where expressions should be, and nothing here or above may follow them
// before asking failed().
//
// The rule for keywords that are also names: where the grammar has a use for the keyword, the
// caller asks for the keyword first; everywhere else the Is...Name() calls take it for a name.

#ifndef ORRERY_ENGINE_SQL_TOKEN_STREAM_H_
#define ORRERY_ENGINE_SQL_TOKEN_STREAM_H_

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/sql/ast_base.h"
#include "engine/sql/ast_expr.h"
#include "engine/sql/lexer.h"

namespace orrery {

// ?N goes from 1 to this, SQLite's default limit.
inline constexpr int kParameterIndexMax = 32766;

class TokenStream {
 public:
  explicit TokenStream(std::string_view text);

  const Token& current() const { return current_; }
  bool Is(TokenKind kind) const { return current_.kind == kind; }
  // The kind of the token `distance` behind the current one.
  TokenKind PeekKind(int distance = 1) const;
  // Takes the current token and goes on to the next.
  Token Take();
  bool TryTake(TokenKind kind);
  // Takes the current token, which must be of this kind.
  Token Expect(TokenKind kind);
  // Offset behind the last token taken.
  uint32_t taken_end() const { return taken_end_; }
  SourceSpan SpanFrom(uint32_t begin) const { return {.begin = begin, .end = taken_end_}; }
  std::string_view text() const { return text_; }

  // A name of a table, column, constraint, ...: an identifier, a string, or a keyword that yields.
  bool IsName() const;
  Name ExpectName();
  // As above, without the keywords of joins and INDEXED: aliases without AS, words of a type,
  // collations.
  bool IsPlainName() const;
  Name ExpectPlainName();
  // An identifier proper, which a string is not.
  bool IsIdentifier() const;
  // [schema.]name.
  QualifiedName ExpectQualifiedName();
  // (a, b), as columns of tables are listed. The grammar allows COLLATE and a sort order behind
  // each, only to refuse them.
  std::vector<Name> ExpectColumnNames();

  // The number of the parameter that `token` writes.
  int NumberParameter(const Token& token);
  std::vector<std::string> TakeParameterNames() { return std::move(parameter_names_); }

  // A table is named where rows are read.
  void NoteTable() { names_tables_ = true; }
  bool names_tables() const { return names_tables_; }

  // The current token cannot stand here.
  void FailAtCurrent();
  void Fail(Status status);
  // An error of meaning in what was taken, which SQLite finds only when it has seen that the
  // current token may follow: it becomes the error when that token is taken, unless FailAtCurrent()
  // comes first.
  void FailLate(Status status);
  // At the end of a statement: the current token was the right one.
  void AcceptCurrent();
  bool failed() const { return !status_.ok(); }
  const Status& status() const { return status_; }

  // Counts how deep the parser's own calls are nested, for as long as it lives.
  class Nesting {
   public:
    explicit Nesting(TokenStream& stream);
    ~Nesting() { --stream_.nesting_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    TokenStream& stream_;
  };
  // For a tree of this height: fails when it is too high.
  void CheckHeight(int height);

 private:
  Name TakeAsName();

  std::string_view text_;
  Lexer lexer_;
  Token current_;
  uint32_t taken_end_ = 0;
  int nesting_ = 0;
  std::vector<std::string> parameter_names_;
  bool names_tables_ = false;
  Status late_status_;
  Status status_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_TOKEN_STREAM_H_
