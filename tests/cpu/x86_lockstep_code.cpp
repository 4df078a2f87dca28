// The fast engine of x86 on code that is written while it is cached, and on long repeated strings.
#include "x86_lockstep.hpp"

using namespace ringside;
using namespace ringside::test::x86;

namespace {

// Runs bytes at kCode so many steps on both engines, compared after each stride; gives the fast one.
std::unique_ptr<FastRun> both(std::initializer_list<u8> bytes, u64 steps, u64 stride) {
  const Wild wild{.seed = 5};
  RandomMachine exact(wild);
  auto fast = std::make_unique<FastRun>(wild);
  exact.code(bytes), fast->machine.code(bytes);
  for (u64 at = 0; at < steps; at += stride) {
    for (u64 i = 0; i < stride; ++i) exact.step();
    fast->advance(stride);
    const std::string how = difference(exact, fast->machine, true);
    INFO(how);
    REQUIRE(how.empty());
  }
  return fast;
}

}  // namespace

TEST_CASE("x86: a loop rewrites its own body each time around") {
  for (const u64 stride : {1u, 7u, 100u, 350u}) {
    const auto run = both({0xb9, 50, 0, 0, 0,                       // mov ecx, 50
                           0x31, 0xc0,                              // xor eax, eax
                           0xfe, 0x05, 0x0e, 0, 1, 0,               // inc byte [0x1000e], the immediate below
                           0x05, 0, 0, 0, 0,                        // add eax, 0
                           0x49, 0x75, 0xf2,                        // dec ecx; jnz -14
                           0x90, 0x90, 0x90, 0xeb, 0xfb},           // nops; jmp back to the first
                          700, stride);
    CHECK(run->machine.cpu.state.r[kEax] == 50 * 51 / 2);
  }
}

TEST_CASE("x86: an instruction is rewritten right before it runs") {
  const auto run = both({0xc6, 0x05, 0x08, 0, 1, 0, 2,              // mov byte [0x10008], 2
                         0xb8, 1, 0, 0, 0,                          // mov eax, 1
                         0x90, 0xeb, 0xfd},                         // nop; jmp to it
                        40, 5);
  CHECK(run->machine.cpu.state.r[kEax] == 2);
}

TEST_CASE("x86: data beside the code is written all the time") {
  const auto run = both({0xb9, 0xe8, 3, 0, 0,                       // mov ecx, 1000
                         0x83, 0x05, 0, 1, 1, 0, 3,                 // add dword [0x10100], 3
                         0xe2, 0xf7,                                // loop
                         0x90, 0xeb, 0xfd},                         // nop; jmp to it
                        2400, 240);
  CHECK(run->machine.cpu.state.r[kEcx] == 0);
}

TEST_CASE("x86: long repeated strings run in the fast engine, the same") {
  for (const u64 stride : {997u, 20'000u}) {
    const auto run = both({0xfc, 0xb9, 0x10, 0x27, 0, 0,            // cld; mov ecx, 10000
                           0xbf, 0, 0, 5, 0, 0xf3, 0xab,            // mov edi, 0x50000; rep stosd
                           0xb9, 0x10, 0x27, 0, 0,                  // mov ecx, 10000
                           0xbe, 0, 0, 5, 0, 0xbf, 2, 0, 6, 0,      // mov esi, 0x50000; mov edi, 0x60002
                           0xf3, 0xa4,                              // rep movsb
                           0x90, 0xeb, 0xfd},                       // nop; jmp to it
                          60'000, stride);
    CHECK(run->machine.cpu.state.r[kEdi] == 0x60002 + 10'000);
    CHECK(run->by_fast > 55'000);
  }
}

TEST_CASE("x86: overlapping moves repeat what they have copied") {
  const auto run = both({0xfc, 0xc6, 0x05, 0, 0, 5, 0, 0x5a,        // cld; mov byte [0x50000], 0x5a
                         0xb9, 0, 8, 0, 0,                          // mov ecx, 2048
                         0xbe, 0, 0, 5, 0, 0xbf, 1, 0, 5, 0,        // mov esi, 0x50000; mov edi, 0x50001
                         0xf3, 0xa4,                                // rep movsb
                         0x90, 0xeb, 0xfd},                         // nop; jmp to it
                        2400, 300);
  CHECK(run->machine.memory.read<u8>({0x50800}) == 0x5a);
}
