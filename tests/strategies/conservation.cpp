// Every cycle is accounted for, and each price moves what depends on it.
#include <fmt/format.h>

#include <map>

#include "catch.hpp"
#include "session/catalogue.hpp"
#include "support/machines.hpp"
#include "vmm/machine.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

struct Case {
  const char *name, *isa, *strategy, *append;
};

constexpr Case kCases[] = {
    {"zos", "zisa-v", "bare", "tick=3000 forkwait 3; primes 100; churn 1"},
    {"zos", "zisa-v", "trap-emulate", "tick=200000 forkwait 3; primes 100; churn 1"},
    {"zos", "zisa", "trap-emulate", "tick=200000 hello"},
    {"zos", "zisa-v", "trap-emulate", "paging=z4 hello; crash"},
    {"micro-syscall", "zisa-v", "trap-emulate", "50"},
    {"micro-page-fault", "zisa-v", "trap-emulate", "50"},
    {"micro-pte-write", "zisa-v", "trap-emulate", "50"},
    {"micro-pte-write", "zisa-v", "bare", "50"},
    {"micro-device-read", "zisa-v", "bare", "50"},
    {"micro-device-read", "zisa-v", "trap-emulate", "50"},
    {"hole-probe", "zisa", "trap-emulate", ""},
    {"hole-read-sr", "zisa", "bare", ""},
    {"bad-wild-tables", "zisa-v", "trap-emulate", ""},
    {"zos", "zisa-h", "hvm", "tick=200000 forkwait 3; primes 100; churn 1"},
    {"micro-page-fault", "zisa-h", "hvm", "50"},
    {"micro-device-read", "zisa-h", "hvm", "50"},
    {"bad-wild-tables", "zisa-h", "hvm", ""},
    {"zos-pv", "zisa", "paravirt", "tick=200000 forkwait 3; primes 100; churn 1"},
    {"zos-pv", "zisa-v", "paravirt", "paging=z4 hello; crash"},
};

void check_sums(const vmm::Machine& machine, const session::Report& report) {
  const cost::Ledger& ledger = machine.ledger();
  CHECK(ledger.clock() == ledger.total());
  u64 accounts = 0;
  for (const auto& account : report.accounts) accounts += account.cycles;
  CHECK(report.cycles == ledger.clock());
  CHECK(accounts == ledger.clock());
  CHECK(report.guest_instructions() == machine.instructions());
}

}  // namespace

TEST_CASE("counts times prices, the accounts and the clock are one number") {
  for (const auto& each : kCases) {
    INFO(each.name << " on " << each.isa << " under " << each.strategy);
    auto options = guest(each.name, each.isa, each.strategy, each.append);
    options.max_instructions = 5'000'000;
    auto session = open_guest(options);
    for (u64 steps = 10'000; !session.ended(); steps *= 2) {
      session.machine().run({.steps = steps});
      if (steps > 10'000'000) break;
      CHECK(session.machine().ledger().clock() == session.machine().ledger().total());
    }
    check_sums(session.machine(), session.report());
  }
}

// What an exit took is what passed from leaving the guest to being back, so exits are part of the
// time that no instruction of the guest was paid for.
TEST_CASE("exits take what hardware and VMM were paid for them") {
  for (const auto& each : kCases) {
    if (std::string(each.strategy) == "bare") continue;
    INFO(each.name << " on " << each.isa);
    auto options = guest(each.name, each.isa, each.strategy, each.append);
    options.max_instructions = 5'000'000;
    auto session = open_guest(options);
    session.run();
    const session::Report report = session.report();
    u64 sum = 0, count = 0;
    for (const auto& exit : report.exits) {
      CHECK(exit.min * exit.count <= exit.cycles);
      CHECK(exit.max * exit.count >= exit.cycles);
      sum += exit.cycles;
      count += exit.count;
    }
    const cost::Ledger& ledger = session.machine().ledger();
    using cost::Account;
    // The hardware walks tables for the guest outside of exits too; all else of these accounts is
    // exits', but for the first entry and the choice of the first root.
    const u64 overhead = ledger.cycles(Account::kHardware) + ledger.cycles(Account::kVmm);
    u64 start = ledger.price(cost::Param::kTrapReturn) + ledger.price(cost::Param::kVmmMap) +
                ledger.price(cost::Param::kVmmSwitch) + ledger.price(cost::Param::kTlbInvalidate);
    // Two registers of devices are set up for a paravirtual guest.
    if (std::string(each.strategy) == "paravirt") start += 2 * ledger.price(cost::Param::kDeviceAccess);
    // In non-root mode the guest's traps are its own, and so not part of exits.
    if (std::string(each.strategy) != "hvm") CHECK(sum + start >= overhead);
    CHECK(sum <= overhead + ledger.cycles(Account::kPageWalk) + start);
    CHECK(count == ledger.count(cost::Param::kVmmDispatch) + ledger.count(cost::Param::kHypercallEntry));
  }
}

