// A File may move fewer bytes than asked. ReadFully and WriteFully ask again for the rest until all
// has moved, the file ends, or an error comes.
//
// The completion and the buffer are the caller's and live in what outlives the operation (a cache
// frame, a commit machine): when the transfer is abandoned, the request in flight still lands
// there, and the rest is never asked for. Start them only when that completion is not in flight.

#ifndef ORRERY_ENGINE_IO_TRANSFER_H_
#define ORRERY_ENGINE_IO_TRANSFER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/completion.h"
#include "engine/io/file.h"
#include "engine/io/resumable.h"

namespace orrery {

// Done with the number of bytes read, which is less than asked only where the file ends. (A short
// read is no end: only a read of nothing is.)
class ReadFully final : public Resumable<ReadFully, size_t> {
 public:
  enum class State : uint8_t { kAsk, kMoved };
  static constexpr Edge<State> kEdges[] = {
      {State::kAsk, State::kMoved},  // the read has finished
      {State::kMoved, State::kAsk},  // it was short
  };
  void Start(File& file, uint64_t offset, MutableBytes buffer, Completion& done);

 private:
  friend Resumable;
  Next Run(State state);
  Next Ask();
  Next Moved();

  File* file_ = nullptr;
  Completion* done_ = nullptr;
  uint64_t offset_ = 0;  // of the next byte
  MutableBytes rest_;    // of the buffer
  size_t moved_size_ = 0;
};

// Done when every byte has been written.
class WriteFully final : public Resumable<WriteFully> {
 public:
  enum class State : uint8_t { kAsk, kMoved };
  static constexpr Edge<State> kEdges[] = {
      {State::kAsk, State::kMoved},  // the write has finished
      {State::kMoved, State::kAsk},  // it was short
  };
  void Start(File& file, uint64_t offset, Bytes data, Completion& done);
  // The parts one after another. The list is copied, the bytes are not.
  void Start(File& file, uint64_t offset, std::span<const Bytes> parts, Completion& done);

 private:
  friend Resumable;
  Next Run(State state);
  Next Ask();
  Next Moved();
  // Drops `size` bytes from the front of what is left to write.
  void Skip(size_t size);

  File* file_ = nullptr;
  Completion* done_ = nullptr;
  uint64_t offset_ = 0;
  std::vector<Bytes> parts_;
  size_t next_part_ = 0;  // parts_[next_part_..] are left, the first perhaps cut; none is empty
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_TRANSFER_H_
