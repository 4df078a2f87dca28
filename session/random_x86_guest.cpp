// What a random x86 guest finds in memory: descriptors, page tables, variables of the kernel, code and data.
#include <algorithm>
#include <array>
#include <span>

#include "base/bits.hpp"
#include "isa/x86/decode.hpp"
#include "isa/x86/disassemble.hpp"
#include "mmu/x86/paging.hpp"
#include "session/random_x86.hpp"

namespace ringside::session {

using namespace random_x86;

namespace {

namespace pte = x86::pte;
constexpr u32 kRights = pte::kP | pte::kRw | pte::kUs, kKernelPage = pte::kP | pte::kRw | pte::kA | pte::kD;
constexpr u32 kIdentityPages = 0x60, kTablesOfSpace = 5, kSpaceCount = 3;

/// A descriptor by its parts; `flags` are G, D and AVL.
constexpr u64 segment(u32 base, u32 limit, u32 access, u32 flags = 0xc) {
  const u64 low = (limit & 0xffff) | u64{base & 0xffff} << 16;
  const u64 high = (base >> 16 & 0xff) | access << 8 | (limit & 0xf0000) | flags << 20 | (base & 0xff000000);
  return high << 32 | low;
}
constexpr u64 gate(u32 offset, u32 access, u32 parameters = 0) {
  const u64 low = (offset & 0xffff) | u64{kKernelCode} << 16;
  return u64{(offset & 0xffff0000) | access << 8 | parameters} << 32 | low;
}
constexpr u32 kFlat = 0xfffff;

/// One guest on its way into memory.
class Maker {
 public:
  Maker(const RandomOptions& options, Dice dice) : o_(options), dice_(dice), image_(kImage) {}

  std::vector<u8> operator()() {
    const Kernel kernel = make_kernel(o_.user_sensitive);
    std::ranges::copy(kernel.code, image_.begin());
    segments(kernel);
    gates(kernel);
    global_ = dice_.chance(30);
    for (u32 i = 0; i < kSpaceCount; ++i) space(i);
    variables();
    choices();
    debug_choices();
    fill(kCode, kCodePages * kPageSize);
    data();
    return std::move(image_);
  }

 private:
  void set(u32 offset, u32 value) { store_le(&image_[offset], value); }
  void set64(u32 offset, u64 value) { set(offset, static_cast<u32>(value)), set(offset + 4, static_cast<u32>(value >> 32)); }
  void variable(u32 offset, u32 value) { set(kVariables + offset, value); }

  // --- descriptors ---

  void segments(const Kernel& kernel) {
    const auto gdt = [&](u32 selector, u64 descriptor) { set64(kGdt + (selector & ~7u), descriptor); };
    gdt(kKernelCode, segment(0, kFlat, 0x9b)), gdt(kKernelData, segment(0, kFlat, 0x93));
    gdt(kUserCode, segment(0, kFlat, 0xfb)), gdt(kUserData, segment(0, kFlat, 0xf3));
    gdt(kTssSelector, segment(kBase + kTss, 0x68 + 0x80, 0x89, 0));
    gdt(kLdtSelector, segment(kBase + kLdt, 0x1f, 0x82, 0));
    gdt(kAssorted, segment(kWindow + kData, 0x7fff, 0xf2, 4));  // data, not all of the memory
    gdt(kAssorted + 8, segment(0, kFlat, 0xf0));                // read only
    gdt(kAssorted + 16, segment(0, 0x3fff, 0xf6));              // expand-down
    gdt(kAssorted + 24, segment(0, kFlat, 0x72));               // not present
    gdt(kAssorted + 32, segment(0, kFlat, 0x9e));               // conforming code of ring 0
    gdt(kAssorted + 40, segment(0, 0xffff, 0xf2, 0));           // 16 bits
    gdt(kGate, gate(kernel.gate, 0xec));
    gdt(kAssorted + 56, segment(0, kFlat, 0xf8));               // code that cannot be read
    gdt(kGateWithParameters, gate(kernel.gate_with_parameters, 0xec, 2));
    set64(kLdt, segment(0, kFlat, 0xf2)), set64(kLdt + 8, segment(kWindow, dice_.below(0x20000), 0xf3, 4));
    task_state();
    variable(kGdtr, u32{kGdtEnd - 1} | (kBase + kGdt) << 16), variable(kGdtr + 4, (kBase + kGdt) >> 16);
    variable(kIdtr, 0x7ffu | (kBase + kIdt) << 16), variable(kIdtr + 4, (kBase + kIdt) >> 16);
  }

