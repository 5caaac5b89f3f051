#include <stoa/app/main.hpp>

int main(int argc, char** argv) {
  return stoa::app::main(argc, argv);
}
