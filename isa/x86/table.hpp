// The instruction table of the x86 subset. One row holds an instruction's name, the shape of its
// operands, kind, flags, the model that brought it, behaviour in user mode, sensitivity and
// meaning; decoder, engines, VMM and `classify` derive from it. To add an instruction, add a row to
// one of isa/x86/rows/.
//
// A meaning is written once, as meaning(m, arguments...), against a *view* m of some machine and
// accessors of operands.
//
// An accessor has Value (u8, u16 or u32), get(), set(v), update(f) which replaces the value by
// f(value) and checks before f that it may be written, and for memory segment(), offset() and
// displaced(bytes), the same further on (a register stays itself). An operand that is not there
// reads 0. Offsets are found when they are needed: POP [ESP] uses the new ESP.
//
// A view offers
//   registers  u32 r(n), set_r(n, v), T reg<T>(n), set_reg<T>(n, v), u32 eip() of the instruction,
//              u32 next_eip() behind it (jump does not change it), jump(u32)
//   flags      u32 eflags(), set_flags(mask, bits), and all of arithmetic.hpp
//   memory     T load<T>(Seg, offset), T load_for_update<T>(Seg, offset), store<T>(Seg, offset, T)
//   stack      push<T>(v), T pop<T>(), u32 stack_pointer(), set_stack_pointer(u32), u32
//   stack_mask()
//              (0xffff or all ones, by SS.B)
//   faults     fault(Vector), bool faulted(), undefined() for #UD,
//              bool supervisor_only(): #GP(0) and false unless CPL is 0, bool protected_mode() (and
//              not virtual-8086)
//   transfers  far_jump(selector, offset), far_call(selector, offset, width), far_return(width,
//              released), interrupt_return(width), software_interrupt(vector, SoftwareInterrupt), debug_trap(),
//              sysenter(), sysexit(), vmcall()
//   segments   u16 selector(Seg), load_segment(Seg, selector), TableRegister-likes gdtr(), idtr(),
//              lgdt(base, limit), lidt(base, limit), u16 sldt(), str(), lldt(selector),
//              ltr(selector), std::optional<u32> lar(selector), lsl(selector), bool
//              verr(selector), verw(selector)
//   system     u32 flags_image() as PUSHF shows it, set_flags_image(v, width) as POPF may change
//   it,
//              cli(), sti(), hlt(), clts(), lmsw(v), u32 cr(0) unchecked (SMSW), read_cr(n),
//              write_cr(n, v), read_dr(n), write_dr(n, v), invlpg(Seg, offset), invd(), wbinvd(),
//              cpuid(), u64 rdtsc(), u64 rdmsr(number), wrmsr(number, v)
//   ports      bool port_allowed(port, bytes): #GP(0) and false where IOPL and the bitmap deny,
//              T in<T>(port), out<T>(port, v)
// Where a fault happens the instruction ends: the view ignores what the meaning does afterwards and
// takes back what it did to registers and flags.
#pragma once

#include <array>

#include "isa/x86/rows/arithmetic.hpp"
#include "isa/x86/rows/moves.hpp"
#include "isa/x86/rows/strings.hpp"
#include "isa/x86/rows/system.hpp"
#include "isa/x86/rows/transfers.hpp"

namespace ringside::x86 {

inline constexpr auto kTable =
    rows::kArithmetic + rows::kMoves + rows::kTransfers + rows::kStrings + rows::kSystemRows;

inline constexpr unsigned kRowCount = decltype(kTable)::kSize;
/// What decode() gives where there is no row. All but the last two raise #UD.
inline constexpr unsigned kIllegalRow = kRowCount;       ///< no instruction
inline constexpr unsigned kLeftOutRow = kRowCount + 1;   ///< one that the subset leaves out
inline constexpr unsigned kTooLongRow = kRowCount + 2;   ///< more than 15 bytes: #GP(0)
inline constexpr unsigned kTooShortRow = kRowCount + 3;  ///< it goes on behind the bytes given

/// A row without its meaning, for code that looks rows up at run time.
struct RowInfo {
  std::string_view name;
  Kind kind;
  FlagUse flags;
  Model since;
  InUser in_user;
  Sensitivity sensitivity;
  u8 least_width;  ///< of the operation, in bytes; 4 where it has no width
};

inline constexpr auto kRows = rows::apply(
    [](const auto&... row) {
      return std::array<RowInfo, kRowCount>{RowInfo{row.name, row.kind, row.flags, row.since,
                                                    row.in_user, row.sensitivity,
                                                    static_cast<u8>(least_width(row.shape))}...};
    },
    kTable);

/// Row number of the instruction called `name` in a constant expression; a misspelt name does not
/// compile.
consteval unsigned row_of(std::string_view name) {
  for (unsigned i = 0; i < kRowCount; ++i)
    if (kRows[i].name == name) return i;
  throw "no such instruction";
}

/// Whether a row is sensitive and yet runs in user mode: a hole of the architecture.
constexpr bool is_hole(const RowInfo& row) {
  return row.sensitivity.sensitive() && row.in_user == InUser::kRuns;
}

/// Calls the meaning of a row for an operation as wide as T (row.hpp says what `make` offers).
template <unsigned row, class T, class M, class Make>
void mean(M& m, const Instruction& i, Make make) {
  const auto& entry = rows::row_of_pack<row>(kTable);
  call_meaning<T>(entry.shape, entry.meaning, m, i, make);
}

}  // namespace ringside::x86
