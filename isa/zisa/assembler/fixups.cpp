#include "isa/zisa/assembler/fixups.hpp"

#include <fmt/format.h>

#include <map>

#include "isa/zisa/assembler/expression.hpp"

namespace ringside::zisa::assembler {

namespace {

// lui and auipc give the upper 20 bits; adding the lower 12, signed, must give the value.
constexpr i32 upper(u32 value) {
  return static_cast<i32>((value + 0x800) & 0xfffff000);
}
constexpr i32 lower(u32 value) {
  return sign_extend(value, 12);
}

struct Range {
  i64 lowest, highest;
  std::string_view what;
  std::string_view remedy;
};

Range range_of(Form form) {
  switch (form) {
    case Form::kShift:
      return {0, 31, "a shift amount", "registers have 32 bits"};
    case Form::kUpper:
      return {0, 0xfffff, "20 bits", "lui takes the upper 20 bits; li takes any number"};
    case Form::kReadCr:
    case Form::kWriteCr:
      return {0, 4095, "the number of a control register", ""};
    case Form::kLoad:
    case Form::kStore:
    case Form::kIndirect:
      return {-2048, 2047, "an offset of 12 bits", "compute the address in a register first"};
    default:
      return {-2048, 2047, "12 bits", "put it into a register with li first"};
  }
}

class Patcher {
 public:
  Patcher(Unit& unit, std::vector<std::vector<u8>>& bytes) : unit_(unit), bytes_(bytes) {
    for (const Section& s : unit.sections)
      for (const Fixup& f : s.fixups)
        if (f.modifier == Modifier::kPcrelHi) note_distance(s, f);
  }

  void run() {
    for (u32 i = 0; i < unit_.sections.size(); ++i)
      for (const Fixup& fixup : unit_.sections[i].fixups)
        patch(unit_.sections[i], fixup, bytes_[i]);
  }

 private:
  void note_distance(const Section& s, const Fixup& f) {
    const u32 pc = s.address_of(f.at);
    const auto target = evaluate(unit_, f.node, When::kFinal);
    if (target) distances_[pc] = static_cast<u32>(target->number) - pc;
  }

  void patch(const Section& s, const Fixup& f, std::vector<u8>& bytes) {
    const auto value = final_value(unit_, f.node);
    if (!value) return;
    if (s.nobits) {
      if (*value == 0) return;
      return unit_.error(f.place, fmt::format("section {} holds only zeros", s.name),
                         "put this into .data");
    }
    const u32 pc = s.address_of(f.at);
    u8* const field = &bytes[pc - s.address];
    if (f.width != 0) return number(f, *value, field);
    const auto imm_bits = instruction_bits(f, *value, pc);
    if (imm_bits) store_le(field, load_le<u32>(field) | *imm_bits);
  }

  void number(const Fixup& f, i64 value, u8* field) {
    if (!fits_width(unit_, value, f.width, f.place)) return;
    for (unsigned i = 0; i < f.width; ++i) field[i] = static_cast<u8>(value >> (8 * i));
  }

  std::optional<u32> instruction_bits(const Fixup& f, i64 value, u32 pc) {
    if (f.modifier != Modifier::kNone) return modified(f, static_cast<u32>(value), pc);
    if (f.form == Form::kBranch || f.form == Form::kJump)
      return jump_bits(unit_, f.form, static_cast<i32>(static_cast<u32>(value) - pc), f.place);
    return plain(f, value);
  }

  std::optional<u32> plain(const Fixup& f, i64 value) {
    const Range range = range_of(f.form);
    // 0xffffffff is -1 to a machine of 32 bits.
    if (range.lowest < 0 && value > 0x7fffffff && value <= 0xffffffff)
      value = static_cast<i32>(static_cast<u32>(value));
    if (value < range.lowest || value > range.highest) {
      unit_.error(f.place,
                  fmt::format("{} does not fit in {} ({} to {})", value, range.what, range.lowest,
                              range.highest),
                  std::string(range.remedy));
      return std::nullopt;
    }
    const auto imm = static_cast<i32>(value);
    return place_immediate(f.form, f.form == Form::kUpper ? imm << 12 : imm);
  }

  std::optional<u32> modified(const Fixup& f, u32 value, u32 pc) {
    const bool high = f.modifier == Modifier::kHi || f.modifier == Modifier::kPcrelHi;
    const bool has_low = f.form == Form::kImmediate || f.form == Form::kLoad ||
                         f.form == Form::kStore || f.form == Form::kIndirect;
    if (high ? f.form != Form::kUpper : !has_low) {
      unit_.error(f.place, "this %... does not belong here",
                  "%hi and %pcrel_hi go with lui and auipc, %lo and %pcrel_lo with instructions "
                  "that have 12 bits");
      return std::nullopt;
    }
    const auto number = meant(f, value, pc);
    if (!number) return std::nullopt;
    return place_immediate(f.form, high ? upper(*number) : lower(*number));
  }

  // The number whose upper or lower part is asked for.
  std::optional<u32> meant(const Fixup& f, u32 value, u32 pc) {
    if (f.modifier == Modifier::kPcrelHi) return value - pc;
    if (f.modifier == Modifier::kLoBefore) return value - (pc - 4);
    if (f.modifier != Modifier::kPcrelLo) return value;
    const auto found = distances_.find(value);
    if (found != distances_.end()) return found->second;
    unit_.error(f.place, "there is no %pcrel_hi at this label",
                "%pcrel_lo takes the label of the auipc, not the symbol itself");
    return std::nullopt;
  }

  Unit& unit_;
  std::vector<std::vector<u8>>& bytes_;
  std::map<u32, u32> distances_;  // by the address of the auipc
};

}  // namespace

std::optional<u32> jump_bits(Unit& unit, Form form, i32 distance, Place place) {
  const i32 reach = form == Form::kJump ? 1 << 20 : 1 << 12;
  if (distance >= -reach && distance < reach && distance % 2 == 0)
    return place_immediate(form, distance);
  if (distance % 2 != 0)
    unit.error(place, fmt::format("the target is an odd number of bytes away ({})", distance),
               "put '.align 2' before the target's label");
  else
    unit.error(place,
               fmt::format("the target is {} bytes away; this instruction reaches {} back and {} "
                           "ahead",
                           distance, reach, reach - 2),
               form == Form::kJump ? "use call, tail, or la and jr" : "jump over a j instead");
  return std::nullopt;
}

bool fits_width(Unit& unit, i64 value, unsigned width, Place place) {
  if (width == 8) return true;
  const i64 highest = (i64{1} << (8 * width)) - 1;
  const i64 lowest = -(i64{1} << (8 * width - 1));
  if (value >= lowest && value <= highest) return true;
  unit.error(place,
             fmt::format("{} does not fit in {} byte{} ({} to {})", value, width,
                         width == 1 ? "" : "s", lowest, highest),
             "use a wider directive: .byte, .half, .word, .dword");
  return false;
}

void apply_fixups(Unit& unit, std::vector<std::vector<u8>>& bytes) {
  Patcher(unit, bytes).run();
}

}  // namespace ringside::zisa::assembler
