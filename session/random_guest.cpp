#include "session/random_guest.hpp"

#include <algorithm>
#include <cstring>

#include "base/bits.hpp"
#include "isa/zisa/assembler/assembler.hpp"
#include "isa/zisa/decode.hpp"
#include "mmu/paging.hpp"

namespace ringside::session {

namespace {

using namespace mmu;

constexpr u32 kRam = kRandomBase;
constexpr u32 kData = 0x10000, kDataPages = 8, kTables = 0x20000;
constexpr u32 kUser = 0x40000000;  ///< where code and data are mapped for user mode
constexpr u32 kIdentityPages = 0x60;

u32 word(std::string_view name, const zisa::Operands& operands = {}) {
  const auto& row = zisa::kRows[*zisa::find_row(name)];
  return zisa::encode(row.picture, row.form, operands);
}

/// Builds page tables in an image of RAM.
class Tables {
 public:
  Tables(std::vector<u8>& image, Dice& dice) : image_(image), dice_(dice) {}

  u32 new_space(unsigned levels) { return ptbr::make(new_table(), levels); }

  /// Maps a page; returns the address of its entry.
  u32 map(u32 space, u32 gva, u32 gpa, u32 flags) {
    const Shape& shape = shape_of(space);
    u32 table = space & ptbr::kFrame;
    for (unsigned level = 0;; ++level) {
      const u32 at = (table << kPageShift) + 4 * shape.index(gva, level);
      if (level + 1 == shape.levels) return set(at, pte::make(gpa >> kPageShift, flags)), at;
      if (get(at) == 0) set(at, pte::make(new_table(), pte::kV));
      table = static_cast<u32>(pte::frame(get(at)));
    }
  }
  u32 get(u32 at) const { return load_le<u32>(image_.data() + (at - kRam)); }
  void set(u32 at, u32 value) { store_le(image_.data() + (at - kRam), value); }

 private:
  u32 new_table() {
    const u32 frame = (kRam + next_) >> kPageShift;
    next_ += kPageSize;
    return frame;
  }

