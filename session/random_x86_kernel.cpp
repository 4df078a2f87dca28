// The kernel of random x86 guests: start, and the ways back from traps (random_x86_traps.cpp). What it does for, or to, the random
// code is in random_x86_services.cpp.
#include "session/random_x86_writer.hpp"

namespace ringside::session::random_x86 {

// A multiboot header, as the kernel is started like any other.
void KernelWriter::header() {
  constexpr u32 kMagic = 0x1badb002;
  w.word(kMagic), w.word(u32{0}), w.word(-kMagic);
  while (w.here() < kBase + kEntry) w.bytes({0x90});
}

void KernelWriter::start() {
  w.mov(kEsp, kBase + kKernelStack);
  w.bytes({0x0f, 0x01, 0x15}), w.word(variable(kGdtr));  // lgdt
  w.bytes({0xea}), w.word("flat"), w.bytes({kKernelCode, 0});
  w.label("flat");
  w.mov(kEax, kKernelData);
  w.bytes({0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0, 0x8e, 0xe0, 0x8e, 0xe8});  // ds, es, ss, fs, gs
  w.bytes({0x0f, 0x01, 0x1d}), w.word(variable(kIdtr));  // lidt
  w.mov(kEax, kTssSelector), w.bytes({0x0f, 0x00, 0xd8});  // ltr
  w.mov(kEax, kLdtSelector), w.bytes({0x0f, 0x00, 0xd0});  // lldt
  start_devices();
  w.call("timer");
  w.load(kEax, at(variable(kSpaces))), w.bytes({0x0f, 0x22, 0xd8});
  w.load(kEax, at(variable(kCr0))), w.bytes({0x0f, 0x22, 0xc0});
  start_newer();
  w.jump("lost");
}

// What older CPU models have not: a fault goes on from there.
void KernelWriter::start_newer() {
  w.load(kEax, at(variable(kCr4))), w.bytes({0x0f, 0x22, 0xe0});
  const auto set = [&](u32 number) { w.mov(kEcx, number), w.bytes({0x31, 0xd2, 0x0f, 0x30}); };  // edx = 0, wrmsr
  w.mov(kEax, kKernelCode), set(0x174);
  w.mov(kEax, kBase + kKernelStack), set(0x175);
  w.mov_address(kEax, "sysenter"), set(0x176);
}

void KernelWriter::start_devices() {
  store_apic(0xf0, 0x15f);
  store_apic(0x320, kTimerVector);
  store_apic(0x3e0, 0xb);
  const auto out = [&](unsigned port, unsigned value) { w.bytes({0xb0, value, 0xe6, port}); };
  out(0x20, 0x11), out(0x21, kPicVector), out(0x21, 4), out(0x21, 1);
  out(0xa0, 0x11), out(0xa1, kSlaveVector), out(0xa1, 2), out(0xa1, 1);
  w.load(kEax, at(variable(kPicMasks)));
  w.bytes({0xe6, 0x21, 0x88, 0xe0, 0xe6, 0xa1});  // al, then ah
  w.store_value(at(kIoApic), 0x10 + 2 * 14 + 1), w.store_value(at(kIoApic + 0x10), 0);
  w.load(kEax, at(variable(kIoApicEntry)));
  w.store_value(at(kIoApic), 0x10 + 2 * 14), w.store(at(kIoApic + 0x10), kEax);
  w.load(kEax, at(variable(kPitCount)));
  w.bytes({0x89, 0xc1, 0xb0, 0x34, 0xe6, 0x43, 0x88, 0xc8, 0xe6, 0x40, 0x88, 0xe8, 0xe6, 0x40});  // mode 2, count
}

// --- the ways back ---

void KernelWriter::resume() {
  w.label("resume");
  w.bytes({0x0f, 0xa9, 0x0f, 0xa1, 0x07, 0x1f, 0x61});  // pop gs, fs, es, ds; popa
  w.bytes({0x83, 0xc4, 8, 0xcf});                       // add esp, 8; iret
}

// Everything anew: mode, address, registers, segments, stack.
void KernelWriter::lost() {
  w.label("lost");
  w.mov(kEax, kKernelData), w.bytes({0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0});
  w.mov(kEsp, kBase + kKernelStack);
  w.call("draw"), w.copy(kEbx, kEax);
  w.copy(kEcx, kEax), w.alu(X86Writer::kAnd, kEcx, 3);  // one time in four the kernel
  w.bytes({0x0f, 0x20, 0xc2, 0x85, 0xd2}), w.jump_if(X86Writer::kSign, "lost under paging");  // edx = cr0; test
  w.mov(kEcx, 0);
  w.label("lost under paging");
  w.call("base");
  w.mov(kEdx, kUserData);
  w.alu(X86Writer::kCmp, kEcx, 0), w.jump_if(X86Writer::kNotZero, "lost user");
  w.mov(kEsp, kBase + kInnerStack), w.mov(kEdx, kKernelData);
  w.push(0x202), w.push(kKernelCode);
  w.jump("lost address");
  w.label("lost user");
  w.copy(kEcx, kEax), w.alu(X86Writer::kAdd, kEcx, kUserStack);
  w.push(kUserData), w.push_register(kEcx), w.push(0x202), w.push(kUserCode);
  w.label("lost address");
  w.alu(X86Writer::kAnd, kEbx, (kCodePages * kPageSize - 1) & ~(kPiece - 1));
  w.alu(X86Writer::kAdd, kEbx, kCode), w.alu_with(X86Writer::kAdd, kEbx, kEax);
  w.push_register(kEbx), w.push(0), w.push(0);
  for (u32 i = 0; i < x86::kGprs; ++i) w.bytes({0xff, 0x35}), w.word(variable(kRegisters + 4 * i));
  for (unsigned i = 0; i < 4; ++i) w.push_register(kEdx);
  w.jump("resume");
}

// EAX: where the code of a ring (ECX, 0 for the kernel's) lies, kBase or kWindow. The kernel's may lie in either.
void KernelWriter::base() {
  w.label("base");
  w.bytes({0x0f, 0x20, 0xc0, 0x85, 0xc0}), w.jump_if(X86Writer::kNotSign, "base itself");  // eax = cr0; test
  w.alu(X86Writer::kCmp, kEcx, 0), w.jump_if(X86Writer::kNotZero, "base window");
  w.call("draw");
  w.bytes({0xa8, 1}), w.jump_if(X86Writer::kZero, "base itself");
  w.label("base window");
  w.mov(kEax, kWindow), w.bytes({0xc3});
  w.label("base itself");
  w.mov(kEax, kBase), w.bytes({0xc3});
}

void KernelWriter::draw() {
  w.label("draw");
  w.bytes({0x69, 0x05}), w.word(variable(kRandom)), w.word(1103515245u);  // imul eax, [random], ...
  w.alu(X86Writer::kAdd, kEax, 12345);
  w.store(at(variable(kRandom)), kEax);
  w.bytes({0xc1, 0xe8, 12, 0xc3});  // shr eax, 12; ret
  w.label("timer");
  w.call("draw");
  w.alu_load(X86Writer::kAnd, kEax, at(variable(kTickMask)));
  w.alu_load(X86Writer::kAdd, kEax, at(variable(kTick)));
  w.store(at(kApic + 0x380), kEax), w.bytes({0xc3});
}

Kernel KernelWriter::operator()() {
  Kernel kernel;
  header();
  start();
  entries(kernel);
  trap();
  resume();
  lost();
  base();
  draw();
  services();
  kernel.code = w.finish();
  return kernel;
}

Kernel make_kernel(bool looks) {
  return KernelWriter(looks)();
}

}  // namespace ringside::session::random_x86
