// Windows of window functions: OVER and WINDOW. https://www.sqlite.org/windowfunctions.html

#ifndef ORRERY_ENGINE_SQL_WINDOW_PARSER_H_
#define ORRERY_ENGINE_SQL_WINDOW_PARSER_H_

#include "engine/sql/ast.h"
#include "engine/sql/token_stream.h"

namespace orrery {

class WindowParser {
 public:
  explicit WindowParser(TokenStream& stream) : stream_(stream) {}

  // OVER name or OVER (window), behind a call.
  void ParseOver(FunctionExpr& call);
  // name AS (window), ..., behind WINDOW.
  std::vector<NamedWindow> ParseNamedWindows();

 private:
  WindowDefinition ParseInParentheses();
  void ParseFrame(WindowDefinition& window);
  FrameEdge ParseEdge(bool is_start);
  FrameExclude ParseExclude();

  TokenStream& stream_;
};

// The height of the highest expression in it.
int HeightOfWindow(const WindowDefinition& window);

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_WINDOW_PARSER_H_