namespace {

/// The guest with one price changed, in virtual time, where the price decides nothing.
std::unique_ptr<vmm::Machine> priced(const std::string& isa, const std::string& strategy,
                                     const zisa::Assembly& code, std::optional<cost::Param> changed,
                                     u64 more) {
  cost::Model model = *cost::preset("textbook");
  if (changed) model.price[cost::index(*changed)] += more;
  vmm::MachineConfig config{*cpu::Variant::named(isa), model, {{}}, true};
  config.guests[0].ram_bytes = 1u << 20;
  config.guests[0].platform.disk_latency = 100;
  auto made = std::make_unique<vmm::Machine>(config, std::move(*session::make_strategy(strategy)));
  for (const auto& section : code.sections)
    if (section.allocated && !section.nobits) made->vm().copy_in({section.address}, section.bytes);
  made->start({code.entry}, {0});
  made->run({.instructions = 20'000});
  return made;
}

// A bit of everything that is charged.
constexpr std::string_view kEverything = R"(
_start:
  la x1, trap
  write_cr tvec, x1
  lui x1, 0x80010            # root: RAM as a superpage
  lui x2, 0x20000
  ori x2, x2, 0xcf
  li x3, 0x800
  add x3, x3, x1
  sw x2, 0(x3)
  li x2, (0x80011 << 10) | 1 # table for the first 4 MiB
  sw x2, 0(x1)
  lui x4, 0x80011
  li x2, (0x80001 << 10) | 0xdf
  sw x2, 4(x4)               # page 1: user code
  li x2, (0x80002 << 10) | 0x17
  sw x2, 8(x4)               # page 2: user data
  li x2, (0x10000 << 10) | 0xc7
  sw x2, 0x10(x4)            # page 4: the console
  li x2, (0x100 << 10) | 0xc7
  sw x2, 0x400(x4)           # the exit register, where it is
  li x2, 0x80010
  write_cr ptbr, x2
  li x2, 0x11
  write_sr x2
  li x20, 30
again:
  la x5, 1f
  jr x5                      # a computed jump of the kernel
1:
  lui x5, 4
  lbu x6, 5(x5)              # a device
  lui x5, 2
  lw x6, 2(x5)               # misaligned
  mul x6, x6, x20
  divu x6, x6, x20
  sw x2, 12(x4)              # into a page table
  lw x6, 8(x4)               # and over an entry that is in use
  sw x6, 8(x4)
  tlbinv x5
  rdcyc x7
  li x8, 0x20
  write_cr ienable, x8
  rdcyc x8
  addi x8, x8, 20
  write_cr timecmph, x0
  write_cr timecmp, x8
  wfi
  write_cr timecmp, x0       # pending from now on
  lui x8, 1
  write_cr epc, x8
  read_sr x9
  andi x9, x9, -5
  ori x9, x9, 8
  write_sr x9
  tret                       # to user code, and the timer comes at once
back:
  la x13, on
  jr x13                     # to where only the register says
on:
  addi x20, x20, -1
  bnez x20, again
  lui x30, 0x100
  li x31, 0x5555
  sw x31, 0(x30)
  j .
trap:
  read_cr x10, cause
  li x11, 8
  beq x10, x11, back
  bgez x10, fault
  li x10, -1
  write_cr timecmp, x10
  tret
fault:
  read_cr x12, epc
  addi x12, x12, 4
  write_cr epc, x12
  tret
  .balign 4096
  lui x5, 2
  sw x5, 0(x5)
  lui x5, 3
  lw x5, 0(x5)               # not mapped
  .word 0
  ebreak
  jal x6, 1f
1: jalr x6, 4(x6)
  ecall
)";

// The same for a guest that calls its VMM (docs/hypercalls.md): page 0x20 is shared, tables are 0x30 to 0x32.
constexpr std::string_view kParavirtual = R"(
_start:
  li a0, 0x80020
  li a7, 1                   # set_shared_page
  hcall
  la a0, causes
  li a1, 6
  li a7, 2                   # set_trap_table
  hcall
  li a0, 0
  li a7, 18                  # event_bind: the timer
  hcall
  lui x9, 0x80021            # the shared page ends here
  li x10, -1
  sw x10, -0x7fc(x9)         # ENABLED
  lui x5, 0xf0000            # p2m
  lui x6, 0x80032            # the table: 64 pages where they lie
  li x7, 0
fill:
  lw x8, 0(x5)
  slli x8, x8, 10
  ori x8, x8, 0xdf
  li x9, 0x30
  bltu x7, x9, put
  li x9, 0x33
  bgeu x7, x9, put
  andi x8, x8, -5            # tables are not writable
put:
  sw x8, 0(x6)
  addi x5, x5, 4
  addi x6, x6, 4
  addi x7, x7, 1
  li x9, 64
  bltu x7, x9, fill
  lui x5, 0xf0000
  lw x8, 0xc8(x5)            # frame of the table
  slli x8, x8, 10
  ori x8, x8, 1
  li x9, 0x800
  lui x6, 0x80030
  add x6, x6, x9
  sw x8, 0(x6)               # in the kernel's root
  lui x6, 0x80031
  add x6, x6, x9
  sw x8, 0(x6)               # and in the user's
  lui x6, 0x80032
  lw x21, 0xf0(x6)           # the entry of page 0x3c
  li a0, 0x80030
  li a1, 0x80031
  li a2, 2
  li a7, 6                   # pin
  hcall
  li a0, 0x80030
  li a7, 9                   # switch_space
  hcall
  li x20, 30
again:
  la a0, updates
  mv a3, a0
  lui x6, 0x80032
  addi x6, x6, 0xf0
  sw x6, 0(a3)               # page 0x3c: read-only, and writable again
  sw x21, 12(a3)
  andi x12, x21, -5
  sw x12, 4(a3)
  sw x6, 8(a3)
  li a1, 2
  li a7, 8                   # update
  hcall
  lui a0, 0x8003c
  li a1, 0
  li a7, 10                  # flush_tlb
  hcall
  lui x5, 0x8003c
  lw x6, 2(x5)               # misaligned
  mul x6, x6, x20
  divu x6, x6, x20
  la a0, text
  li a1, 1
  li a7, 14                  # console_write
  hcall
  rdcyc a0
  addi a0, a0, 40
  li a1, 0
  li a7, 11                  # set_timer
  hcall
  li a7, 13                  # block
  hcall
  lui x9, 0x80021
  li x10, 8                  # PIE, and to user mode
  sw x10, -0x7f4(x9)
  lui x10, 0x80001
  sw x10, -0x7f0(x9)
  li a7, 3                   # trap_return, and the timer comes at once
  hcall
back:
  addi x20, x20, -1
  bnez x20, again
  li a0, 0
  li a7, 21                  # shutdown
  hcall
trap:
  lui x9, 0x80021
  lw x10, -0x7ec(x9)         # CAUSE
  li x11, 8
  beq x10, x11, back
  bgez x10, fault
  sw x0, -0x800(x9)          # PENDING
  j return
fault:
  lw x12, -0x7f0(x9)
  addi x12, x12, 4
  sw x12, -0x7f0(x9)
return:
  li a7, 3
  hcall
  .balign 4
causes:
  .word 8
  .word trap
  .word 13
  .word trap
  .word 2
  .word trap
  .word 24
  .word trap
  .word 25
  .word trap
  .word 0x80000009
  .word trap
updates:
  .space 16
text:
  .word 0x2e
  .balign 4096
  lui x5, 0x80040
  lw x5, 0(x5)               # not mapped
  read_cr x5, epc
  hcall
  .word 0
  jal x6, 1f
1: jalr x6, 4(x6)
  ecall
)";

bool is_duration(cost::Param param) {
  return param == cost::Param::kFrequencyKhz || param == cost::Param::kDiskLatency;
}

}  // namespace

