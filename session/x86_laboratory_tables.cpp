#include "session/x86_laboratory_tables.hpp"

#include <array>

#include "cpu/x86/descriptor.hpp"
#include "session/x86_laboratory.hpp"

namespace ringside::session {

using namespace x86;

namespace {

// Where things lie in the first page of a set; the interrupt table is the second page.
constexpr u32 kLdtAt = 0x200, kTssAt = 0x400;
constexpr u16 kGdtLimit = 0xff, kLdtLimit = 0x1f, kIdtLimit = 0x7ff;
// The bitmap begins at the end of a 32-bit TSS (SDM volume 3, section 7.2.1), with ones: all ports
// are denied.
constexpr u32 kBitmapAt = 0x68, kTssLimit = 0x87, kTssBitmapField = 0x66;

// Places in the GDT; those of each level follow each other.
enum Slot : u16 {
  kCode = 1,
  kData = 5,
  kConforming = 9,
  kTssSlot = 10,
  kFreeTss = 12,
  kLdtSlot = 13,
  kGateInner = 15,
  kGateSame,
  kGateConforming,
  kReadOnly,
  kSmall,
  kAbsent,
  kExecuteOnly,
  kConforming3
};
constexpr u16 selector_of(unsigned slot, unsigned rpl) {
  return static_cast<u16>(slot << 3 | rpl);
}

// Access bytes and flags of descriptors (SDM volume 3, section 3.4.5).
constexpr u32 kFlat = 0xc, kBytes = 0x4, kSystemBytes = 0;
constexpr u32 kCodeAccess = 0x9b, kDataAccess = 0x93, kDpl3 = 3 << 5, kPresentBit = 0x80;
constexpr u32 kFree32 = 0x89, kBusy32 = 0x8b, kLdtAccess = 0x82, kGate32 = 0x8c | kDpl3;

constexpr u64 segment(u32 base, u32 limit, u32 access, u32 flags) {
  const u64 low = (limit & 0xffff) | (base & 0xffff) << 16;
  return low | u64{(base >> 16 & 0xff) | access << 8 | (limit & 0xf0000) | flags << 20 |
                   (base & 0xff000000)}
                   << 32;
}
constexpr u64 gate(u16 selector, u32 offset, u32 access) {
  return ((offset & 0xffff) | u32{selector} << 16) | u64{(offset & 0xffff0000) | access << 8} << 32;
}

constexpr u32 base_of(u32 set) {
  return kLabX86System + set * kLabPagesOfSet * kPageSize;
}
constexpr u32 idt_of(u32 set) {
  return base_of(set) + kPageSize;
}

// The second set's segments have other limits, and some that may be read or written in the first may not there.
constexpr u32 code_of(u32 set) {
  return set == 0 ? kCodeAccess : kCodeAccess & ~rights::kReadable;
}
constexpr u32 data_of(u32 set) {
  return set == 0 ? kDataAccess : kDataAccess & ~rights::kWritable;
}
constexpr u64 flat(u32 set, u32 access) {
  return set == 0 ? segment(0, 0xfffff, access, kFlat) : segment(0, 0xfffff, access, kBytes);
}

constexpr u32 kHandlers = 0x100000;
constexpr u32 handlers_of(u32 set) {
  return kHandlers + set * kPageSize;
}

class Pages {
 public:
  std::vector<u8> make() {
    for (u32 set = 0; set < kLabTableSets; ++set)
      fill_gdt(set), fill_ldt(set), fill_tss(set), fill_idt(set);
    return std::move(bytes_);
  }

