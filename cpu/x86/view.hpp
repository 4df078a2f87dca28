// A view: what the meaning of an instruction (isa/x86/table.hpp) sees of a machine. This one
// executes exactly, on any State, in any environment: the simulated CPU's hardware
// (cpu/x86/hardware.hpp), or a VMM's virtual state and guest memory. Its parts:
//
//   view.hpp        registers, flags, memory by segment and offset, the stack, faults
//   segments.hpp    descriptors, loads of segment registers, LAR, LSL, VERR, VERW
//   transfers.hpp   far jumps, calls and returns, call gates
//   interrupts.hpp  delivery through the IDT, IRET
//   system.hpp      control and debug registers, MSRs, ports, flags by privilege
//
// Meanings check first and write then. After a fault everything they read is 0 and nothing they
// write arrives; what they did to general registers and flags before is taken back by finish().
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "cpu/x86/descriptor.hpp"
#include "cpu/x86/model.hpp"
#include "cpu/x86/state.hpp"
#include "cpu/x86/trap.hpp"
#include "isa/x86/arithmetic.hpp"
#include "isa/x86/table.hpp"

namespace ringside::x86 {

/// Who accesses memory: an instruction with the rights of its CPL, or the CPU itself, which reads
/// system tables as supervisor at any CPL (SDM volume 3, section 4.6.1).
enum class Privilege : u8 {
  kByCpl,
  kSupervisor,
  kSystemTable,  ///< the same, to a descriptor table or the TSS
};

/// An environment offers
///   std::optional<Trap> load(u32 linear, unsigned bytes, u32& value, Privilege)
///   std::optional<Trap> load_for_update(the same)    fails as the store would that follows
///   std::optional<Trap> store(u32 linear, unsigned bytes, u32 value, Privilege)
///   u32 in(u16 port, unsigned bytes), void out(u16 port, unsigned bytes, u32 value)
///   u64 time()                                       what RDTSC counts, before its offset
///   u32 apic_id()
///   void invalidate_page(u32 linear), invalidate_all()
///   void invalidate_local()                          spares global pages
///   void fetch_changed()                             CPL or code segment may be another
///   void left_out(LeftOut)                           for the report
template <class Env>
class View : public Arithmetic<View<Env>> {
 public:
  View(State& state, Env& env, const CpuModel& model) : s_(state), env_(env), model_(model) {}

  // --- one instruction (or its delivery) from begin() to finish() ---

  void begin(const Instruction& instruction) {
    next_ = s_.eip + instruction.length;
    length_ = instruction.length;
    row_ = instruction.row;
    in_shadow_ = std::exchange(s_.shadow, Shadow::kNone) != Shadow::kNone;
    registers_before_ = s_.r;
    flags_before_ = s_.eflags;
  }
  /// Moves EIP on. If there was a fault, registers and flags are as before instead.
  const std::optional<Trap>& finish() {
    if (fault_) {
      s_.r = registers_before_;
      s_.eflags = flags_before_;
      return fault_;
    }
    s_.eip = next_;
    if (flags_before_ & flag::kRf && !keep_rf_) s_.eflags &= ~flag::kRf;
    return fault_;
  }
  /// General registers as begin() found them.
  const std::array<u32, kGprs>& registers_before() const { return registers_before_; }
  /// REP goes on: EIP stays at the instruction, and RF as it is.
  void stay() { next_ = s_.eip, keep_rf_ = true; }
  /// Bits of DR6 for the data breakpoints that were met.
  u32 breakpoints_met() const { return breakpoints_met_; }

  // --- registers and flow ---

  u32 r(unsigned number) const { return s_.r[number]; }
  void set_r(unsigned number, u32 value) {
    if (!fault_) s_.r[number] = value;
  }
  /// As bytes, 4 to 7 are AH, CH, DH and BH.
  template <class T>
  T reg(unsigned number) const {
    if (sizeof(T) == 1 && number >= 4) return static_cast<T>(s_.r[number - 4] >> 8);
    return static_cast<T>(s_.r[number]);
  }
  /// What T does not cover stays.
  template <class T>
  void set_reg(unsigned number, T value) {
    const bool high = sizeof(T) == 1 && number >= 4;
    const u32 mask = static_cast<T>(~T{0});
    u32& whole = s_.r[high ? number - 4 : number];
    const unsigned shift = high ? 8 : 0;
    if (!fault_) whole = (whole & ~(mask << shift)) | u32{value} << shift;
  }
  /// Of the instruction, and of the one behind it.
  u32 eip() const { return s_.eip; }
  u32 next_eip() const { return next_; }
  /// A near jump within CS; #GP(0) beyond its limit. The target is cut to the operand size already.
  void jump(u32 target) {
    if (target > s_.segment(Seg::kCs).limit) return fault(kGp, 0);
    if (!fault_) next_ = target;
  }