  std::vector<u8>& image_;
  Dice& dice_;
  u32 next_ = kTables;
};

u32 random_flags(Dice& dice, bool wild) {
  using namespace pte;
  const u32 rights = dice.pick<u32>({kR, kR | kW, kR | kW, kR | kX, kR | kW | kX, kX, kW, 0});
  u32 flags = rights | (dice.chance(90) ? kV : 0) | (dice.chance(75) ? kU : 0);
  if (dice.chance(50)) flags |= kA;
  if (dice.chance(40)) flags |= kD;
  if (wild && dice.chance(15)) flags |= kG;
  return flags;
}

// The kernel and all of RAM that it needs map to themselves, for S, with the flags `all`; devices
// too. Code and data appear again for user mode, data with all sorts of rights.
void make_space(Tables& tables, Dice& dice, u32 space, u32 all, bool wild,
                std::vector<std::pair<u32, u32>>& changeable) {
  using namespace pte;
  for (u32 page = 0; page < kIdentityPages; ++page)
    tables.map(space, kRam + page * kPageSize, kRam + page * kPageSize, all);
  for (const u32 device : {0x00100000u, 0x0c000000u, 0x10000000u, 0x10010000u})
    tables.map(space, device, device, kV | kR | kW | kA | kD);
  for (u32 page = 0; page < kCodePages; ++page) {
    const u32 offset = kCode + page * kPageSize;
    const u32 at = tables.map(space, kUser + offset, kRam + offset, kV | kR | kW | kX | kU);
    if (page == 1) changeable.emplace_back(at, kUser + offset);
  }
  for (u32 page = 0; page < kDataPages; ++page) {
    const u32 offset = kData + page * kPageSize;
    const u32 at = tables.map(space, kUser + offset, kRam + offset, random_flags(dice, wild));
    changeable.emplace_back(at, kUser + offset);
  }
}

u32 random_pointer(Dice& dice, bool wild) {
  const u32 in_page =
      dice.chance(20) ? dice.pick<u32>({0, 0xffc, 0xffd, 0xfff, 0x7fe}) : dice.below(0x1000);
  const u32 base = dice.chance(60) ? kUser : kRam;
  switch (dice.below(wild ? 12 : 10)) {
    case 0:
      return base + kCode + dice.below(kCodePages) * kPageSize + (in_page & ~3u);
    case 1:
      return dice.pick<u32>(
          {0x10000005, 0x10000000, 0x0c000000, 0x10010014, 0x20000000, 4, 0xfffffffe});
    case 10:
    case 11:
      return kRam + kTables + dice.below(0x30) * kPageSize + dice.below(0x400) * 4;
    default:
      return base + kData + dice.below(kDataPages) * kPageSize + in_page;
  }
}

std::vector<u8> random_image(const RandomOptions& options, Dice dice) {
  static const zisa::Assembly kernel = zisa::assemble("kernel", kRandomKernel).value();
  std::vector<u8> image(kRandomRam);
  const auto& text = kernel.sections.front();
  std::memcpy(image.data(), text.bytes.data(), text.bytes.size());
  Tables tables(image, dice);
  const auto set = [&](u32 offset, u32 value) { tables.set(kRam + kPageSize + offset, value); };

  std::vector<std::pair<u32, u32>> changeable;
  std::vector<u32> spaces;
  // What is global must be the same in every space, or the guest uses stale translations.
  const bool global = dice.chance(30);
  for (const unsigned levels : {dice.between(2, 5), dice.between(2, 5), 2u}) {
    const u32 dirty = global || dice.chance(50) ? pte::kD : 0;
    const u32 all =
        pte::kV | pte::kR | pte::kW | pte::kX | pte::kA | dirty | (global ? pte::kG : 0);
    spaces.push_back(tables.new_space(levels));
    make_space(tables, dice, spaces.back(), all, options.wild, changeable);
  }
  for (u32 i = 0; i < 8; ++i) set(0x100 + 4 * i, spaces[dice.below(3)]);
  for (u32 i = 0; i < 16; ++i) {
    const auto [at, gva] = changeable[dice.below(static_cast<u32>(changeable.size()))];
    set(0x140 + 8 * i, at);
    set(0x144 + 8 * i, gva);
    set(0x1c0 + 4 * i, random_flags(dice, options.wild));
  }

  for (u32 x = 1; x < 32; ++x) {
    const bool pointer = x >= 8 && x < 16;
    set(4 * x, pointer ? random_pointer(dice, options.wild) : dice.word() >> dice.below(32));
  }
  set(128, dice.word());
  set(132, options.traps);
  set(136, options.tick);
  u32 mask = 1;
  while (mask < options.tick) mask = mask * 2 + 1;
  set(140, mask);
  const bool paging = dice.chance(options.paging_percent);
  const bool user = dice.chance(60) && (paging || options.user_sensitive);
  set(144, (paging && user ? kUser : kRam) + kCode);
  set(148, 1u | (user ? 0 : 4) | 8 | (paging ? 16 : 0));
  set(152, options.user_sensitive);
  for (u32 i = 0; i < kCodePages * kPageSize; i += 4)
    tables.set(kRam + kCode + i, random_instruction(dice, i, options.wild));
  for (u32 i = 0; i < kDataPages * kPageSize; i += 4)
    tables.set(kRam + kData + i,
               dice.chance(50) ? random_instruction(dice, i, options.wild) : dice.word());
  return image;
}

// Stands in for what a guest shall not have.
void take_out_user_sensitive(std::vector<u8>& bytes, u32 first, u32 end) {
  const u32 harmless = word("addi", {.rd = 16, .rs1 = 17, .imm = 1});
  for (u32 at = first; at < end; at += 4)
    if (is_user_sensitive(load_le<u32>(&bytes[at]))) store_le(&bytes[at], harmless);
}

}  // namespace

RandomGuest draw_guest(const RandomOptions& options, u64 again) {
  RandomGuest guest;
  constexpr u64 kFar = u64{1} << 40;  // from the guests of other seeds
  Dice dice(options.seed + 99 + again * kFar);
  guest.drive.resize(8 * 512);
  for (u8& byte : guest.drive) byte = static_cast<u8>(dice.word());
  guest.input = std::string(dice.below(8), 'x');
  guest.image = random_image(options, Dice(options.seed * 2 + options.wild + again * kFar));
  if (options.user_sensitive) return guest;
  take_out_user_sensitive(guest.image, kCode, kCode + kCodePages * kPageSize);
  take_out_user_sensitive(guest.image, kData, kData + kDataPages * kPageSize);
  take_out_user_sensitive(guest.drive, 0, static_cast<u32>(guest.drive.size()));
  return guest;
}

std::string instruction_text(u32 instruction, u32 pc) {
  return zisa::disassemble(instruction, pc);
}

u32 RandomGuest::word(u32 offset) const {
  return load_le<u32>(&image[offset]);
}
void RandomGuest::take_out(u32 offset) {
  std::ranges::copy(nothing, image.begin() + offset);
}

namespace {

struct Generator {
  Dice& dice;
  u32 at;
  bool wild;

  u8 any() { return static_cast<u8>(dice.below(32)); }
  // x8 to x15 hold pointers, so they are written seldom.
  u8 target() {
    const u8 r = any();
    return r >= 8 && r < 16 && !dice.chance(4) ? static_cast<u8>(r + 8) : r;
  }
  u8 pointer() { return static_cast<u8>(dice.between(8, 15)); }
  i32 small() { return sign_extend(dice.word(), dice.between(2, 12)); }