  // Stack of ring 0, and a bitmap that allows a few ports.
  void task_state() {
    set(kTss + 4, kBase + kKernelStack), set(kTss + 8, kKernelData);
    set(kTss + 0x64, 0x68u << 16);
    std::fill_n(image_.begin() + kTss + 0x68, 0x81, u8{0xff});
    for (const u32 port : {0x40u, 0x42u, 0x61u, 0x70u, 0x71u, 0x80u})
      image_[kTss + 0x68 + port / 8] &= static_cast<u8>(~(1u << port % 8));
  }

  // User code may call by 3, 4, 40h and 80h; the last leaves interrupts on.
  void gates(const Kernel& kernel) {
    for (u32 vector = 0; vector < kVectors; ++vector) {
      const bool user = vector == x86::kBp || vector == x86::kOf || vector == kCallVector;
      set64(kIdt + 8 * vector, gate(kernel.vectors[vector], user ? 0xee : 0x8e));
    }
    set64(kIdt + 8 * kOtherCallVector, gate(kernel.call, 0xef));
  }

  // --- page tables ---

  u32 table(u32 number, u32 which) const { return kTables + (number * kTablesOfSpace + which) * kPageSize; }
  void map(u32 table_offset, u32 linear, u32 address, u32 flags) {
    set(table_offset + 4 * (linear >> kPageShift & 0x3ff), address | flags);
  }

