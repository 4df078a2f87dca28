// What operations cost under binary translation: they come out of the simulation. The published figures
// (Adams and Agesen 2006, Pentium 4) stand beside; only the order is held here.
#include <fmt/format.h>

#include "catch.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

u64 cycles(const std::string& name, const std::string& strategy, bool empty, u64 n,
           const session::Options& how) {
  session::Options options = how;
  options.guest = name;
  options.isa = "zisa";
  options.strategy = strategy;
  options.cost_model = "prescott-2005";
  options.append = std::to_string(n) + (empty ? " empty" : "");
  auto session = open_guest(options);
  session.run();
  REQUIRE(session.report().exit_code == 0);
  return session.report().cycles;
}

/// One operation, warm: the translation of the loop and the first faults are in both runs.
double price(const std::string& name, const std::string& strategy = "dbt",
             const session::Options& how = {}) {
  constexpr u64 kFew = 1000, kMany = 3000;
  const auto of = [&](bool empty) {
    return cycles(name, strategy, empty, kMany, how) - cycles(name, strategy, empty, kFew, how);
  };
  return (double(of(false)) - double(of(true))) / (kMany - kFew);
}

}  // namespace

TEST_CASE("prices under binary translation on prescott-2005") {
  const double syscall = price("micro-syscall"), call = price("micro-call-return"),
               rdcyc = price("micro-rdcyc"), read_cr = price("micro-cr-read"),
               read_sr = price("micro-read-sr"), fault = price("micro-page-fault"),
               pte = price("micro-pte-write"), device = price("micro-device-read");
  session::Options unchanging;
  unchanging.adaptive = false;
  const double pte_trapping = price("micro-pte-write", "dbt", unchanging);
  std::string text = "cycles                    simulated  published\n";
  const auto line = [&](const char* what, double simulated, const char* published) {
    text += fmt::format("{:<25} {:>9.0f}  {}\n", what, simulated, published);
  };
  line("system call", syscall, "2308");
  line("call and return", call, "51 (calibration)");
  line("RDCYC in the cache", rdcyc, "216");
  line("READ_CR", read_cr, "35 (MOV to CR8)");
  line("READ_SR", read_sr, "-");
  line("true page fault", fault, "3927");
  line("page-table write, adapted", pte, "391 (calibration)");
  line("page-table write, trapping", pte_trapping, "-");
  line("device register read", device, "216 (IN)");
  WARN(text);
  CHECK(rdcyc < 1254 / 2);
  CHECK(read_cr < rdcyc);
  CHECK(read_sr < price("micro-read-sr", "bare"));
  CHECK(pte < pte_trapping / 2);
  CHECK(syscall > price("micro-syscall", "bare"));
  CHECK(syscall > 1254);
  CHECK(call < 100);
}
