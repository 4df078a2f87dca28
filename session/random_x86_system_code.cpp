// Random code of x86 (random_x86_code.cpp): segments, interrupts, system instructions, ports, and what is rare.
#include "session/random_x86_code.hpp"

namespace ringside::session::random_x86 {

unsigned CodeWriter::selector() {
  if (dice_.chance(10)) return dice_.word() & 0xffff;
  if (dice_.chance(45)) return kUserData;
  return kAssorted + 8 * roll((kGdtEnd - kAssorted) / 8) + dice_.pick<unsigned>({0, 3, 3, 7});
}

void CodeWriter::segment() {
  if (dice_.chance(5)) return put({0xc4 + roll(2)}), memory(target());
  if (dice_.chance(5)) return put({0x0f, dice_.pick<unsigned>({0xb2, 0xb4, 0xb5})}), memory(target());
  if (sensitive_ && dice_.chance(20)) return put({dice_.pick<unsigned>({0x06, 0x0e, 0x16, 0x1e})});
  const unsigned value = selector(), to = dice_.pick<unsigned>({0, 0, 0, 2, 3, 4, 5, 5});
  put({0x66, 0xb8, value & 0xff, value >> 8, 0x8e, 0xc0 | to << 3});  // mov ax, value; mov segment, ax
}

void CodeWriter::interrupt() {
  switch (roll(10)) {
    case 0:
      return put({0xcc});
    case 1:
      return put({0xce});
    case 2:
      return put({0xcd, roll(256)});
    case 3:
    case 4:
      return sysenter();
    default:
      return put({0xcd, dice_.chance(60) ? kCallVector : kOtherCallVector});
  }
}

// Two pieces: the address of the one behind them in EDX, the stack in ECX.
void CodeWriter::sysenter() {
  put({0xe8}), put_word(0), put({0x5a, 0x89, 0xe1});            // call to the next; pop edx; mov ecx, esp
  put({0x83, 0xc2, 2 * kPiece - 5, 0x0f, 0x34, 0x8d, 0x76, 0});  // add edx; sysenter
}

void CodeWriter::system() {
  if (sensitive_ && dice_.chance(50)) return holes();
  switch (roll(11)) {
    case 9:
      return put({0x0f, 0x08 + roll(2)});
    case 10:
      return put({0x0f, 0x01, 0xf0 | target()});  // lmsw
    case 0:
      return put({0x0f, 0x31});
    case 1:
      return put({0x0f, 0xa2});
    case 2:
      return put({0xfb, 0xf4});
    case 3:
      return put({0xfa + roll(2)});
    case 4:
      return put({0x0f, 0x20, dice_.pick<unsigned>({0xc0, 0xd0, 0xd8, 0xe0}), 0x0f, 0x06});
    case 5:
      return put({0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8});  // cr3 to itself
    case 6:
      return put({0x0f, 0x01}), memory(7);
    case 7:
      return put({0x0f, 0x21, 0xc0 | roll(8) << 3});
    default:
      return put({dice_.pick<unsigned>({0xfc, 0xfd, 0x9b, 0xd8, 0x90})});
  }
}

// What shows or changes the state without a trap (Robin and Irvine 2000).
void CodeWriter::holes() {
  switch (roll(8)) {
    case 0:
      return put({0x9c, 0x58});
    case 1:
      return put({0x68}), put_word(dice_.word() & 0x0024'4ed5 & ~(dice_.chance(90) ? 0x4100u : 0)), put({0x9d});
    case 2:
      return put({0x0f, 0x01}), memory(roll(2));
    case 3:
      return put({0x0f, 0x01, 0xe0 | target()});
    case 4:
      return put({0x0f, 0x00, 0xc0 | roll(2) << 3 | target()});
    case 5:
      return put({0x0f, 2 + roll(2)}), place(target(), false);
    case 6:
      return put({0x0f, 0x00, 0xe0 | roll(2) << 3 | source()});
    default:
      return put({0x8c}), place(roll(6), true);
  }
}

void CodeWriter::ports() {
  const unsigned port = dice_.pick<unsigned>({0x40, 0x42, 0x61, 0x70, 0x71, 0x80, 0x21, 0xf8});
  if (dice_.chance(70)) return put({dice_.pick<unsigned>({0xe4, 0xe5, 0xe6}), port});
  put({0x66, 0xba, port, 0, dice_.pick<unsigned>({0xec, 0xed, 0x6c, 0x6e})});  // mov dx, port; in, ins or outs
}

void CodeWriter::rare() {
  constexpr unsigned kOneByte[] = {0x27, 0x2f, 0x37, 0x3f, 0x98, 0x99, 0x9e, 0x9f, 0xd6, 0xd7, 0xf5, 0xf8, 0xf9, 0xfc, 0xcb, 0xcf};
  switch (roll(9)) {
    case 0:
      return put({0x6b}), place(target(), false), put({roll(256)});
    case 1:
      return put({0x69, 0xc0 | target() << 3 | source()}), put_word(any_word());
    case 2:
      return put({0x86 + roll(2)}), place(target(), true);
    case 3:
      return put({0xc8, roll(32), 0, roll(3)});
    case 4:
      return put({0xd4 + roll(2), roll(12)});
    case 5:
      return put({0x62}), memory(target());
    case 6:
      return put({0x0f, 0xc8 + target()});
    case 7:
      return put({0x63}), place(source(), true);
    default:
      return put({kOneByte[roll(sensitive_ ? 16 : 14)]});
  }
}

}  // namespace ringside::session::random_x86
