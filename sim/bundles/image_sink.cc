#include "sim/bundles/image_sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace orrery::sim {
namespace {

std::string FlatName(std::string path) {
  std::replace(path.begin(), path.end(), '/', '_');
  return path;
}

}  // namespace

ImageSink::~ImageSink() {
  for (const auto& [number, image] : images_) close(image.descriptor);
}

void ImageSink::SaveAll(const StreamEvent& event, const std::string& name) {
  for (const auto& [path, bytes] : event.world->Image()) {
    bundle_.Write("image-" + std::to_string(cut_count_) + "-" + name + "-" + FlatName(path),
                  AsText(Bytes(bytes)));
  }
}

std::string ImageSink::PathOfImage(const std::string& path) const {
  return bundle_.folder() + "/image-at-failure-" + FlatName(path);
}

void ImageSink::Drop(std::map<uint32_t, Image>::iterator image) {
  close(image->second.descriptor);
  (void)unlink(PathOfImage(image->second.path).c_str());
  images_.erase(image);
}

void ImageSink::FollowNames(const StreamEvent& event) {
  const Disk& disk = event.world->disk();
  const bool removes = event.event.kind == EventKind::kRemove;
  for (auto image = images_.begin(); image != images_.end();) {
    const auto here = image++;
    const bool removed = removes && event.event.file == here->first;
    if (removed || disk.PathOf(here->first).empty()) Drop(here);
  }
  for (auto& [number, image] : images_) {
    const std::string path = disk.PathOf(number);
    if (path == image.path) continue;
    (void)rename(PathOfImage(image.path).c_str(), PathOfImage(path).c_str());
    image.path = path;
  }
}

void ImageSink::Start(const StreamEvent& event, uint32_t number) {
  const std::string path = event.world->disk().PathOf(number);
  if (path.empty()) return;
  const std::vector<std::byte> bytes = event.world->disk().Find(path)->Contents();
  const int descriptor =
      open(PathOfImage(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  (void)!pwrite(descriptor, bytes.data(), bytes.size(), 0);
  images_.emplace(number, Image{path, descriptor});
}

void ImageSink::Follow(const StreamEvent& event, const FileChange& change) {
  const auto image = images_.find(change.file);
  if (image == images_.end()) return Start(event, change.file);
  const int descriptor = image->second.descriptor;
  if (change.bytes.empty()) {
    (void)!ftruncate(descriptor, static_cast<off_t>(change.file_size));
  } else {
    (void)!pwrite(descriptor, change.bytes.data(), change.bytes.size(),
                  static_cast<off_t>(change.offset));
  }
}

void ImageSink::OnEvent(const StreamEvent& event) {
  // Only the run's own world: an oracle's may have files of the same names.
  if (event.what != StreamEvent::What::kWorldEvent || event.world_index != 0) return;
  const EventKind kind = event.event.kind;
  if (after_cut_ && kind != EventKind::kResolve) {
    after_cut_ = false;
    SaveAll(event, "after-cut");
  }
  if (kind == EventKind::kPowerCut) {
    ++cut_count_;
    after_cut_ = true;
    SaveAll(event, "before-cut");
  }
  FollowNames(event);
  // A name that a power cut has brought back.
  if (kind == EventKind::kResolve && !images_.contains(event.event.file)) {
    Start(event, event.event.file);
  }
  for (const FileChange& change : event.changes) Follow(event, change);
}

}  // namespace orrery::sim
