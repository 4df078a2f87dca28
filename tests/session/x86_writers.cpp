// The last writer on x86: held against a run that looks at every step.
#include <map>

#include "loader/image.hpp"
#include "session/debugger.hpp"
#include "session/writer_check.hpp"
#include "session/x86_support.hpp"
#include "session/x86_words.hpp"

namespace ringside::test {

using session::History;
using session::RegisterId;
using vmm::EventKind;

namespace {

struct Seen {
  std::map<std::string, Write> registers;
  std::map<u64, Write> words;  ///< by host-physical address
};

// What changed, step by step; memory by what instructions stored.
Seen watch_run(x86::Machine& m, u64 end) {
  Seen seen;
  cpu::Effects effects;
  m.record(&effects);
  const auto names = session::x86_register_names();
  while (m.steps() < end) {
    effects.clear();
    const x86::State before = m.vm().guest_state();
    const u64 step = m.steps();
    m.step();
    const x86::State after = m.vm().guest_state();
    for (const auto& name : names) {
      const auto which = *session::x86_find_register(name);
      const u32 old = x86_value(before, which), now = x86_value(after, which);
      if (old != now) seen.registers[name] = {step, old, now};
    }
    for (const auto& each : effects.memory)
      if (each.bytes == 4 && each.hpa.v % 4 == 0) seen.words[each.hpa.v] = {step, each.before, each.after};
  }
  m.record(nullptr);
  return seen;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("x86: the last writer of registers, flags, control and segment registers") {
  for (const Way& way : pc_ways({"bare", "hvm", "dbt", "trap-emulate"}))
    for (const u64 end : {u64{900}, way.strategy == "trap-emulate" ? u64{60'001} : u64{150'001}}) {
      INFO(name_of(way) << ", step " << end);
      auto plain = open_pc("zos", way), session = open_pc("zos", way);
      const Seen seen = watch_run(plain.pc(), end);
      History history(session.pc(), 64u << 20, 20'000);
      history.run({.steps = end});
      const Digest here = digest(session.pc());
      for (const auto& name : session::x86_register_names()) {
        CAPTURE(name);
        const auto found = history.last_writer_of_register(*session::x86_find_register(name));
        if (const auto known = seen.registers.find(name); known != seen.registers.end())
          check_writer(found, known->second);
      }
      CHECK(digest(session.pc()) == here);
      CHECK_FALSE(history.diverged());
    }
}

TEST_CASE("x86: the last writer of memory") {
  for (const Way& way : pc_ways()) {
    INFO(name_of(way));
    const u64 end = 150'000;
    auto plain = open_pc("zos", way), session = open_pc("zos", way);
    const Seen seen = watch_run(plain.pc(), end);
    History history(session.pc(), 64u << 20, 20'000);
    history.run({.steps = end});
    // The kernel sees all of RAM behind its base, in any process.
    constexpr u32 kKernelBase = 0x80000000;
    const u64 shift = session.pc().vm().host_of({0}).v;
    unsigned tried = 0;
    for (const auto& [host, write] : seen.words) {
      if (++tried % 61 != 0 || plain.pc().memory().read<u32>({host}) != write.after) continue;
      const Gva address{static_cast<u32>(host - shift) + kKernelBase};
      CAPTURE(address.v);
      check_writer(history.last_writer_of_memory(address, 4), write);
    }
    CHECK(tried > 600);
    CHECK_FALSE(history.diverged());
  }
}

// The disk is read by REP INSD: a word of the buffer has an iteration of it as its last writer, the VMM's where it
// emulates ports.
TEST_CASE("x86: the last writer of memory that came through a port") {
  for (const Way& way : pc_ways()) {
    INFO(name_of(way));
    auto session = open_pc("zos", way);
    x86::Machine& m = session.pc();
    History history(m, 64u << 20, 20'000);
    const u64 step = first_repeated("zos", way, x86::row_of("ins"));
    history.run({.steps = step});
    const u32 buffer = m.vm().guest_state().r[x86::kEdi];
    history.go_to_step(step + 1);
    const auto writer = history.last_writer_of_memory({buffer}, 4);
    REQUIRE(writer);
    CHECK(writer->step == step);
    CHECK(holds(writer->what, "rep insd"));
    CHECK(holds(writer->what, "emulated by the VMM") == (way.strategy == "hvm"));
    CHECK(writer->after != writer->before);
  }
}

TEST_CASE("x86: the frame of a system call was written by the trap, and EFLAGS too") {
  for (const Way& way : pc_ways()) {
    INFO(name_of(way));
    auto session = open_pc("zos", way);
    x86::Machine& m = session.pc();
    History history(m, 64u << 20, 20'000);
    bool found = false;
    history.run_to_event(
        [](const vmm::Event& e) {
          return (e.kind == EventKind::kTrap || e.kind == EventKind::kInject) &&
                 static_cast<x86::Trap::Kind>(e.detail) == x86::Trap::Kind::kSoftware;
        },
        {}, &found);
    REQUIRE(found);
    const u64 step = m.steps() - 1;
    const u32 frame = m.vm().guest_state().r[x86::kEsp];
    for (const auto& writer :
         {history.last_writer_of_memory({frame}, 4),
          history.last_writer_of_register(*session::x86_find_register("eflags")),
          history.last_writer_of_register(*session::x86_find_register("cs")),
          history.last_writer_of_register(*session::x86_find_register("ss"))}) {
      REQUIRE(writer);
      CHECK(writer->step == step);
      CHECK(holds(writer->what, "INT 0x"));
    }
  }
}

TEST_CASE("x86: the last writer by name, in words") {
  session::Options options;
  options.guest = RINGSIDE_BUILD_DIR "/guests/x86/zos";
  options.append = "hello";
  options.memory = 8u << 20;
  auto debugger = session::Debugger::open(options);
  if (!debugger) FAIL(debugger.error().text());
  debugger->step(2000);
  const auto cr0 = debugger->last_writer("cr0");
  REQUIRE((cr0 && *cr0));
  CHECK(holds((*cr0)->writer.what, "mov cr0"));
  CHECK(holds((*cr0)->after, "PE"));
  CHECK(holds((*cr0)->after, "PG"));
  CHECK_FALSE(holds((*cr0)->before, "PG"));
  const auto eax = debugger->last_writer("eax");
  REQUIRE((eax && *eax));
  CHECK_FALSE((*eax)->writer.what.empty());
  CHECK_FALSE(debugger->last_writer("rax"));
  CHECK_FALSE(debugger->last_writer("pc"));
}

}  // namespace ringside::test
