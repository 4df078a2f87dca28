// Non-root mode under a VMM of the test's own: what exits, what is reported, what is injected.
#include <fmt/format.h>

#include <functional>

#include "catch.hpp"
#include "support/machines.hpp"
#include "vmm/strategy.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::vmm;
using cpu::Field;

namespace {

/// What a test wants of the VMM.
struct Plan {
  std::vector<std::pair<Field, u32>> fields;  ///< to be written at the start
  /// Is asked at each exit first; true if it has dealt with it.
  std::function<bool(Vm&, const Exit&)> handle = [](Vm&, const Exit&) { return false; };
};

struct Seen {
  std::vector<Exit> exits;
  std::vector<std::array<u32, cpu::kFieldCount>> blocks;  ///< all fields at each exit
  u32 at(std::size_t exit, Field field) const { return blocks[exit][number_of(field)]; }
};

/// Nested paging, filled on demand; instructions that exit are emulated, events delivered again.
class TestVmm final : public CopyableStrategy<TestVmm> {
 public:
  TestVmm(Plan plan, Seen& seen) : plan_(std::move(plan)), seen_(&seen) {}
  std::string_view name() const override { return "test"; }
  void start(Vm& vm) override {
    REQUIRE(vm.run_non_root({true, 2}));
    vm.write_field(Field::kControls, cpu::control::kInterruptExits | cpu::control::kNestedPaging);
    vm.write_field(Field::kNestedPtbr, vm.nested_ptbr());
    for (const auto& [field, value] : plan_.fields) vm.write_field(field, value);
  }
  Resume handle(Vm& vm, const Exit& exit) override {
    const auto* nested = std::get_if<NestedFault>(&exit);
    const bool plain = nested && vm.is_ram(nested->address) && !vm.read_field(Field::kExitEvent);
    if (!plain) note(vm, exit);
    if (plan_.handle(vm, exit) || std::holds_alternative<EntryFailure>(exit)) return Resume::kRun;
    if (nested && vm.is_ram(nested->address)) {
      REQUIRE(vm.map_nested(nested->address, {true, true, true}));
      if (vm.read_field(Field::kExitEvent))
        vm.inject_again({static_cast<Cause>(vm.read_field(Field::kExitEventCause)),
                         vm.read_field(Field::kExitEventTval)});
      return Resume::kRun;
    }
    emulate(vm);
    return Resume::kRun;
  }
  static void emulate(Vm& vm) {
    vm.fetch({Field::kGuestPc, Field::kGuestSr, Field::kGuestPtbr});
    const Emulated done = vm.emulate_one(vm.read_field(Field::kExitInstruction));
    if (done.trap) vm.inject(*done.trap);
  }

 private:
  void note(Vm& vm, const Exit& exit) {
    seen_->exits.push_back(exit);
    auto& block = seen_->blocks.emplace_back();
    for (const auto& each : cpu::kFields) block[number_of(each.field)] = vm.read_field(each.field);
  }
  Plan plan_;
  Seen* seen_;
};

struct Ran {
  std::unique_ptr<Machine> machine;
  Seen seen;
  u32 x(u32 number) const { return machine->cpu().state.x[number]; }
};

std::unique_ptr<Ran> run(std::string_view source, Plan plan, u64 instructions = 2000) {
  auto ran = std::make_unique<Ran>();
  const zisa::Assembly code = program(source);
  MachineConfig config{*cpu::Variant::named("zisa-h"), *cost::preset("textbook"), {{}}, true};
  config.guests[0].ram_bytes = 1u << 20;
  ran->machine =
      std::make_unique<Machine>(config, std::make_unique<TestVmm>(std::move(plan), ran->seen));
  for (const auto& section : code.sections)
    if (section.allocated && !section.nobits)
      REQUIRE(ran->machine->vm().copy_in({section.address}, section.bytes));
  ran->machine->start({code.entry}, {0});
  ran->machine->run({.instructions = instructions});
  return ran;
}

// Ends the run with code 0; devices are emulated, so this exits too.
constexpr std::string_view kEnd = R"(
  lui x30, 0x100
  li x31, 0x5555
  sw x31, 0(x30)
  j .
)";
std::string with_end(std::string_view source) {
  return std::string(source) + std::string(kEnd);
}

