#include "cpu/x86/fast.hpp"

#include "cpu/x86/fast_dispatch.hpp"

namespace ringside::x86 {

using cost::Account;
using cost::Param;
using fast::Context;

namespace {

fast::Prices prices_of(const cost::Ledger& ledger, const cpu::Clock& clock) {
  if (clock.virtual_time) return {1, 0, 0, 0, 0, 0};
  return {ledger.price(Param::kInsn), ledger.price(Param::kDataAccess),
          ledger.price(Param::kMultiply), ledger.price(Param::kDivide),
          ledger.price(Param::kIndirectJump), ledger.price(Param::kTcHash)};
}

bool is_flat(const Segment& segment) {
  return segment.usable() && segment.base == 0 && segment.limit == ~u32{0} && segment.big();
}
bool is_flat_data(const Segment& segment) {
  constexpr u32 kLooked = rights::kCode | rights::kExpandDown | rights::kWritable;
  return is_flat(segment) && (segment.access & kLooked) == rights::kWritable;
}

}  // namespace

FastEngine::FastEngine(Cpu& cpu)
    : cpu_(cpu), cache_(cpu.mmu(), cpu.model(), prices_of(cpu.ledger(), cpu.clock())) {
  u64 extra = 0;
  for (const Param param : {Param::kMultiply, Param::kDivide, Param::kIndirectJump})
    extra = std::max(extra, cpu.ledger().price(param));
  dearest_ = cpu.ledger().price(Param::kInsn) + extra + cpu.ledger().price(Param::kTcHash) +
             fast::credit::kMostData * cpu.ledger().price(Param::kDataAccess);
}

bool FastEngine::can_run() const {
  const State& s = cpu_.state;
  if (s.eflags & (flag::kTf | flag::kRf | flag::kVm) || s.dr[7] & 0xff || s.shadow != Shadow::kNone)
    return false;
  if (s.user() && s.cr0 & cr0::kAm && s.eflags & flag::kAc) return false;
  return is_flat(s.segment(Seg::kCs)) && is_flat_data(s.segment(Seg::kSs)) &&
         is_flat_data(s.segment(Seg::kDs)) && is_flat_data(s.segment(Seg::kEs));
}

// The page of EIP must be known to the exact engine; its entry in the TLB learns where its code is.
bool FastEngine::find_code(Context& context) {
  const Cpu::Fetch& fetch = cpu_.fetch();
  const u32 eip = cpu_.state.eip;
  if (!fetch.valid || fetch.page != (eip & ~kPageMask)) return false;
  context.page = cpu_.units.cache ? &cache_.units_page(cpu_.code_key()) : &cache_.page(fetch.base);
  context.page_address = fetch.page;
  auto& tlb = cpu_.mmu().tlb;
  const bool supervisor = !cpu_.state.user();
  const auto* entry = tlb.find({eip});
  if (!entry || entry->frame != fetch.base.page() ||
      !TlbRights::usable(entry->flags, supervisor, Access::kFetch))
    return true;
  auto& tags = tlb.tags(supervisor)[tlb.index({eip})];
  tags.fetch = fetch.page;
  tags.code = context.page;
  return true;
}

void FastEngine::run_slice(Context& m, i64 slice) {
  using namespace fast;
  Op* const op = cache_.find(*m.page, cpu_.state.eip & kPageMask);
  m.out_of_time = false;
  m.fetch_lookups = m.multiplies = m.divides = m.indirect_jumps = m.unfinished = 0;
  const i64 left = credit::start(slice) - op->charge;
  const Handler first = left < 0 ? out_of_time : op->handler;
#ifdef RINGSIDE_TAIL_CALLS
  first(op, &m, left, m.flags.a, m.flags.b, m.flags.kind);
#else
  m.set_next(first, op, left, m.flags.a, m.flags.b, m.flags.kind);
  while (m.handler) m.handler(m.op, &m, m.credit, m.flags.a, m.flags.b, m.flags.kind);
#endif
}

// Books what a slice did, and leaves the CPU as if the exact engine had done it; gives the number
// of steps.
u64 FastEngine::account(const Context& m) {
  cost::Ledger& ledger = cpu_.ledger();
  const Account payer = cpu_.account();
  const u64 steps = fast::credit::insns(m.credit), data = fast::credit::data(m.credit);
  const auto book = [&](Param param, u64 n) {
    if (n != 0) ledger.charge(payer, param, n);
  };
  book(Param::kInsn, steps);
  book(Param::kDataAccess, data);
  book(Param::kMultiply, m.multiplies);
  book(Param::kDivide, m.divides);
  book(Param::kIndirectJump, m.indirect_jumps);
  if (cpu_.mmu().looks_up(cpu_.state.paging())) cpu_.mmu().tlb.counts.hits += data + m.fetch_lookups;
  (cpu_.units.cache ? *cpu_.units.executed : cpu_.direct) += steps - m.unfinished;
  if (cpu_.units.cache && m.indirect_jumps != 0)
    ledger.charge(Account::kTranslation, Param::kTcHash, m.indirect_jumps);
  cpu_.clock().instructions += steps - m.unfinished;
  cpu_.state.eip = m.eip;
  cpu_.fetch() = {true, m.page_address, m.page->base};
  return steps;
}

u64 FastEngine::run(i64 budget) {
  Context context{};
  if (budget <= 0 || !can_run()) return 0;
  if (cpu_.units.cache) cache_.use_units(*cpu_.units.cache);
  if (!find_code(context)) return 0;
  context.cache = &cache_;
  context.cpu = &cpu_;
  context.tags = cpu_.mmu().tlb.tags(!cpu_.state.user()).data();
  context.r = cpu_.state.r;
  context.flags = {cpu_.state.eflags & flag::kStatus, 0, fast::lazy::kReady};
  u64 done = 0;
  for (bool more = true; more;) {
    const i64 slice = std::min(budget, fast::credit::kLongestSlice);
    run_slice(context, slice);
    done += account(context);
    const i64 left = fast::credit::time_left(context.credit);
    budget -= slice - left;
    more = context.out_of_time && left != slice && budget > 0;
  }
  cpu_.state.r = context.r;
  cpu_.state.eflags =
      (cpu_.state.eflags & ~flag::kStatus) | status_of(context.flags, context.carry);
  return done;
}

}  // namespace ringside::x86
