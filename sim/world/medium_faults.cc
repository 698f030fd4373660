#include "sim/world/medium_faults.h"

#include <algorithm>
#include <cstring>

#include "engine/base/check.h"

namespace orrery::sim {
namespace {

// The part of [offset, offset + size) that lies in one sector.
struct Part {
  uint64_t sector_index;
  size_t within;  // from the sector's begin
  size_t from;    // from `offset`
  size_t size;
};

template <typename Visit>
void ForEachSector(uint64_t offset, size_t size, uint32_t sector_size, Visit visit) {
  for (size_t done = 0; done < size;) {
    const size_t within = (offset + done) % sector_size;
    const size_t part = std::min<size_t>(size - done, sector_size - within);
    visit(Part{(offset + done) / sector_size, within, done, part});
    done += part;
  }
}

}  // namespace

void MediumFaults::Lay(uint64_t number, uint64_t offset, Bytes bytes, Bytes visible) {
  ForEachSector(offset, bytes.size(), sector_size_, [&](const Part& part) {
    const Bytes own = visible.subspan(part.sector_index * sector_size_, sector_size_);
    const auto [found, is_new] = sectors_.try_emplace(part.sector_index);
    Sector& sector = found->second;
    if (is_new) sector.bytes.assign(own.begin(), own.end());
    sector.number = number;
    std::memcpy(sector.bytes.data() + part.within, bytes.data() + part.from, part.size);
    if (std::memcmp(sector.bytes.data(), own.data(), sector_size_) == 0) sectors_.erase(found);
  });
}

void MediumFaults::Write(uint64_t offset, Bytes bytes, Bytes visible) {
  ForEachSector(offset, bytes.size(), sector_size_, [&](const Part& part) {
    const auto found = sectors_.find(part.sector_index);
    if (found == sectors_.end()) return;
    std::vector<std::byte>& seen = found->second.bytes;
    std::memcpy(seen.data() + part.within, bytes.data() + part.from, part.size);
    const Bytes own = visible.subspan(part.sector_index * sector_size_, sector_size_);
    if (std::memcmp(seen.data(), own.data(), sector_size_) == 0) sectors_.erase(found);
  });
}

void MediumFaults::Truncate(uint64_t size) {
  sectors_.erase(sectors_.lower_bound((size + sector_size_ - 1) / sector_size_), sectors_.end());
  const auto last = sectors_.find(size / sector_size_);
  if (last == sectors_.end()) return;
  const size_t kept = size % sector_size_;
  std::memset(last->second.bytes.data() + kept, 0, sector_size_ - kept);
}

void MediumFaults::Apply(uint64_t offset, MutableBytes out) const {
  ForEachSector(offset, out.size(), sector_size_, [&](const Part& part) {
    const auto found = sectors_.find(part.sector_index);
    if (found == sectors_.end()) return;
    std::memcpy(out.data() + part.from, found->second.bytes.data() + part.within, part.size);
  });
}

std::vector<uint64_t> MediumFaults::Numbers() const {
  std::vector<uint64_t> numbers;
  for (const auto& [index, sector] : sectors_) numbers.push_back(sector.number);
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

void MediumFaults::TakeAway(uint64_t number) {
  std::erase_if(sectors_, [&](const auto& entry) { return entry.second.number == number; });
}

}  // namespace orrery::sim
