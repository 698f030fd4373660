// What a connection's present transaction sees of the database as a whole.

#ifndef ORRERY_ENGINE_STORAGE_TRANSACTION_VIEW_H_
#define ORRERY_ENGINE_STORAGE_TRANSACTION_VIEW_H_

#include "engine/format/database_header.h"
#include "engine/format/page_number.h"

namespace orrery {

struct TransactionView {
  bool in_read = false;
  bool in_write = false;
  PageNumber page_count = 0;
  DatabaseHeader header;  // page 1's, decoded; as a new file's while page_count is 0
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_TRANSACTION_VIEW_H_
