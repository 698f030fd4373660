// A ChoiceSource answers every draw of a run. It has many streams, each with a path such as
// "workload/client:2": a seed keys a generator with the path, a replay keeps a list for it, so one
// more draw in one stream leaves all the others as they were.
//
//   SeedSource         a generator of our own per stream              seed_source.h
//   RecordingSource    passes on another's answers and keeps them     recording.h
//   ReplaySource       answers from a recording                       replay_source.h
//   ByteSource         a fuzzer's bytes                               byte_source.h
//   EnumeratorSource   every sequence of answers, one after another   enumerator_source.h
//
// In every source 0 is the tamest answer, the first choice and "no"; a list that has ended gives
// it.

#ifndef ORRERY_SIM_CHOICES_CHOICE_SOURCE_H_
#define ORRERY_SIM_CHOICES_CHOICE_SOURCE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::sim {

inline constexpr uint32_t kMillion = 1'000'000;
// A recorded skip of s is the value kSkipMax - s below kSkipMax: 0, the tamest, is for ever.
inline constexpr uint64_t kSkipMax = uint64_t{1} << 40;

class ChoiceSource {
 public:
  ChoiceSource() = default;
  ChoiceSource(const ChoiceSource&) = delete;
  ChoiceSource& operator=(const ChoiceSource&) = delete;
  virtual ~ChoiceSource() = default;

  // The stream with this path; the same one every time. Dense, in the order of first opening.
  uint32_t Open(std::string_view path);
  const std::string& path(uint32_t stream) const { return paths_[stream]; }
  size_t stream_count() const { return paths_.size(); }

  // A value below `n`, which is at least 1. `label` is a literal that says what is chosen.
  virtual uint64_t Choose(uint32_t stream, uint64_t n, const char* label) = 0;
  // True `per_million` times in a million. A draw of its own, so that an enumerator tries two
  // answers and not a million.
  virtual bool Chance(uint32_t stream, uint32_t per_million, const char* label) = 0;
  // See Choices::Skip(). From 1 to kSkipMax. Unless a source knows better, one Choose() below 2^32.
  virtual uint64_t Skip(uint32_t stream, uint64_t mean, const char* label);

  // Encloses draws that belong together; see Choices::Span.
  virtual void BeginSpan(uint32_t /*stream*/, const char* /*label*/) {}
  virtual void EndSpan(uint32_t /*stream*/) {}
  // What is left of the last skip of a stream; see Choices::SetCountdown().
  virtual void SetCountdown(uint32_t /*stream*/, uint64_t* /*left*/) {}

 private:
  // The source gets ready for a stream; `stream` is one more than the last.
  virtual void OnOpen(uint32_t stream) = 0;

  std::map<std::string, uint32_t, std::less<>> streams_;
  std::vector<std::string> paths_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_CHOICES_CHOICE_SOURCE_H_
