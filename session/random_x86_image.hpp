// Who makes the memory of a random x86 guest, for session/random_x86_*.cpp alone.
#pragma once

#include <array>

#include "base/bits.hpp"
#include "mmu/x86/paging.hpp"
#include "session/random_x86.hpp"

namespace ringside::session::random_x86 {

namespace pte = x86::pte;
inline constexpr u32 kRights = pte::kP | pte::kRw | pte::kUs, kKernelPage = pte::kP | pte::kRw | pte::kA | pte::kD;
inline constexpr u32 kIdentityPages = 0x60, kTablesOfSpace = 5, kSpaceCount = 3;

/// A descriptor by its parts; `flags` are G, D and AVL.
constexpr u64 segment(u32 base, u32 limit, u32 access, u32 flags = 0xc) {
  const u64 low = (limit & 0xffff) | u64{base & 0xffff} << 16;
  const u64 high = (base >> 16 & 0xff) | access << 8 | (limit & 0xf0000) | flags << 20 | (base & 0xff000000);
  return high << 32 | low;
}
inline constexpr u32 kFlat = 0xfffff;

/// One guest on its way into memory.
class ImageMaker {
 public:
  ImageMaker(const RandomOptions& options, Dice dice) : o_(options), dice_(dice), image_(kImage) {}

  std::vector<u8> operator()();

 private:
  void set(u32 offset, u32 value) { store_le(&image_[offset], value); }
  void set64(u32 offset, u64 value) { set(offset, static_cast<u32>(value)), set(offset + 4, static_cast<u32>(value >> 32)); }
  void variable(u32 offset, u32 value) { set(kVariables + offset, value); }

  // random_x86_tables.cpp
  void segments(const Kernel& kernel);
  void task_state();
  void gates(const Kernel& kernel);
  u32 table(u32 number, u32 which) const { return kTables + (number * kTablesOfSpace + which) * kPageSize; }
  void map(u32 table_offset, u32 linear, u32 address, u32 flags);
  void space(u32 number);
  void window_pages(u32 window);
  void changeable_page(u32 window, u32 offset, u32 flags, bool changeable);
  u32 random_flags();

  u32 random_pointer();
  void variables();
  void choices();
  void descriptor_choice(u32 at);
  void debug_choices();
  void fill(u32 offset, u32 bytes);
  void data();

  struct Changeable {
    u32 entry, linear;
  };
  struct Directory {
    u32 window, alias;
  };

  const RandomOptions& o_;
  Dice dice_;
  std::vector<u8> image_;
  bool global_ = false;  ///< what is global is the same in every space
  std::vector<Changeable> changeable_;
  std::array<Directory, kSpaceCount> directories_{};
};

}  // namespace ringside::session::random_x86