  u32 eflags() const { return s_.eflags; }
  bool flag(u32 mask) const { return s_.eflags & mask; }
  void set_flags(u32 mask, u32 bits) {
    if (!fault_) s_.eflags = (s_.eflags & ~mask) | (bits & mask);
  }

  // --- faults: the first one counts ---

  void fault(Vector vector) { raise({vector, false, 0, 0, Trap::Kind::kException, 0}); }
  void fault(Vector vector, u32 code) {
    raise({vector, true, code | external_, 0, Trap::Kind::kException, 0});
  }
  bool faulted() const { return fault_.has_value(); }
  const std::optional<Trap>& trap() const { return fault_; }
  void undefined() { fault(kUd); }
  /// #UD for a feature that is not in the subset.
  void left_out(LeftOut what) {
    if (!fault_) env_.left_out(what);
    undefined();
  }

  // --- memory ---

  u32 linear(Seg segment, u32 offset) const { return s_.segment(segment).base + offset; }

  /// Loads and stores by segment and offset, with all checks of the segment and of paging by CPL.
  /// #GP(0) or, in SS, #SS(0) (SDM volume 3, section 5.3); #AC at CPL 3 if that is on.
  template <class T>
  T load(Seg segment, u32 offset) {
    return static_cast<T>(access(segment, offset, sizeof(T), false, [&](u32 at, u32& value) {
      return env_.load(at, sizeof(T), value, Privilege::kByCpl);
    }));
  }
  template <class T>
  void store(Seg segment, u32 offset, T value) {
    access(segment, offset, sizeof(T), true,
           [&](u32 at, u32&) { return env_.store(at, sizeof(T), value, Privilege::kByCpl); });
  }
  /// A load that fails where the store to follow would.
  template <class T>
  T load_for_update(Seg segment, u32 offset) {
    return static_cast<T>(access(segment, offset, sizeof(T), true, [&](u32 at, u32& value) {
      return env_.load_for_update(at, sizeof(T), value, Privilege::kByCpl);
    }));
  }

  /// Of descriptor tables and the TSS.
  template <class T>
  T load_system(u32 at) {
    u32 value = 0;
    if (!fault_) take(env_.load(at, sizeof(T), value, Privilege::kSystemTable));
    return fault_ ? T{0} : static_cast<T>(value);
  }
  template <class T>
  void store_system(u32 at, T value) {
    if (!fault_) take(env_.store(at, sizeof(T), value, Privilege::kSystemTable));
  }

  // --- the stack ---

  /// What of ESP the stack uses.
  u32 stack_mask() const { return s_.segment(Seg::kSs).big() ? ~u32{0} : 0xffff; }
  u32 stack_pointer() const { return s_.r[kEsp] & stack_mask(); }
  /// With a 16-bit stack the high half of ESP stays.
  void set_stack_pointer(u32 value) {
    set_r(kEsp, (s_.r[kEsp] & ~stack_mask()) | (value & stack_mask()));
  }
  template <class T>
  void push(T value) {
    const u32 top = (stack_pointer() - static_cast<u32>(sizeof(T))) & stack_mask();
    store<T>(Seg::kSs, top, value);
    set_stack_pointer(top);
  }
  template <class T>
  T pop() {
    const T value = load<T>(Seg::kSs, stack_pointer());
    set_stack_pointer(stack_pointer() + static_cast<u32>(sizeof(T)));
    return value;
  }

  // --- segments (segments.hpp) ---

  u16 selector(Seg segment) const { return s_.segment(segment).selector; }
  /// MOV, POP and the far pointer loads; not for CS. MOV SS and POP SS, not LSS, keep interrupts
  /// and debug traps waiting for one instruction.
  void load_segment(Seg which, u16 selector);
  void lldt(u16 selector);
  void ltr(u16 selector);
  u16 sldt() const { return s_.ldtr.selector; }
  u16 str() const { return s_.tr.selector; }
  /// Access rights and limit, if CPL and RPL may look at the descriptor.
  std::optional<u32> lar(u16 selector);
  std::optional<u32> lsl(u16 selector);
  bool verr(u16 selector);
  bool verw(u16 selector);

  // --- far transfers (transfers.hpp); `width` is the operand size, the offset is cut to it ---

  void far_jump(u16 selector, u32 offset) { transfer(selector, offset, 0); }
  void far_call(u16 selector, u32 offset, unsigned width) { transfer(selector, offset, width); }
  void far_return(unsigned width, u32 pop_bytes);

  // --- interrupts (interrupts.hpp) ---

