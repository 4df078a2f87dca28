// The runner behind bench/run. It reports; it passes no judgement.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "bench/measure.hpp"
#include "bench/report.hpp"

using namespace ringside;

namespace {

void add_options(CLI::App& app, bench::Settings& s) {
  app.add_option("--isa", s.isa, "Z-ISA against rv32, or x86 against i386 [zisa]")
      ->check(CLI::IsMember({"zisa", "x86"}));
  app.add_option("--repeat", s.repeats, "Repetitions; the best counts [5]")
      ->check(CLI::Range(1, 1000));
  app.add_option("--percent", s.percent, "How much of each program to run [100]")
      ->check(CLI::Range(1, 10000));
  app.add_option("--only", s.only, "Programs, separated by commas [all]")
      ->delimiter(',')
      ->check(CLI::IsMember({"integer_loops", "matrix", "hashing", "pointers", "interpreter"}));
  app.add_option("--ringside", s.ringside, "The simulator to measure");
  app.add_option("--programs", s.programs, "Folder of the linked programs");
  app.add_option("--qemu", s.qemu, "QEMU's system emulator: for RISC-V of 32 bits, or i386");
  app.add_flag("--json", s.json, "Print a JSON document");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Ringside against QEMU -icount shift=0: the same C on both.", "bench/run");
  bench::Settings settings;
  add_options(app, settings);
  CLI11_PARSE(app, argc, argv);
  const auto measured = bench::measure(settings);
  if (!measured) return std::fprintf(stderr, "bench: %s\n", measured.error().text().c_str()), 1;
  const std::string text =
      settings.json ? bench::as_json(*measured, settings) : bench::as_table(*measured);
  std::fputs(text.c_str(), stdout);
  return 0;
}
