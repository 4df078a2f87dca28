// Who writes random code of x86, for session/random_x86_*.cpp alone.
#pragma once

#include "session/random_x86.hpp"

namespace ringside::session::random_x86 {

using x86::kEax, x86::kEcx, x86::kEdx, x86::kEbx, x86::kEbp, x86::kEsi, x86::kEdi;

class CodeWriter {
 public:
  CodeWriter(Dice& dice, u32 address, bool sensitive) : dice_(dice), address_(address), sensitive_(sensitive) {}

  /// So many bytes, in pieces.
  std::vector<u8> make(u32 bytes);

 private:
  void put(std::initializer_list<unsigned> bytes) {
    for (const unsigned byte : bytes) piece_.push_back(static_cast<u8>(byte));
  }
  void put_word(u32 value) { put({value & 0xff, value >> 8 & 0xff, value >> 16 & 0xff, value >> 24}); }
  u32 roll(u32 sides) { return dice_.below(sides); }
  u32 here() const { return address_ + static_cast<u32>(out_.size()); }
  void add_piece();

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

  void instruction();
  void arithmetic();
  void move();
  void two_bytes();
  u32 distance(u32 behind, u32 pieces);
  void branch();
  u32 far_distance(u32 behind);
  void stack();
  void string();
  void call();

  // random_x86_system_code.cpp
  unsigned selector();
  void segment();
  void interrupt();
  void sysenter();
  void system();
  void holes();
  void ports();
  void rare();

  Dice& dice_;
  u32 address_;
  bool sensitive_;
  std::vector<u8> out_, piece_;
};

}  // namespace ringside::session::random_x86
