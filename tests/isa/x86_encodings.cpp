#include "isa/x86_encodings.hpp"

#include <algorithm>

namespace ringside::test {

using namespace x86;

std::array<u8, kMaxLength> Encodings::bytes() {
  std::array<u8, kMaxLength> made;
  for (u8& b : made) b = byte();
  return made;
}

std::array<u8, kMaxLength> Encodings::instruction() {
  constexpr u8 kPrefixes[] = {0x66, 0x66, 0x66, 0x67, 0xf3, 0xf2,
                              0xf0, 0x2e, 0x36, 0x3e, 0x26, 0x64};
  // Opcodes that stand for many instructions, or for one that seldom completes.
  constexpr u8 kGroups[] = {0xf6, 0xf7, 0xfe, 0xff, 0x62, 0x98, 0x99};
  constexpr u8 kGroupsBehind0f[] = {0x01, 0xba, 0xc7, 0xa3, 0xbc, 0xbd};
  auto made = bytes();
  unsigned at = 0;
  while (at < 3 && below(5) < 2) made[at++] = kPrefixes[below(std::size(kPrefixes))];
  const bool behind_0f = below(2);
  if (behind_0f) made[at++] = 0x0f;
  if (below(6) == 0)
    made[at] = behind_0f ? kGroupsBehind0f[below(std::size(kGroupsBehind0f))]
                         : kGroups[below(std::size(kGroups))];
  // Small displacements, so that operands lie in the data.
  for (at += 2; at < made.size(); ++at)
    if (below(3)) made[at] = static_cast<u8>(below(20));
  return made;
}

u32 Encodings::value() {
  switch (below(6)) {
    case 0:
      return below(16);
    case 1:
      return random_();
    case 2:
      return 0u - below(16);
    case 3:
      return 1u << below(32);
    default:
      return kData + below(kDataBytes);
  }
}

Flat Encodings::state(std::span<const u8> instruction) {
  Flat made;
  for (u32& r : made.r) r = value();
  if (below(8)) made.r[kEsp] = kData + 256 + below(kDataBytes - 512);
  if (below(3) == 0) made.r[kEdx] = below(4);  // so that divisions have a result
  made.eip = kCode + 64;
  made.eflags |= random_() & (flag::kStatus | (below(4) ? 0 : flag::kDf));
  for (u8& b : made.data) b = byte();
  std::ranges::copy(instruction, made.code.begin() + 64);
  return made;
}

}  // namespace ringside::test
