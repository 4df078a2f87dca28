#include "support/x86_paravirt.hpp"

#include "catch.hpp"
#include "cost/model.hpp"
#include "support/paravirt_audit.hpp"
#include "vmm/x86/descriptors.hpp"

namespace ringside::test {

using strategies::pv::TablePlace;
namespace pte = x86::pte;

namespace {

// vmcall; jmp -5; mov (%esi), %ebp; mov %edi, (%esi)
constexpr u8 kBytes[] = {0x0f, 0x01, 0xc1, 0xeb, 0xfb, 0x8b, 0x2e, 0x89, 0x3e};

x86::MachineConfig configuration() {
  const auto model = cost::preset("textbook");
  REQUIRE(model.has_value());
  x86::MachineConfig config{x86::default_model(), *model, {{}}, false};
  x86::GuestConfig& guest = config.guests[0];
  guest.ram_bytes = guest.platform.ram_bytes = PvPc::kRamBytes;
  guest.platform.disk_latency = 500;
  // Both would be writable mappings, were they ever to land in a table.
  guest.platform.input.assign(4096, '\x67');
  guest.platform.drives[0].emplace(std::make_shared<const std::vector<u8>>(16 * 512, u8{0x67}));
  return config;
}

x86::State first_state() {
  x86::State state;
  state.cr0 |= x86::cr0::kPe;
  state.eip = PvPc::kCode;
  return state;
}

}  // namespace

PvPc::PvPc()
    : machine(std::make_unique<x86::Machine>(configuration(), std::make_unique<strategies::X86Paravirt>())),
      auditor(std::make_unique<session::AuditorOf<x86::Arch>>(*machine)) {
  REQUIRE(vm().copy_in({kCode}, kBytes));
  machine->start_from(first_state(), 0);
}

void PvPc::write_code() {
  if (!pages().is_table({kCode})) REQUIRE(vm().copy_in({kCode}, kBytes));
}

// The page of the code may have to be mapped first.
void PvPc::step_from(u32 linear) {
  x86::State& state = machine->cpu().state;
  state.eip = linear - state.segment(x86::Seg::kCs).base;
  machine->cpu().entered();
  const u64 before = machine->instructions();
  for (int tries = 0; tries < 8 && machine->instructions() == before && !machine->ending(); ++tries) machine->step();
}

i32 PvPc::call(u32 number, u32 a0, u32 a1, u32 a2, u32 a3) {
  auto& r = machine->cpu().state.r;
  r[x86::kEax] = number;
  r[x86::kEbx] = a0, r[x86::kEcx] = a1, r[x86::kEdx] = a2, r[x86::kEsi] = a3;
  step_from(kCode);
  return static_cast<i32>(r[x86::kEax]);
}

void PvPc::touch(u32 linear, bool store, u32 value) {
  machine->cpu().state.r[x86::kEsi] = linear;
  machine->cpu().state.r[x86::kEdi] = value;
  step_from(store ? kStore : kLoad);
}

const strategies::pv::PageTypesOf<strategies::pv::X86Guest>& PvPc::pages() const {
  return dynamic_cast<const strategies::X86Paravirt&>(machine->strategy()).pages();
}

void PvPc::set(u64 gpa, u32 value) {
  u8 raw[4];
  store_le(raw, value);
  REQUIRE(vm().copy_in({gpa}, raw));
}

u32 PvPc::get(u64 gpa) const {
  u8 raw[4] = {};
  REQUIRE(machine->vm().copy_out({gpa}, raw));
  return load_le<u32>(raw);
}

u32 PvPc::entry(u32 gpa, u32 flags) { return static_cast<u32>(vm().host_frame({gpa}) << kPageShift) | flags; }

void PvPc::build_space(u32 at) {
  const u32 table = at + kPageSize;
  for (u32 offset = 0; offset < 2 * kPageSize; offset += 4) set(at + offset, 0);
  set(at, entry(table, pte::kP | pte::kRw | pte::kUs));
  for (u32 page = 0; page < kMapped; page += kPageSize) {
    const bool writable = page < at || page > table;
    set(table + page / 1024, entry(page, pte::kP | (writable ? pte::kRw : 0)));
  }
}

namespace {

struct X86Tables {
  static bool present(u32 entry) { return entry & pte::kP; }
  static bool is_leaf(u32 entry, TablePlace place) { return place.level == 1 || entry & pte::kPs; }
  static u64 frame(u32 entry) { return entry >> kPageShift; }
  static bool writes(u32 flags) { return flags & pte::kRw; }
  static bool global(u32 flags) { return flags & pte::kG; }
  static u64 table_bytes(TablePlace) { return kPageSize; }
  static u64 root_frame(u32 cr3) { return cr3 >> kPageShift; }
  static TablePlace root_place(u32) { return {2, 0}; }
};

std::string audit_descriptors(PvPc& guest) {
  const x86::State state = guest.machine->vm().guest_state();
  for (u32 at = 0; at + 7 <= state.gdtr.limit; at += 8) {
    const u32 linear = x86::kMonitorSpace + at;
    const x86::Descriptor d{guest.vm().peek_monitor(linear, 4), guest.vm().peek_monitor(linear + 4, 4), linear};
    const bool null = d.low == 0 && d.high == 0, own = d.dpl() == 1 || d.dpl() == 3;
    if (!null && (!d.is_segment() || !own || d.is_conforming())) return fmt::format("descriptor {:#x} is not the guest's", at);
  }
  return "";
}

std::string audit_cpu(const x86::State& real) {
  if (real.cpl != 1 && real.cpl != 3) return fmt::format("the guest runs in ring {}", real.cpl);
  if (real.segment(x86::Seg::kCs).dpl() != real.cpl) return "CS is of another ring";
  if (real.segment(x86::Seg::kSs).dpl() != real.cpl) return "SS is of another ring";
  if (real.iopl() != 0 || !(real.eflags & x86::flag::kIf)) return "the guest has IOPL or IF";
  for (const auto& segment : real.seg)
    if (segment.usable() && segment.dpl() < real.cpl) return "a segment of an inner ring is loaded";
  const bool task = real.tr.selector == x86::monitor::kTssSelector, none = !real.ldtr.usable() && real.sysenter_cs == 0;
  return task && none ? "" : "the guest has a task, an LDT or SYSENTER";
}

}  // namespace

std::string audit(PvPc& guest) {
  if (const auto& breach = guest.auditor->breach()) return breach->what;
  const auto& pages = guest.pages();
  using Pages = std::remove_cvref_t<decltype(pages)>;
  std::string found = PvAudit<X86Tables, x86::Machine, Pages>(*guest.machine, pages)();
  return found + audit_descriptors(guest) + audit_cpu(guest.machine->cpu().state);
}

}  // namespace ringside::test
