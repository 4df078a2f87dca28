// Handlers that do any instruction of the table that is no system instruction: they look at the
// Instruction, on the exact view over the fast engine's memory. Repeated string instructions have
// handlers here too.
#include <cstring>

#include "cpu/x86/execute.hpp"
#include "cpu/x86/fast_handlers.hpp"
#include "cpu/x86/view.hpp"

namespace ringside::x86::fast {

namespace {

// Memory as far as the tags allow; without them it only counts accesses, and reads as 0.
class FastMemory {
 public:
  explicit FastMemory(mmu::TlbTags* tags = nullptr) : tags_(tags) {}
  u32 accesses = 0;

  std::optional<Trap> load(u32 linear, unsigned bytes, u32& value, Privilege) {
    return read(linear, bytes, value, &mmu::TlbTags::read);
  }
  std::optional<Trap> load_for_update(u32 linear, unsigned bytes, u32& value, Privilege) {
    return read(linear, bytes, value, &mmu::TlbTags::write);
  }
  std::optional<Trap> store(u32 linear, unsigned bytes, u32 value, Privilege) {
    ++accesses;
    if (!tags_) return std::nullopt;
    u8* const host = allowed(linear, bytes, &mmu::TlbTags::write);
    if (!host) return Trap{};
    std::memcpy(host, &value, bytes);
    return std::nullopt;
  }

 private:
  std::optional<Trap> read(u32 linear, unsigned bytes, u32& value, u32 mmu::TlbTags::*tag) {
    ++accesses;
    if (!tags_) return std::nullopt;
    const u8* const host = allowed(linear, bytes, tag);
    if (!host) return Trap{};
    std::memcpy(&value, host, bytes);
    return std::nullopt;
  }
  // Null where the exact engine has to look: any trap will do to say so.
  u8* allowed(u32 linear, unsigned bytes, u32 mmu::TlbTags::*tag) const {
    const mmu::TlbTags& tags = tags_[mmu::TlbOf<TlbRights>::index({linear})];
    return tags.*tag == (linear & (~kPageMask | (bytes - 1))) ? tags.host + linear : nullptr;
  }

