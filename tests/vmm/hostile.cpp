// Guests that do anything at all: random words executed from random states, and random guests that
// misuse the machine. Nothing may crash or hang, and no guest may reach outside of its memory.
#include <cstdlib>

#include "catch.hpp"
#include "support/random_program.hpp"
#include "support/shadow_audit.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

u64 times(u64 few) {
  return std::getenv("RINGSIDE_FULL") ? few * 5 : few;
}

// RAM full of words that are noise, or instructions, or page-table entries.
std::vector<u8> noise(Dice& dice) {
  std::vector<u8> image(kRandomRam / 4);
  const u32 kind = dice.below(3);
  for (u32 at = 0; at < image.size(); at += 4) {
    u32 value = random_instruction(dice, at % (kCodePages * kPageSize), true);
    if (kind == 0 && dice.chance(50)) value = dice.word();
    if (kind == 1 && dice.chance(50))
      value = ((kRam >> kPageShift) + dice.below(0x140)) << 10 | (dice.word() & 0xff) | 1;
    store_le(&image[at], value);
  }
  return image;
}

cpu::ArchState random_state(Dice& dice) {
  cpu::ArchState state;
  const auto address = [&] {
    return dice.chance(80) ? kRam + dice.below(kRandomRam / 4) : dice.word();
  };
  for (u32 x = 1; x < 32; ++x) state.x[x] = dice.chance(70) ? address() : dice.word();
  for (u32& cr : state.cr) cr = dice.chance(50) ? address() : dice.word();
  state.control(cpu::Cr::kTvec) = address() & ~3u;
  state.control(cpu::Cr::kPtbr) = (kRam >> kPageShift) + dice.below(0x40) + (dice.below(6) << 29);
  state.control(cpu::Cr::kIenable) &= zisa::kInterruptBits;
  state.control(cpu::Cr::kIpend) = 0;
  state.control(cpu::Cr::kCpuid) = 0;
  state.sr = dice.word() & (zisa::sr::kAll & ~zisa::sr::kMode);
  if (dice.chance(70)) state.sr |= zisa::sr::kMode;
  state.pc = address() & ~3u;
  return state;
}

// The guest starts in this state, as if it had set it itself.
void put(vmm::Machine& machine, const cpu::ArchState& state) {
  if (!machine.vm().deprivileged()) {
    machine.cpu().state = state;
    return;
  }
  machine.vm().internals().vcpu.virt = machine.vm().internals().vcpu.ideal = state;
  // The VMM finds the new address space at the next exit: the guest starts with paging off.
  for (auto* each : {&machine.vm().internals().vcpu.virt, &machine.vm().internals().vcpu.ideal})
    each->sr &= ~zisa::sr::kPg;
  machine.vm().entered();
}

void run_noise(const char* isa, const char* strategy, u64 seed) {
  Dice dice(seed);
  Setup setup{.isa = isa, .strategy = strategy, .ram = kRandomRam};
  setup.drive.resize(8 * 512, 0xab);
  const auto m = machine(setup, std::vector<u32>{});
  REQUIRE(m->vm().copy_in({kRam}, noise(dice)));
  for (int round = 0; round < 8 && !m->ending(); ++round) {
    put(*m, random_state(dice));
    m->run({.steps = m->steps() + 500});
    INFO(isa << " " << strategy << " seed " << seed << " round " << round);
    const std::string fault = audit_shadow(*m).fault;
    REQUIRE(fault == "");
    REQUIRE(m->ledger().clock() == m->ledger().total());
  }
}

}  // namespace

TEST_CASE("noise is executed from random states") {
  for (u64 seed = 0; seed < times(150); ++seed) {
    run_noise("zisa", "bare", seed);
    run_noise("zisa-v", "bare", seed);
    run_noise("zisa", "trap-emulate", seed);
    run_noise("zisa-v", "trap-emulate", seed);
  }
}

TEST_CASE("random guests that misuse the machine stay within their memory") {
  u64 leaves = 0, writable = 0;
  for (u64 seed = 0; seed < times(40); ++seed) {
    Setup setup{.isa = seed % 2 ? "zisa" : "zisa-v", .strategy = "trap-emulate"};
    const auto m = random_machine(setup, {.seed = seed, .wild = seed % 4 > 1, .tick = 60'000});
    for (int stop = 1; stop <= 20 && !m->ending(); ++stop) {
      m->run({.steps = static_cast<u64>(stop) * 700});
      const ShadowAudit audit = audit_shadow(*m);
      INFO("seed " << seed << " step " << m->steps());
      REQUIRE(audit.fault == "");
      leaves += audit.leaves;
      writable += audit.writable;
    }
  }
  CHECK(leaves > 1000);
  CHECK(writable > 100);
  CHECK(writable < leaves);
}

TEST_CASE("the guest that overwrites its page tables while it uses them") {
  for (const auto* isa : {"zisa", "zisa-v"})
    for (const auto* strategy : {"bare", "trap-emulate"}) {
      auto session = open_guest(guest("bad-wild-tables", isa, strategy));
      for (u64 stop = 1; stop <= 50 && !session.ended(); ++stop) {
        session.machine().run({.steps = stop * 40'000});
        if (session.machine().vm().deprivileged())
          CHECK(audit_shadow(session.machine()).fault == "");
      }
    }
}
