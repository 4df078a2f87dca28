#include "cpu/fast.hpp"

#include "isa/zisa/decode.hpp"

namespace ringside::cpu {

using cost::Account;
using cost::Param;

namespace fast {

namespace {

// --- stopping ---

u32 address_of(const Op* op, const Context* m) {
  return m->page_address + 4 * static_cast<u32>(op - m->page->ops.data());
}

// The operation of the instruction at an offset in its page, a multiple of 4.
const Op* op_at(const CodePage* page, u32 offset) {
  const auto* bytes = reinterpret_cast<const u8*>(page->ops.data());
  return reinterpret_cast<const Op*>(bytes + sizeof(Op) / 4 * offset);
}

#ifdef RINGSIDE_DISPATCH_LOOP
void stop(Context* m, const Op*) {
  m->handler = nullptr;
}
#else
void stop(Context*, const Op*) {}
#endif

void leave(const Op* op, Context* m, u32 pc, i64 left, u64 counts) {
  m->pc = pc;
  m->left = left;
  m->counts = counts;
  stop(m, op);
}

// What handlers go on to in rare cases stays outside of them, with the calling convention as it is:
// inlined or with arguments left out, it would have the frequent case move and save registers.
#if defined(__clang__)
#define RINGSIDE_RARE [[gnu::noinline]]
#else
#define RINGSIDE_RARE [[gnu::noipa]]
#endif

// The operation is for the exact engine. It and what follows in its block did not run.
RINGSIDE_RARE void take_back(RINGSIDE_HANDLER_PARAMETERS) {
  const Charge& charge = charge_of(op);
  leave(op, m, address_of(op, m), left + charge.time, counts - charge.counts);
}

RINGSIDE_RARE void out_of_time(RINGSIDE_HANDLER_PARAMETERS) {
  m->out_of_time = true;
  RINGSIDE_GO_ON(take_back, op);
}

// --- going on ---

#define RINGSIDE_CHARGE(entered)       \
  left -= charge_of(entered).time;     \
  counts += charge_of(entered).counts; \
  if (__builtin_expect(left < 0, 0)) RINGSIDE_GO_ON(out_of_time, entered)

// Enters a block at an operation, or stops there when the slice is too short for the block.
#define RINGSIDE_ENTER(target)                                            \
  do {                                                                    \
    const Op* const entered = (target);                                   \
    last = *reinterpret_cast<const u32*>(x + charge_of(entered).forward); \
    RINGSIDE_CHARGE(entered);                                             \
    RINGSIDE_GO_ON(entered->handler, entered);                            \
  } while (false)

// The same for the block behind a branch, which writes no register to take over.
#define RINGSIDE_FALL_THROUGH(next)        \
  do {                                     \
    RINGSIDE_CHARGE(next);                 \
    RINGSIDE_GO_ON((next)->handler, next); \
  } while (false)

// Goes on at an address in another page, if that is known to be executable. The exact engine looks a page up
// with the first instruction that it executes there, so a run that stops right before that leaves here.
void change_page(RINGSIDE_HANDLER_PARAMETERS) {
  const u32 target = last;  // the address comes in place of the last result
  const mmu::TlbTags& tags = m->tags[mmu::Tlb::index({target})];
  if (__builtin_expect(tags.fetch != (target & ~kPageMask), 0))
    return leave(op, m, target, left, counts);
  auto* const page = static_cast<CodePage*>(tags.code);
  const u32 index = (target & kPageMask) / 4;
  const Op* const first = &page->ops[index];
  if (first->handler == undecoded_handler()) m->cache->decode(*page, index);
  const i32 time = charge_of(first).time;
  if (__builtin_expect(time == 0 || left < time, 0)) return leave(op, m, target, left, counts);
  ++m->fetch_lookups;
  m->page = page;
  m->page_address = target & ~kPageMask;
  RINGSIDE_ENTER(first);
}

void next_page(RINGSIDE_HANDLER_PARAMETERS) {
  last = m->page_address + kPageSize;
  RINGSIDE_GO_ON(change_page, op);
}

// Nothing was charged for an operation that is reached for the first time.
RINGSIDE_RARE void undecoded(RINGSIDE_HANDLER_PARAMETERS) {
  m->cache->decode(*m->page, static_cast<u32>(op - m->page->ops.data()));
  RINGSIDE_ENTER(op);
}

// --- the fast view ---

// Which operand takes its value from `last` instead of the register file.
enum class Forward : u8 { kNone, kRs1, kRs2 };

// What a row's meaning sees here. It is handed operands whose register numbers are *roles* (1 for
// rs1, 2 for rs2, 3 for rd); all of it folds into the handler. What cannot be done fast sets
// `slow`, which suppresses every later effect.
template <Forward forward>
struct View {
  const Op* op;
  u8* x_bytes;
  const Context* m;
  u32 last;
  bool slow = false;
  bool taken = false;
  u32 target = 0;

