#include "engine/btree/tree_path.h"

#include <string>

namespace orrery {

Status CorruptPage(const Pager& pager, PageNumber number, std::string_view what) {
  return CorruptError("page " + std::to_string(number) + " of " + pager.path() + ": " +
                      std::string(what));
}

}  // namespace orrery
