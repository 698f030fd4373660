// What the name given to sqlite3_open_v2() asks for. https://www.sqlite.org/uri.html

#ifndef ORRERY_ENGINE_CAPI_DATABASE_NAME_H_
#define ORRERY_ENGINE_CAPI_DATABASE_NAME_H_

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace orrery {

struct DatabaseName {
  std::string path;
  bool is_memory = false;  // ":memory:", "" or mode=memory: a database of this connection alone
  bool is_read_only = false;
  bool creates = false;
};

// `flags` are sqlite3_open_v2's.
Result<DatabaseName> ReadDatabaseName(std::string_view name, int flags);

}  // namespace orrery

#endif  // ORRERY_ENGINE_CAPI_DATABASE_NAME_H_