  static constexpr zisa::Operands kRoles{.rd = 3, .rs1 = 1, .rs2 = 2};

  u32 x(u32 role) const {
    if (role == 1) return forward == Forward::kRs1 ? last : read(op->rs1);
    return forward == Forward::kRs2 ? last : read(op->rs2);
  }
  u32 read(u32 offset) const { return *reinterpret_cast<const u32*>(x_bytes + offset); }
  void set(u32, u32 value) {
    if (slow) return;
    *reinterpret_cast<u32*>(x_bytes + op->rd) = value;
    last = value;
  }
  u32 pc() const { return address_of(op, m); }

  template <class T>
  T load(u32 gva) {
    const mmu::TlbTags& tags = m->tags[mmu::Tlb::index({gva})];
    if (__builtin_expect(tags.read != (gva & (~kPageMask | (sizeof(T) - 1))), 0)) {
      slow = true;
      return 0;
    }
    return load_le<T>(tags.host + gva);
  }
  template <class T>
  void store(u32 gva, T value) {
    const mmu::TlbTags& tags = m->tags[mmu::Tlb::index({gva})];
    if (__builtin_expect(tags.write != (gva & (~kPageMask | (sizeof(T) - 1))), 0)) {
      slow = true;
      return;
    }
    store_le(tags.host + gva, value);
  }
  void branch(bool condition, i32) { taken = condition; }
  void jump(u32 rd, i32) { set(rd, pc() + 4); }
  void jump_to(u32 rd, u32 to) {
    target = to;
    if (to & 3) slow = true;
    const u32 link = pc() + 4;
    set(rd, link);
  }
};

// Flattened: a handler that makes a call saves registers around it.
template <unsigned row, Forward forward>
[[gnu::flatten]] View<forward> run_meaning(const Op* op, u8* x, const Context* m, u32 last) {
  View<forward> view{op, x, m, last};
  zisa::Operands roles = View<forward>::kRoles;
  roles.imm = op->imm;
  std::get<row>(zisa::kTable).meaning(view, roles);
  return view;
}

// --- handlers by kind ---

template <unsigned row, Forward forward>
void plain(RINGSIDE_HANDLER_PARAMETERS) {
  const auto view = run_meaning<row, forward>(op, x, m, last);
  if (__builtin_expect(view.slow, 0)) RINGSIDE_GO_ON(take_back, op);
  last = view.last;
  ++op;
  RINGSIDE_GO_ON(op->handler, op);
}

// The two ways stay two jumps: as a conditional move the target would wait for the condition.
template <unsigned row, Forward forward>
void branch(RINGSIDE_HANDLER_PARAMETERS) {
  const auto view = run_meaning<row, forward>(op, x, m, last);
  if (view.taken) {
    const auto* target = reinterpret_cast<const Op*>(reinterpret_cast<const u8*>(op) + op->imm);
    asm volatile("");
    RINGSIDE_ENTER(target);
  }
  ++op;
  RINGSIDE_FALL_THROUGH(op);
}

template <unsigned row, Forward forward>
void far_branch(RINGSIDE_HANDLER_PARAMETERS) {
  const auto view = run_meaning<row, forward>(op, x, m, last);
  if (view.taken) {
    last = address_of(op, m) + static_cast<u32>(op->imm);
    RINGSIDE_GO_ON(change_page, op);
  }
  ++op;
  RINGSIDE_FALL_THROUGH(op);
}

template <unsigned row, Forward forward>
void jump(RINGSIDE_HANDLER_PARAMETERS) {
  run_meaning<row, forward>(op, x, m, last);
  const auto* target = reinterpret_cast<const Op*>(reinterpret_cast<const u8*>(op) + op->imm);
  RINGSIDE_ENTER(target);
}

template <unsigned row, Forward forward>
void far_jump(RINGSIDE_HANDLER_PARAMETERS) {
  run_meaning<row, forward>(op, x, m, last);
  last = address_of(op, m) + static_cast<u32>(op->imm);
  RINGSIDE_GO_ON(change_page, op);
}

template <unsigned row, Forward forward>
void indirect(RINGSIDE_HANDLER_PARAMETERS) {
  const auto view = run_meaning<row, forward>(op, x, m, last);
  if (__builtin_expect(view.slow, 0)) RINGSIDE_GO_ON(take_back, op);
  last = view.target;
  const u32 offset = view.target - m->page_address;
  if (offset >= kPageSize) RINGSIDE_GO_ON(change_page, op);
  const Op* const target = op_at(m->page, offset);
  // A jump to itself may be a guest that can never get further. Done twice it writes the same link.
  if (__builtin_expect(target == op && op->rd != op->rs1, 0)) RINGSIDE_GO_ON(take_back, op);
  RINGSIDE_ENTER(target);
}

// --- handlers by row ---

template <unsigned row, Forward forward>
constexpr Handler handler_of(bool far) {
  constexpr auto kind = zisa::kRows[row].kind;
  if constexpr (kind == zisa::Kind::kAtomic || kind == zisa::Kind::kSystem) {
    return take_back;
  } else if constexpr (kind == zisa::Kind::kBranch) {
    return far ? far_branch<row, forward> : branch<row, forward>;
  } else if constexpr (kind == zisa::Kind::kJump) {
    return far ? far_jump<row, forward> : jump<row, forward>;
  } else if constexpr (kind == zisa::Kind::kIndirectJump) {
    return indirect<row, forward>;
  } else {
    return plain<row, forward>;
  }
}

struct Handlers {
  // By way of taking operands over, then near or far.
  std::array<std::array<Handler, 2>, 3> variants;
};

template <unsigned row>
constexpr Handlers handlers_of() {
  return {{{{handler_of<row, Forward::kNone>(false), handler_of<row, Forward::kNone>(true)},
            {handler_of<row, Forward::kRs1>(false), handler_of<row, Forward::kRs1>(true)},
            {handler_of<row, Forward::kRs2>(false), handler_of<row, Forward::kRs2>(true)}}}};
}

constexpr auto kHandlers = []<unsigned... row>(std::integer_sequence<unsigned, row...>) {
  return std::array<Handlers, zisa::kRowCount>{handlers_of<row>()...};
}
(std::make_integer_sequence<unsigned, zisa::kRowCount>{});

bool writes_register(zisa::Kind kind) {
  using enum zisa::Kind;
  return kind == kAlu || kind == kMultiply || kind == kDivide || kind == kLoad;
}

// Whether the operand in this role is read from a register at all.
bool reads(zisa::Form form, unsigned role) {
  using enum zisa::Form;
  if (role == 2) return form == kRegister || form == kStore || form == kBranch;
  return form != kUpper && form != kJump && form != kFence;
}

Forward choose_forward(zisa::Form form, const zisa::Operands& o, u32 before) {
  if (before == kNoRegister) return Forward::kNone;
  if (reads(form, 1) && o.rs1 * 4u == before) return Forward::kRs1;
  if (reads(form, 2) && o.rs2 * 4u == before) return Forward::kRs2;
  return Forward::kNone;
}

constexpr Op kForExactEngine{take_back, 0, 0, 0, static_cast<u8>(zisa::kIllegalRow), 0};

}  // namespace

Op for_exact_engine() {
  return kForExactEngine;
}

Handler undecoded_handler() {
  return undecoded;
}
Handler next_page_handler() {
  return next_page;
}

u32 register_written(u32 word) {
  const zisa::Decoded decoded = zisa::decode(word);
  if (decoded.row == zisa::kIllegalRow || !writes_register(zisa::kRows[decoded.row].kind))
    return kNoRegister;
  // What is written to x0 is gone, and a fence writes nothing.
  return decoded.operands.rd == 0 ? kNoRegister : decoded.operands.rd * 4u;
}

bool ends_block(unsigned row) {
  if (row == zisa::kIllegalRow) return true;
  using enum zisa::Kind;
  const auto kind = zisa::kRows[row].kind;
  return kind == kBranch || kind == kJump || kind == kIndirectJump || kind == kAtomic ||
         kind == kSystem;
}

Op predecode(u32 word, u32 index, u32 before) {
  const zisa::Decoded decoded = zisa::decode(word);
  if (decoded.row == zisa::kIllegalRow) return kForExactEngine;
  const zisa::RowInfo& row = zisa::kRows[decoded.row];
  const zisa::Operands& o = decoded.operands;
  const bool direct_jump = row.kind == zisa::Kind::kBranch || row.kind == zisa::Kind::kJump;
  // A misaligned target traps, and a jump to itself may be a guest that can never get further.
  if (direct_jump && (o.imm % 4 != 0 || o.imm == 0)) return kForExactEngine;
  const i64 target = i64{index} + o.imm / 4;
  const bool far = direct_jump && (target < 0 || target >= kOpsPerPage);
  const auto forward = static_cast<unsigned>(choose_forward(row.form, o, before));
  const u8 rd = static_cast<u8>(o.rd == 0 ? kNoRegister : o.rd * 4u);
  const i32 imm = direct_jump && !far ? o.imm * i32{sizeof(Op) / 4} : o.imm;
  return {kHandlers[decoded.row].variants[forward][far],
          rd,
          static_cast<u8>(o.rs1 * 4),
          static_cast<u8>(o.rs2 * 4),
          static_cast<u8>(decoded.row),
          imm};
}

}  // namespace fast

// --- the engine ---

namespace {

fast::Prices prices_of(const cost::Ledger& ledger, const Clock& clock) {
  if (clock.virtual_time) return {1, 0, 0, 0, 0, 0};
  const auto price = [&](Param param) { return static_cast<i32>(ledger.price(param)); };
  return {price(Param::kInsn), price(Param::kDataAccess), price(Param::kMultiply),
          price(Param::kDivide), price(Param::kIndirectJump), price(Param::kTcHash)};
}

}  // namespace

FastEngine::FastEngine(Cpu& cpu)
    : cpu_(cpu), cache_(cpu.mmu(), prices_of(cpu.ledger(), cpu.clock())) {
  u64 extra = 0;
  for (const Param param :
       {Param::kDataAccess, Param::kMultiply, Param::kDivide, Param::kIndirectJump})
    extra = std::max(extra, cpu.ledger().price(param));
  dearest_ = cpu.ledger().price(Param::kInsn) + extra + cpu.ledger().price(Param::kTcHash);
}

// Translated code runs in user mode, where the supervisor's tags lie idle; the rights to data are those of
// user mode too, since all shadow pages are user pages.
bool FastEngine::tags_of_supervisor() const {
  return cpu_.units.cache || cpu_.state.supervisor();
}

// The page of the PC must be known to the exact engine; its entry in the TLB learns where its code
// is.
bool FastEngine::find_code(fast::Context& context) {
  const Cpu::Fetch& fetch = cpu_.fetch();
  const u32 pc = cpu_.state.pc;
  if (!fetch.valid || fetch.page != (pc & ~kPageMask)) return false;
  context.page = cpu_.units.cache ? &cache_.units_page(cpu_.code_key()) : &cache_.page(fetch.base);
  context.page_address = fetch.page;
  auto& tlb = cpu_.mmu().tlb;
  const bool supervisor = cpu_.state.supervisor();
  if (const auto* entry = tlb.find({pc});
      entry && entry->frame == fetch.base.page() &&
      (!cpu_.state.paging() || mmu::allowed(entry->flags, supervisor, Access::kFetch))) {
    auto& tags = tlb.tags(tags_of_supervisor())[mmu::Tlb::index({pc})];
    tags.fetch = fetch.page;
    tags.code = context.page;
  }
  return true;
}

void FastEngine::run_slice(fast::Context& m, i64 slice) {
  using namespace fast;
  const Op* op = &m.page->ops[(cpu_.state.pc & kPageMask) / 4];
  u8* x = reinterpret_cast<u8*>(cpu_.state.x.data());
  const Charge& charge = charge_of(op);
  m.out_of_time = false;
  m.fetch_lookups = 0;
  m.left = slice - charge.time;
  m.counts = charge.counts;
  const u32 last = *reinterpret_cast<const u32*>(x + charge.forward);
  const Handler first = m.left < 0 ? out_of_time : op->handler;
#ifdef RINGSIDE_DISPATCH_LOOP
  m.set_next(first, op, m.left, m.counts, last);
  while (m.handler) m.handler(m.op, x, &m, m.left, m.counts, m.last);
#else
  first(op, x, &m, m.left, m.counts, last);
#endif
}

// Books what a slice did, and leaves the CPU as if the exact engine had done it.
u64 FastEngine::account(const fast::Context& m) {
  using namespace fast;
  cost::Ledger& ledger = cpu_.ledger();
  const Account payer = cpu_.account();
  const u64 insns = field(m.counts, kInsns);
  const auto book = [&](Param param, fast::Field which) {
    if (const u64 n = field(m.counts, which)) ledger.charge(payer, param, n);
  };
  if (insns != 0) ledger.charge(payer, Param::kInsn, insns);
  book(Param::kDataAccess, kData);
  book(Param::kMultiply, kMultiplies);
  book(Param::kDivide, kDivides);
  book(Param::kIndirectJump, kIndirects);
  if (cpu_.mmu().looks_up(cpu_.state.paging()))
    cpu_.mmu().tlb.counts.hits += field(m.counts, kData) + m.fetch_lookups;
  if (cpu_.units.cache) {
    if (const u64 n = field(m.counts, kIndirects)) ledger.charge(Account::kTranslation, Param::kTcHash, n);
    *cpu_.units.executed += insns;
  } else {
    cpu_.direct += insns;
  }
  cpu_.clock().instructions += insns;
  cpu_.state.pc = m.pc;
  cpu_.fetch() = {true, m.page_address, m.page->base};
  return insns;
}

u64 FastEngine::run(i64 budget) {
  fast::Context context{};
  if (budget <= 0) return 0;
  if (cpu_.units.cache) cache_.use_units(*cpu_.units.cache);
  if (!find_code(context)) return 0;
  context.cache = &cache_;
  context.tags = cpu_.mmu().tlb.tags(tags_of_supervisor()).data();
  u64 done = 0;
  for (;;) {
    const i64 slice = std::min(budget, fast::kLongestSlice);
    run_slice(context, slice);
    done += account(context);
    budget -= slice - context.left;
    if (!context.out_of_time || context.left == slice || budget <= 0) return done;
  }
}

}  // namespace ringside::cpu
