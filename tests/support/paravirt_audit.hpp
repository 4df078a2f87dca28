// An audit of what a paravirtual VMM has let its guest map, for every ISA: what breaks the rules of docs/hypercalls.md, section 5.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "strategies/paravirt/page_types.hpp"

namespace ringside::test {

// The shared page, the ring, and a page for each request under way: writable without an entry that says so.
inline constexpr u32 kMostHeld = 2 + 32;

/// Every table that there is, whether the hardware walks it now or could after a switch, and the TLB. Tables says what an
/// entry of the ISA means.
template <class Tables, class Machine, class PageTypes>
class PvAudit {
 public:
  PvAudit(const Machine& machine, const PageTypes& pages)
      : m_(machine), pages_(pages), writers_(frames()), parents_(frames()) {}

  std::string operator()() {
    if (const auto root = m_.vm().internals().guest_root) walks(*root);
    for (u64 i = 0; i < frames(); ++i)
      if (const auto place = pages_.table(page(i))) table(page(i), *place);
    for (u64 i = 0; i < frames(); ++i) count(i);
    if (held_ > kMostHeld) note(fmt::format("{} pages are writable for no reason", held_));
    for (const auto& each : m_.cpu().mmu().tlb.entries())
      if (each.valid && Tables::present(each.flags)) leaf(each.flags, each.frame, "TLB");
    return out_;
  }

 private:
  u64 frames() const { return m_.vm().ram_bytes() >> kPageShift; }
  static Gpa page(u64 number) { return {kFirst + (number << kPageShift)}; }
  static u64 number(Gpa page) { return (page.v - kFirst) >> kPageShift; }

  void walks(u32 ptbr) {
    const auto root = m_.vm().guest_page(Tables::root_frame(ptbr));
    if (!root || pages_.table(*root) != Tables::root_place(ptbr)) note(fmt::format("the hardware walks from {:#x}, no root", ptbr));
  }

  using TablePlace = strategies::pv::TablePlace;

  void table(Gpa at, TablePlace place) {
    const u64 bytes = Tables::table_bytes(place);
    for (u64 offset = 0; offset < bytes; offset += 4) {
      const u32 entry = m_.memory().template read<u32>(m_.vm().host_of(at + offset));
      if (!Tables::present(entry)) continue;
      if (Tables::is_leaf(entry, place) != place.last()) note(fmt::format("entry {:#x} is at the wrong level", entry));
      if (place.last())
        leaf(entry, Tables::frame(entry), "table");
      else
        pointer(Tables::frame(entry), place.below());
    }
  }

  void pointer(u64 frame, TablePlace place) {
    const auto page = m_.vm().guest_page(frame);
    if (!page || pages_.table(*page) != place) return note(fmt::format("frame {:#x} is no table", frame));
    ++parents_[number(*page)];
  }

  void leaf(u32 flags, u64 frame, std::string_view where) {
    const auto page = m_.vm().guest_page(frame);
    const bool tables = m_.vm().is_frame_table(frame);
    if (Tables::global(flags)) note(fmt::format("{}: frame {:#x} is global", where, frame));
    if (!page && !tables) note(fmt::format("{}: frame {:#x} is none of the guest's", where, frame));
    if (tables && Tables::writes(flags)) note(fmt::format("{}: p2m or m2p is writable", where));
    if (page && Tables::writes(flags) && pages_.is_table(*page))
      note(fmt::format("{}: the table at {:#x} is writable", where, page->v));
    if (page && Tables::writes(flags) && where == "table") ++writers_[number(*page)];
  }

  // A table may be pinned beside the entries that lead to it.
  void count(u64 i) {
    const u32 uses = pages_.uses(page(i));
    if (pages_.is_table(page(i))) {
      if (uses < parents_[i] || uses == 0) note(fmt::format("the table at {:#x} counts too few uses", page(i).v));
      return;
    }
    if (uses < writers_[i]) note(fmt::format("the page at {:#x} counts too few uses", page(i).v));
    held_ += uses - writers_[i];
  }

  void note(const std::string& text) {
    if (out_.size() < 500) out_ += text + "\n";
  }

  static constexpr u64 kFirst = PageTypes::Vm::kRamBase;

  const Machine& m_;
  const PageTypes& pages_;
  std::vector<u32> writers_, parents_;
  u32 held_ = 0;
  std::string out_;
};

}  // namespace ringside::test
