#include "session/gdb_x86.hpp"

#include "session/lens.hpp"
#include "session/x86_words.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

using x86::State;

namespace {

constexpr std::size_t kEip = 8, kEflags = 9, kFirstX87 = 16, kX87 = 16;
constexpr unsigned kExtendedBits = 80;

// The bits of EFLAGS by name, as GDB shows them (Intel SDM volume 1, section 3.4.3).
constexpr const char* kFlagsType =
    R"(<flags id="i386_eflags" size="4">
<field name="CF" start="0" end="0"/>
<field name="" start="1" end="1"/>
<field name="PF" start="2" end="2"/>
<field name="AF" start="4" end="4"/>
<field name="ZF" start="6" end="6"/>
<field name="SF" start="7" end="7"/>
<field name="TF" start="8" end="8"/>
<field name="IF" start="9" end="9"/>
<field name="DF" start="10" end="10"/>
<field name="OF" start="11" end="11"/>
<field name="IOPL" start="12" end="13"/>
<field name="NT" start="14" end="14"/>
<field name="RF" start="16" end="16"/>
<field name="VM" start="17" end="17"/>
<field name="AC" start="18" end="18"/>
<field name="ID" start="21" end="21"/>
</flags>
)";

// The standard feature, in its order (GDB manual, "i386 Features").
GdbFeature core_feature() {
  GdbFeature feature{"org.gnu.gdb.i386.core", kFlagsType, {}};
  for (const char* name : {"eax", "ecx", "edx", "ebx"}) feature.registers.push_back({name});
  feature.registers.push_back({"esp", "data_ptr"});
  feature.registers.push_back({"ebp", "data_ptr"});
  for (const char* name : {"esi", "edi"}) feature.registers.push_back({name});
  feature.registers.push_back({"eip", "code_ptr"});
  feature.registers.push_back({"eflags", "i386_eflags"});
  for (const char* name : {"cs", "ss", "ds", "es", "fs", "gs"}) feature.registers.push_back({name});
  for (const char* name : {"st0", "st1", "st2", "st3", "st4", "st5", "st6", "st7"})
    feature.registers.push_back({name, "i387_ext", "float", kExtendedBits});
  for (const char* name : {"fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop"})
    feature.registers.push_back({name, "int", "float"});
  return feature;
}

GdbFeature system_feature() {
  GdbFeature feature{"org.ringside.x86.system", "", {}};
  for (const char* name : {"cr0", "cr2", "cr3", "cr4", "ldtr", "tr", "gdtr", "idtr"})
    feature.registers.push_back({name, "int", "system"});
  return feature;
}

tl::unexpected<Error> refuse(const GdbRegister& which, std::string cause, std::string remedy) {
  return fail({Error::Kind::kUsage, "", which.name, std::move(cause), std::move(remedy)});
}

bool is_x87(std::size_t number) {
  return number >= kFirstX87 && number < kFirstX87 + kX87;
}

void set_register(State& state, std::size_t number, u32 value) {
  if (number < x86::kGprs) state.r[number] = value;
  if (number == kEip) state.eip = value - state.segment(x86::Seg::kCs).base;
  if (number == kEflags)
    state.eflags = (state.eflags & ~x86::flag::kStatus) | (value & x86::flag::kStatus);
}

}  // namespace

GdbX86::GdbX86(Debugger& debugger)
    : GdbTarget("i386", {core_feature(), system_feature()}), debugger_(debugger) {}

std::vector<std::optional<u32>> GdbX86::values() const {
  const auto lens = make_lens(debugger_.session().any_machine());
  std::vector<std::optional<u32>> values;
  for (std::size_t i = 0; i < registers().size(); ++i) {
    const auto which = x86_find_register(registers()[i].name);
    values.emplace_back(i == kEip ? lens->pc() : which ? lens->value(*which) : 0);
  }
  return values;
}

Result<void> GdbX86::write(std::size_t number, u32 value) {
  x86::Machine& machine = debugger_.session().pc();
  const GdbRegister& which = registers().at(number);
  if (machine.ending()) return refuse(which, "the guest has ended", "go back before you write");
  if (is_x87(number))
    return refuse(which, "is not there: this CPU has no x87 unit", "write another register");
  const u32 changed = value ^ machine.vm().guest_state().eflags;
  if (number > kEflags || (number == kEflags && changed & ~x86::flag::kStatus))
    return refuse(which, "is privileged: a write by hand would pass the VMM by",
                  "let the guest's own code write it");
  if (number == kEip && make_lens(machine)->waits())
    return refuse(which, "cannot be written while the guest waits", "step to where it runs");
  // What the hardware holds and what the VMM has saved: the one that counts is here, the other is
  // made from it.
  debugger_.history().change([&machine, number, value] {
    set_register(machine.cpu().state, number, value);
    set_register(machine.vm().internals().vcpu.virt, number, value);
  });
  return {};
}

}  // namespace ringside::session
