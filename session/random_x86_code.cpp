// Random code of x86, in pieces of equal length: one instruction or a few that belong together, and behind them what
// does nothing. Jumps lead to pieces, mostly near ones, so that code that faults can go on at the next. What is the system's is in
// random_x86_system_code.cpp.
#include "session/random_x86_code.hpp"

#include <array>
#include <utility>

namespace ringside::session::random_x86 {

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

}  // namespace

std::vector<u8> CodeWriter::make(u32 bytes) {
  while (out_.size() < bytes) add_piece();
  out_.resize(bytes);
  return std::move(out_);
}

// Those that turn out too long are drawn again.
void CodeWriter::add_piece() {
  do {
    piece_.clear();
    instruction();
  } while (piece_.size() > kPiece && piece_.size() % kPiece != 0);
  const unsigned rest = (kPiece - piece_.size() % kPiece) % kPiece;
  out_.insert(out_.end(), piece_.begin(), piece_.end());
  out_.insert(out_.end(), kNothing[rest].begin(), kNothing[rest].begin() + rest);
}

void CodeWriter::instruction() {
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

void CodeWriter::arithmetic() {
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

void CodeWriter::move() {
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

void CodeWriter::two_bytes() {
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
u32 CodeWriter::distance(u32 behind, u32 pieces) {
  const u32 many = dice_.chance(25) ? -pieces : pieces;
  return here() / kPiece * kPiece + many * kPiece - (here() + behind);
}

void CodeWriter::branch() {
  const u32 prefix = static_cast<u32>(piece_.size());
  if (dice_.chance(80)) return put({0x70 + roll(16), distance(prefix + 2, 1 + roll(12)) & 0xff});
  if (dice_.chance(50)) return put({0xe0 + roll(4), distance(prefix + 2, 1 + roll(12)) & 0xff});
  if (dice_.chance(60)) return put({0xeb, distance(prefix + 2, 1 + roll(12)) & 0xff});
  put({0xe9}), put_word(far_distance(prefix + 5));
}

u32 CodeWriter::far_distance(u32 behind) {
  const u32 code = here() & ~(kPageSize - 1);
  return code + roll(kPageSize / kPiece) * kPiece - (here() + behind);
}

void CodeWriter::stack() {
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
void CodeWriter::string() {
  const unsigned what = dice_.pick<unsigned>({0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf});
  if (dice_.chance(25)) return put({what});
  put({0xb9}), put_word(roll(40)), put({0xf2 + roll(2), what});
}

void CodeWriter::call() {
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

std::vector<u8> empty_piece() {
  return {kNothing[kPiece].begin(), kNothing[kPiece].end()};
}

std::vector<u8> make_code(Dice& dice, u32 address, u32 bytes, bool sensitive) {
  return CodeWriter(dice, address, sensitive).make(bytes);
}

}  // namespace ringside::session::random_x86
