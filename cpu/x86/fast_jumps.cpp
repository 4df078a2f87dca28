// Handlers of jumps, calls and returns, and the way from one page to another.
#include "cpu/x86/fast_handlers.hpp"

namespace ringside::x86::fast {

namespace {

template <unsigned row, Form form, After seen>
void branch(RINGSIDE_X86_PARAMETERS) {
  if constexpr (seen != After::kAny)
    if (__builtin_expect(after(detail::condition_of(row), kind) != seen, 0))
      RINGSIDE_X86_GO_ON((branch<row, form, detail::instead(seen)>), op);
  FastView<false, seen> view(op, m, {fa, fb, kind});
  run_meaning<row, u32, form>(view, op);
  if (view.taken) {
    if constexpr (form == Form::kFar) {
      m->target = view.target;
      RINGSIDE_X86_GO_ON(change_page, op);
    } else {
      RINGSIDE_X86_FOLLOW(op);
    }
  }
  keep_branch();
  RINGSIDE_X86_ENTER(op + 1);
}

// JMP and CALL.
template <unsigned row, Form form>
void jump(RINGSIDE_X86_PARAMETERS) {
  FastView<false> view(op, m, {fa, fb, kind});
  run_meaning<row, u32, form>(view, op);
  if (__builtin_expect(view.slow, 0)) RINGSIDE_X86_GO_ON(take_back, op);
  if constexpr (form == Form::kFar) {
    m->target = view.target;
    RINGSIDE_X86_GO_ON(change_page, op);
  } else {
    RINGSIDE_X86_FOLLOW(op);
  }
}

template <unsigned row, Form form>
void indirect(RINGSIDE_X86_PARAMETERS) {
  FastView<false> view(op, m, {fa, fb, kind});
  run_meaning<row, u32, form>(view, op);
  if (__builtin_expect(view.slow, 0)) RINGSIDE_X86_GO_ON(take_back, op);
  ++m->indirect_jumps;
  RINGSIDE_X86_JUMP(view.target);
}

struct Wanted {
  constexpr u32 operator()(unsigned row) const {
    using enum Form;
    const auto name = kRows[row].name;
    const bool conditional = kRows[row].kind == Kind::kBranch && detail::has_condition(row);
    if ((conditional && !name.starts_with("loop")) || name == "jmp" || name == "call")
      return detail::forms(kNear, kFar);
    if (name == "jmp_indirect" || name == "call_indirect") return detail::forms(kR, kM, kX);
    return name == "ret" ? detail::forms(kNone) : 0;
  }
};
struct Make {
  template <unsigned row, Form form>
  constexpr Handlers operator()() const {
    Handler handler = nullptr;
    if constexpr (kRows[row].kind == Kind::kBranch)
      handler = branch<row, form, After::kDifference>;
    else if constexpr (kRows[row].kind == Kind::kJump)
      handler = jump<row, form>;
    else
      handler = indirect<row, form>;
    return {handler, handler};
  }
};
constexpr auto kHandlers = detail::by_row(Wanted{}, Make{});

}  // namespace

Handlers handlers_of_jumps(unsigned row, Form form) {
  return kHandlers[row][static_cast<unsigned>(form)];
}

void go_to(RINGSIDE_X86_PARAMETERS) {
  RINGSIDE_X86_FOLLOW(op);
}

void next_page(RINGSIDE_X86_PARAMETERS) {
  m->target = m->page_address + kPageSize;
  RINGSIDE_X86_GO_ON(change_page, op);
}

void link_jump(RINGSIDE_X86_PARAMETERS) {
  const u32 offset = (op->offset + op->length + op->displacement) & kPageMask;
  Op* const to = m->cache->find(*m->page, offset);
  op->imm = static_cast<u32>(reinterpret_cast<u8*>(to) - reinterpret_cast<u8*>(op));
  RINGSIDE_X86_ENTER(to);
}

void decode_target(RINGSIDE_X86_PARAMETERS) {
  RINGSIDE_X86_ENTER(m->cache->find(*m->page, m->target & kPageMask));
}

namespace {

void stop_at(u32 eip, RINGSIDE_X86_PARAMETERS) {
  m->eip = eip;
  m->credit = credit;
  m->flags = {fa, fb, kind};
#ifndef RINGSIDE_TAIL_CALLS
  m->handler = nullptr;
#endif
}

}  // namespace

void take_back(RINGSIDE_X86_PARAMETERS) {
  stop_at(m->page_address + op->offset, op, m, credit + op->charge, fa, fb, kind);
}

void out_of_time(RINGSIDE_X86_PARAMETERS) {
  m->out_of_time = true;
  RINGSIDE_X86_GO_ON(take_back, op);
}

// Goes on in another page, if that is known to be executable. The exact engine looks a page up with
// the first instruction that it executes there, so a run that stops right before that leaves here.
void change_page(RINGSIDE_X86_PARAMETERS) {
  const u32 target = m->target;
  const mmu::TlbTags& tags = tags_of(m, target);
  if (__builtin_expect(tags.fetch != (target & ~kPageMask), 0))
    return stop_at(target, op, m, credit, fa, fb, kind);
  auto* const page = static_cast<CodePage*>(tags.code);
  Op* const first = m->cache->find(*page, target & kPageMask);
  if (__builtin_expect(first->charge == 0 || credit < first->charge, 0))
    return stop_at(target, op, m, credit, fa, fb, kind);
  ++m->fetch_lookups;
  m->page = page;
  m->page_address = target & ~kPageMask;
  RINGSIDE_X86_ENTER(first);
}

}  // namespace ringside::x86::fast
