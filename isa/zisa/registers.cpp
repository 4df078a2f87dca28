#include "isa/zisa/registers.hpp"

#include <charconv>

namespace ringside::zisa {

namespace {

constexpr std::array<std::string_view, 32> kNames = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

std::optional<u32> position(const auto& names, std::string_view name) {
  for (u32 i = 0; i < names.size(); ++i)
    if (names[i] == name) return i;
  return std::nullopt;
}

// A plain decimal number below `limit`, as in x12.
std::optional<u32> number_below(std::string_view text, u32 limit) {
  u32 value = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end || value >= limit) return std::nullopt;
  return value;
}

}  // namespace

std::string_view cause_name(Cause cause) {
  switch (cause) {
    case Cause::kMisalignedJump: return "misaligned jump target";
    case Cause::kFetchAccess: return "fetch access fault";
    case Cause::kIllegal: return "illegal instruction";
    case Cause::kBreakpoint: return "breakpoint";
    case Cause::kLoadMisaligned: return "misaligned load";
    case Cause::kLoadAccess: return "load access fault";
    case Cause::kStoreMisaligned: return "misaligned store";
    case Cause::kStoreAccess: return "store access fault";
    case Cause::kEcallU: return "system call";
    case Cause::kEcallS: return "environment call from S";
    case Cause::kFetchPage: return "fetch page fault";
    case Cause::kLoadPage: return "load page fault";
    case Cause::kStorePage: return "store page fault";
    case Cause::kPrivileged: return "privileged instruction";
    case Cause::kHcall: return "hypercall";
    case Cause::kSoftwareInterrupt: return "software interrupt";
    case Cause::kTimerInterrupt: return "timer interrupt";
    case Cause::kExternalInterrupt: return "external interrupt";
  }
  return "unknown cause";
}

std::string_view register_name(u32 number) { return number < 32 ? kNames[number] : "?"; }

std::optional<u32> register_number(std::string_view name) {
  if (name == "fp") return 8;
  if (const auto found = position(kNames, name)) return found;
  if (!name.empty() && name[0] == 'x') return number_below(name.substr(1), 32);
  return std::nullopt;
}

std::optional<u32> cr_number(std::string_view name) {
  if (const auto found = position(kCrNames, name)) return found;
  return number_below(name, 4096);
}

}  // namespace ringside::zisa
