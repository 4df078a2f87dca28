// VMX non-root operation: entry checks, what exits and how it is told, events in the middle.
#include <fstream>
#include <set>
#include <sstream>

#include "cpu/x86/vmx_event.hpp"
#include "x86_machine.hpp"

using namespace ringside;
using namespace ringside::test::x86;

namespace {

constexpr u32 kVmcs = 0xf0000, kIoA = 0xf1000, kIoB = 0xf2000, kMsrs = 0xf3000, kEpt = 0xe0000;
constexpr u32 kNone = ~u32{0};

/// The test machine's guest in non-root operation, without paging and with EPT that map the first 640 KiB.
struct Guest : TestMachine {
  Guest() {
    Vmcs(memory, {kVmcs}).clear();
    ept.clear(memory);
    for (u32 page = 0; page < 0xa0000; page += kPageSize) ept.map(memory, {page}, {page}, ept::kAll);
    set(Field::kPrimaryControls, primary::kSecondary);
    set(Field::kSecondaryControls, secondary::kEpt | secondary::kUnrestrictedGuest);
    set(Field::kEptPointer, ept.pointer());
    set(Field::kIoBitmapA, kIoA), set(Field::kIoBitmapB, kIoB), set(Field::kMsrBitmaps, kMsrs);
    take_over();
  }
  /// The guest's state is the CPU's as it is.
  void take_over() { vmcs().store_guest(cpu.state); }
  Vmcs vmcs() { return {memory, {kVmcs}}; }
  void set(Field field, u64 value) { vmcs().write(field, value); }
  u64 get(Field field) { return vmcs().read(field); }
  void add(Field field, u64 bits) { set(field, get(field) | bits); }

  std::optional<EntryFault> enter() { return cpu.enter_non_root({kVmcs}); }
  /// Runs code in the guest until it exits; kNone if it does not within 100 steps.
  u32 exit_of(std::initializer_list<u8> bytes, unsigned ring = 0) {
    TestMachine::enter(ring);
    code(bytes);
    take_over();
    REQUIRE_FALSE(enter());
    return run_to_exit();
  }
  u32 run_to_exit(unsigned most = 100) {
    for (unsigned i = 0; i < most && cpu.state.eip != kCode + 64; ++i)
      if (cpu.step().kind == Step::Kind::kExited) return static_cast<u32>(get(Field::kExitReason));
    return kNone;
  }
  u32 qualification() { return static_cast<u32>(get(Field::kExitQualification)); }

  EptMap ept{{kEpt}, 16};
};

constexpr u32 code_of(ExitReason reason) { return static_cast<u32>(reason); }

}  // namespace

TEST_CASE("x86 VMX: encodings are Intel's, and each has a place of its own") {
  std::set<u64> places;
  mmu::Memory memory{{0}, kPageSize};
  const Vmcs vmcs(memory, {0});
  for (const FieldInfo& each : kFields) {
    CHECK(places.insert(vmcs.place(each.field).v).second);
    CHECK(vmcs.place(each.field).v + 8 <= kPageSize);
    CHECK(vmcs.place(each.field).v >= 8);
  }
  CHECK(encoding_of(Field::kGuestRip) == 0x681e);
  CHECK(field_after(Field::kGuestEsRights, 7) == Field::kGuestTrRights);
  CHECK(field_after(Field::kGuestEsBase, 6) == Field::kGuestLdtrBase);
}

TEST_CASE("x86 VMX: the guest's state goes into the VMCS and comes back") {
  TestMachine m;
  State state;
  unsigned number = 1;
  for (Segment& each : state.seg) each = {static_cast<u16>(8 * number), number << 12, 0xfff + number++, 0x93};
  state.ldtr = {0x48, 1, 2, 0x82}, state.tr = {0x50, 3, 4, 0x8b};
  state.segment(Seg::kSs).access = 0xf3, state.cpl = 3;
  state.gdtr = {5, 6}, state.idtr = {7, 8};
  state.cr0 = 9, state.cr3 = 10, state.cr4 = 11, state.dr[7] = 12, state.pending_debug = 13;
  state.r[kEsp] = 14, state.eip = 15, state.eflags = 16;
  state.sysenter_cs = 17, state.sysenter_esp = 18, state.sysenter_eip = 19;
  state.shadow = Shadow::kByMovSs, state.nmi_blocked = true, state.halted = true;
  Vmcs vmcs(m.memory, {kVmcs});
  vmcs.clear();
  vmcs.store_guest(state);
  State back;
  vmcs.load_guest(back);
  CHECK(back == state);
}