  void interrupt_return(unsigned width);
  /// INT n, INT3 and INTO: alike but in virtual-8086 mode.
  void software_interrupt(u8 vector, SoftwareInterrupt) {
    raise({vector, false, 0, 0, Trap::Kind::kSoftware, length_});
  }
  /// INT1: #DB as a debugger's hardware raises it, but behind the instruction and with DR6 as it was.
  void debug_trap() { raise({kDb, false, 0, 0, Trap::Kind::kPrivileged, length_}); }
  /// Has the CPU enter the handler of a trap: `state.eip` is at the instruction that it met, for a
  /// trap that comes between two at the next. `leaves(fault)` says whether a fault on the way is a
  /// VMM's, which then finds the state as before; trap() is that fault.
  template <class Leaves>
  Delivery deliver(const Trap& trap, Leaves leaves);
  Delivery deliver(const Trap& trap) {
    return deliver(trap, [](const Trap&) { return false; });
  }

  // --- system (system.hpp); what needs CPL 0 the rows ask for, IOPL is looked at here ---

  /// #GP(0) and false unless CPL is 0.
  bool supervisor_only() {
    if (s_.cpl != 0) fault(kGp, 0);
    return !fault_;
  }
  bool protected_mode() const { return s_.cr0 & cr0::kPe; }
  void lgdt(u32 base, u16 limit) { load_table(s_.gdtr, base, limit); }
  void lidt(u32 base, u16 limit) { load_table(s_.idtr, base, limit); }
  TableRegister gdtr() const { return s_.gdtr; }
  TableRegister idtr() const { return s_.idtr; }
  void lmsw(u16 value);
  void clts() { s_.cr0 &= ~(fault_ ? 0 : cr0::kTs); }
  /// As it stands, for SMSW.
  u32 cr(unsigned) const { return s_.cr0; }
  u32 read_cr(unsigned number);
  void write_cr(unsigned number, u32 value);
  u32 read_dr(unsigned number);
  void write_dr(unsigned number, u32 value);
  void invlpg(Seg segment, u32 offset) { env_.invalidate_page(linear(segment, offset)); }
  /// There are no caches to write back.
  void invd() {}
  void wbinvd() {}
  void hlt() { s_.halted = true; }
  void cli();
  void sti();
  u32 flags_image() const { return s_.eflags & ~(flag::kVm | flag::kRf); }
  void set_flags_image(u32 value, unsigned width);
  void cpuid();
  u64 rdtsc();
  u64 rdmsr(u32 number);
  void wrmsr(u32 number, u64 value);
  void sysenter();
  void sysexit();
  /// Without a VMM that offers calls there is no such instruction.
  void vmcall() { undefined(); }
  /// #GP(0) and false where neither IOPL nor the bitmap in the TSS allows the access.
  bool port_allowed(u16 port, unsigned bytes);
  template <class T>
  T in(u16 port) {
    return fault_ ? T{0} : static_cast<T>(env_.in(port, sizeof(T)));
  }
  template <class T>
  void out(u16 port, T value) {
    if (!fault_) env_.out(port, sizeof(T), value);
  }

 private:
  friend Arithmetic<View<Env>>;

  void raise(const Trap& trap) {
    if (!fault_) fault_ = trap;
  }
  void take(const std::optional<Trap>& trap) {
    if (trap) raise(*trap);
  }

  template <class F>
  u32 access(Seg segment, u32 offset, unsigned bytes, bool write, F f) {
    if (fault_) return 0;
    const Segment& by = s_.segment(segment);
    if (!allows(by, offset, bytes, write)) return fault(segment == Seg::kSs ? kSs : kGp, 0), 0;
    const u32 at = by.base + offset;
    if (at & (bytes - 1) && alignment_checked()) return fault(kAc, 0), 0;
    u32 value = 0;
    take(f(at, value));
    if (s_.dr[7] & 0xff) note_breakpoints(at, bytes, write);
    return fault_ ? 0 : value;
  }
  static bool allows(const Segment& by, u32 offset, unsigned bytes, bool write);
  bool alignment_checked() const { return s_.user() && s_.cr0 & cr0::kAm && s_.eflags & flag::kAc; }
  void note_breakpoints(u32 at, unsigned bytes, bool write);

  // A fault with a selector's error code.
  void fault_at(Vector vector, u16 selector) { fault(vector, selector::code(selector)); }
  // The descriptor of a selector; without one, `vector` with the selector's code, or a page fault.
  std::optional<Descriptor> descriptor(u16 selector, Vector vector);
  // The same without a fault where the selector leads nowhere.
  std::optional<Descriptor> find_descriptor(u16 selector);
  std::optional<Descriptor> visible_descriptor(u16 selector);
  Segment loaded(const Descriptor& from, u16 selector);
  std::optional<Segment> checked_stack(u16 selector, unsigned cpl, Vector vector);
  void load_real(Segment& segment, u16 selector);
  void load_stack_segment(u16 selector);
  void block_interrupts();
  void load_data_segment(Seg which, u16 selector);

