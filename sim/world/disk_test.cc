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
               PowerCutEffect effect = kAnySubset, DeviceContract device = {}) {
  Outcomes outcomes;
  EnumeratorSource all(20);
  device.sector_size = kSector;
  do {
    Disk disk(device);
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
              file.FailSync(file.BeginSync(), /*loses_pages=*/false);
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
              file.FailSync(file.BeginSync(), /*loses_pages=*/false);
              Write(file, 0, "A");  // the same bytes
              Sync(file);
            }),
            Outcomes{"Ab"});
}

TEST(DiskTest, SyncThatFailedMayShowWhatWasThereBefore) {
  EXPECT_EQ(After([](Disk&, DiskFile& file) {
              Write(file, 0, "abc");
              Sync(file);
              Write(file, 0, "AB");
              const uint64_t mark = file.BeginSync();
              Write(file, 1, "X");  // on its way again
              file.FailSync(mark, /*loses_pages=*/true);
              EXPECT_EQ(Letters(file.Contents()), "aXc");
              Sync(file);
              EXPECT_EQ(Letters(file.Contents()), "aXc");
            }),
            (Outcomes{"aXc", "AXc"}));
  Disk disk({.sector_size = kSector});
  const std::shared_ptr<DiskFile> file = disk.Create("f");
  Write(*file, 0, "ab");
  file->Truncate(700);
  file->FailSync(file->BeginSync(), /*loses_pages=*/true);
  EXPECT_EQ(file->size(), 700u);
  file->Truncate(2 * kSector);
  EXPECT_EQ(Letters(file->Contents()), "00");
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

TEST(DiskTest, ANewEndThatDidNotReachTheDiskMayBeGarbage) {
  const auto history = [](Disk&, DiskFile& file) {
    Write(file, 0, "a");
    Sync(file);
    Write(file, 0, "b");
    Write(file, 1, "c");
  };
  PowerCutEffect effect = kAnySubset;
  effect.garbage_tail = true;
  // Zeros, what another sector had, noise; of the old part nothing is garbage.
  Outcomes outcomes;
  SeedSource source(1);
  Choices choices(source);
  for (int i = 0; i < 500; ++i) {
    Disk disk({.sector_size = kSector});
    const std::shared_ptr<DiskFile> file = disk.Create("f");
    disk.SyncDirectory("", disk.entry_mark());
    history(disk, *file);
    disk.PowerCut(choices, effect);
    outcomes.insert(Letters(*disk.Export("f")));
  }
  EXPECT_EQ(outcomes, (Outcomes{"a", "a0", "ab", "ac", "a?", "b", "b0", "bb", "bc", "b?"}));
  // A device with safe append has no such end, nor one of zeros.
  EXPECT_EQ(After(history, kAnySubset, {.safe_append = true}), (Outcomes{"a", "ac", "b", "bc"}));
}

TEST(DiskTest, SequentialDeviceKeepsWhatCameFirst) {
  const DeviceContract sequential = {.sequential = true};
  EXPECT_EQ(After(
                [](Disk&, DiskFile& file) {
                  Write(file, 0, "ab");
                  Sync(file);
                  Write(file, 1, "B");
                  Write(file, 0, "A");
                  Write(file, 2, "C");
                },
                kAnySubset, sequential),
            (Outcomes{"ab", "aB", "AB", "ABC"}));
  // Over all files and names.
  std::set<std::vector<std::string>> outcomes;
  EnumeratorSource all(8);
  do {
    Disk disk({.sector_size = kSector, .sequential = true});
    disk.Import("a", AsBytes("old"));
    disk.Find("a")->Write(0, AsBytes("new"));
    Write(*disk.Create("b"), 0, "b");
    Choices choices(all);
    disk.PowerCut(choices, kAnySubset);
    std::vector<std::string> found = {std::string(AsText(*disk.Export("a")))};
    if (disk.Find("b") != nullptr) found.push_back(Letters(*disk.Export("b")));
    outcomes.insert(found);
  } while (all.Advance());
  EXPECT_EQ(outcomes,
            (std::set<std::vector<std::string>>{{"old"}, {"new"}, {"new", ""}, {"new", "b"}}));
}

TEST(DiskTest, ResolvesAPowerCutWithoutMakingIt) {
  Outcomes resolved;
  Outcomes made;
  for (Outcomes* outcomes : {&resolved, &made}) {
    EnumeratorSource all(20);
    do {
      Disk disk({.sector_size = kSector});
      disk.Import("f", AsBytes(Sectors("ab")));
      Write(*disk.Find("f"), 1, "Bc");
      Write(*disk.Create("g"), 0, "d");
      Choices choices(all);
      if (outcomes == &made) disk.PowerCut(choices, kAnySubset);
      std::string text;
      for (const auto& [path, bytes] :
           outcomes == &made ? disk.Image() : disk.Resolve(choices, kAnySubset)) {
        text += path + Letters(bytes) + " ";
      }
      outcomes->insert(text);
      if (outcomes == &resolved) {
        EXPECT_EQ(Letters(*disk.Export("f")), "aBc");
      }
    } while (all.Advance());
  }
  EXPECT_EQ(resolved, made);
  EXPECT_TRUE(resolved.contains("fab gd "));
}

TEST(DiskTest, ShowsTheFaultsOfTheMediumUntilTheyAreWrittenOverOrTakenAway) {
  Disk disk({.sector_size = kSector});
  disk.Import("f", AsBytes(Sectors("abcd")));
  const std::shared_ptr<DiskFile> file = disk.Find("f");
  const uint64_t first = disk.NextMediumFault();
  file->LayOver(first, 0, AsBytes(Sectors("x")));
  const uint64_t second = disk.NextMediumFault();
  file->LayOver(second, kSector + 10, AsBytes("yy"));
  file->LayOver(second, 4 * kSector - 2, AsBytes("zz beyond the end"));
  EXPECT_EQ(Letters(file->Contents()), "x?c?");
  EXPECT_EQ(file->size(), 4 * kSector);
  EXPECT_EQ(Letters(file->Pristine()), "abcd");
  EXPECT_EQ(disk.MediumFaultNumbers(), (std::vector<uint64_t>{first, second}));
  std::vector<std::byte> bytes(6);
  (void)file->Read(kSector + 8, bytes);
  EXPECT_EQ(AsText(Bytes(bytes)), "bbyybb");

  file->Write(kSector + 10, AsBytes("b"));  // heals one byte of the two
  (void)file->Read(kSector + 8, bytes);
  EXPECT_EQ(AsText(Bytes(bytes)), "bbbybb");
  file->Write(kSector + 11, AsBytes("b"));
  EXPECT_EQ(Letters(file->Contents()), "xbc?");
  disk.TakeMediumFaultAway(first);
  EXPECT_EQ(Letters(file->Contents()), "abc?");
  EXPECT_EQ(disk.MediumFaultNumbers(), std::vector<uint64_t>{second});
  disk.TakeMediumFaultsAway();
  EXPECT_EQ(Letters(file->Contents()), "abcd");

  file->LayOver(disk.NextMediumFault(), 2 * kSector, AsBytes(Sectors("xy")));
  file->Truncate(3 * kSector - 1);
  file->Truncate(4 * kSector);
  EXPECT_EQ(Letters(file->Contents()), "ab?0");
}

TEST(DiskTest, KnowsWhatASectorHeldBefore) {
  Disk disk({.sector_size = kSector});
  disk.KeepPrevious();
  disk.Import("f", AsBytes(Sectors("abc")));
  const std::shared_ptr<DiskFile> file = disk.Find("f");
  Write(*file, 1, "BB");
  Write(*file, 1, "B");                                                  // the same again
  EXPECT_EQ(file->SectorsWithPrevious(0, 1), std::vector<uint64_t>{0});  // zeros before
  EXPECT_EQ(file->SectorsWithPrevious(kSector + 5, 10), std::vector<uint64_t>{1});
  std::vector<std::byte> bytes(3 * kSector);
  (void)file->Read(0, bytes);
  file->ApplyPrevious(1, 0, bytes);
  EXPECT_EQ(Letters(bytes), "abB");
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
