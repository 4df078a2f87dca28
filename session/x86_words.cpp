#include "session/x86_words.hpp"

#include <fmt/format.h>

#include <array>
#include <span>

namespace ringside::session {

using x86::Segment;
using x86::State;
using Kind = RegisterId::Kind;

namespace {

using Read = u32 (*)(const State&);
struct Named {
  std::string_view name;
  Kind kind;
  Read read;
};

template <u32 number>
u32 general(const State& state) {
  return state.r[number];
}
template <u32 number>
u32 selector(const State& state) {
  return state.seg[number].selector;
}

// A kind's registers are numbered in this order.
constexpr std::array kRegisters = {
    Named{"eax", Kind::kGeneral, general<0>},
    Named{"ecx", Kind::kGeneral, general<1>},
    Named{"edx", Kind::kGeneral, general<2>},
    Named{"ebx", Kind::kGeneral, general<3>},
    Named{"esp", Kind::kGeneral, general<4>},
    Named{"ebp", Kind::kGeneral, general<5>},
    Named{"esi", Kind::kGeneral, general<6>},
    Named{"edi", Kind::kGeneral, general<7>},
    Named{"eflags", Kind::kStatus, [](const State& s) { return s.eflags; }},
    Named{"cr0", Kind::kSystem, [](const State& s) { return s.cr0; }},
    Named{"cr2", Kind::kSystem, [](const State& s) { return s.cr2; }},
    Named{"cr3", Kind::kSystem, [](const State& s) { return s.cr3; }},
    Named{"cr4", Kind::kSystem, [](const State& s) { return s.cr4; }},
    Named{"es", Kind::kSystem, selector<0>},
    Named{"cs", Kind::kSystem, selector<1>},
    Named{"ss", Kind::kSystem, selector<2>},
    Named{"ds", Kind::kSystem, selector<3>},
    Named{"fs", Kind::kSystem, selector<4>},
    Named{"gs", Kind::kSystem, selector<5>},
    Named{"ldtr", Kind::kSystem, [](const State& s) { return u32{s.ldtr.selector}; }},
    Named{"tr", Kind::kSystem, [](const State& s) { return u32{s.tr.selector}; }},
    Named{"gdtr", Kind::kSystem, [](const State& s) { return s.gdtr.base; }},
    Named{"idtr", Kind::kSystem, [](const State& s) { return s.idtr.base; }},
};
constexpr std::size_t kFirstSystem = x86::kGprs + 1;
constexpr u32 kControls = 4;

const Named& named(RegisterId which) {
  if (which.kind == Kind::kStatus) return kRegisters[x86::kGprs];
  return kRegisters[which.kind == Kind::kGeneral ? which.number : kFirstSystem + which.number];
}

}  // namespace

// --- by name ---

std::string_view x86_register_name(RegisterId which) {
  return named(which).name;
}
u32 x86_value(const State& state, RegisterId which) {
  return named(which).read(state);
}

std::vector<std::string> x86_register_names() {
  std::vector<std::string> names;
  for (const Named& each : kRegisters) names.emplace_back(each.name);
  return names;
}

std::optional<RegisterId> x86_find_register(std::string_view name) {
  for (u32 i = 0; i < kRegisters.size(); ++i) {
    if (kRegisters[i].name != name) continue;
    const Kind kind = kRegisters[i].kind;
    return RegisterId{kind, kind == Kind::kGeneral  ? i
                            : kind == Kind::kStatus ? 0
                                                    : i - u32{kFirstSystem}};
  }
  return std::nullopt;
}

std::vector<RegisterId> x86_privileged_registers() {
  std::vector<RegisterId> all{{Kind::kStatus, 0}};
  for (u32 i = 0; i < kControls; ++i) all.push_back({Kind::kSystem, i});
  return all;
}

// --- bits in words ---

namespace {

struct Bit {
  u32 mask;
  std::string_view name;
};

constexpr std::array kFlags = {
    Bit{x86::flag::kCf, "CF"}, Bit{x86::flag::kPf, "PF"}, Bit{x86::flag::kAf, "AF"},
    Bit{x86::flag::kZf, "ZF"}, Bit{x86::flag::kSf, "SF"}, Bit{x86::flag::kTf, "TF"},
    Bit{x86::flag::kIf, "IF"}, Bit{x86::flag::kDf, "DF"}, Bit{x86::flag::kOf, "OF"},
    Bit{x86::flag::kNt, "NT"}, Bit{x86::flag::kRf, "RF"}, Bit{x86::flag::kVm, "VM"},
    Bit{x86::flag::kAc, "AC"}, Bit{x86::flag::kId, "ID"}};
constexpr std::array kCr0 = {
    Bit{x86::cr0::kPe, "PE"}, Bit{x86::cr0::kMp, "MP"}, Bit{x86::cr0::kEm, "EM"},
    Bit{x86::cr0::kTs, "TS"}, Bit{x86::cr0::kEt, "ET"}, Bit{x86::cr0::kNe, "NE"},
    Bit{x86::cr0::kWp, "WP"}, Bit{x86::cr0::kAm, "AM"}, Bit{x86::cr0::kNw, "NW"},
    Bit{x86::cr0::kCd, "CD"}, Bit{x86::cr0::kPg, "PG"}};
constexpr std::array kCr4 = {Bit{x86::cr4::kVme, "VME"}, Bit{x86::cr4::kPvi, "PVI"},
                             Bit{x86::cr4::kTsd, "TSD"}, Bit{x86::cr4::kDe, "DE"},
                             Bit{x86::cr4::kPse, "PSE"}, Bit{x86::cr4::kMce, "MCE"},
                             Bit{x86::cr4::kPge, "PGE"}, Bit{x86::cr4::kPce, "PCE"}};

std::string bits_text(std::span<const Bit> bits, u32 value) {
  std::string text;
  for (const Bit& bit : bits)
    if (value & bit.mask) text += (text.empty() ? "" : " ") + std::string(bit.name);
  return text.empty() ? "none" : text;
}

std::string flags_text(u32 value) {
  return fmt::format("{} IOPL={}", bits_text(kFlags, value),
                     (value & x86::flag::kIopl) >> x86::flag::kIoplShift);
}

}  // namespace

std::string x86_register_words(RegisterId which, u32 value) {
  const std::string_view name = x86_register_name(which);
  if (name == "eflags") return flags_text(value);
  if (name == "cr0") return bits_text(kCr0, value);
  return name == "cr4" ? bits_text(kCr4, value) : "";
}

std::string x86_status(const State& state) {
  return fmt::format("CPL {}, EFLAGS {}, CR0 {}, CR4 {}", state.cpl, flags_text(state.eflags),
                     bits_text(kCr0, state.cr0), bits_text(kCr4, state.cr4));
}

// --- segments ---

namespace {

// Types of system segments that LDTR and TR can hold (SDM volume 3, table 3-2).
std::string_view system_type(u32 type) {
  switch (type) {
    case 1:
      return "16-bit TSS";
    case 2:
      return "LDT";
    case 3:
      return "16-bit TSS, busy";
    case 9:
      return "TSS";
    case 11:
      return "TSS, busy";
    default:
      return "system";
  }
}

std::string type_text(u32 access) {
  using namespace x86::rights;
  if (!(access & kS)) return std::string(system_type(access & kType));
  const std::string bits = access & kBig ? "32-bit " : "16-bit ";
  if (access & kCode)
    return bits + "code" + (access & kReadable ? ", readable" : "") +
           (access & kConforming ? ", conforming" : "");
  return bits + "data" + (access & kWritable ? ", writable" : "") +
         (access & kExpandDown ? ", expand-down" : "");
}

SegmentView view_of(const Segment& segment) {
  return {segment.selector, segment.base, segment.limit, x86_rights(segment.access)};
}
SegmentView view_of(const x86::TableRegister& table) {
  return {std::nullopt, table.base, table.limit, ""};
}

}  // namespace

std::string x86_rights(u32 access) {
  using namespace x86::rights;
  if (access & kUnusable) return "unusable";
  return fmt::format("{}, DPL {}{}", type_text(access), (access & kDpl) >> kDplShift,
                     access & kPresent ? "" : ", not present");
}

std::vector<SegmentRegister> x86_segments(const State& belief, const State& truth) {
  constexpr std::array<const char*, x86::kSegs> kNames = {"es", "cs", "ss", "ds", "fs", "gs"};
  std::vector<SegmentRegister> all;
  for (u32 i = 0; i < x86::kSegs; ++i)
    all.push_back({kNames[i], view_of(belief.seg[i]), view_of(truth.seg[i])});
  all.push_back({"ldtr", view_of(belief.ldtr), view_of(truth.ldtr)});
  all.push_back({"tr", view_of(belief.tr), view_of(truth.tr)});
  all.push_back({"gdtr", view_of(belief.gdtr), view_of(truth.gdtr)});
  all.push_back({"idtr", view_of(belief.idtr), view_of(truth.idtr)});
  return all;
}

}  // namespace ringside::session
