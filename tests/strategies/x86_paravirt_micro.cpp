// Micro-guests for x86 that make hypercalls, beside those of the bare machine: that the operation is done so many times, and
// what it costs.
#include <fmt/format.h>

#include <cmath>

#include "x86_guests.hpp"

using namespace ringside;

namespace {

session::Report report_of(const std::string& name, const std::string& strategy, const std::string& append) {
  session::Options options = x86_options("micro-" + name, strategy);
  options.virtual_time = false;
  options.append = append;
  const auto report = run_x86(options).report();
  INFO(name << " under " << strategy << ": " << report.reason << report.console);
  CHECK(report.outcome == "exited");
  CHECK(report.exit_code == 0);
  return report;
}

constexpr u64 kTimes = 200;

double price(const std::string& name, const std::string& strategy, const std::string& words = "") {
  const auto cycles = [&](const char* empty) { return report_of(name, strategy, fmt::format("{} {}{}", kTimes, words, empty)).cycles; };
  return static_cast<double>(cycles("") - cycles(" empty")) / kTimes;
}

const std::vector<std::string> kPorted{"syscall", "call-return", "divide-by-zero", "rdtsc", "pte-write", "cli", "page-fault"};

}  // namespace

TEST_CASE("ported micro-guests for x86 end as those of the bare machine, and print as they do") {
  for (const std::string& name : kPorted) {
    const auto bare = report_of(name, "bare", "100 time"), port = report_of(name + "-pv", "paravirt", "100 time");
    CHECK(bare.console.starts_with("100 operations, "));
    CHECK(port.console.starts_with("100 operations, "));
    CHECK(port.console.ends_with(" cycles each\n"));
    CHECK(port.holes.empty());
  }
}

TEST_CASE("a ported micro-guest for x86 makes its call, or takes its trap, so many times") {
  const std::pair<const char*, const char*> expected[] = {{"syscall", "EXCEPTION vector 0x80"},
                                                          {"divide-by-zero", "EXCEPTION #DE"},
                                                          {"pte-write", "HYPERCALL update"},
                                                          {"page-fault", "HYPERCALL update"},
                                                          {"page-fault", "PAGE_FAULT true"},
                                                          {"hypercall", "HYPERCALL query"}};
  for (const auto& [name, reason] : expected) {
    INFO(name << " " << reason);
    const std::string port = std::string(name) + "-pv";
    CHECK(exits(report_of(port, "paravirt", std::to_string(kTimes)), reason) == kTimes);
    CHECK(exits(report_of(port, "paravirt", fmt::format("{} empty", kTimes)), reason) == 0);
  }
}

TEST_CASE("x86: a hypercall is cheaper than the trap that it stands for, and a batch than single calls") {
  CHECK(price("hypercall-pv", "paravirt") < price("cli", "trap-emulate"));
  CHECK(price("pte-write-pv", "paravirt") < price("pte-write", "trap-emulate"));
  CHECK(price("page-fault-pv", "paravirt") < price("page-fault", "trap-emulate"));
  CHECK(price("pte-write-pv", "paravirt") > price("pte-write", "bare"));
  const double one = price("hypercall-pv", "paravirt", "batch=1"), many = price("hypercall-pv", "paravirt", "batch=64") / 64;
  CHECK(std::abs(one - price("pte-write-pv", "paravirt")) < one / 100);  // other misses of the TLB
  CHECK(many < one / 2);
}

TEST_CASE("x86: what needs no VMM costs a ported kernel what it costs on the bare machine, and CLI is a store") {
  for (const char* name : {"call-return", "rdtsc"}) CHECK(price(std::string(name) + "-pv", "paravirt") == price(name, "bare"));
  CHECK(price("cli-pv", "paravirt") < price("cli", "bare"));
}
