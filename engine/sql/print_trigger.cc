#include "engine/sql/sql_writer.h"

namespace orrery {

void SqlWriter::Write(const CreateTriggerStatement& create) {
  WriteCreateHead(create.is_temporary, "TRIGGER", create.if_not_exists);
  WriteName(create.trigger);
  switch (create.time) {
    case TriggerTime::kUnsaid:
      break;
    case TriggerTime::kBefore:
      Word("BEFORE");
      break;
    case TriggerTime::kAfter:
      Word("AFTER");
      break;
    case TriggerTime::kInsteadOf:
      Word("INSTEAD OF");
      break;
  }
  switch (create.event) {
    case TriggerEvent::kDelete:
      Word("DELETE");
      break;
    case TriggerEvent::kInsert:
      Word("INSERT");
      break;
    case TriggerEvent::kUpdate:
      Word("UPDATE");
      break;
  }
  for (size_t i = 0; i < create.update_columns.size(); ++i) {
    if (i == 0) {
      Word("OF");
    } else {
      Mark(",");
    }
    WriteName(create.update_columns[i]);
  }
  Word("ON");
  WriteName(create.table);
  if (create.is_for_each_row) Word("FOR EACH ROW");
  if (create.when) {
    Word("WHEN");
    Write(*create.when);
  }
  Word("BEGIN");
  for (const StatementPtr& step : create.body) {
    Write(*step);
    Mark(";");
  }
  Word("END");
}

}  // namespace orrery