void check_exited(const Ran& ran) {
  INFO(describe(*ran.machine));
  REQUIRE(ran.machine->ending());
  CHECK(ran.machine->ending()->outcome == Ending::Outcome::kExited);
}

constexpr u32 bit(Cr which) {
  return 1u << static_cast<u32>(which);
}

}  // namespace

TEST_CASE("what is not named stays in the guest") {
  const auto ran = run(with_end("_start:\n read_sr x1\n li x2, 0x800\n write_cr tvec, x2\n"
                                " read_cr x3, tvec\n rdcyc x4\n write_cr ptbr, x0\n read_ptbr x5\n"
                                " tlbinv_all\n probe x6, x2\n"),
                       {});
  check_exited(*ran);
  CHECK(ran->seen.exits.size() == 1);  // the exit register
  CHECK(ran->x(1) == 1);
  CHECK(ran->x(3) == 0x800);
  CHECK(ran->x(6) == 7);
}

TEST_CASE("instructions exit one by one, as the bitmap says") {
  const struct {
    const char *name, *text;
  } cases[] = {{"read_sr", "read_sr x1"}, {"write_sr", "write_sr x2"}, {"read_ptbr", "read_ptbr x1"},
               {"probe", "probe x1, x2"}, {"tlbinv", "tlbinv x2"}, {"tlbinv_all", "tlbinv_all"},
               {"rdcyc", "rdcyc x1"}, {"rdcych", "rdcych x1"}};
  for (const auto& each : cases) {
    INFO(each.name);
    const auto ran = run(with_end(fmt::format("_start:\n li x2, 1\n {}\n", each.text)),
                         {{{Field::kInstructionExits, cpu::instruction_bit(each.name)}}});
    check_exited(*ran);
    REQUIRE(ran->seen.exits.size() == 2);
    const auto* exit = std::get_if<PrivilegedInstruction>(&ran->seen.exits[0]);
    REQUIRE(exit);
    CHECK(zisa::kRows[exit->row].name == each.name);
    CHECK(ran->seen.at(0, Field::kExitInstruction) == exit->word);
    CHECK(ran->seen.at(0, Field::kGuestPc) == kRam + 4);
  }
}

TEST_CASE("control registers exit by number, for reading and for writing") {
  for (u32 number = 0; number < zisa::kCrCount; ++number) {
    const auto which = static_cast<Cr>(number);
    const auto name = zisa::kCrNames[number];
    INFO(name);
    const auto reads = run(with_end(fmt::format("_start:\n read_cr x1, {}\n", name)),
                           {{{Field::kCrReadExits, bit(which)}}});
    check_exited(*reads);
    CHECK(reads->seen.exits.size() == 2);
    if (zisa::read_only(which)) continue;
    const auto writes = run(with_end(fmt::format("_start:\n write_cr {}, x0\n", name)),
                            {{{Field::kCrWriteExits, bit(which)}}});
    check_exited(*writes);
    CHECK(writes->seen.exits.size() == 2);
  }
}

TEST_CASE("a masked register reads from its shadow, and only a write that differs there exits") {
  const auto ran = run(with_end(R"(_start:
  read_cr x1, scratch      # shadow in the upper half
  li x2, 0xabcd5678
  write_cr scratch, x2     # agrees with it: stays in the guest
  read_cr x3, scratch
  li x4, 0x11111111
  write_cr scratch, x4     # exits
  read_sr x5
)"),
                       {{{Field::kScratchMask, 0xffff0000},
                         {Field::kScratchShadow, 0xabcd0000},
                         {Field::kSrMask, zisa::sr::kTsd},
                         {Field::kSrShadow, zisa::sr::kTsd}},
                        [](Vm& vm, const Exit& exit) {
                          if (!std::holds_alternative<PrivilegedInstruction>(exit)) return false;
                          vm.fetch({Field::kGuestPc});
                          vm.set_pc(vm.state().pc + 4);  // ignores it
                          return true;
                        }});
  check_exited(*ran);
  CHECK(ran->seen.exits.size() == 2);
  CHECK(ran->x(1) == 0xabcd0000);
  CHECK(ran->x(3) == 0xabcd5678);
  CHECK(ran->x(5) == (1u | zisa::sr::kTsd));
  CHECK((ran->machine->cpu().state.sr & zisa::sr::kTsd) == 0);
}