TEST_CASE("x86 VMX: a VM entry names the field, its value and the rule") {
  struct Case {
    Field field;
    u64 value;
    bool guest_state;
  };
  const auto bad = GENERATE(values<Case>({
      {Field::kPinControls, 1u << 7, false},
      {Field::kPinControls, pin::kVirtualNmis, false},
      {Field::kPrimaryControls, 1u << 0, false},
      {Field::kPrimaryControls, primary::kNmiWindow, false},
      {Field::kPrimaryControls, primary::kSecondary | primary::kIoBitmaps, false},
      {Field::kSecondaryControls, 1u << 30, false},
      {Field::kSecondaryControls, secondary::kUnrestrictedGuest, false},
      {Field::kSecondaryControls, secondary::kEpt | secondary::kVpid, false},
      {Field::kCr3TargetCount, 5, false},
      {Field::kEptPointer, 0xe0006, false},
      {Field::kEptPointer, u64{1} << 40 | 0x1e, false},
      {Field::kEntryInterruption, event_info::kValid | 1 << 8, false},
      {Field::kEntryInterruption, event_info::kValid | event_info::kNmiType << 8 | 3, false},
      {Field::kEntryInterruption, event_info::kValid | event_info::kHardwareException << 8 | kGp, false},
      {Field::kEntryInterruption, event_info::kValid | event_info::kSoftwareInterrupt << 8 | 0x80, false},
      {Field::kGuestCr0, cr0::kPg, true},
      {Field::kGuestCr0, cr0::kPe | cr0::kNw, true},
      {Field::kGuestCr4, 1u << 13, true},
      {Field::kVmcsLinkPointer, 0, true},
      {Field::kGuestCsRights, 0x93, true},
      {Field::kGuestCsRights, 0xc0fb, true},
      {Field::kGuestDsRights, 0xc013, true},
      {Field::kGuestEsRights, 0x4093, true},
      {Field::kGuestTrRights, 0x89, true},
      {Field::kGuestGdtrLimit, 0x10000, true},
      {Field::kGuestRflags, 0, true},
      {Field::kGuestActivity, 2, true},
      {Field::kGuestInterruptibility, 3, true},
      {Field::kGuestInterruptibility, interruptibility::kBySti, true},
  }));
  Guest g;
  if (bad.field == Field::kPrimaryControls && bad.value & primary::kIoBitmaps) g.set(Field::kIoBitmapA, 0x123);
  g.set(bad.field, bad.value);
  CAPTURE(encoding_of(bad.field), bad.value);
  const auto fault = g.enter();
  REQUIRE(fault);
  CAPTURE(fault->text());
  const Field shown = [&] {
    if (bad.field == Field::kPrimaryControls && bad.value & primary::kIoBitmaps) return Field::kIoBitmapA;
    if (bad.field == Field::kSecondaryControls && bad.value & secondary::kVpid) return Field::kVpid;
    if (bad.value == (event_info::kValid | event_info::kSoftwareInterrupt << 8 | 0x80))
      return Field::kEntryInstructionLength;
    return bad.field;
  }();
  CHECK(fault->field == shown);
  CHECK(fault->guest_state == bad.guest_state);
  CHECK(fault->text().find("VMCS: ") == 0);
  if (bad.guest_state)
    CHECK(g.get(Field::kExitReason) == (code_of(ExitReason::kInvalidGuestState) | kEntryFailed));
  else
    CHECK(g.get(Field::kInstructionError) == kInvalidControls);
  CHECK_FALSE(g.cpu.non_root.active);
}

TEST_CASE("x86 VMX: an interrupt is not delivered to a guest that has them disabled") {
  Guest g;
  g.set(Field::kEntryInterruption, event_info::kValid | 0x30);
  const auto fault = g.enter();
  REQUIRE(fault);
  CHECK(fault->field == Field::kGuestRflags);
}

