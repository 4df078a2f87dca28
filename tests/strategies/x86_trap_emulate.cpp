// Ring compression on x86: a guest that no hole lied to is, in virtual time, the same as on the
// bare machine; so is every guest once the holes are cured, when trap-and-emulate has all of Popek
// and Goldberg's condition. Kernels that look fail.
#include "study/causes.hpp"
#include "study/fuzz.hpp"
#include "vmm/x86/arch.hpp"
#include "vmm/snapshot.hpp"
#include "x86_guests.hpp"

using namespace ringside;

namespace {

std::vector<std::string> every_hole() {
  std::vector<std::string> names;
  for (const auto& row : x86::kRows)
    if (x86::is_hole(row)) names.emplace_back(row.name);
  return names;
}

// What bare metal would hold, the VMM believes then.
void check_record(const session::Session& session) {
  const x86::Vcpu& vcpu = session.pc().vm().internals().vcpu;
  const x86::State now = session.pc().vm().guest_state();
  constexpr u32 kPrivileged = x86::flag::kIf | x86::flag::kIopl;
  CHECK((vcpu.ideal.eflags & kPrivileged) == (now.eflags & kPrivileged));
  CHECK(vcpu.ideal.seg == now.seg);
  CHECK(vcpu.ideal.cpl == now.cpl);
  CHECK(vcpu.ideal.cr0 == now.cr0);
  CHECK(vcpu.ideal.cr3 == now.cr3);
  CHECK(vcpu.ideal.gdtr == now.gdtr);
  CHECK(vcpu.ideal.idtr == now.idtr);
  CHECK(vcpu.ideal.tr == now.tr);
}

void check_cured(const std::string& guest, const std::string& append = "") {
  CAPTURE(guest);
  auto bare = x86_options(guest, "bare"), cured = x86_options(guest, "trap-emulate");
  bare.append = cured.append = append;
  cured.cured = every_hole();
  const auto session = run_x86(cured);
  CHECK(session.report().holes.empty());
  check_same(run_x86(bare).report(), session.report());
  check_record(session);
}

const session::HoleReport* find(const session::Report& report, const std::string& instruction) {
  for (const auto& hole : report.holes)
    if (hole.instruction == instruction) return &hole;
  return nullptr;
}

/// What a guest of the holes is told, and what bare metal would have told it.
struct Deception {
  const char* guest;
  const char* instruction;
  u32 got, bare_metal;
};

}  // namespace

TEST_CASE("x86 trap-emulate: with the holes cured every small guest is as on the bare machine") {
  unsigned guests = 0;
  for (const char* prefix : {"micro-", "hole-"})
    for (const auto& name : x86_guests_called(prefix)) check_cured(name), ++guests;
  CHECK(guests > 20);
}

TEST_CASE("x86 trap-emulate: with the holes cured the PC is tested as on the bare machine") {
  check_cured("pctest");
}

TEST_CASE("x86 trap-emulate: with the holes cured a kernel that nobody fitted to it runs") {
  check_cured("zos", "tick=3000 hello; forkwait 3; churn 1");
}

TEST_CASE("x86 trap-emulate: with the holes cured random kernels have all three properties") {
  study::FuzzOptions options;
  options.session.strategy = "trap-emulate", options.session.isa = "x86";
  options.session.cured = every_hole();
  options.guests = 60;
  const auto found = study::fuzz(options);
  REQUIRE(found.has_value());
  CHECK(found->failed == 0);
  CHECK(found->held());
}

TEST_CASE("x86 trap-emulate: a micro-guest to which no hole lies is as on the bare machine") {
  unsigned honest = 0;
  for (const auto& name : x86_guests_called("micro-")) {
    CAPTURE(name);
    const auto report = run_x86(x86_options(name, "trap-emulate")).report();
    CHECK(report.emulated < report.guest_instructions());
    if (!report.holes.empty()) continue;
    check_same(run_x86(x86_options(name, "bare")).report(), report);
    ++honest;
  }
  CHECK(honest >= 5);
}

