// Names in SQL match without regard to ASCII case; a name keeps the case it was first written in.

#ifndef ORRERY_ENGINE_CATALOG_NAMES_H_
#define ORRERY_ENGINE_CATALOG_NAMES_H_

#include <string>
#include <string_view>

namespace orrery {

constexpr char LowerAscii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

inline bool SameName(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (LowerAscii(a[i]) != LowerAscii(b[i])) return false;
  }
  return true;
}

// The key under which a name is kept in a map.
inline std::string NameKey(std::string_view name) {
  std::string key(name);
  for (char& c : key) c = LowerAscii(c);
  return key;
}

// rowid, oid and _rowid_ mean the rowid of a table that has no column of that name.
inline bool IsRowidName(std::string_view name) {
  return SameName(name, "rowid") || SameName(name, "oid") || SameName(name, "_rowid_");
}

// The table of all others.
inline bool IsSchemaTableName(std::string_view name) {
  return SameName(name, "sqlite_schema") || SameName(name, "sqlite_master");
}
// That of the temporary database, which goes by the names above too when its own is said.
inline bool IsTempSchemaTableName(std::string_view name) {
  return SameName(name, "sqlite_temp_schema") || SameName(name, "sqlite_temp_master");
}

// The largest rowids of the tables that have an AUTOINCREMENT.
inline constexpr char kSequenceTable[] = "sqlite_sequence";

// Names that only the engine gives: sqlite_schema, sqlite_sequence, sqlite_autoindex_t_1.
inline bool IsReservedName(std::string_view name) {
  return name.size() >= 7 && SameName(name.substr(0, 7), "sqlite_");
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_NAMES_H_