TEST_CASE("x86 VMX: what exits, and what that depends on") {
  struct Case {
    const char* what;
    std::initializer_list<u8> bytes;
    ExitReason reason;
    u32 primary, secondary;  // controls that it needs, 0 for none
    u32 qualification;
  };
  using enum ExitReason;
  const Case cases[] = {
      {"CPUID", {0x0f, 0xa2}, kCpuid, 0, 0, 0},
      {"VMCALL", {0x0f, 0x01, 0xc1}, kVmcall, 0, 0, 0},
      {"INVD", {0x0f, 0x08}, kInvd, 0, 0, 0},
      {"WBINVD", {0x0f, 0x09}, kWbinvd, 0, secondary::kWbinvdExiting, 0},
      {"HLT", {0xf4}, kHlt, primary::kHltExiting, 0, 0},
      {"INVLPG [ds:0x12345]", {0x0f, 0x01, 0x3d, 0x45, 0x23, 0x01, 0x00}, kInvlpg, primary::kInvlpgExiting, 0, 0x12345},
      {"RDTSC", {0x0f, 0x31}, kRdtsc, primary::kRdtscExiting, 0, 0},
      {"MOV CR3, ECX", {0x0f, 0x22, 0xd9}, kControlRegister, primary::kCr3LoadExiting, 0, 0x103},
      {"MOV EDX, CR3", {0x0f, 0x20, 0xda}, kControlRegister, primary::kCr3StoreExiting, 0, 0x213},
      {"MOV DR0, EBX", {0x0f, 0x23, 0xc3}, kMovDr, primary::kMovDrExiting, 0, 0x300},
      {"MOV EAX, DR7", {0x0f, 0x21, 0xf8}, kMovDr, primary::kMovDrExiting, 0, 0x17},
      {"IN AL, 0x60", {0xe4, 0x60}, kIo, primary::kIoExiting, 0, 0x600048},
      {"OUT DX, EAX", {0xef}, kIo, primary::kIoExiting, 0, 3},
      {"SGDT [0x9000]", {0x0f, 0x01, 0x05, 0, 0x90, 0, 0}, kGdtrIdtr, 0, secondary::kDescriptorTableExiting, 0},
      {"STR AX", {0x66, 0x0f, 0x00, 0xc8}, kLdtrTr, 0, secondary::kDescriptorTableExiting, 0},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    Guest g;
    g.cpu.state.r[kEdx] = 0;
    if (each.primary || each.secondary) CHECK(g.exit_of(each.bytes) != code_of(each.reason));
    Guest asked;
    asked.add(Field::kPrimaryControls, each.primary);
    asked.add(Field::kSecondaryControls, each.secondary);
    CHECK(asked.exit_of(each.bytes) == code_of(each.reason));
    CHECK(asked.qualification() == each.qualification);
    CHECK(asked.get(Field::kExitInstructionLength) == each.bytes.size());
    CHECK(asked.get(Field::kGuestRip) == kCode);
  }
}

TEST_CASE("x86 VMX: what the guest's own privilege forbids faults in the guest") {
  for (const auto& bytes : {std::initializer_list<u8>{0xf4}, {0x0f, 0x08}, {0x0f, 0x22, 0xd9}, {0xe4, 0x60}}) {
    Guest g;
    g.add(Field::kPrimaryControls, primary::kHltExiting | primary::kCr3LoadExiting | primary::kIoExiting);
    g.memory.write<u8>({kTss + 0x68 + 0x60 / 8}, 0xff);  // the I/O bitmap denies port 0x60
    g.TestMachine::enter(3);
    g.code(bytes);
    g.take_over();
    REQUIRE_FALSE(g.enter());
    const Step step = g.cpu.step();
    CHECK(step.kind == Step::Kind::kTrapped);
    CHECK(step.trap == exception(kGp, 0));
    CHECK(g.cpu.state.eip == TestMachine::handler(kGp));
  }
}

