#include "sim/choices/branch_source.h"

#include "engine/base/check.h"
#include "sim/choices/environment.h"

namespace orrery::sim {

bool IsEnvironment(std::string_view path) {
  const std::string_view first = path.substr(0, path.find('/'));
  for (const std::string_view name : {"schedule", "latency", "disk", "waits", "fault", "steps"}) {
    if (first == name) return true;
  }
  return first.starts_with("process:");
}

bool IsWithin(std::string_view path, std::string_view branch) {
  if (branch.empty()) return true;
  return path.starts_with(branch) && (path.size() == branch.size() || path[branch.size()] == '/');
}

void BranchSource::OnOpen(uint32_t stream) {
  streams_.push_back(
      {.theirs = answers_.Open(path(stream)), .of_environment = IsEnvironment(path(stream))});
  if (fresh_) (void)fresh_->Open(path(stream));
}

void BranchSource::Branch(uint64_t seed) {
  CHECK(!fresh_);
  fresh_.emplace(seed);
  for (uint32_t stream = 0; stream < streams_.size(); ++stream) (void)fresh_->Open(path(stream));
  for (uint32_t stream = 0; stream < streams_.size(); ++stream) {
    Stream& of = streams_[stream];
    // What has no memory may be drawn anew at any time.
    if (!of.of_environment || of.left == nullptr || *of.left == 0 || of.mean == 0) continue;
    *of.left = fresh_->Skip(stream, of.mean, "branch");
  }
}

uint64_t BranchSource::Choose(uint32_t stream, uint64_t n, const char* label) {
  if (IsFresh(stream)) return fresh_->Choose(stream, n, label);
  return answers_.Choose(streams_[stream].theirs, n, label);
}

bool BranchSource::Chance(uint32_t stream, uint32_t per_million, const char* label) {
  if (IsFresh(stream)) return fresh_->Chance(stream, per_million, label);
  return answers_.Chance(streams_[stream].theirs, per_million, label);
}

uint64_t BranchSource::Skip(uint32_t stream, uint64_t mean, const char* label) {
  streams_[stream].mean = mean;
  if (IsFresh(stream)) return fresh_->Skip(stream, mean, label);
  return answers_.Skip(streams_[stream].theirs, mean, label);
}

void BranchSource::BeginSpan(uint32_t stream, const char* label) {
  answers_.BeginSpan(streams_[stream].theirs, label);
}

void BranchSource::EndSpan(uint32_t stream) { answers_.EndSpan(streams_[stream].theirs); }

void BranchSource::SetCountdown(uint32_t stream, uint64_t* left) {
  streams_[stream].left = left;
  answers_.SetCountdown(streams_[stream].theirs, left);
}

}  // namespace orrery::sim
