// The parts of the Z-ISA machine.
#include <fmt/format.h>

#include "study/classify/parts.hpp"

namespace ringside::study {

using namespace session;

namespace {

std::string status_text(u32 sr) {
  std::string text;
  for (const LabStatusBit& each : lab_status_bits())
    if (each.bit != kLabModeBit && sr & each.bit)
      text += (text.empty() ? "" : " ") + std::string(each.name);
  return text.empty() ? "-" : text;
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
  add_pages(parts, kLabBase, state.pages);
  parts.push_back(number("time", state.time));
  return parts;
}

Parts parts_of(const LabCpu& cpu, const LabMap& map) {
  Parts parts = parts_of(cpu);
  add_map(parts, kLabBase, map, cpu.paging());
  return parts;
}

std::string ending(const LabOutcome& outcome) {
  return outcome.completed ? "completes" : fmt::format("traps: {}", lab_cause_name(outcome.cause));
}

}  // namespace ringside::study
