#include "engine/storage/undo_log.h"

#include <algorithm>

#include "engine/base/check.h"

namespace orrery {
namespace {

constexpr size_t kMemorySizeMax = size_t{1} << 18;
constexpr size_t kImageCountMin = 8;

}  // namespace

size_t UndoLog::ImageCountMax(uint32_t page_size) {
  return std::max(kImageCountMin, kMemorySizeMax / page_size);
}

void UndoLog::CloseSavepoints(size_t count) {
  CHECK(count <= savepoints.size());
  if (count == savepoints.size()) return;
  const size_t first = savepoints[count].first_image;
  savepoints.resize(count);
  if (count == 0) return DropImages(0);
  // What the savepoints still open can do without goes, so that a long row of statements does not
  // pile up images. Those in the file keep their places.
  const uint64_t epoch = savepoints.back().first_edit_epoch;
  const auto is_useless = [&](const BeforeImage& image) { return image.last_epoch >= epoch; };
  const auto begin = images.begin() + static_cast<ptrdiff_t>(first);
  if (std::all_of(begin, images.end(), is_useless)) return DropImages(first);
  const auto in_memory = images.begin() + static_cast<ptrdiff_t>(std::max(first, flushed_count));
  const auto end = std::remove_if(in_memory, images.end(), is_useless);
  if (end == images.end()) return;
  images.erase(end, images.end());
  ++generation;
}

void UndoLog::DropImages(size_t count) {
  if (count >= images.size()) return;
  images.resize(count);
  flushed_count = std::min(flushed_count, count);
  ++generation;
}

void UndoLog::Clear() {
  CloseSavepoints(0);
  file.reset();
}

}  // namespace orrery
