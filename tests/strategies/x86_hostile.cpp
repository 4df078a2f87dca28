// Guests of x86 that do anything at all with descriptors, tables, flags and rings: no VMM lets them out, and those that
// keep to what a kernel has to invalidate are as on the bare machine at every instant.
#include <cstdlib>
#include <optional>

#include "catch.hpp"
#include "session/auditor.hpp"
#include "session/equivalence.hpp"
#include "strategies/bare/bare.hpp"
#include "strategies/hvm/x86_hvm.hpp"
#include "strategies/trap_emulate/x86_trap_emulate.hpp"
#include "x86_hostile_guest.hpp"

using namespace ringside;
using namespace ringside::test::x86;

namespace {

constexpr u64 kTicks = 3000;

u32 seeds(u32 few) { return std::getenv("RINGSIDE_FULL") ? 20 * few : few; }

template <class S, class... Args>
std::unique_ptr<ringside::x86::Machine> machine(const Hostility& how, bool cured, Args... args) {
  return hostile_machine(how, std::make_unique<S>(args...), cured);
}

void check_same(ringside::x86::Machine& other, const Hostility& how, u64& ticks) {
  const auto bare = machine<strategies::X86Bare>(how, false);
  session::EquivalenceOptionsOf<ringside::x86::Arch> options;
  options.ticks = kTicks, options.memory_every = 64;
  const auto found = session::compare_instants(*bare, other, options);
  ticks += found.ticks;
  INFO("seed " << how.seed << " paging " << how.paging);
  if (found.divergence) UNSCOPED_INFO(text_of(*found.divergence, "bare", other.strategy().name()));
  REQUIRE_FALSE(found.divergence);
}

template <class F>
void for_each_guest(u32 few, F check) {
  u64 ticks = 0;
  for (u64 seed = 1; seed <= seeds(few); ++seed) check(Hostility{seed, seed % 4 != 0, false}, ticks);
  CHECK(ticks > seeds(few) * 100);
}

// By both engines: steps of the exact one are audited.
template <class S, class... Args>
void check_kept_in(u64 seed, Args... args) {
  const Hostility how{seed, seed % 4 != 0, true};
  const auto stepped = machine<S>(how, false, args...), fast = machine<S>(how, false, args...);
  const session::AuditorOf<ringside::x86::Arch> auditor(*stepped);
  while (stepped->instructions() < kTicks && stepped->step()) continue;
  INFO("seed " << seed);
  if (auditor.breach()) UNSCOPED_INFO(auditor.breach()->what);
  REQUIRE_FALSE(auditor.breach());
  fast->run({.instructions = kTicks});
}

// Turns address line 20 off at an odd MiB; the code there would end with 1, that which is reached then with 2.
template <class S, class... Args>
std::optional<u32> code_after_a20_off(Args... args) {
  constexpr u64 kHere = 0x100100, kThere = 0x100;
  const auto m = machine<S>(Hostility{}, false, args...);
  m->vm().copy_in({kHere}, std::vector<u8>{0xb0, 0x00, 0xe6, 0x92, 0xb0, 0x01, 0xe6, 0xf4, 0xf4});
  m->vm().copy_in({kThere}, std::vector<u8>{0x90, 0x90, 0x90, 0x90, 0xb0, 0x02, 0xe6, 0xf4, 0xf4});
  auto state = HostileGuest(Hostility{}).first_state();
  state.eip = kHere;
  m->start_from(state);
  m->run({.instructions = 16});
  const auto& ending = m->ending();
  return ending ? std::optional(ending->exit_code) : std::nullopt;
}

// An NMI by the local APIC, whose gate lies in a page that nothing has touched before: its delivery exits, and is done again.
template <class S, class... Args>
std::optional<u32> code_after_nmi(Args... args) {
  constexpr u64 kHere = 0x100000, kHandler = 0x100100, kGdt = 0x180000, kIdt = 0x190000;
  const auto m = machine<S>(Hostility{}, false, args...);
  m->vm().copy_in({kHere}, std::vector<u8>{0xc7, 0x05, 0x00, 0x03, 0xe0, 0xfe, 0x00, 0x04, 0x04, 0x00, 0x90, 0xb0, 0x01, 0xe6, 0xf4});
  m->vm().copy_in({kHandler}, std::vector<u8>{0xb0, 0x03, 0xe6, 0xf4, 0xf4});
  m->vm().copy_in({kGdt + 8}, std::vector<u8>{0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0, 0xff, 0xff, 0, 0, 0, 0x93, 0xcf, 0});
  m->vm().copy_in({kIdt + 16}, std::vector<u8>{0x00, 0x01, 0x08, 0x00, 0x00, 0x8e, 0x10, 0x00});
  auto state = HostileGuest(Hostility{}).first_state();
  state.eip = kHere, state.gdtr = {kGdt, 0x17}, state.idtr = {kIdt, 0x7ff};
  m->start_from(state);
  m->run({.instructions = 32});
  const auto& ending = m->ending();
  return ending ? std::optional(ending->exit_code) : std::nullopt;
}

}  // namespace

TEST_CASE("x86: an NMI whose delivery exits is delivered again") {
  CHECK(code_after_nmi<strategies::X86Bare>() == 3u);
  CHECK(code_after_nmi<strategies::X86TrapEmulate>() == 3u);
  CHECK(code_after_nmi<strategies::X86Hvm>(false) == 3u);
  CHECK(code_after_nmi<strategies::X86Hvm>(true) == 3u);
}

TEST_CASE("x86: address line 20 moves the code that runs at once, under every strategy") {
  CHECK(code_after_a20_off<strategies::X86Bare>() == 2u);
  CHECK(code_after_a20_off<strategies::X86TrapEmulate>() == 2u);
  CHECK(code_after_a20_off<strategies::X86Hvm>(false) == 2u);
  CHECK(code_after_a20_off<strategies::X86Hvm>(true) == 2u);
}

TEST_CASE("x86 hostile guests: ring compression with the holes cured is the bare machine") {
  for_each_guest(150, [](const Hostility& how, u64& ticks) {
    check_same(*machine<strategies::X86TrapEmulate>(how, true), how, ticks);
  });
}

TEST_CASE("x86 hostile guests: hardware assistance is the bare machine, with EPT and with shadow tables") {
  for_each_guest(60, [](const Hostility& how, u64& ticks) {
    check_same(*machine<strategies::X86Hvm>(how, false, true), how, ticks);
    check_same(*machine<strategies::X86Hvm>(how, false, false), how, ticks);
  });
}

TEST_CASE("x86 hostile guests: none gets out, whatever it writes") {
  for (u64 seed = 1; seed <= seeds(150); ++seed) {
    check_kept_in<strategies::X86TrapEmulate>(seed);
    check_kept_in<strategies::X86Hvm>(seed, false);
    check_kept_in<strategies::X86Hvm>(seed, true);
  }
}
