// What the handlers of the fast engine share: their arguments, how one goes on to the next, and
// where they stop. The reasons are those of cpu/dispatch.hpp, Z-ISA's.
#pragma once

#include "cpu/x86/code_page.hpp"
#include "cpu/x86/cpu.hpp"
#include "cpu/x86/fast_flags.hpp"

namespace ringside::x86::fast {

/// Registers are copied in here for a run: operations hold byte offsets from its beginning.
struct Context {
  std::array<u32, kGprs> r;
  u32 zero = 0;        ///< what is read for a base or index that is not there
  u32 page_address;    ///< linear address of the page that is executed
  mmu::TlbTags* tags;  ///< of the current mode
  CodePage* page;
  DecodeCache* cache;
  Cpu* cpu;
  LazyFlags carry;  ///< what CF was before INC or DEC
  u32 target;       ///< of a jump into another page
  // What was done, beside what credit counts.
  u64 fetch_lookups;  ///< times the TLB was asked for a page of instructions
  u64 multiplies, divides, indirect_jumps;
  u64 unfinished;  ///< iterations of REP that were not the last
  // Where the engine stopped.
  u32 eip;
  i64 credit;
  LazyFlags flags;
  bool out_of_time;  ///< stopped at the end of the slice, not for the exact engine
#ifndef RINGSIDE_TAIL_CALLS
  Handler handler;
  Op* op;
  void set_next(Handler next_handler, Op* next, i64 left, u32 a, u32 b, u32 kind) {
    handler = next_handler, op = next, credit = left, flags = {a, b, kind};
  }
#endif
};
static_assert(offsetof(Context, r) == 0 && offsetof(Context, zero) == kNoRegister * 4);

/// The tags of a page of data. The index is made in bytes: one shift and one mask, where an array asks for more.
inline const mmu::TlbTags& tags_of(const Context* m, u32 at) {
  constexpr unsigned kSize = std::bit_width(sizeof(mmu::TlbTags)) - 1;
  static_assert(sizeof(mmu::TlbTags) == 1u << kSize);
  const u32 offset = at >> (kPageShift - kSize) & (mmu::kTlbEntries - 1) << kSize;
  return *reinterpret_cast<const mmu::TlbTags*>(reinterpret_cast<const u8*>(m->tags) + offset);
}

#define RINGSIDE_X86_ARGUMENTS m, credit, fa, fb, kind
#if defined(RINGSIDE_TAIL_CALLS) && defined(__clang__)
#define RINGSIDE_X86_GO_ON(handler, next) \
  [[clang::musttail]] return (handler)((next), m, credit, fa, fb, kind)
#elif defined(RINGSIDE_TAIL_CALLS)
#define RINGSIDE_X86_GO_ON(handler, next) return (handler)((next), m, credit, fa, fb, kind)
#else
#define RINGSIDE_X86_GO_ON(handler, next) \
  return m->set_next((handler), (next), credit, fa, fb, kind)
#endif

// What handlers go on to in rare cases stays outside of them (see cpu/fast.cpp).
#if defined(__clang__)
#define RINGSIDE_X86_RARE [[gnu::noinline]]
#else
#define RINGSIDE_X86_RARE [[gnu::noipa]]
#endif

/// The operation is for the exact engine. It and what follows in its block did not run.
RINGSIDE_X86_RARE void take_back(RINGSIDE_X86_PARAMETERS);
/// The slice is too short for the block that begins here.
RINGSIDE_X86_RARE void out_of_time(RINGSIDE_X86_PARAMETERS);
/// Goes on at m->target, which lies in another page.
void change_page(RINGSIDE_X86_PARAMETERS);
/// Finds out where in its page a direct jump leads, and goes on there.
RINGSIDE_X86_RARE void link_jump(RINGSIDE_X86_PARAMETERS);
/// Goes on at m->target, in this page, where nothing is decoded yet.
RINGSIDE_X86_RARE void decode_target(RINGSIDE_X86_PARAMETERS);

/// Enters a block at an operation, or stops there when the slice is too short for the block.
#define RINGSIDE_X86_ENTER(operation)                                              \
  do {                                                                             \
    Op* const entered = (operation);                                               \
    credit -= entered->charge;                                                     \
    if (__builtin_expect(credit < 0, 0)) RINGSIDE_X86_GO_ON(out_of_time, entered); \
    RINGSIDE_X86_GO_ON(entered->handler, entered);                                 \
  } while (false)

/// Where a direct jump within the page leads, once that is known.
inline Op* linked(Op* op) {
  return reinterpret_cast<Op*>(reinterpret_cast<u8*>(op) + static_cast<i32>(op->imm));
}
/// Goes there.
#define RINGSIDE_X86_FOLLOW(jump)                                            \
  do {                                                                       \
    if (__builtin_expect((jump)->imm == 0, 0)) RINGSIDE_X86_GO_ON(link_jump, jump); \
    RINGSIDE_X86_ENTER(linked(jump));                                        \
  } while (false)
/// Between the two ways of a jump, which stay two: as a conditional move the target would wait for the condition.
inline void keep_branch() {
  asm volatile("");
}

/// Goes on at a linear address, wherever that is.
#define RINGSIDE_X86_JUMP(address)                           \
  do {                                                       \
    const u32 to = (address), offset = to - m->page_address; \
    if (__builtin_expect(offset >= kPageSize, 0)) {          \
      m->target = to;                                        \
      RINGSIDE_X86_GO_ON(change_page, op);                   \
    }                                                        \
    const u32 found = m->page->index[offset];                \
    if (__builtin_expect(found == 0, 0)) {                   \
      m->target = to;                                        \
      RINGSIDE_X86_GO_ON(decode_target, op);                 \
    }                                                        \
    RINGSIDE_X86_ENTER(&m->page->ops[found]);                \
  } while (false)

}  // namespace ringside::x86::fast
