// Goal: records compare as their values do, from as many of their bytes as it takes and no more,
// and no bytes at all make the comparison leave them. Method: properties over generated rows, and
// damage to every byte.

#include "engine/format/key_order.h"

#include <vector>

#include "engine/format/record.h"
#include "engine/value/compare.h"
#include "engine/value/value_generators.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace orrery {
namespace {

std::vector<std::byte> Encode(const std::vector<Value>& values) {
  std::vector<std::byte> record;
  CHECK(EncodeRecord(values, record).ok());
  return record;
}

KeyOrder ArbitraryOrder(size_t column_count) {
  KeyOrder order;
  for (size_t i = 0; i < column_count; ++i) {
    order.push_back({.collation = *rc::gen::element(&kBinaryCollation, &kNoCaseCollation),
                     .is_descending = *rc::gen::element(false, true)});
  }
  return order;
}

// As the values compare, one by one.
std::weak_ordering Expected(const std::vector<Value>& row, const std::vector<Value>& key,
                            const KeyOrder& order) {
  for (size_t i = 0; i < std::min(row.size(), key.size()); ++i) {
    const std::weak_ordering compared = Compare(row[i], key[i], *order[i].collation);
    if (compared != 0) return order[i].is_descending ? 0 <=> compared : compared;
  }
  return std::weak_ordering::equivalent;
}

RC_GTEST_PROP(KeyOrderTest, ComparesRecordsAsTheirValuesCompare, (std::vector<Value> row)) {
  std::vector<Value> key = *rc::gen::arbitrary<std::vector<Value>>();
  // Most rows differ in their first column: make them agree in some.
  const auto shared = *rc::gen::inRange<size_t>(0, std::min(row.size(), key.size()) + 1);
  std::copy(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(shared), key.begin());
  const KeyOrder order = ArbitraryOrder(key.size());
  const std::vector<std::byte> record = Encode(row);
  const RecordComparison whole = CompareRecord(record, record.size(), key, order);
  RC_ASSERT(whole.defect == nullptr);
  RC_ASSERT(whole.wanted_size == 0u);
  RC_ASSERT(whole.order == Expected(row, key, order));
  // With the first bytes alone it asks for more, never for more than there are, until it can tell.
  uint64_t size = 0;
  while (true) {
    // On memory of its own, so that a read beyond it is found.
    const std::vector<std::byte> part(record.begin(),
                                      record.begin() + static_cast<std::ptrdiff_t>(size));
    const RecordComparison compared = CompareRecord(part, record.size(), key, order);
    RC_ASSERT(compared.defect == nullptr);
    if (compared.wanted_size == 0) {
      RC_ASSERT(compared.order == whole.order);
      break;
    }
    RC_ASSERT(compared.wanted_size > size);
    RC_ASSERT(compared.wanted_size <= record.size());
    size = compared.wanted_size;
  }
}

RC_GTEST_PROP(KeyOrderTest, FindsThePrefixThatHoldsTheFirstColumns, (std::vector<Value> row)) {
  const auto count = *rc::gen::inRange<size_t>(0, row.size() + 2);
  const std::vector<std::byte> record = Encode(row);
  uint64_t size = 0;
  for (RecordPrefix prefix;; size = prefix.size) {
    prefix = FindRecordPrefix(Bytes(record).first(size), record.size(), count);
    RC_ASSERT(prefix.defect == nullptr);
    if (prefix.size <= size) break;
  }
  std::vector<Value> key;
  RC_ASSERT(DecodeKey(Bytes(record).first(size), count, key) == nullptr);
  RC_ASSERT(key.size() == std::min(count, row.size()));
  for (size_t i = 0; i < key.size(); ++i) RC_ASSERT(Identical(key[i], row[i]));
}

RC_GTEST_PROP(KeyOrderTest, StaysWithinDamagedRecords, (std::vector<Value> row)) {
  std::vector<std::byte> record = Encode(row);
  const KeyOrder order = ArbitraryOrder(row.size());
  record[*rc::gen::inRange<size_t>(0, record.size())] =
      static_cast<std::byte>(*rc::gen::inRange(0, 256));
  record.resize(*rc::gen::inRange<size_t>(0, record.size() + 1));
  const uint64_t total_size = record.size() + *rc::gen::inRange<size_t>(0, 3);
  const RecordComparison compared = CompareRecord(record, total_size, row, order);
  RC_ASSERT(compared.wanted_size == 0u || compared.wanted_size > record.size());
  RC_ASSERT(compared.wanted_size <= total_size);
  std::vector<Value> key;
  if (DecodeKey(record, row.size(), key) == nullptr) RC_ASSERT(key.size() <= row.size());
}

}  // namespace
}  // namespace orrery