  u32 emit(const char* name, i32 imm = 0, bool memory = false) {
    return word(name,
                {.rd = target(), .rs1 = memory ? pointer() : any(), .rs2 = any(), .imm = imm});
  }
  u32 alu() {
    switch (dice.below(4)) {
      case 0:
        return emit(dice.pick({"addi", "slti", "sltiu", "xori", "ori", "andi"}), small());
      case 1:
        return word(dice.pick({"slli", "srli", "srai"}),
                    {.rd = target(), .rs1 = any(), .imm = static_cast<i32>(dice.below(32))});
      case 2:
        return word(dice.pick({"lui", "auipc"}),
                    {.rd = target(), .imm = static_cast<i32>(dice.word() & 0xfffff000)});
      default:
        return emit(
            dice.pick({"add", "sub", "sll", "slt", "sltu", "xor", "srl", "sra", "or", "and"}));
    }
  }
  u32 multiply() {
    return emit(dice.pick({"mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu"}));
  }
  u32 load() {
    return word(dice.pick({"lb", "lh", "lw", "lbu", "lhu", "lw"}),
                {.rd = target(), .rs1 = pointer(), .imm = offset()});
  }
  u32 store() {
    return word(dice.pick({"sb", "sh", "sw", "sw"}),
                {.rs1 = pointer(), .rs2 = any(), .imm = offset()});
  }
  i32 offset() { return dice.chance(70) ? small() & ~3 : small(); }
  // Somewhere in the code; mostly forwards, so that few loops last for ever.
  i32 distance() {
    const i32 near = static_cast<i32>(dice.between(1, 24)) * (dice.chance(25) ? -4 : 4);
    const i32 far =
        static_cast<i32>(dice.below(kCodePages * kPageSize) & ~3u) - static_cast<i32>(at);
    const i32 d = dice.chance(85) ? near : sign_extend(static_cast<u32>(far), 13);
    return dice.chance(1) ? d ^ 2 : d;
  }
  u32 branch() {
    return word(dice.pick({"beq", "bne", "blt", "bge", "bltu", "bgeu"}),
                {.rs1 = any(), .rs2 = any(), .imm = distance()});
  }
  u32 jump() {
    if (dice.chance(70)) return word("jal", {.rd = target(), .imm = distance()});
    return word("jalr", {.rd = target(), .rs1 = pointer(), .imm = small() & ~3});
  }
  u32 atomic() {
    const auto* name = dice.pick({"sc.w", "amoswap.w", "amoadd.w", "amoxor.w", "amoand.w",
                                  "amoor.w", "amomin.w", "amomax.w", "amominu.w", "amomaxu.w"});
    if (dice.chance(20)) return word("lr.w", {.rd = target(), .rs1 = pointer()});
    return emit(name, 0, true);
  }
  u32 system() {
    switch (dice.below(10)) {
      case 0:
        return word("read_sr", {.rd = target()});
      case 1:
        return word("read_ptbr", {.rd = target()});
      case 2:
        return word("probe", {.rd = target(), .rs1 = pointer()});
      case 3:
        return word(dice.pick({"rdcyc", "rdcych"}), {.rd = target()});
      case 4:
        return word("tlbinv", {.rs1 = pointer()});
      case 5:
        return word(dice.pick({"tlbinv_all", "hcall", "ebreak", "wfi", "fence", "fence.i"}));
      case 6:
        return word("read_cr", {.rd = target(), .imm = static_cast<i32>(dice.below(12))});
      case 7:
        return word("write_cr", {.rs1 = any(), .imm = dice.pick<i32>({1, 2, 3, 4, 6, 10, 11})});
      default:
        return dice.chance(90) ? word("ecall") : dice.word();
    }
  }
  u32 anything() {
    switch (dice.below(4)) {
      case 0:
        return word("write_sr", {.rs1 = any()});
      case 1:
        return word("write_cr", {.rs1 = any(), .imm = dice.pick<i32>({5, 7, 8, 9})});
      case 2:
        return word("tret");
      default:
        return dice.word();
    }
  }
};

}  // namespace

u32 random_instruction(Dice& dice, u32 at, bool wild) {
  Generator generate{dice, at, wild};
  const u32 d = dice.below(1000);
  if (d < 430) return generate.alu();
  if (d < 500) return generate.multiply();
  if (d < 620) return generate.load();
  if (d < 730) return generate.store();
  if (d < 860) return generate.branch();
  if (d < 900) return generate.jump();
  if (d < 940) return generate.atomic();
  if (d < 950 && wild) return generate.anything();
  if (d < 985) return generate.system();
  return word("lui", {.rd = generate.pointer(),
                      .imm = static_cast<i32>(random_pointer(dice, wild) & 0xfffff000)});
}

}  // namespace ringside::session
