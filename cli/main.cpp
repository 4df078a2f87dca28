#include "cli/program.hpp"

int main(int argc, char** argv) {
  return ringside::cli::program(argc, argv, RINGSIDE_VERSION);
}
