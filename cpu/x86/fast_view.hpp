// The fast view: what the meaning of a row sees inside a handler. Where operands are and how wide
// is known when the handler is compiled; all of this folds into it. What cannot be done fast sets
// `slow`, which suppresses every later effect; the stepping engine then does the instruction.
#pragma once

#include <cstring>

#include "cpu/x86/fast_dispatch.hpp"

namespace ringside::x86::fast {

/// Where the operands of an instruction are. A memory operand is in a flat segment; kX has an
/// index, kM has none.
enum class Form : u8 {
  kNone,
  kR,
  kM,
  kX,
  kI,
  kRR,
  kRI,
  kRM,
  kRX,
  kMR,
  kXR,
  kMI,
  kXI,
  kRRI,
  kRMI,
  kRXI,
  kNear,
  kFar
};
inline constexpr unsigned kForms = 18;
inline constexpr Form kNoForm{kForms};  ///< of an instruction that has none of these

/// Kind of an operand within a form, by its letter.
constexpr char place_of(Form form, unsigned operand) {
  constexpr const char* kPlaces[] = {"   ", "R  ", "M  ", "X  ", "I  ", "RR ", "RI ", "RM ", "RX ",
                                     "MR ", "XR ", "MI ", "XI ", "RRI", "RMI", "RXI", "D  ", "D  "};
  return kPlaces[static_cast<unsigned>(form)][operand];
}
constexpr bool has_memory(Form form) {
  for (const unsigned operand : {0u, 1u})
    if (place_of(form, operand) == 'M' || place_of(form, operand) == 'X') return true;
  return false;
}

/// `live`: whether the flags that the instruction leaves can be seen. `after`: by what those that it
/// finds were left. `purpose` makes types differ: a compiler surely takes in only what one handler alone calls.
template <bool live, After after = After::kAny, unsigned purpose = 0>
class FastView : public Arithmetic<FastView<live, after, purpose>> {
 public:
  FastView(const Op* op, Context* m, LazyFlags flags) : lazy(flags), op_(op), m_(m) {}

  LazyFlags lazy;
  bool slow = false;
  bool taken = false;
  u32 target = 0;

  // --- registers and flow ---

  u32 r(unsigned number) const { return m_->r[number]; }
  void set_r(unsigned number, u32 value) {
    if (!slow) m_->r[number] = value;
  }
  template <class T>
  T reg(unsigned number) const {
    return read<T>(number * 4);
  }
  template <class T>
  void set_reg(unsigned number, T value) {
    write(number * 4, value);
  }
  /// By byte offset. A register is written as a whole, since a load of the whole would wait for a
  /// store to a part.
  template <class T>
  T read(unsigned offset) const {
    T value;
    std::memcpy(&value, reinterpret_cast<const u8*>(m_) + offset, sizeof value);
    return value;
  }
  template <class T>
  void write(unsigned offset, T value) {
    if (slow) return;
    const u32 kept = read<u32>(offset) & ~u32{std::numeric_limits<T>::max()};
    const u32 whole = sizeof(T) == 4 ? value : kept | value;
    std::memcpy(reinterpret_cast<u8*>(m_) + offset, &whole, sizeof whole);
  }
  u32 next_eip() const { return m_->page_address + op_->offset + op_->length; }
  void jump(u32 to) { taken = true, target = to; }

  u32 eflags() const { return status_of(lazy, m_->carry); }
  void set_flags(u32 mask, u32 bits) {
    if constexpr (live)
      lazy = {mask == flag::kStatus ? bits : (eflags() & ~mask) | (bits & mask), 0, lazy::kReady};
  }

  // --- arithmetic whose flags wait ---

  template <class T>
  T add(T a, T b) {
    leave<T>(lazy::kAdd, a, b);
    return static_cast<T>(a + b);
  }
  template <class T>
  T sub(T a, T b) {
    leave<T>(lazy::kSub, a, b);
    return static_cast<T>(a - b);
  }
  template <class T>
  T adc(T a, T b) {
    return ready(flags::add(a, b, carry()));
  }
  template <class T>
  T sbb(T a, T b) {
    return ready(flags::sub(a, b, carry()));
  }
  template <class T>
  void cmp(T a, T b) {
    leave<T>(lazy::kSub, a, b);
  }
  template <class T>
  T neg(T a) {
    return sub(T{0}, a);
  }
  template <class T>
  T inc(T a) {
    keep_carry();
    leave<T>(lazy::kIncrement, a, static_cast<T>(-1));
    return static_cast<T>(a + 1);
  }
  template <class T>
  T dec(T a) {
    keep_carry();
    leave<T>(lazy::kDecrement, a, 1);
    return static_cast<T>(a - 1);
  }
  template <class T>
  T band(T a, T b) {
    return logic(static_cast<T>(a & b));
  }
  template <class T>
  T bor(T a, T b) {
    return logic(static_cast<T>(a | b));
  }
  template <class T>
  T bxor(T a, T b) {
    return logic(static_cast<T>(a ^ b));
  }
  template <class T>
  void test(T a, T b) {
    logic(static_cast<T>(a & b));
  }
  u32 shl(u32 a, u8 count) {
    return shift(lazy::kShl, a, count, [](u32 x, unsigned n) { return x << n; });
  }
  u32 shr(u32 a, u8 count) {
    return shift(lazy::kShr, a, count, [](u32 x, unsigned n) { return x >> n; });
  }
  u32 sar(u32 a, u8 count) {
    return shift(lazy::kSar, a, count,
                 [](u32 x, unsigned n) { return static_cast<u32>(static_cast<i32>(x) >> n); });
  }
  template <class T>
  flags::Wide<T> imul(T a, T b) {
    if constexpr (sizeof(T) < 4) return Arithmetic<FastView>::template imul<T>(a, b);
    const i64 product = i64{static_cast<i32>(a)} * static_cast<i32>(b);
    const bool fits = product == static_cast<i32>(product);
    if constexpr (live) lazy = {static_cast<u32>(product), !fits, lazy::kProduct};
    return static_cast<flags::Wide<T>>(product);
  }
  bool condition(unsigned which) const { return holds(after, which, lazy, m_->carry); }
  bool carry() const {
    if (lazy.base() == lazy::kSub) return lazy.a < lazy.b;
    if (lazy.base() == lazy::kAdd) return lazy.a + lazy.b < lazy.a;
    return eflags() & flag::kCf;
  }

