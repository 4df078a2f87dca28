#include "strategies/paravirt/x86_guest.hpp"

#include "strategies/paravirt/hypercalls_impl.hpp"
#include "strategies/paravirt/table_calls_impl.hpp"

namespace ringside::strategies {
namespace pv {

using namespace x86;

namespace {

constexpr u32 kEventCause = 256, kByUser = 0x80000000;
constexpr u32 kMaxDescriptors = 8192;
constexpr u8 kKernelRing = 1, kUserRing = 3;

// What the flags of the shared page may set; IF goes to MASK.
constexpr u32 kReturnedFlags =
    flag::kStatus | flag::kTf | flag::kDf | flag::kNt | flag::kRf | flag::kAc | flag::kId;

/// From kMask on, what a trap saves.
enum Saved : unsigned { kMasked, kFlags, kEip, kVector, kErrorCode, kSavedEax, kSavedCs, kEsp, kSavedSs, kCr2, kSavedWords };

}  // namespace

void X86Guest::set_status(Vm& vm, u32 bits) {
  State state = vm.state();
  state.cr4 = (state.cr4 & ~kStatusBits) | bits;
  vm.set_state(state);
}

// --- traps ---

std::optional<u32> X86Guest::cause_in_table(u32 word) {
  const u32 cause = word & ~kByUser;
  return cause > kEventCause || word == (kEventCause | kByUser) ? std::nullopt : std::optional(cause);
}

u32 X86Guest::cause(const Trap& trap) { return trap.kind == Trap::Kind::kInterrupt ? kEventCause : trap.vector; }

std::string X86Guest::name_of(const Trap& trap) {
  return trap.kind == Trap::Kind::kInterrupt ? "event" : vector_name(trap.vector);
}

X86Guest::Trap X86Guest::permitted(const Vm& vm, const Trap& trap, const Handler* handler) {
  const bool asked = trap.kind == Trap::Kind::kSoftware && vm.state().user();
  if (!asked || (handler && handler->user)) return trap;
  return {kGp, true, u32{trap.vector} << 3 | selector_code::kIdt};
}

namespace {

std::array<u32, kSavedWords> saved_words(const State& now, const Trap& trap, bool masked) {
  const bool fault = trap.kind == Trap::Kind::kException && is_fault(trap.vector);
  const u32 flags = (now.eflags & ~flag::kIf) | (masked ? 0 : flag::kIf) | (fault ? flag::kRf : 0);
  const u32 cs = now.segment(Seg::kCs).selector, ss = now.segment(Seg::kSs).selector;
  return {1, flags, now.eip + trap.length, X86Guest::cause(trap), trap.code, now.r[kEax], cs, now.r[x86::kEsp], ss, now.cr2};
}

Segment loaded(const std::optional<Descriptor>& descriptor, u16 selector) {
  Segment segment = descriptor->segment(selector);
  segment.access |= rights::kAccessed;
  return segment;
}

}  // namespace

bool X86Guest::repeats(const Vm& vm, const Trap& trap, u32 handler) const {
  const State& now = vm.state();
  return now.segment(Seg::kCs).selector == code_ && now.eip == handler && trap.by_instruction();
}

void X86Guest::enter_handler(Vm& vm, const SharedPage& shared, const Trap& trap, u32 handler, bool masked) {
  State next = vm.state();
  if (trap.vector == kPf && trap.kind == Trap::Kind::kException) next.cr2 = trap.address;
  shared.write_words(vm, kMask, saved_words(next, trap, masked));
  if (next.user()) {
    next.segment(Seg::kSs) = loaded(vm.descriptor(stack_), stack_);
    next.r[x86::kEsp] = stack_top_;
  }
  next.segment(Seg::kCs) = loaded(vm.descriptor(code_), code_);
  next.cpl = kKernelRing;
  next.eip = handler;
  next.eflags &= ~(flag::kTf | flag::kNt | flag::kRf);
  next.halted = false;
  next.shadow = Shadow::kNone;
  vm.enter_handler(trap, next);
}

namespace {

bool is_code(const std::optional<Descriptor>& d, u32 selector) {
  return d && d->present() && d->is_code() && d->dpl() == selector::rpl(static_cast<u16>(selector));
}
bool is_stack(const std::optional<Descriptor>& d, u32 selector) {
  return d && d->present() && d->is_writable_data() && d->dpl() == selector::rpl(static_cast<u16>(selector));
}

// What user code must not have is taken out of the data segments, as IRET does (SDM volume 2, IRET).
void drop_inner_segments(State& state) {
  for (const Seg which : {Seg::kEs, Seg::kDs, Seg::kFs, Seg::kGs})
    if (state.segment(which).usable() && state.segment(which).dpl() < state.cpl) state.segment(which) = Segment{};
}

}  // namespace

Error X86Guest::return_from_trap(Vm& vm, const SharedPage& shared) {
  const auto saved = shared.words<kSavedWords>(vm, kMask);
  const u32 cs = saved[kSavedCs], ss = saved[kSavedSs];
  if (cs > 0xffff || ss > 0xffff) return Error::kInvalid;
  const auto code = vm.descriptor(static_cast<u16>(cs)), stack = vm.descriptor(static_cast<u16>(ss));
  const bool fits = is_code(code, cs) && is_stack(stack, ss) && code->dpl() == stack->dpl();
  if (!fits || saved[kEip] > code->limit()) return Error::kInvalid;
  State next = vm.state();
  next.segment(Seg::kCs) = loaded(code, static_cast<u16>(cs));
  next.segment(Seg::kSs) = loaded(stack, static_cast<u16>(ss));
  next.cpl = static_cast<u8>(code->dpl());
  next.eip = saved[kEip], next.r[x86::kEsp] = saved[kEsp], next.r[kEax] = saved[kSavedEax];
  next.eflags = (next.eflags & ~kReturnedFlags) | (saved[kFlags] & kReturnedFlags);
  drop_inner_segments(next);
  shared.write(vm, kMask, !(saved[kFlags] & flag::kIf));
  vm.set_state(next);
  return Error::kNone;
}

// --- descriptors ---

namespace {

// Null, or a segment of the guest's own rings; nothing that leads to an inner ring or to another task.
bool may_be_the_guests(const Descriptor& d) {
  if (d.low == 0 && d.high == 0) return true;
  return d.is_segment() && !d.is_conforming() && (d.dpl() == kKernelRing || d.dpl() == kUserRing);
}

std::optional<Descriptor> named(const std::vector<Descriptor>& table, u32 selector) {
  const u32 index = selector >> 3;
  const bool in_table = selector <= 0xffff && !(selector & selector::kLocal) && index != 0 && index < table.size();
  return in_table ? std::optional(table[index]) : std::nullopt;
}

bool serves_kernel(const std::vector<Descriptor>& table, u32 code, u32 stack) {
  const auto c = named(table, code), s = named(table, stack);
  return is_code(c, code) && is_stack(s, stack) && c->dpl() == kKernelRing && s->dpl() == kKernelRing;
}

}  // namespace

Error X86Guest::set_descriptor_table(Vm& vm, const Arguments& a) {
  if (a[0] % 4 != 0 || a[1] == 0) return Error::kInvalid;
  if (a[1] > kMaxDescriptors) return Error::kLimit;
  const auto words = read_list(vm, a[0], 2 * std::size_t{a[1]});
  if (!words) return Error::kFault;
  std::vector<Descriptor> table;
  for (std::size_t i = 0; i < words->size(); i += 2) {
    table.push_back({(*words)[i], (*words)[i + 1], 0});
    if (!may_be_the_guests(table.back())) return Error::kEntry;
  }
  if (!serves_kernel(table, a[2], a[3])) return Error::kInvalid;
  vm.set_descriptors(table);
  code_ = static_cast<u16>(a[2]), stack_ = static_cast<u16>(a[3]);
  return Error::kNone;
}

}  // namespace pv

template class ParavirtOf<pv::X86Guest>;

}  // namespace ringside::strategies
