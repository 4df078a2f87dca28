// Traps of the kernel of random x86 guests: entries, and what is done about each kind.
#include "session/random_x86_writer.hpp"

namespace ringside::session::random_x86 {

namespace {
constexpr bool has_code(unsigned vector) { return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17; }
}  // namespace

void KernelWriter::entry(unsigned vector) {
  if (!has_code(vector)) w.bytes({0x6a, 0});
  w.push(vector);
  w.jump("trap");
}

void KernelWriter::entries(Kernel& kernel) {
  for (unsigned vector = 0; vector < kVectors; ++vector) kernel.vectors.push_back(w.here()), entry(vector);
  kernel.call = w.here(), entry(kOtherCallVector);
  kernel.gate = w.here(), w.bytes({0xcb});
  kernel.gate_with_parameters = w.here(), w.bytes({0xca, 8, 0});
  // SYSENTER says nothing of where it comes from: by agreement EDX is where to go on, and ECX the stack.
  w.label("sysenter");
  w.push(kUserData), w.push_register(kEcx), w.push(0x202), w.push(kUserCode), w.push_register(kEdx);
  w.push(0), w.push(kSysenterCall);
  w.jump("trap");
}

// All registers on the stack that the CPU has chosen, EBP at them.
void KernelWriter::trap() {
  w.label("trap");
  w.bytes({0x60, 0x1e, 0x06, 0x0f, 0xa0, 0x0f, 0xa8});  // pusha; push ds, es, fs, gs
  w.mov(kEax, kKernelData), w.bytes({0x8e, 0xd8, 0x8e, 0xc0, 0xfc});  // ds, es; cld
  w.copy(kEbp, kEsp);
  w.alu_store(X86Writer::kSub, at(variable(kTrapsLeft)), 1);
  w.jump_if(X86Writer::kNotZero, "goes on");
  w.bytes({0x30, 0xc0, 0xe6, 0xf4});  // al = 0, to port F4
  w.label("goes on");
  w.load(kEdi, at(kEbp, frame::kVector)), w.load(kEsi, at(kEbp, frame::kEip));
  w.alu(X86Writer::kCmp, kEdi, 0x20);
  w.jump_if(X86Writer::kNotBelow, "interrupt");
  exception();
  interrupt();
}

// A fault goes on at the next piece of code; what is no code, and faults of the kernel, go on anywhere.
void KernelWriter::exception() {
  w.alu(X86Writer::kCmp, kEdi, 2), w.jump_if(X86Writer::kZero, "resume");  // NMI
  w.copy(kEax, kEsi), w.alu(X86Writer::kSub, kEax, kBase);
  w.alu(X86Writer::kCmp, kEax, kVariables), w.jump_if(X86Writer::kBelow, "lost");
  w.alu(X86Writer::kCmp, kEdi, 1), w.jump_if(X86Writer::kZero, "debug trap");
  w.alu(X86Writer::kCmp, kEdi, 3), w.jump_if(X86Writer::kZero, "resume");
  w.alu(X86Writer::kCmp, kEdi, 4), w.jump_if(X86Writer::kZero, "resume");
  for (const u32 base : {kBase, kWindow}) {
    w.copy(kEax, kEsi), w.alu(X86Writer::kSub, kEax, base + kCode);
    w.alu(X86Writer::kCmp, kEax, kCodePages * kPageSize), w.jump_if(X86Writer::kBelow, "next piece");
  }
  w.jump("lost");
  w.label("next piece");
  w.alu(X86Writer::kOr, kEsi, kPiece - 1), w.alu(X86Writer::kAdd, kEsi, 1);
  w.store(at(kEbp, frame::kEip), kEsi);
  w.jump("resume");

  w.label("debug trap");
  w.bytes({0x31, 0xc0, 0x0f, 0x23, 0xf0});  // dr6 = 0
  w.call("draw");
  w.bytes({0xa8, 3}), w.jump_if(X86Writer::kNotZero, "resume");  // test al, 3
  w.alu_store(X86Writer::kAnd, at(kEbp, frame::kFlags), ~u32{flag::kTf});
  w.bytes({0x31, 0xc0, 0x0f, 0x23, 0xf8});  // dr7 = 0
  w.jump("resume");
}

// Controllers are told; what has interrupted the kernel itself changes nothing else.
void KernelWriter::interrupt() {
  w.label("interrupt");
  const auto is = [&](unsigned vector, std::string_view to) {
    w.alu(X86Writer::kCmp, kEdi, vector), w.jump_if(X86Writer::kZero, to);
  };
  is(kCallVector, "call"), is(kOtherCallVector, "call"), is(kSysenterCall, "sysenter call");
  is(kTimerVector, "apic timer"), is(kPicVector, "pit"), is(kSlaveVector + 6, "slave disk"), is(kDiskVector, "apic disk");
  w.alu(X86Writer::kCmp, kEdi, kOwnVector), w.jump_if(X86Writer::kBelow, "resume");
  store_apic(0xb0, 0);
  w.jump("resume");

  w.label("apic timer");
  store_apic(0xb0, 0), w.call("timer");
  w.jump("interrupted");
  w.label("slave disk");
  w.bytes({0xb0, 0x20, 0xe6, 0xa0, 0xe6, 0x20}), w.call("disk data");
  w.jump("resume");
  w.label("apic disk");
  store_apic(0xb0, 0), w.call("disk data");
  w.jump("resume");
  sysenter_call();
  w.label("pit");
  w.bytes({0xb0, 0x20, 0xe6, 0x20});
  interrupted();
}

// One time in two it goes back at once, by SYSEXIT.
void KernelWriter::sysenter_call() {
  w.label("sysenter call");
  w.call("draw");
  w.bytes({0xa8, 1}), w.jump_if(X86Writer::kZero, "call");
  w.load(kEdx, at(kEbp, frame::kEip)), w.load(kEcx, at(kEbp, frame::kEsp));
  w.mov(kEax, kUserData), w.bytes({0x8e, 0xd8, 0x8e, 0xc0, 0xfb, 0x0f, 0x35});  // ds, es; sti; sysexit
}

// What was interrupted may be a loop, which calls for nothing by itself: one time in four it goes on, one it goes on
// elsewhere, else something happens to it.
void KernelWriter::interrupted() {
  w.label("interrupted");
  w.copy(kEax, kEsi), w.alu(X86Writer::kSub, kEax, kBase);
  w.alu(X86Writer::kCmp, kEax, kVariables), w.jump_if(X86Writer::kBelow, "resume");
  w.call("draw");
  w.alu(X86Writer::kAnd, kEax, 3), w.jump_if(X86Writer::kZero, "resume");
  w.alu(X86Writer::kCmp, kEax, 1), w.jump_if(X86Writer::kZero, "lost");
  w.label("call");
  w.call("draw");
  w.alu(X86Writer::kAnd, kEax, kServices - 1);
  w.bytes({0xff, 0x24, 0x85}), w.word("services");  // jmp [services + 4 * eax]
}

}  // namespace ringside::session::random_x86
