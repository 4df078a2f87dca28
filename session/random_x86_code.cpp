// Random code of x86, in pieces of equal length: one instruction or a few that belong together, and behind them what
// does nothing. Jumps lead to pieces, mostly near ones, so that code that faults can go on at the next.
#include <algorithm>
#include <array>
#include <span>

#include "session/random_x86.hpp"

namespace ringside::session::random_x86 {

using x86::kEax, x86::kEcx, x86::kEdx, x86::kEbx, x86::kEbp, x86::kEsi, x86::kEdi;

namespace {

// What does nothing, as assemblers fill gaps: NOP, MOV ESI, ESI, LEA ESI, [ESI] with longer and longer encodings.
constexpr std::array<std::array<u8, kPiece>, kPiece + 1> kNothing = {{{},
                                                                      {0x90},
                                                                      {0x89, 0xf6},
                                                                      {0x8d, 0x76, 0},
                                                                      {0x8d, 0x74, 0x26, 0},
                                                                      {0x90, 0x8d, 0x74, 0x26, 0},
                                                                      {0x8d, 0xb6, 0, 0, 0, 0},
                                                                      {0x8d, 0xb4, 0x26, 0, 0, 0, 0},
                                                                      {0x8d, 0xb4, 0x26, 0, 0, 0, 0, 0x90}}};

class Code {
 public:
  Code(Dice& dice, u32 address, bool sensitive) : dice_(dice), address_(address), sensitive_(sensitive) {}

  std::vector<u8> make(u32 bytes) {
    while (out_.size() < bytes) add_piece();
    out_.resize(bytes);
    return std::move(out_);
  }

 private:
  void put(std::initializer_list<unsigned> bytes) {
    for (const unsigned byte : bytes) piece_.push_back(static_cast<u8>(byte));
  }
  void put_word(u32 value) { put({value & 0xff, value >> 8 & 0xff, value >> 16 & 0xff, value >> 24}); }
  u32 roll(u32 sides) { return dice_.below(sides); }
  u32 here() const { return address_ + static_cast<u32>(out_.size()); }

  // Those that turn out too long are drawn again.
  void add_piece() {
    do {
      piece_.clear();
      instruction();
    } while (piece_.size() > kPiece && piece_.size() % kPiece != 0);
    const unsigned rest = (kPiece - piece_.size() % kPiece) % kPiece;
    out_.insert(out_.end(), piece_.begin(), piece_.end());
    out_.insert(out_.end(), kNothing[rest].begin(), kNothing[rest].begin() + rest);
  }

  // --- operands ---

  // EBX, EBP, ESI and EDI hold pointers, so they are written seldom; ESP never but by what uses the stack.
  u32 target() {
    const u32 r = dice_.pick<u32>({kEax, kEcx, kEdx, kEax, kEcx, kEdx, kEax, kEdx});
    return dice_.chance(4) ? dice_.pick<u32>({kEbx, kEbp, kEsi, kEdi}) : r;
  }
  u32 source() { return dice_.pick<u32>({kEax, kEcx, kEdx, kEbx, kEbp, kEsi, kEdi, 4}); }
  u32 pointer() { return dice_.pick<u32>({kEbx, kEbp, kEsi, kEdi}); }
  u32 near_offset() { return dice_.chance(70) ? roll(32) * 4 : roll(256); }
  // Behind a pointer, now and then with an index.
  void memory(u32 field) {
    const u32 reg = field << 3;
    if (dice_.chance(85)) return put({0x40 | reg | pointer(), near_offset()});
    if (dice_.chance(60)) return put({0x44 | reg, roll(4) << 6 | roll(3) << 3 | pointer(), near_offset()});
    put({reg | 5}), put_word(kWindow + kData + roll(kDataPages * kPageSize));
  }
  void place(u32 field, bool to) {
    if (dice_.chance(50)) return memory(field);
    put({0xc0 | field << 3 | (to ? target() : source())});
  }
  u32 any_word() { return dice_.chance(50) ? roll(64) - 32 : dice_.word() >> roll(32); }

  // --- what there is ---

  void instruction() {
    if (dice_.chance(3)) put({dice_.pick<unsigned>({0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x66, 0x67, 0xf0})});
    const u32 d = roll(1000);
    if (d < 330) return arithmetic();
    if (d < 430) return move();
    if (d < 480) return two_bytes();
    if (d < 620) return branch();
    if (d < 690) return stack();
    if (d < 750) return string();
    if (d < 790) return call();
    if (d < 825) return segment();
    if (d < 870) return interrupt();
    if (d < 920) return system();
    if (d < 940) return ports();
    rare();
  }

  void arithmetic() {
    switch (roll(8)) {
      case 0:
      case 1:
        return put({roll(8) * 8 + roll(2)}), place(source(), true);
      case 2:
        return put({roll(8) * 8 + 2 + roll(2)}), place(target(), false);
      case 3:
        return put({0x83}), place(roll(8), true), put({roll(256)});
      case 4:
        return put({0xc0 + roll(2)}), place(roll(8), true), put({roll(40)});
      case 5:
        return put({0xd0 + roll(4)}), place(roll(8), true);
      case 6:
        return put({0xf6 + roll(2)}), place(2 + roll(6), true);
      default:
        return put({dice_.pick<unsigned>({0x40, 0x48}) + target()});
    }
  }

  void move() {
    switch (roll(6)) {
      case 0:
        return put({0x88 + roll(2)}), memory(source());
      case 1:
        return put({0x8a + roll(2)}), memory(target());
      case 2:
        return put({0xb8 + target()}), put_word(any_word());
      case 3:
        return put({0xc7}), put({0x40 | pointer(), near_offset()}), put_word(any_word());
      case 4:
        return put({0x0f, 0xb6 + roll(2) + 8 * roll(2)}), place(target(), false);
      default:
        return put({0x8d}), memory(target());
    }
  }

