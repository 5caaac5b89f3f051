// stoa-bench: see bench/README.md.

#include <algorithm>
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

bool wanted(const Options& options, const bench::Scene& scene) {
  if (scene.name == "start") return true;
  if (options.only.empty()) return scene.in == bench::Scene::In::every_run;
  return std::find(options.only.begin(), options.only.end(), scene.name) != options.only.end();
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
    bench::Database database(options.database);
    const bench::MachineLimits limits = bench::measure_machine(database);
    print(limits);
    bench::ServerEnd server;
    bench::StoaProcess stoa({options.stoa, options.folder, options.database, server.port()});
    bench::Bench context{server, stoa, database, limits};
    bench::print_heading();
    for (const bench::Scene& scene : bench::scenes()) {
      if (wanted(options, scene)) scene.run(context);
    }
    context.targets.print();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "stoa-bench: %s\n", failure.what());
    return 1;
  }
  return 0;
}