TEST_CASE("x86 VMX: bitmaps of ports and MSRs, CR3 targets") {
  Guest g;
  g.add(Field::kPrimaryControls, primary::kIoBitmaps | primary::kMsrBitmaps | primary::kCr3LoadExiting);
  g.memory.write<u8>({kIoB + 0x70 / 8}, 1 << 2);   // port 0x8072
  g.memory.write<u8>({kMsrs + 0x800 + 0x174 / 8}, 1 << 4);
  const std::initializer_list<u8> kOut = {0xee, 0x90}, kOutWide = {0xef, 0x90};
  g.cpu.state.r[kEdx] = 0x8071;
  CHECK(g.exit_of(kOut) == kNone);
  CHECK(g.bus.ports.size() == 1);
  CHECK(g.exit_of(kOutWide) == code_of(ExitReason::kIo));
  g.cpu.state.r[kEdx] = 0xffff;
  CHECK(g.exit_of(kOutWide) == code_of(ExitReason::kIo));
  g.cpu.state.r[kEcx] = 0x174;
  CHECK(g.exit_of({0x0f, 0x32}) == kNone);
  CHECK(g.exit_of({0x0f, 0x30}) == code_of(ExitReason::kWrmsr));
  g.cpu.state.r[kEcx] = 0xc0000080;
  CHECK(g.exit_of({0x0f, 0x32}) == code_of(ExitReason::kRdmsr));
  g.set(Field::kCr3TargetCount, 2), g.set(Field::kCr3Target1, 0x7000);
  g.cpu.state.r[kEcx] = 0x7000;
  CHECK(g.exit_of({0x0f, 0x22, 0xd9}) == kNone);
  g.set(Field::kCr3TargetCount, 1);
  CHECK(g.exit_of({0x0f, 0x22, 0xd9}) == code_of(ExitReason::kControlRegister));
}

TEST_CASE("x86 VMX: REP INS exits before its memory, and not with a count of 0") {
  Guest g;
  g.add(Field::kPrimaryControls, primary::kIoExiting);
  g.cpu.state.r[kEcx] = 0, g.cpu.state.r[kEdx] = 0x1f0, g.cpu.state.r[kEdi] = 0x90000000;
  CHECK(g.exit_of({0xf3, 0x6d}) == kNone);
  g.cpu.state.r[kEcx] = 5;
  CHECK(g.exit_of({0xf3, 0x6d}) == code_of(ExitReason::kIo));
  CHECK(g.qualification() == 0x1f0003b);
}

TEST_CASE("x86 VMX: masks and shadows of CR0 and CR4") {
  Guest g;
  g.set(Field::kCr0Mask, cr0::kTs | cr0::kWp), g.set(Field::kCr0Shadow, cr0::kTs);
  g.set(Field::kCr4Mask, cr4::kPge), g.set(Field::kCr4Shadow, cr4::kPge);
  CHECK(g.exit_of({0x0f, 0x20, 0xc0, 0x0f, 0x20, 0xe3}) == kNone);  // MOV EAX, CR0; MOV EBX, CR4
  CHECK(g.cpu.state.r[kEax] == (cr0::kPe | cr0::kEt | cr0::kTs));
  CHECK(g.cpu.state.r[kEbx] == cr4::kPge);
  CHECK(g.exit_of({0x0f, 0x01, 0xe1}) == kNone);  // SMSW CX
  CHECK((g.cpu.state.r[kEcx] & cr0::kTs) != 0);

  g.cpu.state.r[kEax] = cr0::kPe | cr0::kEt | cr0::kTs | cr0::kAm;  // the masked bits as the shadow has them
  CHECK(g.exit_of({0x0f, 0x22, 0xc0}) == kNone);
  CHECK(g.cpu.state.cr0 == (cr0::kPe | cr0::kEt | cr0::kAm));
  g.cpu.state.r[kEax] |= cr0::kWp;
  CHECK(g.exit_of({0x0f, 0x22, 0xc0}) == code_of(ExitReason::kControlRegister));
  CHECK(g.qualification() == 0);
  g.cpu.state.r[kEax] = 0;
  CHECK(g.exit_of({0x0f, 0x22, 0xe0}) == code_of(ExitReason::kControlRegister));
  CHECK(g.qualification() == 4);
  CHECK(g.exit_of({0x0f, 0x06}) == code_of(ExitReason::kControlRegister));  // CLTS
  CHECK(g.qualification() == 0x20);
  g.set(Field::kCr0Shadow, 0);
  CHECK(g.exit_of({0x0f, 0x06}) == kNone);
  g.cpu.state.r[kEax] = cr0::kPe | cr0::kTs;
  CHECK(g.exit_of({0x0f, 0x01, 0xf0}) == code_of(ExitReason::kControlRegister));  // LMSW AX
  CHECK(g.qualification() == (0x30 | 9 << 16));
}