  // --- memory, in a flat segment ---

  template <class T>
  T load(Seg, u32 at) {
    const mmu::TlbTags& tags = tags_of(at);
    return allowed<T>(tags.read, at) ? load_le<T>(tags.host + at) : T{0};
  }
  template <class T>
  T load_for_update(Seg, u32 at) {
    const mmu::TlbTags& tags = tags_of(at);
    return allowed<T>(tags.write, at) ? load_le<T>(tags.host + at) : T{0};
  }
  template <class T>
  void store(Seg, u32 at, T value) {
    const mmu::TlbTags& tags = tags_of(at);
    if (allowed<T>(tags.write, at)) store_le(tags.host + at, value);
  }

  u32 stack_pointer() const { return m_->r[kEsp]; }
  void set_stack_pointer(u32 value) { set_r(kEsp, value); }
  template <class T>
  void push(T value) {
    const u32 top = m_->r[kEsp] - static_cast<u32>(sizeof(T));
    store<T>(Seg::kSs, top, value);
    set_r(kEsp, top);
  }
  template <class T>
  T pop() {
    const T value = load<T>(Seg::kSs, m_->r[kEsp]);
    set_r(kEsp, m_->r[kEsp] + static_cast<u32>(sizeof(T)));
    return value;
  }

  void fault(Vector) { slow = true; }

 private:
  const mmu::TlbTags& tags_of(u32 at) const { return fast::tags_of(m_, at); }
  // Misaligned accesses are for the exact engine: they may reach into another page, and cost more.
  template <class T>
  bool allowed(u32 tag, u32 at) {
    if (__builtin_expect(tag != (at & (~kPageMask | (sizeof(T) - 1))), 0)) slow = true;
    return !slow;
  }

  template <class T>
  void leave(u32 base, T a, T b) {
    constexpr unsigned kUp = 32 - flags::kBits<T>;
    if constexpr (live) lazy = {u32{a} << kUp, u32{b} << kUp, base | kUp};
  }
  template <class T>
  T ready(flags::Result<T> result) {
    if constexpr (live) lazy = {result.flags, 0, lazy::kReady};
    return result.value;
  }
  template <class T>
  T logic(T value) {
    leave<T>(lazy::kSub, value, 0);
    return value;
  }
  template <class F>
  u32 shift(u32 base, u32 a, u8 count, F f) {
    const unsigned by = count & 31;
    if (by == 0) return a;
    if constexpr (live) lazy = {f(a, by - 1), 0, base};
    return f(a, by);
  }
  void keep_carry() {
    if constexpr (live)
      if (!lazy.keeps_carry()) m_->carry = lazy;
  }

  const Op* op_;
  Context* m_;
};

// --- accessors: see isa/x86/table.hpp ---

template <class V, class T>
struct RegisterOperand {
  using Value = T;
  V& v;
  unsigned offset;
  T get() const { return v.template read<T>(offset); }
  void set(T value) const { v.template write<T>(offset, value); }
  template <class F>
  void update(F f) const {
    set(f(get()));
  }
};

template <class T>
struct ConstantOperand {
  using Value = T;
  u32 value;
  T get() const { return static_cast<T>(value); }
};

template <class V, class T, bool indexed>
struct MemoryOperand {
  using Value = T;
  V& v;
  const Op* op;
  Seg segment() const { return Seg::kDs; }
  u32 offset() const {
    const u32 index = indexed ? v.template read<u32>(op->index) * op->scale : 0;
    return v.template read<u32>(op->base) + index + op->displacement;
  }
  T get() const { return v.template load<T>(segment(), offset()); }
  void set(T value) const { v.template store<T>(segment(), offset(), value); }
  template <class F>
  void update(F f) const {
    const u32 at = offset();
    const T before = v.template load_for_update<T>(segment(), at);
    v.template store<T>(segment(), at, f(before));
  }
};

/// What call_meaning asks for accessors.
template <class V, Form form>
struct Operands {
  V& v;
  const Op* op;
  template <class T, unsigned number>
  auto operand() const {
    constexpr char kPlace = place_of(form, number);
    if constexpr (kPlace == 'R')
      return RegisterOperand<V, T>{v, number == 0 ? op->first : op->second};
    else if constexpr (kPlace == 'M' || kPlace == 'X')
      return MemoryOperand<V, T, kPlace == 'X'>{v, op};
    else
      return ConstantOperand<T>{kPlace == 'D' ? op->displacement : op->imm};
  }
};

/// Runs a row's meaning. Flattened: a handler that makes a call saves registers around it.
template <unsigned row, class T, Form form, class V>
[[gnu::flatten, gnu::always_inline]] inline void run_meaning(V& view, const Op* op) {
  Instruction instruction;
  instruction.immediate[0] = op->imm;  // RET n has it there
  mean<row, T>(view, instruction, Operands<V, form>{view, op});
}

}  // namespace ringside::x86::fast
