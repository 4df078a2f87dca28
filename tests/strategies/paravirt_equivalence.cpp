// zos and its port side by side, as `check` compares them: console, ending, and what each process held at its end.
// And that this comparison finds what is wrong.
#include "catch.hpp"
#include "session/examine.hpp"
#include "session/open.hpp"
#include "session/process_ends.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;
using session::Examination;

namespace {

session::Options options_of(const char* name, const char* strategy, const std::string& append) {
  auto options = guest(name, "zisa", strategy, append);
  options.folders = {RINGSIDE_BUILD_DIR "/guests/zisa"};
  options.virtual_time = true;
  return options;
}

session::MakeMachine maker(const session::Options& options) {
  const auto image = session::load_guest(options);
  REQUIRE(image.has_value());
  return [options, image = *image] { return session::make_machine(options, {image}); };
}

// Changes a byte of a process that it never looks at: the last of its code and data, before its first instruction.
void change_byte(vmm::Machine& machine) {
  machine.only_step(true);
  while (machine.vm().guest_state().supervisor()) REQUIRE(machine.step());
  const cpu::ArchState state = machine.vm().guest_state();
  u32 page = state.pc & ~static_cast<u32>(kPageMask);
  while (machine.vm().peek_translate(state, {page + kPageSize})) page += kPageSize;
  const auto at = machine.vm().peek_translate(state, {page + kPageMask});
  REQUIRE(at);
  u8 byte = 0;
  REQUIRE(machine.vm().copy_out(*at, {&byte, 1}));
  byte ^= 0x40;
  REQUIRE(machine.vm().copy_in(*at, {&byte, 1}));
}

Examination examined(const std::string& append, const std::string& ported_append, bool faulty = false) {
  const auto bare = maker(options_of("zos", "bare", append));
  const auto good = maker(options_of("zos-pv", "paravirt", ported_append));
  const session::MakeMachine bad = [&]() -> Result<std::unique_ptr<vmm::Machine>> {
    auto made = good();
    if (made && faulty) change_byte(**made);
    return made;
  };
  auto found = session::examine_ported(bare, bad, {});
  REQUIRE(found.has_value());
  return *found;
}

std::string texts(const Examination& found) {
  std::string all;
  if (found.divergence)
    for (const auto& each : found.divergence->differences) all += each + "\n";
  return all;
}

}  // namespace

TEST_CASE("a port does to its processes what the kernel does on the bare machine") {
  // The shell, the programs, and their children that exit.
  const std::pair<const char*, u64> scripts[] = {{"tick=3000 hello; forkwait 5", 8},
                                                 {"tick=3000 primes 300; churn 1; syscalls 20", 5},
                                                 {"tick=3000 paging=z4 crowd 3; echo a b", 6},
                                                 {"tick=3000 paging=z5 crash; sleep 2", 4}};
  for (const auto& [script, processes] : scripts) {
    const Examination found = examined(script, script);
    INFO(script << "\n" << texts(found));
    CHECK(found.held());
    CHECK(found.ended);
    CHECK(found.processes.value_or(0) == processes);
    CHECK(found.audited.accesses > 100'000);
  }
}

TEST_CASE("one byte of a process that is not as it should be is found") {
  const Examination found = examined("hello", "hello", true);
  INFO(texts(found));
  CHECK_FALSE(found.equivalent());
  CHECK(texts(found).find("memory at 0x400") != std::string::npos);
  CHECK(texts(found).find("console") == std::string::npos);
}

TEST_CASE("another console, other processes and another ending are found") {
  const Examination other = examined("echo a b", "echo a c");
  CHECK_FALSE(other.equivalent());
  CHECK(texts(other).find("console: \"a b\" / \"a c\"") != std::string::npos);
  const Examination fewer = examined("forkwait 3", "forkwait 2");
  CHECK(texts(fewer).find("processes that ended: 5 / 4") != std::string::npos);
  const Examination failed = examined("hello", "paging=z1 hello");
  CHECK(texts(failed).find("ending: exited with 0 / exited with 1") != std::string::npos);
}
