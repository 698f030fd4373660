#include "sim/sweeps/sweep.h"

#include <algorithm>

#include "sim/failure.h"
#include "sim/oracles/image_check.h"
#include "sim/sweeps/committed.h"

namespace orrery::sim {
namespace {

bool IsShared(std::string_view path) { return path.ends_with("-shm"); }

// Without shared memory, which an image does not need.
DiskImage ImageOf(const World& world) {
  DiskImage image = world.Image();
  std::erase_if(image, [](const auto& file) { return IsShared(file.first); });
  return image;
}

}  // namespace

PreparedScript Prepare(const Script& script, const Variant& variant) {
  PreparedScript prepared{.script = script, .variant = variant};
  current_case = "setup";
  {
    Stage stage(variant, {});
    stage.Run([&](SimProcess& process) {
      Session session(process, prepared.script, prepared.variant);
      for (const std::string& sql : script.setup) {
        const Answer answer = session.Execute(sql);
        if (!answer.error.ok()) Fail("error", sql + ": " + answer.error.ToString());
      }
    });
    // As a killed process leaves them: the log is there.
    prepared.image = ImageOf(stage.world());
  }
  {
    Stage stage(variant, prepared.image);
    stage.Run([&](SimProcess& process) {
      Session session(process, prepared.script, prepared.variant);
      for (const std::string& sql : script.body) prepared.answers.push_back(session.Execute(sql));
    });
    prepared.final_image = ImageOf(stage.world());
  }
  Sqlite3Database reference = MakeReference(script);
  const auto run = [&](const std::string& sql) {
    if (sql != kCloseStatement && !IsCheckpoint(sql)) (void)reference.Run(sql);
  };
  for (const std::string& sql : script.setup) run(sql);
  prepared.versions.push_back(Dump(script, reference));
  for (const std::string& sql : script.body) {
    run(sql);
    prepared.versions.push_back(reference.in_transaction() ? prepared.versions.back()
                                                           : Dump(script, reference));
  }
  return prepared;
}

std::string SweepReport::ToString() const {
  std::string text;
  for (const auto& [what, count] : counts_) {
    std::string word = what;
    std::replace(word.begin(), word.end(), ' ', '-');
    text += (text.empty() ? "" : " ") + word + "=" + std::to_string(count);
  }
  return text;
}

void ExpectInvisible(const PreparedScript& prepared, const std::vector<Answer>& answers,
                     const World& world) {
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::string difference = DescribeDifference(prepared.answers[i], answers[i]);
    if (!difference.empty()) Fail("yield", prepared.script.body[i] + ": " + difference);
  }
  const DiskImage image = ImageOf(world);
  const auto database = [](const DiskImage& of) { return CommittedDatabase(of, kSweepPath); };
  // Which page is spilled depends on which writes have landed, and with it the order of the frames.
  const bool is_same = prepared.script.spills ? database(image) == database(prepared.final_image)
                                              : image == prepared.final_image;
  if (!is_same) {
    std::string names;
    for (const auto& [path, bytes] : image) {
      names += " " + path + " (" + std::to_string(bytes.size()) + " bytes)";
    }
    Fail("yield", "the files differ from those of the run without it:" + names);
  }
}

}  // namespace orrery::sim
