// What a database is called when it is opened or attached: a path, or a URI that says more
// (https://www.sqlite.org/uri.html).

#ifndef ORRERY_ENGINE_STORAGE_DATABASE_NAME_H_
#define ORRERY_ENGINE_STORAGE_DATABASE_NAME_H_

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace orrery {

struct DatabaseName {
  std::string path;  // private (IsPrivatePath) for a database of the connection alone
  bool is_private = false;
  bool is_read_only = false;
  bool creates = false;
};

// `defaults` are what holds unless the name says otherwise; its path does not count. A name that
// begins with "file:" is a URI only when `uses_uris`.
Result<DatabaseName> ReadDatabaseName(std::string_view name, const DatabaseName& defaults,
                                      bool uses_uris);

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_DATABASE_NAME_H_
