// What the library says of itself, and memory that callers free.

#include <cstdlib>

#include "engine/capi/sqlite3_api.h"

// The release whose language, files and interface this is.
const char* sqlite3_libversion() { return "3.50.4"; }
int sqlite3_libversion_number() { return 3'050'004; }
const char* sqlite3_sourceid() {
  return "2025-07-30 19:33:53 4d8adfb30e03f9cf27f800a2c1ba3c48fb4ca1b08b0f5ed59a4d5ecbf45e20a3";
}
// Multi-thread: connections in any threads, each in one at a time.
int sqlite3_threadsafe() { return 2; }

void* sqlite3_malloc(int size) {
  return size <= 0 ? nullptr : std::malloc(static_cast<size_t>(size));
}
void sqlite3_free(void* memory) { std::free(memory); }
