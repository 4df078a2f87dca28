#include "isa/zisa/assembler/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "isa/zisa/assembler/expression.hpp"
#include "isa/zisa/assembler/operators.hpp"

namespace ringside::zisa::assembler {

namespace {

constexpr u32 kShortBranch = 4, kLongBranch = 8;
constexpr i64 kBranchReach = 4096;  // bytes backwards; forwards 2 less

// Branches only ever grow, so that the search ends; from this round on all of them are long, lest
// a source where each makes the next one grow takes for ever.
constexpr unsigned kPatience = 40;
constexpr unsigned kMaxRounds = 60;

u64 align_up(u64 address, u64 align) {
  return (address + align - 1) / align * align;
}

class Layout {
 public:
  explicit Layout(Unit& unit) : unit_(unit), order_(memory_order(unit)) {}

  bool run() {
    for (round_ = 0; round_ < kMaxRounds; ++round_) {
      if (!place()) return false;
      if (!resize()) return failed_ == nullptr || !report();
    }
    unit_.error(last_changed_->place, "this size changes whenever it is applied",
                "make it independent of what follows");
    return false;
  }

 private:
  // Sizes that pass a limit end the search at once.
  bool report() {
    unit_.error(failed_->place,
                fmt::format("more than {} bytes of output", unit_.options.max_bytes),
                "check the counts of .space and .org");
    return true;
  }

  bool place() {
    u64 address = unit_.options.text_address;
    auto group = Group::kCode;
    for (const u32 i : order_) {
      Section& s = unit_.sections[i];
      if (group_of(s) == Group::kUnloaded) break;
      s.address = static_cast<u32>(address);
      if (s.full_size() == 0) continue;
      if (group_of(s) != group && !(group_of(s) == Group::kZeros && group == Group::kData))
        address = align_up(address, kPageSize);
      group = group_of(s);
      address = align_up(address, s.align);
      s.address = static_cast<u32>(address);
      address += s.full_size();
      if (address > u64{1} << 32) return too_large(s);
    }
    return true;
  }

  bool too_large(const Section& s) {
    Place place{&unit_.files[0].lines[0], 1};
    if (!s.lines.empty()) place = s.lines[0].place;
    unit_.error(place, fmt::format("section {} ends behind the 4 GiB of addresses", s.name),
                "lower the address of the text or the size of the sections");
    return false;
  }

  // Gives every stretch its size at the addresses of this round. Whether anything changed.
  bool resize() {
    bool changed = false;
    u64 total = unit_.bytes;
    const auto most = static_cast<i64>(unit_.options.max_bytes);
    for (Section& s : unit_.sections) {
      u64 before = 0;
      for (Stretch& stretch : s.stretches) {
        stretch.before = static_cast<u32>(before);
        const u32 here = s.address + stretch.offset + stretch.before;
        // What is negative may only be so for now; final_bytes() looks at it again.
        const i64 size = std::clamp<i64>(wanted(s, stretch, here), 0, most + 1);
        total += static_cast<u64>(size);
        if (total > unit_.options.max_bytes) return failed_ = &stretch, false;
        if (static_cast<u32>(size) != stretch.size) changed = true, last_changed_ = &stretch;
        stretch.size = static_cast<u32>(size);
        before += stretch.size;
      }
    }
    return changed;
  }

  i64 wanted(const Section& s, const Stretch& stretch, u32 here) {
    switch (stretch.kind) {
      case Stretch::Kind::kAlign: {
        const u32 padding = static_cast<u32>(align_up(here, stretch.amount) - here);
        return padding > stretch.at_most ? 0 : padding;
      }
      case Stretch::Kind::kBranch:
        return branch(stretch, here);
      case Stretch::Kind::kSpace:
        return value(stretch);
      // A number counts from the section's start, a label is an address.
      case Stretch::Kind::kOrigin:
        return *apply('-', value(stretch), stretch.amount ? here - s.address : here);
    }
    return 0;
  }

  i64 branch(const Stretch& stretch, u32 here) {
    if (stretch.size == kLongBranch || round_ >= kPatience) return kLongBranch;
    const auto target = evaluate(unit_, stretch.node, When::kFinal);
    if (!target) return kShortBranch;
    const i64 distance = static_cast<i32>(static_cast<u32>(target->number) - here);
    return distance >= -kBranchReach && distance < kBranchReach ? kShortBranch : kLongBranch;
  }

  // Errors here are noted when the bytes are written, once.
  i64 value(const Stretch& stretch) {
    const auto value = evaluate(unit_, stretch.node, When::kFinal);
    return value ? value->number : 0;
  }

  Unit& unit_;
  std::vector<u32> order_;
  unsigned round_ = 0;
  const Stretch* failed_ = nullptr;
  const Stretch* last_changed_ = nullptr;
};

}  // namespace

Group group_of(const Section& s) {
  if (!s.allocated) return Group::kUnloaded;
  if (s.nobits) return Group::kZeros;
  if (s.writable) return Group::kData;
  return s.executable ? Group::kCode : Group::kReadOnly;
}

std::vector<u32> memory_order(const Unit& unit) {
  std::vector<u32> order(unit.sections.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](u32 a, u32 b) {
    return group_of(unit.sections[a]) < group_of(unit.sections[b]);
  });
  return order;
}

bool lay_out(Unit& unit) {
  return Layout(unit).run();
}

}  // namespace ringside::zisa::assembler