TEST_CASE("the cycle counter may be moved") {
  const auto ran = run(with_end("_start:\n rdcych x1\n rdcyc x2\n"),
                       {{{Field::kTimeOffset, 5000}, {Field::kTimeOffsetHigh, 7}}});
  check_exited(*ran);
  CHECK(ran->x(1) == 7);
  CHECK(ran->x(2) == 5001);
}

TEST_CASE("HCALL exits where that is asked for, else it is as on the bare machine") {
  constexpr std::string_view kSource = R"(_start:
  la x1, trap
  write_cr tvec, x1
  hcall
  j done
trap:
  read_cr x5, cause
done:
)";
  const auto plain = run(with_end(kSource), {});
  check_exited(*plain);
  CHECK(plain->x(5) == 2);
  CHECK(plain->seen.exits.size() == 1);
  const auto asked = run(with_end(kSource), {{{Field::kInstructionExits, cpu::instruction_bit("hcall")}},
                                             [](Vm& vm, const Exit& exit) {
                                               if (!std::holds_alternative<Hypercall>(exit)) return false;
                                               vm.fetch({Field::kGuestPc});
                                               vm.set_pc(vm.state().pc + 4);
                                               vm.set_register(10, 42);
                                               return true;
                                             }});
  check_exited(*asked);
  CHECK(asked->seen.exits.size() == 2);
  CHECK(asked->x(10) == 42);
  CHECK(asked->x(5) == 0);
}

TEST_CASE("exceptions exit by their cause, others go to the guest's own vector") {
  constexpr std::string_view kSource = R"(_start:
  la x1, trap
  write_cr tvec, x1
  ebreak
  ecall
  j done
trap:
  addi x7, x7, 1
  read_cr x5, epc
  addi x5, x5, 4
  write_cr epc, x5
  li x6, 0x5           # MODE and PMODE
  write_sr x6
  tret
done:
)";
  const auto ran = run(with_end(kSource), {{{Field::kExceptionExits, 1u << 3}},
                                           [](Vm& vm, const Exit& exit) {
                                             const auto* e = std::get_if<Exception>(&exit);
                                             if (!e) return false;
                                             vm.inject({e->cause, e->tval});
                                             return true;
                                           }});
  check_exited(*ran);
  CHECK(ran->seen.exits.size() == 2);
  REQUIRE(std::holds_alternative<Exception>(ran->seen.exits[0]));
  CHECK(ran->seen.at(0, Field::kExitCause) == 3);
  CHECK(ran->x(7) == 2);  // both arrived
}

// The vector's page is mapped nowhere when the first trap comes: the delivery is taken back, and is repeated.
TEST_CASE("an event whose delivery faulted is injected again") {
  const auto ran = run(R"(_start:
  li x1, 0x80008000
  write_cr tvec, x1
  li x9, 5
  ecall
  j .
  .balign 32768
  read_cr x5, cause
  read_cr x6, epc
)" + std::string(kEnd), {});
  check_exited(*ran);
  REQUIRE(ran->seen.exits.size() == 2);
  const auto* fault = std::get_if<NestedFault>(&ran->seen.exits[0]);
  REQUIRE(fault);
  CHECK(fault->address.v == 0x80008000);
  CHECK(fault->access == Access::kFetch);
  CHECK(!fault->during_walk);
  CHECK(ran->seen.at(0, Field::kExitEvent) == 1);
  CHECK(ran->seen.at(0, Field::kExitEventCause) == 9);
  // As before the trap.
  CHECK(ran->seen.at(0, Field::kGuestPc) < 0x80008000);
  CHECK(ran->seen.at(0, Field::kGuestEpc) == 0);
  CHECK(ran->x(5) == 9);
  CHECK(ran->x(6) == ran->seen.at(0, Field::kGuestPc));
}

