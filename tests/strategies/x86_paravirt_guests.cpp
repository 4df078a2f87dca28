// zos for a VMM on x86 against zos on the bare PC: what they print, how they end, and what each process holds at its end.
#include "session/examine.hpp"
#include "study/compare.hpp"
#include "x86_guests.hpp"

using namespace ringside;

namespace {

session::Report report_of(const char* name, const char* strategy, const std::string& append, const std::string& input = "",
                          bool virtual_time = true) {
  session::Options options = x86_options(name, strategy);
  options.append = append;
  options.input = input;
  options.virtual_time = virtual_time;
  return run_x86(options).report();
}

void check_port(const std::string& append, const std::string& input = "", bool virtual_time = true) {
  const auto bare = report_of("zos", "bare", append, input, virtual_time);
  const auto port = report_of("zos-pv", "paravirt", append, input, virtual_time);
  INFO(append << ": " << port.reason << "\n" << port.console);
  CHECK(port.console == bare.console);
  CHECK(port.outcome == bare.outcome);
  CHECK(port.exit_code == bare.exit_code);
  CHECK(port.holes.empty());
  CHECK(bare.outcome == "exited");
}

session::Examination examined(const std::string& append, const std::string& ported_append) {
  session::Options bare = x86_options("zos", "bare"), port = x86_options("zos-pv", "paravirt");
  bare.append = append;
  port.append = ported_append;
  const auto found = session::examine_ported_guest(bare, port, {});
  REQUIRE(found.has_value());
  return *found;
}

std::string texts(const session::Examination& found) {
  std::string all;
  if (found.divergence)
    for (const auto& each : found.divergence->differences) all += each + "\n";
  return all + (found.breach ? found.breach->what : "");
}

}  // namespace

TEST_CASE("zos-pv for x86 prints what zos prints on the bare PC") {
  check_port("hello");
  check_port("tick=3000 forkwait 20; primes 300; churn 1");
  check_port("tick=3000 crash; syscalls 50; sleep 2");
  check_port("crowd 3; echo a b c");
  check_port("paging=z4 hello");
  check_port("forkwait 5; crash", "", false);
}

TEST_CASE("zos-pv for x86 that waits for input that has ended has failed, as zos has") {
  const auto report = report_of("zos-pv", "paravirt", "");
  CHECK(report.outcome == "failed");
  CHECK(report.reason.find("waits for input that has ended") != std::string::npos);
}

TEST_CASE("zos-pv for x86 reads the console as zos does") { check_port("", "hello\necho x y\nexit 7\n"); }

TEST_CASE("zos-pv for x86 does to its processes what zos does on the bare PC") {
  const std::pair<const char*, u64> scripts[] = {{"tick=3000 hello; forkwait 5", 8},
                                                 {"tick=3000 primes 300; churn 1; syscalls 20", 5},
                                                 {"tick=3000 crash; sleep 2", 4}};
  for (const auto& [script, processes] : scripts) {
    const auto found = examined(script, script);
    INFO(script << "\n" << texts(found));
    CHECK(found.held());
    CHECK(found.ended);
    CHECK(found.processes.value_or(0) == processes);
    CHECK(found.audited.accesses > 100'000);
  }
}

TEST_CASE("another console, other processes and another ending of zos-pv for x86 are found") {
  CHECK(texts(examined("echo a b", "echo a c")).find("console: \"a b\" / \"a c\"") != std::string::npos);
  CHECK(texts(examined("forkwait 3", "forkwait 2")).find("processes that ended: 5 / 4") != std::string::npos);
  CHECK(texts(examined("hello", "paging=z4 hello")).find("ending: exited with 0 / exited with 1") != std::string::npos);
}

TEST_CASE("zos-pv for x86 runs the same in both engines, to the cycle") {
  for (const bool virtual_time : {false, true}) {
    auto options = x86_options("zos-pv", "paravirt");
    options.append = "tick=3000 hello; forkwait 3; crash";
    options.virtual_time = virtual_time;
    check_engines_agree(options);
  }
}

TEST_CASE("a paravirtual kernel for x86 runs under paravirt, and no other does") {
  for (const auto& [name, strategy] :
       {std::pair{"zos-pv", "bare"}, {"zos-pv", "trap-emulate"}, {"zos-pv", "hvm"}, {"zos", "paravirt"}}) {
    auto session = session::Session::open(x86_options(name, strategy));
    REQUIRE(!session.has_value());
    CHECK(session.error().text().find("paravirtual") != std::string::npos);
  }
}

TEST_CASE("paravirtual kernels for x86 on one machine print what each prints alone") {
  const std::vector<std::string> scripts{"forkwait 3; hello", "churn 2; primes 2000", "crash"};
  auto options = x86_options("zos-pv", "paravirt");
  options.virtual_time = false;
  options.memory = 16u << 20;
  options.append = scripts[0];
  options.neighbours = {{options.guest, scripts[1]}, {options.guest, scripts[2]}};
  const auto together = run_x86(options).machine_report();
  CHECK(together.world_switches > 10);
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    auto alone = options;
    alone.neighbours.clear();
    alone.append = scripts[i];
    const auto report = run_x86(alone).report();
    INFO(report.console);
    CHECK(together.guests[i].outcome == "exited");
    CHECK(together.guests[i].console == report.console);
  }
}

TEST_CASE("compare has a row for the port beside a guest of x86") {
  study::CompareOptions options;
  options.session = x86_options("zos", "bare");
  options.session.append = "hello";
  options.strategies = {"paravirt"};
  const auto runs = study::compare(options, [](const std::string&, const std::string&) {});
  REQUIRE(runs.has_value());
  REQUIRE(runs->size() == 1);
  const study::Compared& row = runs->front();
  CHECK(row.report.isa == "x86");
  CHECK(row.report.strategy == "paravirt");
  CHECK_FALSE(row.unmodified);
  CHECK(row.console_as_bare);
  CHECK(row.slow_down.value_or(0) > 1);
  CHECK(row.report.port.has_value());
}

TEST_CASE("the port of zos to x86 says how much it changed") {
  const auto report = report_of("zos-pv", "paravirt", "hello");
  REQUIRE(report.port);
  CHECK(report.port->added > 100);
  CHECK(report.port->sites > 5);
  CHECK(report.port->original > 1000);
}
