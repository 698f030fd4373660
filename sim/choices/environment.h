// Branches are of two kinds: the workload says what is done, the environment how the machine takes
// it (who goes next, how long things take, which fault strikes). A shrinker and --branch leave the
// one alone and draw the other anew.

#ifndef ORRERY_SIM_CHOICES_ENVIRONMENT_H_
#define ORRERY_SIM_CHOICES_ENVIRONMENT_H_

#include <string_view>

namespace orrery::sim {

// By the first part of the path: schedule, latency, disk, waits, fault, steps, process:N.
bool IsEnvironment(std::string_view path);
// `path` is `branch` itself or below it.
bool IsWithin(std::string_view path, std::string_view branch);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_CHOICES_ENVIRONMENT_H_
