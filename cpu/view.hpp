// A view: what the meaning of an instruction (isa/zisa/table.hpp) sees of a machine. This one
// executes exactly, on any ArchState, in any environment:
//
//   the simulated CPU   - its own state, memory through the hardware's MMU (cpu/cpu.cpp)
//   the VMM             - the guest's virtual state, memory through the guest's tables (vmm/)
//
// The fast engine has a view of its own (cpu/fast.cpp).
#pragma once

#include <optional>

#include "cpu/state.hpp"
#include "cpu/variant.hpp"
#include "isa/zisa/decode.hpp"

namespace ringside::cpu {

/// An environment offers, beside memory:
///   std::optional<Trap> load(u32 gva, unsigned bytes, u32& value)
///   std::optional<Trap> store(u32 gva, unsigned bytes, u32 value)
///   std::optional<Trap> update(u32 gva, auto f)        replaces a word by f(word), checked as a store
///   u64 time()                                         what RDCYC counts
///   u32 probe(u32 gva)
///   void invalidate_page(u32 gva), invalidate_all()
///   void status_changed(u32 before), control_changed(Cr which), returned()
///   void register_written(u32 number, u32 before)      for those who record
template <class Env>
class View {
 public:
  View(ArchState& state, Env& env) : s_(state), env_(env), next_(state.pc + 4) {}

  u32 pc() const { return s_.pc; }
  u32 x(u32 number) const { return s_.x[number]; }
  void set(u32 number, u32 value) {
    if (trap_ || number == 0) return;
    env_.register_written(number, s_.x[number]);
    s_.x[number] = value;
  }

  void trap(Cause cause, u32 tval) {
    if (!trap_) trap_ = {cause, tval};
  }

  void jump(u32 link, i32 offset) { jump_to(link, s_.pc + static_cast<u32>(offset)); }
  void jump_to(u32 link, u32 target) {
    if (target & 3) return trap(Cause::kMisalignedJump, target);
    set(link, s_.pc + 4);
    next_ = target;
  }
  void branch(bool taken, i32 offset) {
    if (taken) jump(0, offset);
  }

  template <class T>
  T load(u32 gva) {
    u32 value = 0;
    take(env_.load(gva, sizeof(T), value));
    return static_cast<T>(value);
  }
  template <class T>
  void store(u32 gva, T value) {
    if (trap_) return;
    take(env_.store(gva, sizeof(T), static_cast<std::make_unsigned_t<T>>(value)));
  }

  void load_reserved(u32 rd, u32 gva) {
    if (gva & 3) return trap(Cause::kLoadMisaligned, gva);
    const u32 value = load<u32>(gva);
    if (trap_) return;
    s_.reserved = true;
    s_.reservation = gva;
    set(rd, value);
  }
  void store_conditional(u32 rd, u32 gva, u32 value) {
    if (gva & 3) return trap(Cause::kStoreMisaligned, gva);
    const bool holds = s_.reserved && s_.reservation == gva;
    if (holds) store<u32>(gva, value);
    if (trap_) return;
    s_.reserved = false;
    set(rd, !holds);
  }
  template <class F>
  void amo(u32 rd, u32 gva, u32 operand, F f) {
    if (gva & 3) return trap(Cause::kStoreMisaligned, gva);
    u32 old = 0;
    take(env_.update(gva, [&](u32 word) {
      old = word;
      return f(word, operand);
    }));
    set(rd, old);
  }

  // System instructions.
  void environment_call() { trap(s_.supervisor() ? Cause::kEcallS : Cause::kEcallU, 0); }
  void hypercall() { trap(s_.supervisor() ? Cause::kIllegal : Cause::kHcall, word_); }
  u32 status() const { return s_.sr; }
  void set_status(u32 value) {
    const u32 writable = s_.supervisor() ? zisa::sr::kAll : zisa::sr::kFlags;
    change_status((s_.sr & ~writable) | (value & writable));
  }
  void trap_return() {
    s_.reserved = false;
    next_ = s_.control(Cr::kEpc) & ~3u;
    change_status(returned_status(s_.sr));
    env_.returned();
  }
  u32 control(Cr which) const { return s_.control(which); }
  void read_control(u32 rd, u32 number) {
    if (number >= zisa::kCrCount) return trap(Cause::kIllegal, word_);
    set(rd, s_.cr[number]);
  }
  void write_control(u32 number, u32 value);
  u32 probe(u32 gva) { return env_.probe(gva); }
  void invalidate_page(u32 gva) { env_.invalidate_page(gva); }
  void invalidate_all() { env_.invalidate_all(); }
  void wait_for_interrupt() { s_.waiting = true; }
  u64 time() { return env_.time(); }

  /// Executes one decoded instruction. If it traps, the state is as before it but for what the table allows;
  /// the PC moves only when it completes. The reference holds while the view does.
  const std::optional<Trap>& execute(const zisa::Decoded& decoded, const Variant& variant);
  /// Whether the instruction went on at its own address.
  bool jumped_to_itself() const { return next_ == here_; }

 private:
  void take(std::optional<Trap> trap) {
    if (trap && !trap_) trap_ = trap;
  }
  void change_status(u32 value) {
    const u32 before = s_.sr;
    s_.sr = value;
    env_.status_changed(before);
  }

  ArchState& s_;
  Env& env_;
  u32 next_;
  u32 here_ = 0;
  u32 word_ = 0;
  std::optional<Trap> trap_;
};

template <class Env>
void View<Env>::write_control(u32 number, u32 value) {
  const Cr which = static_cast<Cr>(number);
  const bool exists = number < zisa::kCrCount && !zisa::read_only(which);
  if (!exists || (which == Cr::kPtbr && !mmu::ptbr::valid(value)))
    return trap(Cause::kIllegal, word_);
  if (which == Cr::kTvec) value &= ~3u;
  if (which == Cr::kPtbr) value &= mmu::ptbr::kAll;
  if (which == Cr::kIenable) value &= zisa::kInterruptBits;
  s_.cr[number] = value;
  env_.control_changed(which);
}

namespace detail {
template <class Env>
using Meaning = void (*)(View<Env>&, const zisa::Operands&);

template <class Env>
inline constexpr auto kMeanings = []<unsigned... i>(std::integer_sequence<unsigned, i...>) {
  return std::array<Meaning<Env>, zisa::kRowCount>{[](View<Env>& view, const zisa::Operands& o) {
    std::get<i>(zisa::kTable).meaning(view, o);
  }...};
}(std::make_integer_sequence<unsigned, zisa::kRowCount>{});
}  // namespace detail

template <class Env>
const std::optional<Trap>& View<Env>::execute(const zisa::Decoded& decoded, const Variant& variant) {
  word_ = decoded.operands.word;
  here_ = s_.pc;
  if (decoded.row == zisa::kIllegalRow)
    trap(Cause::kIllegal, word_);
  else if (!s_.supervisor() && variant.traps_in_user(decoded.row, s_.sr))
    trap(Cause::kPrivileged, word_);
  else
    detail::kMeanings<Env>[decoded.row](*this, decoded.operands);
  if (!trap_) s_.pc = next_;
  return trap_;
}

}  // namespace ringside::cpu