TEST_CASE("x86 VMX: the exception bitmap, and error codes of page faults") {
  Guest g;
  g.set(Field::kExceptionBitmap, 1u << kUd | 1u << kBp);
  CHECK(g.exit_of({0x0f, 0x0b}) == code_of(ExitReason::kExceptionOrNmi));
  CHECK(g.get(Field::kExitInterruption) == 0x80000306);
  CHECK(g.exit_of({0xcc}) == code_of(ExitReason::kExceptionOrNmi));
  CHECK(g.get(Field::kExitInterruption) == 0x80000603);
  CHECK(g.exit_of({0xcd, 0x03}) == kNone);  // INT 3 is no exception

  constexpr u32 kDirectory = 0x50000, kTable = 0x51000;
  for (u32 page = 0; page < 0x100; ++page) g.put(kTable + 4 * page, page << 12 | 3);
  g.put(kDirectory, kTable | 7), g.put(kTable + 4 * 0x60, 0);
  g.cpu.state.cr0 |= cr0::kPg, g.cpu.state.cr3 = kDirectory;
  const std::initializer_list<u8> kLoad = {0xa1, 0x10, 0, 6, 0}, kStore = {0xa3, 0x10, 0, 6, 0};
  g.set(Field::kExceptionBitmap, 1u << kPf);
  g.set(Field::kPageFaultMask, page_fault::kWrite), g.set(Field::kPageFaultMatch, page_fault::kWrite);
  CHECK(g.exit_of(kLoad) == kNone);
  CHECK(g.cpu.state.cr2 == 0x60010);
  g.cpu.state.cr2 = 0;
  CHECK(g.exit_of(kStore) == code_of(ExitReason::kExceptionOrNmi));
  CHECK(g.qualification() == 0x60010);
  CHECK(g.get(Field::kExitErrorCode) == page_fault::kWrite);
  CHECK(g.cpu.state.cr2 == 0);
  g.set(Field::kExceptionBitmap, 0);
  CHECK(g.exit_of(kLoad) == code_of(ExitReason::kExceptionOrNmi));
}

TEST_CASE("x86 VMX: INT1 exits by bit 1 of the bitmap, as a privileged software exception, and is injected as one") {
  Guest guest;
  guest.cpu.state.dr[6] = 0xffff0ff1;
  CHECK(guest.exit_of({0xf1}) == kNone);  // the guest's own handler
  CHECK(guest.cpu.state.eip != kCode + 1);
  Guest asked;
  asked.cpu.state.dr[6] = 0xffff0ff1;
  asked.set(Field::kExceptionBitmap, 1u << kDb);
  CHECK(asked.exit_of({0xf1}, 3) == code_of(ExitReason::kExceptionOrNmi));
  const u32 told = kDb | event_info::kPrivilegedSoftware << 8 | event_info::kValid;
  CHECK(asked.get(Field::kExitInterruption) == told);
  CHECK(asked.get(Field::kExitInstructionLength) == 1);
  CHECK(asked.qualification() == 0);
  CHECK(asked.get(Field::kGuestRip) == kCode);
  asked.set(Field::kEntryInterruption, told);
  asked.set(Field::kEntryInstructionLength, 1);
  REQUIRE_FALSE(asked.enter());
  CHECK(asked.cpu.state.eip == TestMachine::handler(kDb));  // from level 3, by a gate of level 0
  CHECK(asked.stack(1)[0] == kCode + 1);
}

TEST_CASE("x86 VMX: EPT violations tell the walk from the access") {
  Guest g;
  g.ept.map(g.memory, {0x60000}, {0x60000}, ept::kR);
  CHECK(g.exit_of({0xa1, 0x10, 0, 6, 0}) == kNone);
  CHECK(g.exit_of({0xa3, 0x10, 0, 6, 0}) == code_of(ExitReason::kEptViolation));
  CHECK(g.qualification() == (2 | 1 << 3 | 3 << 7));
  CHECK(g.get(Field::kGuestPhysicalAddress) == 0x60010);
  CHECK(g.get(Field::kGuestLinearAddress) == 0x60010);
  CHECK(g.exit_of({0xa1, 0x10, 0, 0, 0x90}) == code_of(ExitReason::kEptViolation));
  CHECK(g.qualification() == (1 | 3 << 7));
  CHECK(g.get(Field::kGuestPhysicalAddress) == 0x90000010);

  // The guest's directory lies where it may be read only: the walker cannot set its A.
  constexpr u32 kDirectory = 0x60000, kTable = 0x51000;
  for (u32 page = 0; page < 0x100; ++page) g.put(kTable + 4 * page, page << 12 | 0x63);
  g.put(kDirectory, kTable | 7);
  g.cpu.state.cr0 |= cr0::kPg, g.cpu.state.cr3 = kDirectory;
  CHECK(g.exit_of({0x90}) == code_of(ExitReason::kEptViolation));
  CHECK(g.qualification() == (2 | 1 << 3 | 1 << 7));
  CHECK(g.get(Field::kGuestPhysicalAddress) == kDirectory);
  CHECK(g.get(Field::kGuestLinearAddress) == kCode);
  g.put(kDirectory, kTable | 0x27);
  CHECK(g.exit_of({0x90}) == kNone);
}

