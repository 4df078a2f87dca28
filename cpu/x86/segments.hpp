// Part of the view (cpu/x86/view.hpp): descriptors and the segment registers (Intel SDM volume 3,
// chapters 3 and 5; volume 2: MOV, POP, LLDT, LTR, LAR, LSL, VERR and VERW).
#pragma once

namespace ringside::x86 {

template <class Env>
std::optional<Descriptor> View<Env>::find_descriptor(u16 selector) {
  const bool local = selector & selector::kLocal;
  if (fault_ || (local && !s_.ldtr.usable())) return std::nullopt;
  const u32 base = local ? s_.ldtr.base : s_.gdtr.base;
  const u32 limit = local ? s_.ldtr.limit : s_.gdtr.limit;
  const u32 offset = selector & selector::kIndex;
  if (offset + 7 > limit) return std::nullopt;
  Descriptor found{load_system<u32>(base + offset), load_system<u32>(base + offset + 4),
                   base + offset};
  return fault_ ? std::nullopt : std::optional(found);
}

template <class Env>
std::optional<Descriptor> View<Env>::descriptor(u16 selector, Vector vector) {
  const auto found = find_descriptor(selector);
  if (!found) fault_at(vector, selector);
  return found;
}

// What a segment register holds of a descriptor, whose accessed bit gets set (SDM volume 3,
// section 3.4.5.1).
template <class Env>
Segment View<Env>::loaded(const Descriptor& from, u16 selector) {
  if (!(from.type() & rights::kAccessed))
    store_system<u32>(from.linear + 4, from.high | rights::kAccessed << 8);
  Segment segment = from.segment(selector);
  segment.access |= rights::kAccessed;
  return segment;
}

// In real mode a selector is a paragraph; limit and size stay as they are ("big real mode").
template <class Env>
void View<Env>::load_real(Segment& segment, u16 selector) {
  constexpr u32 kReadWriteData =
      rights::kPresent | rights::kS | rights::kWritable | rights::kAccessed;
  if (fault_) return;
  if (!segment.usable()) segment.limit = 0xffff, segment.access = 0;
  segment.access = (segment.access & (rights::kBig | rights::kGranular)) | kReadWriteData;
  segment.selector = selector;
  segment.base = u32{selector} << 4;
}

template <class Env>
void View<Env>::load_segment(Seg which, u16 selector) {
  if (fault_) return;
  if (which == Seg::kCs) return undefined();
  if (!protected_mode())
    load_real(s_.segment(which), selector);
  else if (which == Seg::kSs)
    load_stack_segment(selector);
  else
    load_data_segment(which, selector);
  if (which == Seg::kSs) block_interrupts();
}

// Of several loads of SS in a row the first makes interrupts wait (SDM volume 3, section 6.8.3).
template <class Env>
void View<Env>::block_interrupts() {
  if (!fault_ && !in_shadow_ && row_ != row_of("lss")) s_.shadow = Shadow::kByMovSs;
}

template <class Env>
void View<Env>::load_stack_segment(u16 selector) {
  if (const auto stack = checked_stack(selector, s_.cpl, kGp)) s_.segment(Seg::kSs) = *stack;
}

// A stack segment for a CPL: writable data of just that privilege. `vector` says what is raised if
// it is not: #GP for an instruction that names it, #TS where it comes out of the TSS.
template <class Env>
std::optional<Segment> View<Env>::checked_stack(u16 selector, unsigned cpl, Vector vector) {
  if (selector::null(selector)) return fault(vector, 0), std::nullopt;
  const auto found = descriptor(selector, vector);
  if (!found) return std::nullopt;
  if (selector::rpl(selector) != cpl || !found->is_writable_data() || found->dpl() != cpl)
    return fault_at(vector, selector), std::nullopt;
  if (!found->present()) return fault_at(kSs, selector), std::nullopt;
  const Segment stack = loaded(*found, selector);
  return fault_ ? std::nullopt : std::optional(stack);
}

template <class Env>
void View<Env>::load_data_segment(Seg which, u16 selector) {
  Segment segment{selector, 0, 0, rights::kUnusable};
  if (!selector::null(selector)) {
    const auto found = descriptor(selector, kGp);
    if (!found) return;
    const unsigned privilege = std::max<unsigned>(s_.cpl, selector::rpl(selector));
    if (!found->is_readable() || (!found->is_conforming() && privilege > found->dpl()))
      return fault_at(kGp, selector);
    if (!found->present()) return fault_at(kNp, selector);
    segment = loaded(*found, selector);
  }
  if (!fault_) s_.segment(which) = segment;
}

// --- LDTR and TR ---

template <class Env>
void View<Env>::lldt(u16 selector) {
  Segment table{selector, 0, 0, rights::kUnusable};
  if (!selector::null(selector)) {
    if (selector & selector::kLocal) return fault_at(kGp, selector);
    const auto found = descriptor(selector, kGp);
    if (!found) return;
    if (!found->is_system(SystemType::kLdt)) return fault_at(kGp, selector);
    if (!found->present()) return fault_at(kNp, selector);
    table = found->segment(selector);
  }
  s_.ldtr = table;
}

template <class Env>
void View<Env>::ltr(u16 selector) {
  if (selector::null(selector)) return fault(kGp, 0);
  if (selector & selector::kLocal) return fault_at(kGp, selector);
  const auto found = descriptor(selector, kGp);
  if (!found) return;
  if (!found->is_tss() || found->type() & kBusy) return fault_at(kGp, selector);
  if (!found->present()) return fault_at(kNp, selector);
  store_system<u32>(found->linear + 4, found->high | kBusy << 8);
  if (fault_) return;
  s_.tr = found->segment(selector);
  s_.tr.access |= kBusy;
}

// --- looking at descriptors ---

// A descriptor that CPL and RPL may look at; a conforming code segment everybody may.
template <class Env>
std::optional<Descriptor> View<Env>::visible_descriptor(u16 selector) {
  if (!protected_mode()) return undefined(), std::nullopt;
  if (selector::null(selector)) return std::nullopt;
  const auto found = find_descriptor(selector);
  if (!found) return std::nullopt;
  const unsigned privilege = std::max<unsigned>(s_.cpl, selector::rpl(selector));
  return found->is_conforming() || privilege <= found->dpl() ? found : std::nullopt;
}

template <class Env>
std::optional<u32> View<Env>::lar(u16 selector) {
  constexpr u32 kTypes = 0b1'1010'0011'1110;  // TSSs, LDT, call gates, task gate
  const auto found = visible_descriptor(selector);
  if (!found || !(found->is_segment() || kTypes >> found->type() & 1)) return std::nullopt;
  return found->high & 0x00f0ff00;
}

template <class Env>
std::optional<u32> View<Env>::lsl(u16 selector) {
  constexpr u32 kTypes = 0b1010'0000'1110;  // TSSs and LDT
  const auto found = visible_descriptor(selector);
  if (!found || !(found->is_segment() || kTypes >> found->type() & 1)) return std::nullopt;
  return found->limit();
}

template <class Env>
bool View<Env>::verr(u16 selector) {
  const auto found = visible_descriptor(selector);
  return found && found->is_readable();
}

template <class Env>
bool View<Env>::verw(u16 selector) {
  const auto found = visible_descriptor(selector);
  return found && found->is_writable_data();
}

}  // namespace ringside::x86
