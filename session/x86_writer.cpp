#include "session/x86_writer.hpp"

#include "base/bits.hpp"

namespace ringside::session {

void X86Writer::bytes(std::initializer_list<unsigned> all) {
  for (const unsigned byte : all) code_.push_back(static_cast<u8>(byte));
}

// ModRM and what follows: an address alone, or a register with a displacement of 32 bits, ESP by way of SIB.
void X86Writer::place(unsigned field, MemoryAt memory) {
  const unsigned reg = field << 3;
  if (memory.base < 0)
    bytes({reg | 5});
  else if (memory.base == x86::kEsp)
    bytes({0x84 | reg, 0x24});
  else
    bytes({0x80 | reg | static_cast<unsigned>(memory.base)});
  word(memory.displacement);
}

void X86Writer::word(std::string_view label) {
  gaps_.push_back({code_.size(), label, false});
  word(u32{0});
}

void X86Writer::relative(std::string_view label) {
  gaps_.push_back({code_.size(), label, true});
  word(u32{0});
}

std::vector<u8> X86Writer::finish() {
  for (const Gap& gap : gaps_) {
    const u32 behind = origin_ + static_cast<u32>(gap.at) + 4;
    store_le(&code_[gap.at], labels_.at(gap.label) - (gap.relative ? behind : 0));
  }
  return code_;
}

}  // namespace ringside::session