TEST_CASE("an interrupt waits at its window until the guest can take it") {
  const auto ran = run(with_end(R"(_start:
  la x1, trap
  write_cr tvec, x1
  li x2, 0x20
  write_cr ienable, x2
  addi x3, x3, 1
  li x4, 3
  write_sr x4              # interrupts on: now
  addi x3, x3, 16
  j done
trap:
  add x5, x3, x0
  read_cr x6, cause
done:
)"),
                       {{{Field::kInterruptWindow, 0x20}},
                        [](Vm& vm, const Exit& exit) {
                          if (!std::holds_alternative<InterruptWindow>(exit)) return false;
                          vm.write_field(Field::kInterruptWindow, 0);
                          vm.inject({Cause::kTimerInterrupt, 0});
                          return true;
                        }});
  check_exited(*ran);
  CHECK(ran->seen.exits.size() == 2);
  CHECK(ran->x(5) == 1);
  CHECK(ran->x(6) == 0x80000005);
}

TEST_CASE("a nested fault says what was done, where, and at which reference") {
  const auto ran = run(with_end("_start:\n lui x1, 0x10000\n lbu x2, 5(x1)\n lui x3, 0x10000\n sb x2, 0(x3)\n"), {});
  check_exited(*ran);
  REQUIRE(ran->seen.exits.size() == 3);
  namespace q = cpu::qualification;
  CHECK(ran->seen.at(0, Field::kExitGpa) == 0x10000005);
  CHECK(ran->seen.at(0, Field::kExitGva) == 0x10000005);
  CHECK(q::wanted(ran->seen.at(0, Field::kExitQualification)) == q::kLoad);
  CHECK(q::reference(ran->seen.at(0, Field::kExitQualification)) == mmu::NestedMiss::kAccessItself);
  CHECK(q::wanted(ran->seen.at(1, Field::kExitQualification)) == q::kStore);
  CHECK(ran->seen.at(0, Field::kExitInstruction) != 0);
}

TEST_CASE("a VMM that breaks a rule cannot enter the guest, and the run says which") {
  const auto ran = run(with_end("_start:\n nop\n"), {{{Field::kExceptionExits, 0x400}}});
  REQUIRE(ran->machine->ending());
  CHECK(ran->machine->ending()->outcome == Ending::Outcome::kFailed);
  const std::string reason = ran->machine->ending()->reason;
  INFO(reason);
  CHECK(reason.find("exception_exits = 0x400") != std::string::npos);
  CHECK(reason.find("causes that there are not") != std::string::npos);
}

TEST_CASE("a VMM may mend the field that an entry failure names") {
  const auto ran = run(with_end("_start:\n nop\n"), {{{Field::kVmid, 0}, {Field::kControls, 7}},
                                                     [](Vm& vm, const Exit& exit) {
                                                       const auto* e = std::get_if<EntryFailure>(&exit);
                                                       if (!e) return false;
                                                       CHECK(e->field == number_of(Field::kVmid));
                                                       vm.write_field(Field::kVmid, 3);
                                                       return true;
                                                     }});
  check_exited(*ran);
}

TEST_CASE("fields of the exit are read-only, and each access is paid") {
  const auto ran = run(with_end("_start:\n rdcyc x1\n"), {{{Field::kInstructionExits, cpu::instruction_bit("rdcyc")}},
                                                          [](Vm& vm, const Exit& exit) {
                                                            if (!std::holds_alternative<PrivilegedInstruction>(exit)) return false;
                                                            const u32 word = vm.read_field(Field::kExitInstruction);
                                                            vm.write_field(Field::kExitInstruction, 1);
                                                            CHECK(vm.read_field(Field::kExitInstruction) == word);
                                                            return false;
                                                          }});
  check_exited(*ran);
  const auto& ledger = ran->machine->ledger();
  CHECK(ledger.count(cost::Param::kVmread) > cpu::kFieldCount);
  CHECK(ledger.count(cost::Param::kVmwrite) > 3);
  CHECK(ledger.clock() == ledger.total());
}
