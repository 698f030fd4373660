// Playing back a rollback journal of any bytes. With an odd first byte the checksums of its records
// are made right first.

#include "engine/format/journal_header.h"
#include "fuzz/pager_files.h"

using namespace orrery;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 20000) return 0;
  const std::byte* const input = reinterpret_cast<const std::byte*>(data) + 1;
  std::vector<std::byte> journal(input, input + size - 1);
  if (data[0] % 2 == 1 && journal.size() >= kJournalHeaderSize) {
    StoreBig(journal.data(), uint64_t{0xd9d505f920a163d7});
    StoreBig(journal.data() + 20, uint32_t{512});
    StoreBig(journal.data() + 24, uint32_t{512});
    const uint32_t nonce = LoadBig<uint32_t>(journal.data() + 12);
    for (size_t at = 512; at + 520 <= journal.size(); at += 520) {
      // Far pages would make a large file.
      journal[at] = journal[at + 1] = std::byte{0};
      StoreBig(journal.data() + at + 516, JournalChecksum(nonce, {journal.data() + at + 4, 512}));
    }
  }
  MemoryIo io({.seed = 1});
  WriteFile(io, "f.db", GoodFiles().database);
  WriteFile(io, "f.db-journal", journal);
  FuzzConnection a(io);
  a.ReadAll();
  (void)a.WriteSome();
  a.ReadAll();
  a.Close();
  return 0;
}
