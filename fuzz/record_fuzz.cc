// Goal: no bytes make the record reader leave its payload, and what it reads can be written again.
// Method: read the columns of the input last to first and all at once; encode and decode those. The
//   sanitizers and the CHECKs judge.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/check.h"
#include "engine/format/record.h"

namespace orrery {
namespace {

void ReadBackwards(Bytes payload) {
  RecordReader reader;
  if (!reader.Start(payload).ok()) return;
  for (size_t index = 20; index-- > 0;) {
    Value value;
    if (!reader.Read(index, value).ok()) continue;
    if (value.has_bytes()) CHECK(value.bytes().size() <= payload.size());
  }
}

void WriteAgain(Bytes payload) {
  const Result<std::vector<Value>> values = DecodeRecord(payload);
  if (!values.ok()) return;
  std::vector<std::byte> record;
  CHECK(EncodeRecord(*values, record).ok());
  const Result<std::vector<Value>> again = DecodeRecord(record);
  CHECK(again.ok() && again->size() == values->size());
  for (size_t i = 0; i < values->size(); ++i) CHECK(Identical((*values)[i], (*again)[i]));
}

}  // namespace
}  // namespace orrery

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const orrery::Bytes payload = std::as_bytes(std::span(data, size));
  orrery::ReadBackwards(payload);
  orrery::WriteAgain(payload);
  return 0;
}
