#pragma once

#include <string>
#include <vector>

namespace bench {

/// What the figures of this run are compared with. A bound is a number of its own or is derived
/// from what the machine did in the same run.
class Targets {
 public:
  void at_least(std::string name, double figure, double bound);
  void at_most(std::string name, double figure, double bound);
  /// Prints each target with its figure, the ratio, and "holds" or "does not hold".
  void print() const;

 private:
  enum class Side { at_least, at_most };
  struct Target {
    std::string name;
    double figure;
    double bound;
    Side side;

    bool holds() const { return side == Side::at_least ? figure >= bound : figure <= bound; }
  };
  std::vector<Target> targets_;
};

}  // namespace bench