 private:
  void put(u32 address, u64 value, u32 count = 8) {
    for (u32 i = 0; i < count; ++i)
      bytes_[address - kLabX86System + i] = static_cast<u8>(value >> (8 * i));
  }
  void fill_gdt(u32 set) {
    const auto slot = [&](unsigned number, u64 value) { put(base_of(set) + 8 * number, value); };
    for (u32 level = 0; level < kLabLevels; ++level) {
      slot(kCode + level, flat(set, code_of(set) | level << 5));
      slot(kData + level, flat(set, kDataAccess | level << 5));
    }
    slot(kConforming, flat(set, kCodeAccess | rights::kConforming));
    slot(kConforming3, flat(set, kCodeAccess | rights::kConforming | kDpl3));
    slot(kTssSlot + set, segment(base_of(set) + kTssAt, kTssLimit, kBusy32, kSystemBytes));
    slot(kFreeTss, segment(base_of(1 - set) + kTssAt, kTssLimit, kFree32 | kDpl3, kSystemBytes));
    slot(kLdtSlot + set, segment(base_of(set) + kLdtAt, kLdtLimit, kLdtAccess, kSystemBytes));
    slot(kGateInner, gate(lab_x86_code(0), lab_x86_handler(set, 0), kGate32));
    slot(kGateSame, gate(lab_x86_code(3), lab_x86_handler(set, 1), kGate32));
    slot(kGateConforming, gate(selector_of(kConforming, 0), lab_x86_handler(set, 2), kGate32));
    slot(kReadOnly, flat(set, data_of(set) | kDpl3));
    slot(kSmall, segment(kLabX86Base, 0xffff, data_of(set) | kDpl3, kBytes));
    slot(kAbsent, flat(set, (data_of(set) & ~kPresentBit) | kDpl3));
    slot(kExecuteOnly, flat(set, (kCodeAccess & ~rights::kReadable) | kDpl3));
  }
  void fill_ldt(u32 set) {
    put(base_of(set) + kLdtAt, flat(set, data_of(set) | kDpl3));
    put(base_of(set) + kLdtAt + 8, flat(set, kCodeAccess | kDpl3));
    put(base_of(set) + kLdtAt + 16, flat(set, data_of(set)));
  }
  // Stacks of inner levels lie in the pages of the map.
  void fill_tss(u32 set) {
    const u32 tss = base_of(set) + kTssAt;
    for (u32 level = 0; level < 3; ++level) {
      put(tss + 4 + 8 * level, kLabX86Base + (2 * level + set + 1) * kPageSize - 64, 4);
      put(tss + 8 + 8 * level, lab_x86_data(level), 4);
    }
    put(tss + kTssBitmapField, kBitmapAt, 2);
    for (u32 at = kBitmapAt; at <= kTssLimit; ++at) put(tss + at, 0xff, 1);
  }
  // Gates of all levels, so that some INT n are allowed and some are not.
  void fill_idt(u32 set) {
    for (u32 vector = 0; vector < 256; ++vector) {
      const u32 access = (vector % 2 ? 0x8f : 0x8e) | lab_x86_gate_level(vector) << 5;
      put(idt_of(set) + 8 * vector,
          gate(lab_x86_code(0), lab_x86_handler(set, vector), access));
    }
  }

  std::vector<u8> bytes_ = std::vector<u8>(kLabTableSets * kLabPagesOfSet * kPageSize);
};

}  // namespace

const LabX86Tables& lab_x86_tables(u32 set) {
  static const auto all = [] {
    std::array<LabX86Tables, kLabTableSets> made;
    for (u32 i = 0; i < kLabTableSets; ++i)
      made[i] = {{base_of(i), kGdtLimit},
                 {idt_of(i), kIdtLimit},
                 {selector_of(kLdtSlot + i, 0), base_of(i) + kLdtAt, kLdtLimit, kLdtAccess},
                 {selector_of(kTssSlot + i, 0), base_of(i) + kTssAt, kTssLimit, kBusy32}};
    return made;
  }();
  return all[set];
}

u16 lab_x86_code(u32 level) {
  return selector_of(kCode + level, level);
}
u16 lab_x86_data(u32 level) {
  return selector_of(kData + level, level);
}

std::span<const u16> lab_x86_selectors() {
  constexpr u16 kLocal = selector::kLocal;
  static constexpr u16 all[] = {0,
                                selector_of(kCode, 0),
                                selector_of(kCode + 1, 0),
                                selector_of(kCode + 2, 0),
                                selector_of(kCode + 3, 0),
                                selector_of(kData, 0),
                                selector_of(kData + 1, 0),
                                selector_of(kData + 2, 0),
                                selector_of(kData + 3, 0),
                                selector_of(kConforming, 0),
                                selector_of(kConforming3, 0),
                                selector_of(kTssSlot, 0),
                                selector_of(kFreeTss, 0),
                                selector_of(kFreeTss, 0),
                                selector_of(kFreeTss, 0),  // LTR takes nothing else
                                selector_of(kLdtSlot, 0),
                                selector_of(kLdtSlot + 1, 0),
                                selector_of(kGateInner, 0),
                                selector_of(kGateSame, 0),
                                selector_of(kGateConforming, 0),
                                selector_of(kReadOnly, 0),
                                selector_of(kReadOnly, 0),
                                selector_of(kReadOnly, 0),  // all else is alike to VERW
                                selector_of(kSmall, 0),
                                selector_of(kAbsent, 0),
                                selector_of(kExecuteOnly, 0),
                                kLocal,
                                kLocal | 8,
                                kLocal | 16};
  return all;
}

Segment lab_x86_flat_code(u32 level) {
  return {lab_x86_code(level), 0, ~u32{0},
          kCodeAccess | level << rights::kDplShift | rights::kBig | rights::kGranular};
}
Segment lab_x86_flat_data(u32 level) {
  return {lab_x86_data(level), 0, ~u32{0},
          kDataAccess | level << rights::kDplShift | rights::kBig | rights::kGranular};
}

std::vector<u8> lab_x86_system_pages() {
  return Pages().make();
}

u32 lab_x86_handler(u32 set, u32 vector) {
  return handlers_of(set) + 16 * vector;
}

u32 lab_x86_gate_level(u32 vector) {
  return vector == kBp || vector == kOf || vector >= 128 ? kLabLevels - 1 : 0;
}

u32 lab_x86_vector_of(u32 eip) {
  constexpr u32 kNone = 256, kEnd = kLabTableSets * kPageSize;
  const u32 offset = eip - kHandlers;
  return offset < kEnd && offset % 16 == 0 ? (offset & kPageMask) / 16 : kNone;
}

}  // namespace ringside::session
