#include "session/gdb_zisa.hpp"

#include "isa/zisa/registers.hpp"
#include "isa/zisa/syntax.hpp"

namespace ringside::session {

namespace {

constexpr std::size_t kGeneral = 32, kPc = kGeneral;

// The standard feature of RISC-V: x0 to x31 and pc (GDB manual, "RISC-V Features").
GdbFeature general_feature() {
  GdbFeature feature{"org.gnu.gdb.riscv.cpu", "", {}};
  for (u32 i = 0; i < kGeneral; ++i)
    feature.registers.push_back({std::string(zisa::register_name(i)), i == 2 ? "data_ptr" : "int"});
  feature.registers.push_back({"pc", "code_ptr"});
  return feature;
}

// The fields of SR (docs/zisa.md, section 2), which GDB shows by name.
constexpr const char* kStatusType =
    R"(<flags id="zisa_sr" size="4">
<field name="MODE" start="0" end="0"/>
<field name="IE" start="1" end="1"/>
<field name="PMODE" start="2" end="2"/>
<field name="PIE" start="3" end="3"/>
<field name="PG" start="4" end="4"/>
<field name="TSD" start="5" end="5"/>
<field name="F" start="8" end="11"/>
</flags>
)";

GdbFeature system_feature() {
  GdbFeature feature{"org.ringside.zisa.system", kStatusType, {{"sr", "zisa_sr", "system"}}};
  for (const auto name : zisa::kCrNames)
    feature.registers.push_back({std::string(name), "int", "system"});
  return feature;
}

tl::unexpected<Error> refuse(const GdbRegister& which, std::string cause, std::string remedy) {
  return fail({Error::Kind::kUsage, "", which.name, std::move(cause), std::move(remedy)});
}

bool waits(const vmm::Machine& machine) {
  return machine.cpu().state.waiting || machine.vm().internals().vcpu.halted;
}

// What the hardware holds and what the VMM has saved: the one that counts is here, the other is
// made from it.
void set_general(vmm::Machine& machine, std::size_t number, u32 value) {
  machine.cpu().state.x[number] = value;
  machine.vm().set_register(static_cast<u32>(number), value);
}

void set_pc(vmm::Machine& machine, u32 value) {
  machine.cpu().state.pc = value;
  machine.vm().set_pc(value);
}

}  // namespace

GdbZisa::GdbZisa(Debugger& debugger)
    : GdbTarget("riscv:rv32", {general_feature(), system_feature()}), debugger_(debugger) {}

std::vector<std::optional<u32>> GdbZisa::values() const {
  const Registers now = session::registers(debugger_.session());
  std::vector<std::optional<u32>> values;
  for (const auto& each : now.general) values.emplace_back(each.value);
  values.emplace_back(now.pc);
  for (const auto& each : now.privileged) values.emplace_back(each.belief);
  return values;
}

Result<void> GdbZisa::write(std::size_t number, u32 value) {
  vmm::Machine& machine = debugger_.session().machine();
  const GdbRegister& which = registers().at(number);
  if (machine.ending()) return refuse(which, "the guest has ended", "go back before you write");
  if (number == 0) return refuse(which, "is always 0", "write another register");
  if (number > kPc)
    return refuse(which, "is privileged: a write by hand would pass the VMM by",
                  "let the guest's own code write it");
  if (number == kPc && value % 4 != 0)
    return refuse(which, "is no address of an instruction", "give a multiple of 4");
  if (number == kPc && waits(machine))
    return refuse(which, "cannot be written while the guest waits", "step to where it runs");
  debugger_.history().change([&machine, number, value] {
    return number == kPc ? set_pc(machine, value) : set_general(machine, number, value);
  });
  return {};
}

}  // namespace ringside::session
