// A WAL index of any bytes, as a broken or hostile neighbour would leave it, met by a connection
// that has it open. The header's checksum is made right, so that its fields are believed: the input
// is eight bytes for max_frame and page_count, five read marks and the backfill count, then changes
// to the tables (offset in two bytes, value in one).

#include "engine/format/wal_index.h"
#include "fuzz/pager_files.h"

using namespace orrery;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kFixedSize = 32;
  if (size < kFixedSize || size > 4000) return 0;
  const std::byte* const input = reinterpret_cast<const std::byte*>(data);
  MemoryIo io({.seed = 1});
  WriteFile(io, "f.db", GoodFiles().database);
  WriteFile(io, "f.db-wal", GoodFiles().log);
  FuzzConnection a(io);
  a.ReadAll();

  auto shm = io.Open("f.db-shm", {.kind = FileKind::kSharedMemory});
  CHECK(shm.ok());
  ShmRegion region = *(*shm)->Map(0, kWalIndexRegionSize);
  WalIndexHeaderWords words;
  for (size_t i = 0; i < words.size(); ++i) words[i] = region.Load<uint32_t>(i * 4);
  WalIndexHeader header = *DecodeWalIndexHeader(words);
  header.change_count += 1;
  if (data[0] % 2 == 0) header.max_frame = LoadBig<uint32_t>(input);
  // Sparse files of any length are the operating system's affair; here they would cost memory.
  header.page_count = LoadBig<uint32_t>(input + 4) % 100'000;
  words = EncodeWalIndexHeader(header);
  for (size_t i = 0; i < words.size(); ++i) {
    region.Store(i * 4, words[i]);
    region.Store(kWalIndexHeaderSize + i * 4, words[i]);
  }
  for (size_t i = 0; i < 6; ++i) {
    // Words that are all ones leave what is there.
    const uint32_t word = LoadBig<uint32_t>(input + 8 + i * 4);
    if (word != 0xffffffff) region.Store(kBackfillCountAt + i * 4, word);
  }
  for (size_t i = kFixedSize; i + 3 <= size; i += 3) {
    const size_t at = kFirstRegionHeaderSize +
                      LoadBig<uint16_t>(input + i) % (kWalIndexRegionSize - kFirstRegionHeaderSize);
    const uint32_t shift = at % 4 * 8;
    const uint32_t old = region.Load<uint32_t>(at - at % 4);
    region.Store(at - at % 4, (old & ~(0xffU << shift)) | uint32_t{data[i + 2]} << shift);
  }

  FuzzConnection b(io);
  b.ReadAll();
  a.ReadAll();
  if (data[1] % 2 == 0) (void)a.WriteSome();
  (void)b.Run([&] { return b.pager().Checkpoint(static_cast<CheckpointMode>(data[2] % 4)); });
  b.ReadAll();
  b.Close();
  a.Close();
  return 0;
}
