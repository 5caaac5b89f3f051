#include "targets.hpp"

#include <cstdio>
#include <utility>

namespace bench {

void Targets::at_least(std::string name, double figure, double bound) {
  targets_.push_back({std::move(name), figure, bound, Side::at_least});
}

void Targets::at_most(std::string name, double figure, double bound) {
  targets_.push_back({std::move(name), figure, bound, Side::at_most});
}

void Targets::print() const {
  if (targets_.empty()) return;
  std::printf("\n| %-62s | %15s | %12s | %7s | %s |\n", "target", "bound", "figure", "ratio", "");
  std::printf("|---|---:|---:|---:|---|\n");
  for (const Target& target : targets_) {
    std::printf("| %-62s | %s %12.2f | %12.2f | %7.2f | %s |\n", target.name.c_str(),
                target.side == Side::at_least ? ">=" : "<=", target.bound, target.figure,
                target.figure / target.bound, target.holds() ? "holds" : "does not hold");
  }
}

}  // namespace bench
