#include "session/entry_bits.hpp"

#include <algorithm>

#include "mmu/paging.hpp"
#include "mmu/x86/nested.hpp"
#include "mmu/x86/paging.hpp"

namespace ringside::session {

namespace {

struct Named {
  char letter;
  std::string_view meaning;
};
constexpr Named kZisa[] = {{'V', "valid: the entry counts at all"},
                           {'R', "loads are allowed; an entry with R or X maps a page, one with neither points to a table"},
                           {'W', "stores are allowed"},
                           {'X', "instructions may be fetched"},
                           {'U', "a page of user mode; supervisor mode may load and store there, never execute"},
                           {'G', "global: in every address space"},
                           {'A', "accessed: the hardware sets it at the first use"},
                           {'D', "dirty: the hardware sets it at the first store"}};
constexpr Named kX86[] = {{'P', "present: the entry counts at all"},
                          {'W', "stores are allowed; both levels must say so"},
                          {'U', "user mode (CPL 3) may come here; both levels must say so"},
                          {'T', "write-through caching"},
                          {'C', "caching disabled"},
                          {'A', "accessed: the hardware sets it at the first use"},
                          {'D', "dirty: the hardware sets it at the first store"},
                          {'S', "in a directory: a page of 4 MiB, and no table"},
                          {'G', "global: kept in the TLB when CR3 is loaded"}};
constexpr Named kEpt[] = {{'R', "loads are allowed; every level must say so"},
                          {'W', "stores are allowed; every level must say so"},
                          {'X', "instructions may be fetched; every level must say so"}};

template <std::size_t n>
EntryBits bits_of(const Named (&names)[n], u64 entry) {
  EntryBits bits;
  for (std::size_t i = 0; i < n; ++i) bits.push_back({names[i].letter, (entry >> i & 1) != 0, false, names[i].meaning});
  return bits;
}

EntryBit& bit(EntryBits& bits, char letter) { return *std::ranges::find(bits, letter, &EntryBit::letter); }

char right_for(Access access) { return access == Access::kFetch ? 'X' : access == Access::kLoad ? 'R' : 'W'; }

void judge_zisa(EntryBits& bits, u64 entry, const AskedEntry& how) {
  const auto flags = static_cast<u32>(entry);
  const auto [access, supervisor] = how.asked;
  if (!(flags & mmu::pte::kV)) return void(bit(bits, 'V').forbids = true);
  if (!mmu::pte::leaf(flags)) {
    bit(bits, 'W').forbids = flags & mmu::pte::kW;
    bit(bits, 'R').forbids = how.last_level;
    return;
  }
  bit(bits, 'R').forbids = flags & mmu::pte::kW && !(flags & mmu::pte::kR);
  EntryBit& right = bit(bits, right_for(access));
  right.forbids |= !right.set;
  const bool user_page = flags & mmu::pte::kU;
  if (!how.second_dimension) bit(bits, 'U').forbids = supervisor ? user_page && access == Access::kFetch : !user_page;
}

void judge_x86(EntryBits& bits, u64 entry, const AskedEntry& how) {
  if (!(entry & x86::pte::kP)) return void(bit(bits, 'P').forbids = true);
  const auto [access, supervisor] = how.asked;
  bit(bits, 'U').forbids = !supervisor && !(entry & x86::pte::kUs);
  bit(bits, 'W').forbids = access == Access::kStore && (!supervisor || how.write_protect) && !(entry & x86::pte::kRw);
}

void judge_ept(EntryBits& bits, u64 entry, const AskedEntry& how) {
  const char right = (entry & x86::ept::kAll) == 0 ? 'R' : right_for(how.asked.access);
  bit(bits, right).forbids = !bit(bits, right).set;
}

}  // namespace

EntryBits entry_bits(TableFormat format, u64 entry, const AskedEntry& asked) {
  if (format == TableFormat::kEpt) {
    EntryBits bits = bits_of(kEpt, entry);
    return judge_ept(bits, entry, asked), bits;
  }
  EntryBits bits = format == TableFormat::kZisa ? bits_of(kZisa, entry) : bits_of(kX86, entry);
  format == TableFormat::kZisa ? judge_zisa(bits, entry, asked) : judge_x86(bits, entry, asked);
  return bits;
}

bool forbids(const EntryBits& bits) { return std::ranges::any_of(bits, &EntryBit::forbids); }

std::string forbidding_text(const EntryBits& bits) {
  std::string text;
  for (const EntryBit& each : bits)
    if (each.forbids) text += (text.empty() ? "" : ", ") + std::string(1, each.letter) + (each.set ? " is set" : " is clear");
  return text;
}

std::string letters(const EntryBits& bits) {
  std::string text;
  for (const EntryBit& each : bits) text += each.set ? each.letter : '-';
  return text;
}

}  // namespace ringside::session
