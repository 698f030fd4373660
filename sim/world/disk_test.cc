// Goal: a power cut may leave what a real disk may leave, all of it, and nothing else.
// Method: small histories of writes and syncs; every outcome is enumerated and the set of the
// outcomes is compared with one written by hand. A file is written here as one letter a sector.
#include "sim/world/disk.h"

#include <functional>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "sim/choices/enumerator_source.h"
#include "sim/choices/seed_source.h"

namespace orrery::sim {
namespace {

constexpr size_t kSector = 512;
constexpr PowerCutEffect kAnySubset = {.tears_sectors = false, .any_subset = true};

// "ab" is a sector of a's and one of b's.
std::string Sectors(std::string_view letters) {
  std::string bytes;
  for (const char letter : letters) bytes += std::string(kSector, letter);
  return bytes;
}

// The other way round; '0' is a sector of zeros, '?' one that is not all of a letter.
std::string Letters(Bytes bytes) {
  std::string letters;
  for (size_t i = 0; i < bytes.size(); i += kSector) {
    const std::string_view sector = AsText(bytes.subspan(i, std::min(kSector, bytes.size() - i)));
    const bool same = sector.find_first_not_of(sector[0]) == std::string_view::npos;
    letters += !same ? '?' : sector[0] == '\0' ? '0' : sector[0];
  }
  return letters;
}

void Write(DiskFile& file, size_t sector, std::string_view letters) {
  file.Write(sector * kSector, AsBytes(Sectors(letters)));
}
void Sync(DiskFile& file) { file.Sync(file.BeginSync()); }

using Outcomes = std::set<std::string>;

// What the file can be after `history` and a power cut; "-" when it is not there.
Outcomes After(const std::function<void(Disk&, DiskFile&)>& history,
               PowerCutEffect effect = kAnySubset) {
  Outcomes outcomes;
  EnumeratorSource all(20);
  do {
    Disk disk({.sector_size = kSector});
    const std::shared_ptr<DiskFile> file = disk.Create("f");
    disk.SyncDirectory("", disk.entry_mark());
    history(disk, *file);
    Choices choices(all);
    disk.PowerCut(choices, effect);
    const auto bytes = disk.Export("f");
    outcomes.insert(bytes ? Letters(*bytes) : "-");
  } while (all.Advance());
  EXPECT_EQ(all.cut_count(), 0u);
  return outcomes;
}

TEST(DiskTest, ReadsWhatWasWrittenAndZerosBetween) {
  Disk disk({.sector_size = kSector});
  const std::shared_ptr<DiskFile> file = disk.Create("f");
  file->Write(700, AsBytes("hello"));
  std::vector<std::byte> bytes(10);
  EXPECT_EQ(file->Read(698, bytes), 7u);
  EXPECT_EQ(AsText(Bytes(bytes).first(7)), std::string_view("\0\0hello", 7));
  EXPECT_EQ(file->Read(705, bytes), 0u);
  EXPECT_EQ(file->size(), 705u);
}

TEST(DiskTest, LosesAnySubsetOfTheUnsyncedSectorsAtAPowerCut) {
  EXPECT_EQ(After([](Disk&, DiskFile& file) {
              Write(file, 0, "ab");
              Sync(file);
              Write(file, 0, "AB");
            }),
            (Outcomes{"ab", "Ab", "aB", "AB"}));
}

TEST(DiskTest, KeepsWhatWasSynced) {
  EXPECT_EQ(After([](Disk&, DiskFile& file) {
              Write(file, 0, "abc");
              Write(file, 1, "B");
              Sync(file);
            }),
            Outcomes{"aBc"});
}

TEST(DiskTest, MayKeepAnyVersionOfASector) {
  EXPECT_EQ(After([](Disk&, DiskFile& file) {
              Write(file, 0, "a");
              Sync(file);
              Write(file, 0, "b");
              Write(file, 0, "c");
            }),
            (Outcomes{"a", "b", "c"}));
}

TEST(DiskTest, SyncCoversOnlyWhatWasWrittenWhenItBegan) {
  EXPECT_EQ(After([](Disk&, DiskFile& file) {
              Write(file, 0, "ab");
              const uint64_t mark = file.BeginSync();
              Write(file, 1, "B");
              file.Sync(mark);
            }),
            (Outcomes{"ab", "aB"}));
}

TEST(DiskTest, SyncThatFailedMayLoseWhatItWasFor) {
  EXPECT_EQ(After([](Disk&, DiskFile& file) {
              Write(file, 0, "ab");
              Sync(file);
              Write(file, 0, "A");
              file.FailSync(file.BeginSync());
              EXPECT_EQ(Letters(file.Contents()), "Ab");
              Sync(file);  // does not help
            }),
            (Outcomes{"ab", "Ab"}));
}

TEST(DiskTest, WritingAgainAfterAFailedSyncHelps) {
  EXPECT_EQ(After([](Disk&, DiskFile& file) {
              Write(file, 0, "ab");
              Sync(file);
              Write(file, 0, "A");
              file.FailSync(file.BeginSync());
              Write(file, 0, "A");  // the same bytes
              Sync(file);
            }),
            Outcomes{"Ab"});
}

TEST(DiskTest, WritingTheSameBytesLeavesNothingToLose) {
  EXPECT_EQ(After([](Disk&, DiskFile& file) {
              Write(file, 0, "ab");
              Sync(file);
              Write(file, 0, "ab");
              EXPECT_EQ(file.unsynced_sector_count(), 0u);
            }),
            Outcomes{"ab"});
}

TEST(DiskTest, SizeAndBytesOfAnExtensionAreLostApart) {
  EXPECT_EQ(After([](Disk&, DiskFile& file) {
              Write(file, 0, "a");
              Sync(file);
              Write(file, 1, "b");
            }),
            (Outcomes{"a", "a0", "ab"}));
}

TEST(DiskTest, TruncationMayBeLost) {
  EXPECT_EQ(After([](Disk&, DiskFile& file) {
              Write(file, 0, "ab");
              Sync(file);
              file.Truncate(kSector);
            }),
            (Outcomes{"a", "ab"}));
  EXPECT_EQ(After([](Disk&, DiskFile& file) {
              Write(file, 0, "ab");
              Sync(file);
              file.Truncate(kSector);
              Sync(file);
            }),
            Outcomes{"a"});
}

TEST(DiskTest, ShowsZerosWhereAFileIsLongerAgainAfterATruncation) {
  EXPECT_EQ(After([](Disk&, DiskFile& file) {
              Write(file, 0, "abc");
              Sync(file);
              file.Truncate(kSector + 100);
              file.Truncate(3 * kSector);
              EXPECT_EQ(Letters(file.Contents()), "a?0");
              Sync(file);
            }),
            Outcomes{"a?0"});
}

TEST(DiskTest, KeepsAllWhenNothingMayBeLost) {
  const PowerCutEffect none = {
      .loses_sectors = false, .tears_sectors = false, .loses_entries = false};
  EXPECT_EQ(After(
                [](Disk&, DiskFile& file) {
                  Write(file, 0, "ab");
                  Write(file, 0, "c");
                },
                none),
            Outcomes{"cb"});
}

TEST(DiskTest, TearsALargeSectorAtBlocksOf512Bytes) {
  Outcomes outcomes;
  EnumeratorSource all(20);
  do {
    Disk disk({.sector_size = 4096});
    disk.Import("f", AsBytes(Sectors("aaaaaaaa")));
    disk.Find("f")->Write(0, AsBytes(Sectors("bbbbbbbb")));
    Choices choices(all);
    disk.PowerCut(choices, {.any_subset = true});
    outcomes.insert(Letters(*disk.Export("f")));
  } while (all.Advance());
  EXPECT_EQ(outcomes.size(), 256u);  // any of the eight blocks is old or new
  EXPECT_TRUE(outcomes.contains("abbaabba"));
}

TEST(DiskTest, RewritesOfOneSectorWithoutASyncStayBounded) {
  Disk disk({.sector_size = kSector});
  const std::shared_ptr<DiskFile> file = disk.Create("f");
  const uint64_t mark = [&] {
    Write(*file, 0, "a");
    return file->BeginSync();
  }();
  // While the sync is on its way none may be dropped: it needs the first of them.
  for (int i = 0; i < 100; ++i) Write(*file, 0, i % 2 == 0 ? "b" : "c");
  file->Sync(mark);
  for (int i = 0; i < 100; ++i) Write(*file, 0, i % 2 == 0 ? "b" : "c");
  SeedSource source(1);
  Choices choices(source);
  disk.SyncDirectory("", disk.entry_mark());
  disk.PowerCut(choices, kAnySubset);
  EXPECT_EQ(file->size(), kSector);
}

TEST(DiskTest, CreationIsDurableOnceItsDirectoryIsSynced) {
  const auto history = [](bool synced) {
    return [synced](Disk& disk, DiskFile&) {
      disk.Remove("f");
      disk.SyncDirectory("", disk.entry_mark());
      const std::shared_ptr<DiskFile> file = disk.Create("f");
      Write(*file, 0, "a");
      Sync(*file);
      if (synced) disk.SyncDirectory("", disk.entry_mark());
    };
  };
  EXPECT_EQ(After(history(false)), (Outcomes{"-", "a"}));
  EXPECT_EQ(After(history(true)), Outcomes{"a"});
}

TEST(DiskTest, RemovalMayBeUndoneUntilItsDirectoryIsSynced) {
  const auto history = [](bool synced) {
    return [synced](Disk& disk, DiskFile& file) {
      Write(file, 0, "a");
      Sync(file);
      disk.Remove("f");
      EXPECT_EQ(disk.Find("f"), nullptr);
      if (synced) disk.SyncDirectory("", disk.entry_mark());
    };
  };
  EXPECT_EQ(After(history(false)), (Outcomes{"-", "a"}));
  EXPECT_EQ(After(history(true)), Outcomes{"-"});
}

TEST(DiskTest, RenamingHappensWholeOrNotAtAll) {
  std::set<std::vector<std::string>> outcomes;
  EnumeratorSource all(8);
  do {
    Disk disk({.sector_size = kSector});
    disk.Import("d/a", AsBytes("new"));
    disk.Import("d/b", AsBytes("old"));
    disk.Rename("d/a", "d/b");
    EXPECT_EQ(disk.Paths(), std::vector<std::string>{"d/b"});
    Choices choices(all);
    disk.PowerCut(choices, kAnySubset);
    std::vector<std::string> found = disk.Paths();
    for (const std::string& path : disk.Paths()) {
      found.emplace_back(AsText(*disk.Export(path)));
    }
    outcomes.insert(found);
  } while (all.Advance());
  EXPECT_EQ(outcomes,
            (std::set<std::vector<std::string>>{{"d/b", "new"}, {"d/a", "d/b", "new", "old"}}));
}

TEST(DiskTest, DirectoriesAreSyncedOneByOne) {
  EnumeratorSource all(8);
  std::set<std::vector<std::string>> outcomes;
  do {
    Disk disk({.sector_size = kSector});
    disk.Create("one/f");
    disk.Create("two/f");
    disk.SyncDirectory("one", disk.entry_mark());
    Choices choices(all);
    disk.PowerCut(choices, kAnySubset);
    outcomes.insert(disk.Paths());
  } while (all.Advance());
  EXPECT_EQ(outcomes, (std::set<std::vector<std::string>>{{"one/f"}, {"one/f", "two/f"}}));
}

TEST(DiskTest, SharedMemoryIsTheFilesBytes) {
  Disk disk({.sector_size = kSector});
  const std::shared_ptr<DiskFile> file = disk.Create("f-shm");
  file->Write(0, AsBytes("before"));
  std::byte* const memory = file->Map(0, 1024);
  EXPECT_EQ(AsText(Bytes(memory, 6)), "before");
  EXPECT_EQ(file->size(), 1024u);
  memory[0] = std::byte{'B'};
  file->Write(5, AsBytes("E"));
  std::byte* const second = file->Map(1, 1024);
  second[0] = std::byte{'2'};
  std::vector<std::byte> bytes(1025);
  EXPECT_EQ(file->Read(0, bytes), 1025u);
  EXPECT_EQ(AsText(Bytes(bytes).first(6)), "BeforE");
  EXPECT_EQ(bytes[1024], std::byte{'2'});
  file->Truncate(3);
  EXPECT_EQ(memory[2], std::byte{'f'});
  EXPECT_EQ(memory[3], std::byte{0});
  EXPECT_EQ(second[0], std::byte{0});
}

TEST(DiskTest, SharedMemoryIsEmptyZeroOrStaleAfterAPowerCut) {
  Outcomes outcomes;
  EnumeratorSource all(20);
  do {
    Disk disk({.sector_size = kSector});
    const std::shared_ptr<DiskFile> file = disk.Create("f");
    disk.SyncDirectory("", disk.entry_mark());
    std::fill_n(file->Map(0, 1024), 1024, std::byte{'s'});
    Choices choices(all);
    disk.PowerCut(choices, kAnySubset);
    EXPECT_FALSE(file->mapped());
    outcomes.insert(Letters(*disk.Export("f")));
  } while (all.Advance());
  EXPECT_EQ(outcomes, (Outcomes{"", "00", "ss"}));
}

TEST(DiskTest, TakesBackStoresToSharedMemory) {
  Disk disk({.sector_size = kSector});
  std::byte* const memory = disk.Create("f")->Map(0, 1024);
  memory[7] = std::byte{1};
  disk.SaveRegions();
  memory[7] = std::byte{2};
  disk.SaveRegions();  // the first counts
  disk.RestoreRegions();
  EXPECT_EQ(memory[7], std::byte{1});
  memory[7] = std::byte{3};
  disk.RestoreRegions();
  EXPECT_EQ(memory[7], std::byte{3});
}

}  // namespace
}  // namespace orrery::sim
