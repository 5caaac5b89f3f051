#pragma once

#include <functional>
#include <string>
#include <vector>

#include "measure.hpp"

namespace bench {

/// One measured story. Scenes run in their order, each on what the earlier ones left in the
/// database.
struct Scene {
  enum class In { every_run, when_named };

  std::string name;
  std::function<void(Bench&)> run;
  In in = In::every_run;
};

std::vector<Scene> scenes();

}  // namespace bench