TEST_CASE("x86 trap-emulate: a kernel that asks is deceived, and the report names the hole") {
  constexpr u32 kRing1 = 0x2000, kPl = 1;  // as a DPL in a descriptor, as an RPL
  for (const Deception& each : std::initializer_list<Deception>{
           {"hole-sgdt", "sgdt", 0xffc00000, 0x106800},
           {"hole-sidt", "sidt", 0xffc20000, 0x106000},
           {"hole-str", "str", 0xfff8, 0x28},
           {"hole-pushf", "pushf", 0x206, 0x006},
           {"hole-popf", "popf", 0x002, 0x202},
           {"hole-iret", "iret", 0x002, 0x202},
           {"hole-lar", "lar", 0xc09300 | kRing1, 0xc09300},
           {"hole-lsl", "lsl", 0xffffffff, 0},
           {"hole-verr", "verr", x86::flag::kZf | x86::flag::kPf, x86::flag::kPf},
           {"hole-verw", "verw", x86::flag::kZf | x86::flag::kPf, x86::flag::kPf},
           {"hole-push-seg", "push_segment", 0x08 | kPl, 0x08},
           {"hole-mov-seg", "mov_from_segment", 0x08 | kPl, 0x08},
           {"hole-call-far", "call_far", 0x08 | kPl, 0x08},
           // What bare metal has is a #GP.
           {"hole-pop-seg", "pop_segment", 0, x86::kGp},
           {"hole-jmp-far", "jmp_far", 0, x86::kGp},
           {"hole-ret-far", "ret_far", 0, x86::kGp}}) {
    CAPTURE(each.guest);
    const auto session = run_x86(x86_options(each.guest, "trap-emulate"));
    const auto report = study::judged_report(session);
    CHECK(report.outcome == "failed");
    CHECK(report.exit_code == 1);
    const auto* hole = find(report, each.instruction);
    REQUIRE(hole != nullptr);
    CHECK(hole->cause);
    CHECK(hole->got == each.got);
    CHECK(hole->bare_metal == each.bare_metal);
    CHECK_FALSE(hole->symbol.empty());
  }
}

TEST_CASE("x86 trap-emulate: some holes tell the truth, and INT n is none here") {
  // TS and the bits beside it are real; an LDTR that is null stays null; INT n traps.
  for (const char* guest : {"hole-smsw", "hole-sldt", "hole-int-n"}) {
    CAPTURE(guest);
    const auto report = run_x86(x86_options(guest, "trap-emulate")).report();
    CHECK(report.exit_code == 0);
    CHECK(report.holes.empty());
    check_same(run_x86(x86_options(guest, "bare")).report(), report);
  }
}

TEST_CASE("x86 trap-emulate: a kernel that nobody fitted to it falls through a hole") {
  auto options = x86_options("zos", "trap-emulate");
  options.append = "tick=3000 hello";
  const auto report = study::judged_report(run_x86(options));
  CHECK(report.outcome == "failed");
  CHECK(report.reason.find("interrupts are on in the scheduler") != std::string::npos);
  const auto* hole = find(report, "pushf");
  REQUIRE(hole != nullptr);
  CHECK(hole->cause);
  CHECK(hole->symbol.find("frame_alloc") != std::string::npos);
}

TEST_CASE("x86 trap-emulate: what it costs is exits, reflected traps and filled shadows") {
  const auto report = run_x86(x86_options("pctest", "trap-emulate")).report();
  CHECK(report.paging == "shadow");
  CHECK(exits(report, "PAGE_FAULT hidden") > 50);
  CHECK(exits(report, "PAGE_FAULT traced write") > 10);
  CHECK(exits(report, "PAGE_FAULT device") > 10);
  CHECK(exits(report, "PRIVILEGED_INSN out") > 100);
  CHECK(exits(report, "EXCEPTION #NP") > 0);
  // REP INS of a sector is one exit.
  CHECK(exits(report, "PRIVILEGED_INSN ins") < 200);
}

TEST_CASE("x86 trap-emulate: both engines agree, in cycles too") {
  for (const bool virtual_time : {true, false}) {
    auto options = x86_options("pctest", "trap-emulate");
    options.virtual_time = virtual_time;
    check_engines_agree(options);
  }
}

TEST_CASE("x86 trap-emulate: a snapshot holds all that changes") {
  check_snapshot(x86_options("pctest", "trap-emulate"));
}

TEST_CASE("x86 trap-emulate: two guests on one machine compute what each computes alone") {
  auto options = x86_options("zos", "trap-emulate");
  options.cured = every_hole();
  options.append = "tick=3000 hello; primes 100";
  options.memory = 64u << 20;
  auto other = options;
  other.append = "tick=2000 forkwait 2";
  const auto alone = run_x86(options).report(), other_alone = run_x86(other).report();
  options.neighbours.push_back({.guest = other.guest, .append = other.append});
  const auto together = run_x86(options);
  check_same(alone, together.report(0));
  check_same(other_alone, together.report(1));
  CHECK(together.machine_report().world_switches > 0);
}