  void two_bytes() {
    switch (roll(8)) {
      case 0:
        return put({0x0f, 0x90 + roll(16)}), place(0, true);
      case 1:
        return put({0x0f, 0x40 + roll(16)}), place(target(), false);
      case 2:
        return put({0x0f, 0xaf}), place(target(), false);
      case 3:
        return put({0x0f, dice_.pick<unsigned>({0xa3, 0xab, 0xb3, 0xbb})}), place(source(), true);
      case 4:
        return put({0x0f, dice_.pick<unsigned>({0xbc, 0xbd})}), place(target(), false);
      case 5:
        return put({0x0f, dice_.pick<unsigned>({0xa4, 0xac})}), place(source(), true), put({roll(32)});
      case 6:
        return put({0x0f, dice_.pick<unsigned>({0xb0, 0xb1, 0xc0, 0xc1})}), place(source(), true);
      default:
        return put({0x0f, 0xc7}), memory(1);  // cmpxchg8b
    }
  }

  // The distance to a piece, from behind the instruction.
  u32 distance(u32 behind, u32 pieces) {
    const u32 many = dice_.chance(25) ? -pieces : pieces;
    return here() / kPiece * kPiece + many * kPiece - (here() + behind);
  }
  void branch() {
    const u32 prefix = static_cast<u32>(piece_.size());
    if (dice_.chance(80)) return put({0x70 + roll(16), distance(prefix + 2, 1 + roll(12)) & 0xff});
    if (dice_.chance(50)) return put({0xe0 + roll(4), distance(prefix + 2, 1 + roll(12)) & 0xff});
    if (dice_.chance(60)) return put({0xeb, distance(prefix + 2, 1 + roll(12)) & 0xff});
    put({0xe9}), put_word(far_distance(prefix + 5));
  }
  u32 far_distance(u32 behind) {
    const u32 code = here() & ~(kPageSize - 1);
    return code + roll(kPageSize / kPiece) * kPiece - (here() + behind);
  }

  void stack() {
    switch (roll(8)) {
      case 0:
        return put({0x68}), put_word(any_word());
      case 1:
        return put({0x6a, roll(256)});
      case 2:
        return put({0xff}), memory(6);
      case 3:
        return put({0x8f}), memory(0);
      case 4:
        return put({0x60 + roll(2)});
      default:
        return dice_.chance(50) ? put({0x50 + source()}) : put({0x58 + target()});
    }
  }

  // With REP mostly behind a count that ends soon.
  void string() {
    const unsigned what = dice_.pick<unsigned>({0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf});
    if (dice_.chance(25)) return put({what});
    put({0xb9}), put_word(roll(40)), put({0xf2 + roll(2), what});
  }

  void call() {
    const u32 prefix = static_cast<u32>(piece_.size());
    switch (roll(6)) {
      case 0:
        return put({0xc3});
      case 1:
        return put({0xff}), memory(2 + 2 * roll(2));
      case 2:
        return put({0x9a}), put_word(0), put({(dice_.chance(50) ? kGate : kGateWithParameters) | 3, 0});
      case 3:
        return put({0xc2, roll(3) * 4, 0});
      default:
        return put({0xe8}), put_word(far_distance(prefix + 5));
    }
  }

  unsigned selector() {
    if (dice_.chance(10)) return dice_.word() & 0xffff;
    if (dice_.chance(45)) return kUserData;
    return kAssorted + 8 * roll((kGdtEnd - kAssorted) / 8) + dice_.pick<unsigned>({0, 3, 3, 7});
  }
  void segment() {
    if (dice_.chance(5)) return put({0xc4 + roll(2)}), memory(target());
    if (dice_.chance(5)) return put({0x0f, dice_.pick<unsigned>({0xb2, 0xb4, 0xb5})}), memory(target());
    if (sensitive_ && dice_.chance(20)) return put({dice_.pick<unsigned>({0x06, 0x0e, 0x16, 0x1e})});
    const unsigned value = selector(), to = dice_.pick<unsigned>({0, 0, 0, 2, 3, 4, 5, 5});
    put({0x66, 0xb8, value & 0xff, value >> 8, 0x8e, 0xc0 | to << 3});  // mov ax, value; mov segment, ax
  }

  void interrupt() {
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
  void sysenter() {
    put({0xe8}), put_word(0), put({0x5a, 0x89, 0xe1});            // call to the next; pop edx; mov ecx, esp
    put({0x83, 0xc2, 2 * kPiece - 5, 0x0f, 0x34, 0x8d, 0x76, 0});  // add edx; sysenter
  }

  void system() {
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
  void holes() {
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

  void ports() {
    const unsigned port = dice_.pick<unsigned>({0x40, 0x42, 0x61, 0x70, 0x71, 0x80, 0x21, 0xf8});
    if (dice_.chance(70)) return put({dice_.pick<unsigned>({0xe4, 0xe5, 0xe6}), port});
    put({0x66, 0xba, port, 0, dice_.pick<unsigned>({0xec, 0xed, 0x6c, 0x6e})});  // mov dx, port; in, ins or outs
  }

  void rare() {
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

  Dice& dice_;
  u32 address_;
  bool sensitive_;
  std::vector<u8> out_, piece_;
};

}  // namespace

std::vector<u8> empty_piece() {
  return {kNothing[kPiece].begin(), kNothing[kPiece].end()};
}

std::vector<u8> make_code(Dice& dice, u32 address, u32 bytes, bool sensitive) {
  return Code(dice, address, sensitive).make(bytes);
}

}  // namespace ringside::session::random_x86