  // The kernel and all that it needs map to themselves; code, data and stacks appear again for user code, data with all
  // sorts of rights, and all of it in one large page.
  void space(u32 number) {
    const u32 directory = table(number, 0), low = table(number, 1), window = table(number, 2), devices = table(number, 3);
    const u32 global = global_ ? pte::kG : 0;
    const auto entry = [&](u32 linear) { return directory + 4 * (linear >> 22); };
    set(entry(kBase), (kBase + low) | kRights), set(entry(kWindow), (kBase + window) | kRights);
    set(entry(kApic), (kBase + devices) | kRights);
    set(entry(kAlias), kRights | pte::kPs | (dice_.chance(50) ? pte::kUs : 0));
    directories_[number] = {entry(kWindow), entry(kAlias)};
    for (u32 page = 0; page < kIdentityPages; ++page)
      map(low, kBase + page * kPageSize, kBase + page * kPageSize, kKernelPage | global);
    for (u32 page = 0; page < kDataPages; ++page)
      map(low, kWrapped + kData + page * kPageSize, kWrapped + kData + page * kPageSize, kKernelPage);
    for (const u32 device : {kApic, 0xfec0'0000u}) map(devices, device, device, kKernelPage | pte::kPcd);
    window_pages(window);
  }

  void window_pages(u32 window) {
    for (u32 page = 0; page < kCodePages; ++page) changeable_page(window, kCode + page * kPageSize, kRights, page == 1);
    for (u32 page = 0; page < kStackPages; ++page)
      map(window, kWindow + kUserStack + (page - 1) * kPageSize, kBase + kUserStack + (page - 1) * kPageSize, kRights);
    for (u32 page = 0; page < kDataPages; ++page) changeable_page(window, kData + page * kPageSize, random_flags(), true);
  }
  void changeable_page(u32 window, u32 offset, u32 flags, bool changeable) {
    map(window, kWindow + offset, kBase + offset, flags);
    if (changeable) changeable_.push_back({kBase + window + 4 * (offset >> kPageShift), kWindow + offset});
  }

  u32 random_flags() {
    u32 flags = dice_.pick<u32>({kRights, kRights, kRights, pte::kP | pte::kRw, pte::kP | pte::kUs, pte::kP, 0, pte::kUs});
    if (dice_.chance(50)) flags |= pte::kA;
    if (dice_.chance(40)) flags |= pte::kD;
    if (dice_.chance(10)) flags |= pte::kPcd;
    return flags;
  }

  // --- variables of the kernel ---

  u32 random_pointer() {
    const u32 in_page = dice_.chance(20) ? dice_.pick<u32>({0, 0xffc, 0xffd, 0xfff, 0x7fe}) : dice_.below(0x1000);
    const u32 page = kData + dice_.below(kDataPages) * kPageSize + in_page;
    switch (dice_.below(14)) {
      case 0:
        return kWindow + kCode + dice_.below(kCodePages) * kPageSize + in_page;
      case 1:
        return dice_.pick<u32>({kApic + 0x30, kApic + 0x390, 0xfec00000, 4, 0xfffffffe, kBase + kVariables});
      case 2:
      case 3:
        return kAlias + kBase + page;
      case 4:
        return kWrapped + page;
      case 5:
      case 6:
      case 7:
        return kBase + page;
      default:
        return kWindow + page;
    }
  }

  void variables() {
    for (u32 i = 0; i < x86::kGprs; ++i) {
      const bool pointer = i == x86::kEbx || i >= x86::kEbp;
      variable(kRegisters + 4 * i, pointer ? random_pointer() : dice_.word() >> dice_.below(32));
    }
    variable(kRegisters + 4 * x86::kEcx, dice_.below(64));
    variable(kRandom, dice_.word());
    variable(kTrapsLeft, o_.traps), variable(kTick, o_.tick);
    u32 mask = 1;
    while (mask < o_.tick) mask = mask * 2 + 1;
    variable(kTickMask, mask);
    const bool paging = dice_.chance(o_.paging_percent);
    const u32 am_wp = (dice_.chance(50) ? x86::cr0::kWp : 0) | (dice_.chance(30) ? x86::cr0::kAm : 0);
    variable(kCr0, x86::cr0::kPe | x86::cr0::kEt | am_wp | (paging ? x86::cr0::kPg : 0));
    variable(kCr4, x86::cr4::kPse | (global_ ? x86::cr4::kPge : 0) | (dice_.chance(15) ? x86::cr4::kDe : 0));
    const bool by_io_apic = dice_.chance(50);
    variable(kPicMasks, (dice_.chance(60) ? 0xfau : 0xfbu) | (by_io_apic ? 0xff00u : 0xbf00u));
    variable(kIoApicEntry, kDiskVector | (by_io_apic ? 0 : 0x1'0000u));
    variable(kPitCount, dice_.between(2, 6));
  }

  void choices() {
    for (u32 i = 0; i < 8; ++i) variable(kSpaces + 4 * i, kBase + table(dice_.below(kSpaceCount), 0));
    for (u32 i = 0; i < 16; ++i) {
      const auto [at, linear] = changeable_[dice_.below(static_cast<u32>(changeable_.size()))];
      variable(kEntries + 8 * i, at), variable(kEntries + 8 * i + 4, linear);
      variable(kEntryFlags + 4 * i, random_flags());
      variable(kSelectors + 4 * i, dice_.pick<u32>({kUserData, kUserData, kUserData, 0u, kAssorted | 3u, (kAssorted + 8) | 3u,
                                                    (kAssorted + 16) | 3u, (kAssorted + 40) | 3u, 7u, 15u}));
    }
    for (u32 i = 0; i < 4; ++i) {
      const auto& [window, alias] = directories_[dice_.below(kSpaceCount)];
      const bool large = dice_.chance(60);
      variable(kDirectoryEntries + 16 * i, kBase + (large ? alias : window));
      variable(kDirectoryEntries + 16 * i + 4, large ? dice_.pick<u32>({1, 2, 4, 6}) : dice_.pick<u32>({2, 2, 4}));
    }
    for (u32 i = 0; i < 8; ++i) descriptor_choice(kDescriptors + 16 * i);
  }

  // Other descriptors for segments of no system's: their limits, rights and sizes.
  void descriptor_choice(u32 at) {
    const u32 slot = dice_.pick<u32>({kGdt + kAssorted, kGdt + kAssorted + 8, kGdt + kAssorted + 16, kGdt + kAssorted + 24,
                                      kGdt + kAssorted + 40, kGdt + kAssorted + 56, kLdt, kLdt + 8});
    const u32 access = dice_.pick<u32>({0xf2, 0xf3, 0xf0, 0xf6, 0x72, 0x92, 0xfa, 0xf8});
    const u64 descriptor = dice_.chance(60) ? segment(0, kFlat, access)
                                            : segment(kWindow + kData, dice_.below(0x9000), access, dice_.pick<u32>({4, 0}));
    variable(at, kBase + slot);
    set64(kVariables + at + 4, descriptor);
  }

  // In data and code, for instructions, stores, and loads and stores; once in a while DR7 guards itself.
  void debug_choices() {
    for (u32 i = 0; i < 16; ++i) {
      const u32 code = kCode + dice_.below(kCodePages * kPageSize / kPiece) * kPiece;
      const u32 data = kData + dice_.below(kDataPages * kPageSize);
      variable(kBreakpoints + 4 * i, dice_.chance(40) ? dice_.pick<u32>({kWindow, kBase}) + code : kWindow + data);
      u32 control = dice_.chance(30) ? 0 : 0x400 | (dice_.word() & 0xff);
      for (u32 number = 0; number < 4; ++number)
        control |= dice_.pick<u32>({0u, 1u, 3u, 5u, 13u, 15u, 7u}) << (16 + 4 * number);
      variable(kControls + 4 * i, control | (dice_.chance(4) ? 0x2000 : 0));
    }
  }

  // --- code and data ---

  void fill(u32 offset, u32 bytes) {
    std::ranges::copy(make_code(dice_, kBase + offset, bytes, o_.user_sensitive), image_.begin() + offset);
  }
  void data() {
    for (u32 page = 0; page < kDataPages; ++page) {
      const u32 offset = kData + page * kPageSize;
      if (dice_.chance(50)) fill(offset, kPageSize);
      for (u32 i = 0; i < kPageSize; i += 4)
        if (dice_.chance(30)) set(offset + i, dice_.chance(50) ? random_pointer() : dice_.word());
    }
  }

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

}  // namespace

RandomGuest draw_x86_guest(const RandomOptions& options, u64 again) {
  constexpr u64 kFar = u64{1} << 40;  // from the guests of other seeds
  RandomGuest guest;
  guest.base = kBase;
  guest.nothing = empty_piece();
  Dice dice(options.seed + 0x8086 + again * kFar);
  guest.drive.resize(8 * 512);
  for (u8& byte : guest.drive) byte = static_cast<u8>(dice.word());
  guest.image = Maker(options, Dice(dice.next()))();
  return guest;
}

// Without what does nothing, where a piece does something.
std::string x86_piece_text(const RandomGuest& guest, u32 offset) {
  std::string text;
  for (u32 at = offset; at < offset + kPiece;) {
    const std::span code = std::span(guest.image).subspan(at, x86::kMaxLength);
    const auto found = x86::decode(code, x86::CodeSize::kBits32);
    const std::string one = x86::disassemble(code, guest.base + at, x86::CodeSize::kBits32);
    const bool filler = one == "nop" || one.starts_with("lea esi, ds:[esi") || one.starts_with("lea esi, [esi") || one == "mov esi, esi";
    if (!filler) text += (text.empty() ? "" : "; ") + one;
    at += std::max<u32>(found.length, 1);
  }
  return text.empty() ? "nop" : text;
}

}  // namespace ringside::session