TEST_CASE("a price moves the cycles of what is charged with it, and nothing else") {
  const zisa::Assembly everything = program(kEverything), paravirtual = program(kParavirtual);
  std::array<u64, cost::kParams> charged{};
  for (const auto* strategy : {"bare", "trap-emulate", "dbt", "hvm", "paravirt"}) {
    const zisa::Assembly& code = std::string(strategy) == "paravirt" ? paravirtual : everything;
    const char* isa = std::string(strategy) == "hvm" ? "zisa-h" : "zisa-v";
    const auto base = priced(isa, strategy, code, std::nullopt, 0);
    REQUIRE(base->ending());
    INFO(describe(*base));
    REQUIRE(base->ending()->outcome == vmm::Ending::Outcome::kExited);
    for (const auto& row : cost::kRows) {
      if (is_duration(row.param) || row.fixed()) continue;
      INFO(row.key() << " under " << strategy);
      const auto moved = priced(isa, strategy, code, row.param, 1000);
      const u64 count = base->ledger().count(row.param);
      charged[cost::index(row.param)] += count;
      CHECK(moved->cycles() == base->cycles() + 1000 * count);
      CHECK(moved->ledger().count(row.param) == count);
      CHECK(moved->ledger().total() == moved->ledger().clock());
      CHECK(moved->instructions() == base->instructions());
      CHECK(moved->state_hash() == base->state_hash());
      CHECK(moved->log().count() == base->log().count());
      for (std::size_t a = 0; a < cost::kAccounts; ++a) {
        const auto account = static_cast<cost::Account>(a);
        CHECK(moved->ledger().cycles(account) ==
              base->ledger().cycles(account) + 1000 * base->ledger().count(account, row.param));
      }
    }
  }
  // All that CPU, MMU and VMM own must have been moved.
  for (const auto& row : cost::kRows) {
    INFO(row.key());
    if (row.owner == "cpu" || row.owner == "mmu" || row.owner == "vmm")
      CHECK(charged[cost::index(row.param)] > 0);
  }
}

TEST_CASE("exits cost more where a trap does") {
  const zisa::Assembly code = program(kEverything);
  const auto mean = [&](std::optional<cost::Param> changed) {
    const auto machine = priced("zisa-v", "trap-emulate", code, changed, 1000);
    std::map<std::string, u64> means;
    for (const auto& [kind, seen] : machine->vm().internals().exits)
      means[vmm::exit_name(kind)] = seen.cycles / seen.count;
    return means;
  };
  const auto base = mean(std::nullopt), fault = mean(cost::Param::kTrapFault),
             decode = mean(cost::Param::kVmmDecode);
  for (const auto& [name, cycles] : base) {
    INFO(name);
    const bool call =
        name == "EXCEPTION environment call from U" || name.find("ecall") != std::string::npos ||
        name.find("INTERRUPT") != std::string::npos || name.find("call") != std::string::npos ||
        name.find("breakpoint") != std::string::npos;
    CHECK(fault.at(name) == cycles + (call ? 0 : 1000));
    const bool emulated = name == "PAGE_FAULT device" || name == "PAGE_FAULT traced write" ||
                          name.find("PRIVILEGED") == 0;
    CHECK(decode.at(name) == cycles + (emulated ? 1000 : 0));
  }
}