TEST_CASE("x86 VMX: an instruction that exits is still in the shadow that it began in") {
  Guest g;
  g.cpu.state.r[kEax] = kKernelData;
  CHECK(g.exit_of({0x8e, 0xd0, 0xa1, 0, 0, 0, 0x90}) == code_of(ExitReason::kEptViolation));  // MOV SS, AX; MOV EAX, [..]
  CHECK(g.get(Field::kGuestInterruptibility) == interruptibility::kByMovSs);
  g.cpu.state.shadow = Shadow::kNone;
  CHECK(g.exit_of({0xfb, 0x0f, 0xa2}) == code_of(ExitReason::kCpuid));  // STI; CPUID
  CHECK(g.get(Field::kGuestInterruptibility) == interruptibility::kBySti);
}

TEST_CASE("x86 VMX: a delivery that is broken off can be made again") {
  Guest g;
  g.ept.map(g.memory, {kStack - kPageSize}, {kStack - kPageSize}, ept::kR);  // the stack cannot be pushed on
  CHECK(g.exit_of({0xcd, 0x80}) == code_of(ExitReason::kEptViolation));
  CHECK(g.get(Field::kVectoring) == 0x80000480);
  CHECK(g.get(Field::kExitInstructionLength) == 2);
  CHECK(g.get(Field::kGuestRip) == kCode);
  CHECK(g.get(Field::kGuestRsp) == kStack);
  g.ept.map(g.memory, {kStack - kPageSize}, {kStack - kPageSize}, ept::kAll);
  g.cpu.mmu().tlb.drop_all_vms();
  g.set(Field::kEntryInterruption, 0x80000480), g.set(Field::kEntryInstructionLength, 2);
  REQUIRE_FALSE(g.enter());
  CHECK(g.cpu.state.eip == TestMachine::handler(0x80));
  CHECK(g.stack(1)[0] == kCode + 2);
  CHECK((g.get(Field::kEntryInterruption) & event_info::kValid) == 0);
}

TEST_CASE("x86 VMX: an event whose delivery cannot be made at the entry exits at once") {
  Guest g;
  g.ept.map(g.memory, {kIdt}, {kIdt}, 0);
  g.set(Field::kEntryInterruption, 0x80000b00 | kGp), g.set(Field::kEntryErrorCode, 0x18);
  REQUIRE_FALSE(g.enter());
  CHECK(g.cpu.interrupt_due());
  CHECK(g.cpu.step().kind == Step::Kind::kExited);
  CHECK(g.get(Field::kExitReason) == code_of(ExitReason::kEptViolation));
  CHECK(g.get(Field::kVectoring) == (0x80000b00 | kGp));
  CHECK(g.get(Field::kVectoringErrorCode) == 0x18);
}

TEST_CASE("x86 VMX: a fault in a delivery that the VMM asked for is not made a double fault") {
  Guest g;
  g.set(Field::kExceptionBitmap, 1u << kNp);
  g.set_idt(kGp, make_gate(kKernelCode, 0x1234, 0xe) & ~(u64{0x8000} << 32));  // not present
  g.cpu.state.r[kEax] = 0xf8;  // no such selector: #GP
  CHECK(g.exit_of({0x8e, 0xd8}) == code_of(ExitReason::kExceptionOrNmi));
  CHECK((g.get(Field::kExitInterruption) & 0xff) == kNp);
  CHECK((g.get(Field::kVectoring) & 0xff) == kGp);
}

