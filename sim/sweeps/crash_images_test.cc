// Goal: a sweep meets every image that a power cut may leave when those are few, and those it says
// it meets when they are many. Method: files of one letter a sector, the images collected in a set.
#include "sim/sweeps/crash_images.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace orrery::sim {
namespace {

constexpr size_t kSector = 512;

void Write(DiskFile& file, size_t sector, char letter) {
  const std::string bytes(kSector, letter);
  file.Write(sector * kSector, AsBytes(bytes));
}

std::string Letters(const DiskImage& image) {
  std::string letters;
  for (const auto& [path, bytes] : image) {
    letters += path + ":";
    for (size_t i = 0; i < bytes.size(); i += kSector) letters += static_cast<char>(bytes[i]);
    letters += " ";
  }
  return letters;
}

std::set<std::string> Visit(const Disk& disk, const CrashBounds& bounds, CrashCover expected) {
  std::set<std::string> images;
  EXPECT_EQ(ForEachCrashImage(disk, bounds,
                              [&](const DiskImage& image) { images.insert(Letters(image)); }),
            expected);
  return images;
}

TEST(CrashImagesTest, AreAllSubsetsOfFewSectors) {
  Disk disk({.sector_size = kSector});
  disk.Import("f", AsBytes(std::string(2 * kSector, 'a')));
  Write(*disk.Find("f"), 0, 'b');
  Write(*disk.Find("f"), 1, 'b');
  Write(*disk.Find("f"), 1, 'a');  // back to what is durable
  disk.Create("g");
  EXPECT_EQ(CountCrashImages(disk), 2u * 3 * 2);
  EXPECT_EQ(Visit(disk, {}, CrashCover::kComplete),
            (std::set<std::string>{"f:aa ", "f:ab ", "f:ba ", "f:bb ",
                                   "f:aa g: ", "f:ab g: ", "f:ba g: ", "f:bb g: "}));
}

TEST(CrashImagesTest, AreLossesKeepsAndPrefixesOfManySectors) {
  Disk disk({.sector_size = kSector});
  constexpr size_t kCount = 20;
  disk.Import("f", AsBytes(std::string(kCount * kSector, 'a')));
  for (size_t i = 0; i < kCount; ++i) Write(*disk.Find("f"), i, 'b');
  EXPECT_EQ(Visit(disk, {.complete_only = true}, CrashCover::kNothing), std::set<std::string>());
  const std::set<std::string> images = Visit(disk, {.random_count = 50}, CrashCover::kBounded);
  for (size_t i = 0; i < kCount; ++i) {
    std::string loss(kCount, 'b');
    std::string keep(kCount, 'a');
    loss[i] = 'a';
    keep[i] = 'b';
    const std::string prefix = std::string(i, 'b') + std::string(kCount - i, 'a');
    for (const std::string& letters : {loss, keep, prefix}) {
      EXPECT_TRUE(images.contains("f:" + letters + " ")) << letters;
    }
    loss[(i + 7) % kCount] = 'a';
    EXPECT_TRUE(images.contains("f:" + loss + " ")) << loss;
  }
  EXPECT_TRUE(images.contains("f:" + std::string(kCount, 'b') + " "));
  EXPECT_GT(images.size(), 3 * kCount + kCount * (kCount - 1) / 2);
}

}  // namespace
}  // namespace orrery::sim
