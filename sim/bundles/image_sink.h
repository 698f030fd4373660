// Keeps the database's files in a bundle as they are at every moment, so that after whatever end of
// the process they are there as they were at the failure:
//
//   image-at-failure-NAME     what a program saw last
//   image-N-before-cut-NAME   before the N-th power cut
//   image-N-after-cut-NAME    what that cut left

#ifndef ORRERY_SIM_BUNDLES_IMAGE_SINK_H_
#define ORRERY_SIM_BUNDLES_IMAGE_SINK_H_

#include <map>
#include <string>

#include "sim/bundles/bundle.h"
#include "sim/bundles/event_stream.h"

namespace orrery::sim {

class ImageSink final : public EventSink {
 public:
  // `bundle` outlives us.
  explicit ImageSink(Bundle& bundle) : bundle_(bundle) {}
  ~ImageSink() override;

  void OnEvent(const StreamEvent& event) override;
  bool wants_bytes() const override { return true; }

 private:
  struct Image {
    std::string path;
    int descriptor;
  };

  void SaveAll(const StreamEvent& event, const std::string& name);
  std::string PathOfImage(const std::string& path) const;
  void Drop(std::map<uint32_t, Image>::iterator image);
  void FollowNames(const StreamEvent& event);
  void Start(const StreamEvent& event, uint32_t number);
  void Follow(const StreamEvent& event, const FileChange& change);

  Bundle& bundle_;
  std::map<uint32_t, Image> images_;  // by file number
  int cut_count_ = 0;
  bool after_cut_ = false;  // the next event that is not kResolve comes after a cut
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_BUNDLES_IMAGE_SINK_H_