TEST_CASE("x86 VMX: a triple fault exits") {
  Guest g;
  g.cpu.state.idtr.limit = 0;
  CHECK(g.exit_of({0x0f, 0x0b}) == code_of(ExitReason::kTripleFault));
}

TEST_CASE("x86 VMX: interrupts of the host exit whatever IF says, a window waits for IF and the shadow") {
  Guest g;
  g.add(Field::kPinControls, pin::kExternalInterruptExiting);
  g.cpu.intr_line = true;
  CHECK(g.exit_of({0x90}) == code_of(ExitReason::kExternalInterrupt));
  CHECK(g.get(Field::kGuestRip) == kCode);
  g.cpu.intr_line = false;
  g.add(Field::kPrimaryControls, primary::kInterruptWindow);
  CHECK(g.exit_of({0x90, 0xfb, 0x90, 0x90}) == code_of(ExitReason::kInterruptWindow));
  CHECK(g.get(Field::kGuestRip) == kCode + 3);
}

TEST_CASE("x86 VMX: a guest that owns the interrupt controller takes interrupts itself") {
  Guest g;
  g.cpu.intr_line = true;
  g.cpu.state.eflags |= flag::kIf;
  g.TestMachine::enter(0);
  g.code({0x90});
  g.take_over();
  REQUIRE_FALSE(g.enter());
  CHECK(g.cpu.step().kind == Step::Kind::kTrapped);
  CHECK(g.cpu.state.eip == TestMachine::handler(g.bus.vector));
}

TEST_CASE("x86 VMX: NMIs exit, and the window opens when they are not blocked") {
  Guest g;
  g.set(Field::kPinControls, pin::kNmiExiting | pin::kVirtualNmis);
  g.cpu.nmi_line = true;
  CHECK(g.exit_of({0x90}) == code_of(ExitReason::kExceptionOrNmi));
  CHECK(g.get(Field::kExitInterruption) == 0x80000202);
  CHECK_FALSE(g.cpu.nmi_line);
  g.add(Field::kPrimaryControls, primary::kNmiWindow);
  g.cpu.state.nmi_blocked = true;
  CHECK(g.exit_of({0x90}) == kNone);
  g.cpu.state.nmi_blocked = false;
  CHECK(g.exit_of({0x90}) == code_of(ExitReason::kNmiWindow));
}

TEST_CASE("x86 VMX: RDTSC adds the offset") {
  Guest g;
  g.add(Field::kPrimaryControls, primary::kTscOffsetting);
  g.set(Field::kTscOffset, u64{5} << 32);
  CHECK(g.exit_of({0x0f, 0x31}) == kNone);
  CHECK(g.cpu.state.r[kEdx] == 5);
}

TEST_CASE("x86 VMX: VPIDs keep translations, without them each entry drops all") {
  for (const bool tagged : {false, true}) {
    Guest g;
    if (tagged) g.add(Field::kSecondaryControls, secondary::kVpid), g.set(Field::kVpid, 7);
    CHECK(g.exit_of({0x0f, 0xa2}) == code_of(ExitReason::kCpuid));
    const u64 misses = g.cpu.mmu().tlb.counts.misses;
    CHECK(g.exit_of({0x0f, 0xa2}) == code_of(ExitReason::kCpuid));
    CHECK(g.cpu.mmu().tlb.counts.misses == misses + (tagged ? 0 : 1));
  }
}

TEST_CASE("x86 VMX: entries and exits are charged") {
  Guest g;
  const auto count = [&](cost::Param param) { return g.ledger.count(cost::Account::kHardware, param); };
  CHECK(g.exit_of({0x0f, 0xa2}) == code_of(ExitReason::kCpuid));
  CHECK(g.exit_of({0xa1, 0, 0, 0, 0x90}) == code_of(ExitReason::kEptViolation));
  CHECK(count(cost::Param::kVmEntry) == 2);
  CHECK(count(cost::Param::kVmExit) == 1);
  CHECK(count(cost::Param::kVmExitPageFault) == 1);
}

TEST_CASE("x86 VMX: the manual's table of fields is the one in the code") {
  std::ifstream file(RINGSIDE_SOURCE_DIR "/docs/vmcs.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string table = vmcs_field_table();
  CHECK(text.str().find(table) != std::string::npos);
}