  // A stack that a transfer to another privilege level prepares before it becomes SS:ESP.
  struct Stack {
    Segment ss;
    u32 esp = 0;
    u8 cpl = 0;
    u32 limit_code = 0;  ///< of the #SS where it is too small
  };
  u32 stack_mask(const Stack& stack) const { return stack.ss.big() ? ~u32{0} : 0xffff; }
  void push_on(Stack& stack, unsigned width, u32 value);
  Stack current_stack() const { return {s_.segment(Seg::kSs), s_.r[kEsp], s_.cpl, 0}; }
  std::optional<Stack> inner_stack(unsigned cpl);
  u32 pop_wide(unsigned width) { return width == 4 ? pop<u32>() : pop<u16>(); }

  void enter_code(const Segment& code, unsigned cpl, u32 offset);
  // A call pushes `width` bytes of each CS and EIP, a jump nothing.
  void transfer(u16 selector, u32 offset, unsigned width);
  void transfer_to_segment(const Descriptor& target, u16 selector, u32 offset, unsigned width);
  void transfer_by_gate(const Descriptor& gate, bool call);
  void push_return_address(unsigned width);
  void call_inner(const Descriptor& gate, const Descriptor& target, u16 code);
  std::optional<Descriptor> returned_code(u16 selector);
  void return_to(u16 code, u32 offset, unsigned width, u32 pop_bytes);
  void return_to_outer(const Descriptor& target, u16 code, u32 offset, unsigned width,
                       u32 pop_bytes);
  void drop_privileged_segments();
  void real_transfer(u16 selector, u32 offset);

  void enter_handler(const Trap& trap);
  void return_from_task();
  void enter_real_handler(const Trap& trap);
  void enter_by_gate(const Trap& trap, const Descriptor& gate);
  u32 saved_flags(const Trap& trap) const;
  u32 returned_flags(u32 image, unsigned width) const;

  void load_table(TableRegister& table, u32 base, u16 limit) {
    if (!fault_) table = {base, limit};
  }
  void write_cr0(u32 value);
  void write_cr4(u32 value);
  bool debug_register_allowed(unsigned& number);
  u32* sysenter_register(u32 number);
  Segment flat(u16 selector, bool code) const;
  void enter_flat(u16 code, u16 stack, u32 esp, u32 eip);

  State& s_;
  Env& env_;
  const CpuModel& model_;
  u32 next_ = 0;
  u8 length_ = 0;
  u16 row_ = kIllegalRow;
  std::array<u32, kGprs> registers_before_{};
  u32 flags_before_ = 0;
  u32 external_ = 0;  ///< the EXT bit of error codes, while something external is being delivered
  u32 breakpoints_met_ = 0;
  bool keep_rf_ = false;
  bool in_shadow_ = false;  ///< the instruction before made interrupts wait
  std::optional<Trap> fault_;
};

// An access of `bytes` from `offset` on, by limit and type (SDM volume 3, sections 5.3 and 5.4).
template <class Env>
bool View<Env>::allows(const Segment& by, u32 offset, unsigned bytes, bool write) {
  if (!by.usable()) return false;
  const bool code = by.access & rights::kCode;
  if (write ? code || !(by.access & rights::kWritable) : code && !(by.access & rights::kReadable))
    return false;
  const u64 last = u64{offset} + bytes - 1;
  if (code || !(by.access & rights::kExpandDown)) return last <= by.limit;
  return offset > by.limit && last <= (by.big() ? ~u32{0} : 0xffff);
}

// Data breakpoints trap once the instruction is done (SDM volume 3, section 17.2.4): enabled, of a
// kind that the access is (write, or read and write), and overlapping it.
template <class Env>
void View<Env>::note_breakpoints(u32 at, unsigned bytes, bool write) {
  for (unsigned i = 0; i < 4; ++i) {
    const u32 control = s_.dr[7] >> (16 + 4 * i);
    const unsigned kind = control & 3, length = (control >> 2) & 3;
    if (!(s_.dr[7] >> (2 * i) & 3) || !(kind == 3 || (kind == 1 && write))) continue;
    const u32 first = s_.dr[i] & ~length;
    if (at <= first + length && first <= at + (bytes - 1)) breakpoints_met_ |= 1u << i;
  }
}

}  // namespace ringside::x86

#include "cpu/x86/interrupts.hpp"
#include "cpu/x86/segments.hpp"
#include "cpu/x86/system.hpp"
#include "cpu/x86/transfers.hpp"
