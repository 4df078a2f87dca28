// What was published, measured: the micro-guests run with a preset, and the price of one operation
// comes out of the simulated cycles. (tests/cost holds the same figures as sums of parameters.)
#include <cmath>

#include "catch.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr u32 kTimes = 500;

u64 cycles_of(const std::string& name, const std::string& strategy, const std::string& append) {
  auto options = guest(name, "zisa-v", strategy, append);
  options.cost_model = "prescott-2005";
  auto session = open_guest(options);
  session.run();
  const session::Report report = session.report();
  REQUIRE(report.outcome == "exited");
  REQUIRE(report.exit_code == 0);
  return report.cycles;
}

// What kTimes more rounds of the loop take: what comes once (the start, first misses) is no part of it.
i64 more_rounds(const std::string& name, const std::string& strategy, const std::string& word) {
  const auto times = [&](u32 n) { return cycles_of(name, strategy, std::to_string(n) + word); };
  return static_cast<i64>(times(2 * kTimes)) - static_cast<i64>(times(kTimes));
}

/// Cycles of one operation of a micro-guest.
double price_of(const std::string& name, const std::string& strategy) {
  const i64 loop = more_rounds(name, strategy, ""), empty = more_rounds(name, strategy, " empty");
  return static_cast<double>(loop - empty) / kTimes;
}

// A guest's handler is no measured system's to the instruction: one cycle in a hundred, or one.
void check_band(double measured, double published) {
  INFO("measured " << measured << ", published " << published);
  CHECK(std::abs(measured - published) <= std::max(1.0, 0.01 * published));
}

struct Published {
  const char* guest;
  double cycles;
  const char* what;  ///< in Adams and Agesen 2006
};

}  // namespace

TEST_CASE("on the bare prescott-2005 an operation costs what Adams and Agesen measured") {
  for (const Published& each : {Published{"micro-syscall", 242, "syscall"},
                                {"micro-page-fault", 1093, "pgfault"},
                                {"micro-device-read", 3209, "in"},
                                {"micro-call-return", 11, "callret"},
                                {"micro-pte-write", 1, "ptemod"},
                                {"micro-cr-read", 60, "cli"},
                                {"micro-read-sr", 60, "cli"}}) {
    INFO(each.guest << ", there " << each.what);
    check_band(price_of(each.guest, "bare"), each.cycles);
  }
}

// Their RDTSC is the simplest instruction that a classical monitor emulates; so are these two here.
TEST_CASE("under trap-and-emulate a simple privileged instruction costs what they measured") {
  for (const auto* name : {"micro-cr-read", "micro-read-sr"}) {
    INFO(name);
    check_band(price_of(name, "trap-emulate"), 2030);
  }
}

// No micro-guest divides by zero, nor does Z-ISA fault there: a word that is no instruction goes the same way.
TEST_CASE("on the bare prescott-2005 a fault costs what they measured of a division by zero") {
  const auto cycles = [](const std::string& times, const std::string& faulting) {
    const auto made = machine({.cost_model = "prescott-2005"}, R"(
_start:
  la x1, trap
  write_cr tvec, x1
  li x2, )" + times + R"(
1:)" + faulting + R"(
  addi x2, x2, -1
  bnez x2, 1b
  lui x30, 0x100
  li x31, 0x5555
  sw x31, 0(x30)
trap:
  bnez x0, trap
  read_cr x3, epc
  addi x3, x3, 4
  write_cr epc, x3
  tret
)");
    made->run({});
    REQUIRE(made->ending()->outcome == vmm::Ending::Outcome::kExited);
    return made->cycles();
  };
  const u64 more = (cycles("200", " .word 0") - cycles("100", " .word 0")) -
                   (cycles("200", "") - cycles("100", ""));
  check_band(static_cast<double>(more) / 100, 889);
}
