// stoa-bench: see bench/README.md.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "machine.hpp"
#include "scenes.hpp"

namespace {

struct Options {
  std::string stoa;
  std::string database;
  std::string folder;
  std::vector<std::string> only;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--stoa" && i + 1 < argc) {
      options.stoa = argv[++i];
    } else if (arg == "--database" && i + 1 < argc) {
      options.database = argv[++i];
    } else if (arg == "--folder" && i + 1 < argc) {
      options.folder = argv[++i];
    } else {
      options.only.push_back(arg);
    }
  }
  return options;
}

bool wanted(const Options& options, const std::string& name) {
  if (options.only.empty() || name == "start") return true;
  for (const std::string& only : options.only) {
    if (only == name) return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  if (options.stoa.empty() || options.database.empty() || options.folder.empty()) {
    std::fprintf(stderr,
                 "usage: stoa-bench --stoa PROGRAM --database URL --folder DIR [scene...]\n");
    return 2;
  }
  try {
    print(bench::measure_machine(options.database));
    bench::ServerEnd server;
    bench::StoaProcess stoa({options.stoa, options.folder, options.database, server.port()});
    bench::Bench context{server, stoa};
    bench::print_heading();
    for (const bench::Scene& scene : bench::scenes()) {
      if (wanted(options, scene.name)) scene.run(context);
    }
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "stoa-bench: %s\n", failure.what());
    return 1;
  }
  return 0;
}
