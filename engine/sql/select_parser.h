// SELECT and VALUES, compound and nested. Gives a partial tree after an error, which the stream
// holds.

#ifndef ORRERY_ENGINE_SQL_SELECT_PARSER_H_
#define ORRERY_ENGINE_SQL_SELECT_PARSER_H_

#include "engine/sql/ast.h"
#include "engine/sql/token_stream.h"

namespace orrery {

// SQLite's limit on the SELECTs of one compound.
inline constexpr size_t kCompoundSelectCountMax = 500;

class SelectParser {
 public:
  explicit SelectParser(TokenStream& stream) : stream_(stream) {}

  // Whether a query begins at the token `distance` behind the current one.
  static bool IsSelect(const TokenStream& stream, int distance = 0);

  SelectPtr Parse();
  // The same behind a WITH that was read already.
  SelectPtr ParseBehind(WithClause with, uint32_t begin);
  // WITH and its tables, or nothing.
  WithClause ParseWith();
  FromClause ParseFrom();  // behind FROM
  // a AS x, *, ...: behind SELECT or RETURNING.
  std::vector<ResultColumn> ParseResultColumns();
  // INDEXED BY, NOT INDEXED or nothing.
  IndexHint ParseIndexHint();

 private:
  CommonTable ParseCommonTable();
  SelectCore ParseCore();
  void ParseValues(SelectCore& core);
  ResultColumn ParseResultColumn();
  std::optional<Name> ParseAlias();
  FromItem ParseFromItem();
  // Takes the words between two items and says how they join; false when no item follows.
  bool ParseJoin(JoinType& type);
  void ParseJoinWords(JoinType& type);
  void ParseJoinConstraint(FromItem& item);
  void ParseOrderAndLimit(SelectStatement& select);

  TokenStream& stream_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_SELECT_PARSER_H_
