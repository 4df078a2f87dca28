// Large pages in a TLB that caches them in parts.
#include "x86_machine.hpp"

using namespace ringside;
using namespace ringside::test::x86;

TEST_CASE("x86: INVLPG drops all of a large page, wherever in it its address lies") {
  constexpr u32 kDirectory = 0x5000, kLarge = 0x87;  // present, writable, user, large
  TestMachine m;
  m.put(kDirectory, kLarge), m.put(kDirectory + 4, kLarge);
  m.put(0x50000, 0x1234);
  m.cpu.state.cr3 = kDirectory, m.cpu.state.cr4 |= cr4::kPse, m.cpu.state.cr0 |= cr0::kPg;
  m.code({0xa1, 0, 0, 0x45, 0,               // mov eax, [0x450000]
          0x8b, 0x0d, 0, 0, 0x46, 0,         // mov ecx, [0x460000]
          0x0f, 0x01, 0x3d, 0, 0, 0x44, 0,   // invlpg [0x440000]
          0xa1, 0, 0, 0x45, 0});             // mov eax, [0x450000]
  m.cpu.step(), m.cpu.step();
  CHECK(m.cpu.state.r[kEax] == 0x1234);
  m.put(kDirectory + 4, 0);
  m.cpu.step();
  const Step last = m.cpu.step();
  CHECK(last.kind == Step::Kind::kTrapped);
  CHECK(last.trap == exception(kPf, 0, 0x450000));
}
