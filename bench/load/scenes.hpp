#pragma once

#include <functional>
#include <string>
#include <vector>

#include "measure.hpp"

namespace bench {

/// One measured story. Scenes run in their order, each on what the earlier ones left in the
/// database.
struct Scene {
  std::string name;
  std::function<void(Bench&)> run;
};

std::vector<Scene> scenes();

/// Starts stoa (killing a running one) and waits until it answers; seconds from exec to the answer.
double start_until_ready(Bench& bench);

}  // namespace bench
