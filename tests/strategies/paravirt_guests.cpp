// zos for a VMM against zos on the bare machine: what they print and how they end is the same.
#include "catch.hpp"
#include "session/catalogue.hpp"
#include "support/lockstep.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

session::Report report_of(const char* name, const char* isa, const char* strategy, const std::string& append,
                          const std::string& input = "") {
  session::Options options = guest(name, isa, strategy, append);
  options.virtual_time = true;
  options.input = input;
  options.max_instructions = 100'000'000;
  auto session = open_guest(options);
  session.run();
  return session.report();
}

void check_same(const std::string& append, const std::string& input = "") {
  const auto bare = report_of("zos", "zisa", "bare", append, input);
  for (const char* isa : {"zisa", "zisa-v"}) {
    const auto pv = report_of("zos-pv", isa, "paravirt", append, input);
    INFO(append << " on " << isa << ": " << pv.reason << "\n" << pv.console);
    CHECK(pv.console == bare.console);
    CHECK(pv.outcome == bare.outcome);
    CHECK(pv.exit_code == bare.exit_code);
  }
}

}  // namespace

TEST_CASE("zos-pv prints what zos prints on the bare machine") {
  check_same("hello");
  check_same("tick=3000 forkwait 20; primes 300; churn 1");
  check_same("tick=3000 crash; syscalls 50; sleep 2");
  check_same("paging=z4 forkwait 3; echo a b c");
  check_same("paging=z5 hello; crowd 3");
}

TEST_CASE("zos-pv reads the console as zos does") { check_same("", "hello\necho x y\nexit 7\n"); }

TEST_CASE("zos-pv runs the same in both engines") {
  struct Case {
    const char *isa, *append;
    bool virtual_time;
  };
  for (const Case& each : {Case{"zisa", "tick=200000 forkwait 3; primes 300; hello", false},
                           Case{"zisa-v", "tick=50000 paging=z4 churn 1; crash; sleep 2", false},
                           Case{"zisa", "tick=3000 paging=z5 crowd 3; syscalls 50", true}}) {
    auto options = guest("zos-pv", each.isa, "paravirt", each.append);
    options.virtual_time = each.virtual_time;
    const Maker make = [&] {
      auto session = std::make_shared<session::Session>(open_guest(options));
      return std::shared_ptr<vmm::Machine>(session, &session->machine());
    };
    const std::string how = lockstep(make, {.seed = 1, .steps = 0, .stride = 40'000, .memory_every = 10});
    INFO(each.append << "\n" << how);
    CHECK(how.empty());
  }
}

TEST_CASE("a paravirtual kernel runs under paravirt, and no other does") {
  session::Options options = guest("zos-pv", "zisa", "bare");
  options.folders = {RINGSIDE_BUILD_DIR "/guests/zisa"};
  for (const auto& [name, strategy] : {std::pair{"zos-pv", "bare"}, {"zos-pv", "trap-emulate"}, {"zos", "paravirt"}}) {
    options.guest = name;
    options.strategy = strategy;
    auto session = session::Session::open(options);
    REQUIRE(!session.has_value());
    CHECK(session.error().text().find("paravirtual") != std::string::npos);
  }
}