  mmu::TlbTags* tags_;
};

using GeneralView = View<FastMemory>;

constexpr bool is_general(unsigned row) {
  return kRows[row].kind != Kind::kSystem && kRows[row].kind != Kind::kIo &&
         kRows[row].name != "ins" && kRows[row].name != "outs";
}

template <unsigned row>
constexpr std::array<x86::detail::Meaning<GeneralView>, 3> meanings() {
  if constexpr (is_general(row))
    return x86::detail::widths<GeneralView, row>();
  else
    return {};
}

constexpr auto kMeanings = []<unsigned... row>(std::integer_sequence<unsigned, row...>) {
  return std::array<std::array<x86::detail::Meaning<GeneralView>, 3>, kRowCount>{
      meanings<row>()...};
}
(std::make_integer_sequence<unsigned, kRowCount>{});

void mean_it(GeneralView& view, const Instruction& i) {
  kMeanings[i.row][i.width / 2](view, i);
}

// Runs `f(view)` on the CPU's state, where registers and flags are brought for it; false if that
// cannot be done here. Afterwards they are back in the context, and the new flags in `status`.
template <class F>
bool on_state(const Op* op, Context* m, LazyFlags flags, const Instruction& i, u32& status, F f) {
  State& state = m->cpu->state;
  state.r = m->r;
  state.eip = m->page_address + op->offset;
  state.eflags = (state.eflags & ~flag::kStatus) | status_of(flags, m->carry);
  FastMemory memory(m->tags);
  GeneralView view(state, memory, m->cpu->model());
  view.begin(i);
  f(view);
  if (view.finish()) return false;
  m->r = state.r;
  status = state.eflags & flag::kStatus;
  return true;
}

constexpr bool is_flat(Seg segment) {
  return segment == Seg::kDs || segment == Seg::kEs || segment == Seg::kSs;
}

}  // namespace

bool has_general_handler(unsigned row) {
  return is_general(row);
}

void general(RINGSIDE_X86_PARAMETERS) {
  const Instruction& i = m->page->instructions[op->imm];
  const bool done =
      on_state(op, m, {fa, fb, kind}, i, fa, [&](GeneralView& view) { mean_it(view, i); });
  if (!done) RINGSIDE_X86_GO_ON(take_back, op);
  kind = lazy::kReady;
  if (kRows[i.row].kind == Kind::kMultiply) ++m->multiplies;
  if (kRows[i.row].kind == Kind::kDivide) ++m->divides;
  ++op;
  RINGSIDE_X86_GO_ON(op->handler, op);
}

void general_jump(RINGSIDE_X86_PARAMETERS) {
  const Instruction& i = m->page->instructions[op->imm];
  const bool done =
      on_state(op, m, {fa, fb, kind}, i, fa, [&](GeneralView& view) { mean_it(view, i); });
  if (!done) RINGSIDE_X86_GO_ON(take_back, op);
  kind = lazy::kReady;
  if (kRows[i.row].kind == Kind::kIndirectJump) ++m->indirect_jumps;
  RINGSIDE_X86_JUMP(m->cpu->state.eip);
}

// --- REP ---

// One iteration, or none if the count is 0: what was charged for its accesses is given back then.
void repeated(RINGSIDE_X86_PARAMETERS) {
  const Instruction& i = m->page->instructions[op->imm];
  bool stays = false;
  const bool none = (m->r[kEcx] & rows::address_mask(i)) == 0;
  const bool done = on_state(op, m, {fa, fb, kind}, i, fa, [&](GeneralView& view) {
    stays = x86::detail::iterate(view, i, mean_it);
  });
  if (!done) RINGSIDE_X86_GO_ON(take_back, op);
  kind = lazy::kReady;
  if (none) credit += op->charge - credit::charge(m->cache->prices().insn, 1, 0);
  m->unfinished += stays;
  Op* const next = stays ? op : op + 1;
  RINGSIDE_X86_ENTER(next);
}

namespace {

// How many iterations can be done at once: all that are wanted, as far as both pages and the time
// reach. One is charged already.
u32 iterations(const Context* m, const Op* op, i64 credit, u32 size,
               std::initializer_list<u32> addresses) {
  const u64 in_time = 1 + static_cast<u64>(credit::time_left(credit)) /
                              static_cast<u64>(credit::time_left(op->charge));
  u64 n = std::min<u64>(m->r[kEcx], in_time);
  for (const u32 address : addresses)
    n = std::min<u64>(n, (kPageSize - (address & kPageMask)) / size);
  return static_cast<u32>(n);
}

// What is filled so far is copied behind itself until all is.
void fill(u8* to, u32 value, u32 n, u32 size) {
  store_le(to, static_cast<u8>(value));
  if (size == 2) store_le(to, static_cast<u16>(value));
  if (size == 4) store_le(to, value);
  const u64 bytes = u64{n} * size;
  for (u64 done = size; done < bytes; done *= 2) std::memcpy(to + done, to, std::min(done, bytes - done));
}

// Upwards, one element after the other: what overlaps is copied over and over.
void copy(u8* to, const u8* from, u32 n, u32 size) {
  const u64 bytes = u64{n} * size;
  const u64 ahead = static_cast<u64>(reinterpret_cast<std::uintptr_t>(to) -
                                     reinterpret_cast<std::uintptr_t>(from));
  if (ahead >= bytes) return static_cast<void>(std::memmove(to, from, bytes));
  for (u64 i = 0; i < bytes; i += size) std::memcpy(to + i, from + i, size);
}

bool can_go_upwards(const Context* m) {
  return m->r[kEcx] != 0 && !(m->cpu->state.eflags & flag::kDf);
}

u8* host_of(const Context* m, u32 at, u32 size, u32 mmu::TlbTags::*tag) {
  const mmu::TlbTags& tags = tags_of(m, at);
  return tags.*tag == (at & (~kPageMask | (size - 1))) ? tags.host + at : nullptr;
}

// Counts n iterations; gives the credit that is left.
i64 iterated(Context* m, const Op* op, i64 credit, u32 n) {
  m->r[kEcx] -= n;
  m->unfinished += m->r[kEcx] == 0 ? n - 1 : n;
  return credit - op->charge * (n - 1);
}

}  // namespace

void repeated_store(RINGSIDE_X86_PARAMETERS) {
  if (!can_go_upwards(m)) RINGSIDE_X86_GO_ON(repeated, op);
  const u32 size = m->page->instructions[op->imm].width, at = m->r[kEdi];
  u8* const to = host_of(m, at, size, &mmu::TlbTags::write);
  if (!to) RINGSIDE_X86_GO_ON(take_back, op);
  const u32 n = iterations(m, op, credit, size, {at});
  fill(to, m->r[kEax], n, size);
  m->r[kEdi] += n * size;
  credit = iterated(m, op, credit, n);
  Op* const next = m->r[kEcx] != 0 ? op : op + 1;
  RINGSIDE_X86_ENTER(next);
}

void repeated_move(RINGSIDE_X86_PARAMETERS) {
  if (!can_go_upwards(m)) RINGSIDE_X86_GO_ON(repeated, op);
  const u32 size = m->page->instructions[op->imm].width;
  const u8* const from = host_of(m, m->r[kEsi], size, &mmu::TlbTags::read);
  u8* const to = host_of(m, m->r[kEdi], size, &mmu::TlbTags::write);
  if (!from || !to) RINGSIDE_X86_GO_ON(take_back, op);
  const u32 n = iterations(m, op, credit, size, {m->r[kEsi], m->r[kEdi]});
  copy(to, from, n, size);
  m->r[kEsi] += n * size;
  m->r[kEdi] += n * size;
  credit = iterated(m, op, credit, n);
  Op* const next = m->r[kEcx] != 0 ? op : op + 1;
  RINGSIDE_X86_ENTER(next);
}

Handler general_handler(const Instruction& i) {
  const Kind kind = kRows[i.row].kind;
  if (kind == Kind::kBranch || kind == Kind::kJump || kind == Kind::kIndirectJump)
    return general_jump;
  if (i.rep == Rep::kNone) return general;
  if (i.address_size != 4 || !is_flat(i.memory.segment)) return repeated;
  if (i.row == row_of("stos")) return repeated_store;
  return i.row == row_of("movs") ? repeated_move : repeated;
}

// --- trying out ---

namespace {

State idle_state() {
  State state;
  state.cr0 |= cr0::kPe;
  for (Segment& segment : state.seg)
    segment = {8, 0, ~u32{0}, rights::kPresent | rights::kS | rights::kWritable | rights::kBig};
  for (unsigned i = 0; i < kGprs; ++i) state.r[i] = 0x81828384u + 0x01010100u * i;
  return state;
}

}  // namespace

Trial try_out(const Instruction& instruction, const CpuModel& model) {
  State state = idle_state();
  FastMemory memory;
  GeneralView view(state, memory, model);
  view.begin(instruction);
  mean_it(view, instruction);
  Trial trial{memory.accesses, instruction.rep != Rep::kNone ? 1u << kEcx : 0};
  for (unsigned i = 0; i < kGprs; ++i)
    if (state.r[i] != view.registers_before()[i]) trial.written |= 1u << i;
  // A condition or a value in memory may have kept it from writing.
  for (const Operand& operand : instruction.operands)
    if (operand.kind == Operand::kRegister)
      trial.written |= 1u << (operand.width == 1 ? operand.number & 3 : operand.number);
  return trial;
}

}  // namespace ringside::x86::fast
