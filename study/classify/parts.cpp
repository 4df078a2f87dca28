#include "study/classify/parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ringside::study {

using namespace session;

namespace {

Part number(std::string what, u64 value) {
  return {std::move(what), fmt::format("{:#010x}", value), value == 0};
}

std::string status_text(u32 sr) {
  std::string text;
  for (const LabStatusBit& each : lab_status_bits())
    if (each.bit != kLabModeBit && sr & each.bit)
      text += (text.empty() ? "" : " ") + std::string(each.name);
  return text.empty() ? "-" : text;
}

std::string rights_text(u32 rights) {
  std::string text;
  for (const auto& [bit, letter] : {std::pair{kLabRead, 'r'}, std::pair{kLabWrite, 'w'},
                                    std::pair{kLabExecute, 'x'}, std::pair{kLabUser, 'u'}})
    text += rights & bit ? letter : '-';
  return text;
}

std::string page_name(u32 p) {
  return fmt::format("page {:#010x}", kLabBase + p * kPageSize);
}

Part page_part(u32 p, const LabPage& page) {
  if (!page.mapped && !page.cached) return {page_name(p), "absent", true};
  std::string text = rights_text(page.rights);
  if (page.mapped) text += fmt::format(" frame {}", page.frame);
  if (page.cached) text += fmt::format(" cached frame {}", *page.cached);
  return {page_name(p), text, false};
}

}  // namespace

Parts parts_of(const LabCpu& cpu) {
  Parts parts = {{"mode", cpu.supervisor() ? "S" : "U", false},
                 {"SR", status_text(cpu.sr), status_text(cpu.sr) == "-"},
                 {"pc", fmt::format("{:#010x}", cpu.pc), false},
                 {"halted", cpu.halted ? "yes" : "no", !cpu.halted}};
  for (u32 i = 0; i < kLabControls; ++i) {
    parts.push_back(number(std::string(lab_controls()[i].name), cpu.control[i]));
    // Where the page tables are says nothing while paging is off.
    if (i == kLabPtbr && !cpu.paging()) parts.back().plain = true;
  }
  for (u32 i = 1; i < kLabRegisters; ++i)
    parts.push_back(number(std::string(lab_register_name(i)), cpu.x[i]));
  parts.push_back({"reservation", cpu.reserved ? fmt::format("{:#010x}", cpu.reservation) : "none",
                   !cpu.reserved});
  return parts;
}

Parts parts_of(const LabState& state) {
  Parts parts = parts_of(state.cpu);
  for (u32 p = 0; p < kLabPages; ++p) parts.push_back(page_part(p, state.pages[p]));
  parts.push_back(number("time", state.time));
  return parts;
}

Parts parts_of(const LabCpu& cpu, const LabMap& map) {
  Parts parts = parts_of(cpu);
  for (u32 p = 0; p < kLabPages; ++p) {
    const LabTranslation& at = map[p];
    // With paging off each page lies in its own frame, which says nothing.
    const bool plain = !at.mapped || !cpu.paging();
    const std::string text = fmt::format("{} frame {}", rights_text(at.rights), at.frame);
    parts.push_back({page_name(p), at.mapped ? text : "absent", plain});
  }
  return parts;
}

std::string ending(const LabOutcome& outcome) {
  return outcome.completed ? "completes" : fmt::format("traps: {}", lab_cause_name(outcome.cause));
}

std::string written_text(const LabOutcome& outcome) {
  constexpr std::size_t kMost = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, outcome.written.size()); ++i)
    text += fmt::format("{}{:#010x}={:02x}", i ? " " : "", outcome.written[i].gva,
                        outcome.written[i].value);
  return text.empty() ? "unchanged" : text;
}

}  // namespace ringside::study
