// Services of the kernel of random x86 guests (random_x86_services.cpp): what there is to see, devices, and code.
#include "session/random_x86_writer.hpp"

namespace ringside::session::random_x86 {

// --- what there is to see ---

void KernelWriter::look() {
  w.label("look");
  const auto show = [&] { w.bytes({0x31, 0x85}), w.word(frame::kEax); };  // xor [ebp + eax], eax
  for (const unsigned read : {0xc0u, 0xd0u, 0xd8u, 0xe0u}) w.bytes({0x0f, 0x20, read}), show();       // cr0 2 3 4
  for (const unsigned read : {0xc0u, 0xf0u, 0xf8u}) w.bytes({0x0f, 0x21, read}), show();              // dr0 6 7
  w.bytes({0x0f, 0x31}), show();                                                                      // rdtsc
  w.load(kEax, at(kApic + 0x390)), show();                                                            // timer
  w.call("draw"), w.alu(X86Writer::kAnd, kEax, 3), w.bytes({0x0f, 0xa2}), show();                     // cpuid
  w.mov(kEcx, 0x1b), w.bytes({0x0f, 0x32}), show();                                                   // rdmsr
  w.mov(kEcx, 0x10), w.bytes({0x0f, 0x32}), w.alu(X86Writer::kAdd, kEax, 77), w.bytes({0x0f, 0x30});  // wrmsr
  w.bytes({0x0f, 0x06});                                                                              // clts
  if (looks_) look_at_holes();
  w.jump("resume");
}

void KernelWriter::look_at_holes() {
  const auto show = [&] { w.bytes({0x31, 0x85}), w.word(frame::kEcx); };  // xor [ebp + ecx], eax
  w.bytes({0x9c, 0x58}), show();                                          // pushf; pop eax
  for (const unsigned read : {0xc0u, 0xc8u}) w.bytes({0x31, 0xc0, 0x0f, 0x00, read}), show();  // sldt, str
  w.bytes({0x0f, 0x01, 0xe0}), show();                                                         // smsw
  w.bytes({0x83, 0xec, 16});                                                                   // sub esp, 16
  for (const unsigned read : {0x04u, 0x0cu})
    w.bytes({0x0f, 0x01, read, 0x24, 0x8b, 0x44, 0x24, 2}), show();  // sgdt, sidt [esp]; mov eax, [esp + 2]
  w.bytes({0x83, 0xc4, 16});
  draw_index(16, 4);
  w.load(kEdx, at(kEax, variable(kSelectors)));
  w.bytes({0x31, 0xc0, 0x0f, 0x02, 0xc2}), show();  // lar
  w.bytes({0x31, 0xc0, 0x0f, 0x03, 0xc2}), show();  // lsl
  w.bytes({0x0f, 0x00, 0xe2, 0x0f, 0x94, 0xc0, 0x0f, 0x00, 0xea, 0x0f, 0x94, 0xc4}), show();  // verr, verw; sete al, ah
}

// --- devices ---

void KernelWriter::wait() {
  w.label("wait");
  w.call("timer");
  w.bytes({0xfb, 0xf4, 0xfa});  // sti; hlt; cli
  w.jump("resume");
}

void KernelWriter::disk() {
  w.label("disk");
  w.call("draw"), w.copy(kEbx, kEax);
  const auto out = [&](unsigned port) { w.bytes({0x66, 0xba, port, 1, 0xee}); };  // mov dx, port; out dx, al
  const auto out_value = [&](unsigned port, unsigned value) { w.bytes({0xb0, value}), out(port); };
  out_value(0xf6, 0xe0), out_value(0xf2, 1);
  w.bytes({0x88, 0xd8, 0x24, 7}), out(0xf3);  // al = bl & 7
  out_value(0xf4, 0), out_value(0xf5, 0);
  w.bytes({0xf6, 0xc3, 0x10}), w.jump_if(X86Writer::kZero, "disk read");  // test bl, 10h
  out_value(0xf7, 0x30);
  w.bytes({0xec, 0xa8, 8}), w.jump_if(X86Writer::kZero, "resume");  // in al, dx; test al, 8
  w.mov(kEsi, kBase + kData), w.mov(kEcx, 256), w.bytes({0x66, 0xba, 0xf0, 1, 0xf3, 0x66, 0x6f});  // rep outsw
  w.jump("resume");
  w.label("disk read");
  out_value(0xf7, 0x20);
  w.jump("resume");

  w.label("disk data");
  w.bytes({0x66, 0xba, 0xf7, 1, 0xec, 0xa8, 8}), w.jump_if(X86Writer::kZero, "no data");  // in al, dx; test al, 8
  draw_index(kDataPages, kPageSize);
  w.copy(kEdi, kEax), w.alu(X86Writer::kAdd, kEdi, kBase + kData), w.mov(kEcx, 256);
  w.bytes({0x66, 0xba, 0xf0, 1, 0xf3, 0x66, 0x6d});  // rep insw
  w.label("no data");
  w.bytes({0xc3});
}

// Interrupts by the CPU for itself: one, an NMI, or one in the middle of a REP that goes on behind it.
void KernelWriter::burst() {
  constexpr u32 kToItself = 0x4'0000, kNmi = 0x400, kIcr = 0x300;
  w.label("own");
  w.call("draw"), w.alu(X86Writer::kAnd, kEax, kNmi | 1), w.alu(X86Writer::kOr, kEax, kToItself | kOwnVector);
  w.store(at(kApic + kIcr), kEax);
  w.jump("resume");
  w.label("burst");
  draw_index(4, 1);
  w.copy(kEcx, kEax), w.alu(X86Writer::kAdd, kEcx, 1);
  w.mov(kEdi, kApic + kIcr), w.mov(kEax, kToItself | kOwnVector);
  w.bytes({0xfb, 0xf3, 0xab, 0xfa});  // sti; rep stosd; cli
  w.jump("resume");
}

// Other lines: the 8254's count, what the 8259 lets through, address line 20.
void KernelWriter::lines() {
  w.label("lines");
  w.call("draw");
  w.bytes({0xa8, 1}), w.jump_if(X86Writer::kZero, "line 20");
  w.bytes({0x24, 7, 0x04, 2, 0x88, 0xc1, 0xb0, 0x34, 0xe6, 0x43, 0x88, 0xc8, 0xe6, 0x40, 0x30, 0xc0, 0xe6, 0x40});
  w.bytes({0xe4, 0x21, 0x34, 1, 0xe6, 0x21});  // xor the mask of line 0
  w.jump("resume");
  w.label("line 20");
  const auto show = [&] { w.load(kEax, at(kWrapped + kData)), w.bytes({0x31, 0x85}), w.word(frame::kEax); };
  show();
  w.bytes({0xe4, 0x92, 0x34, 2, 0x24, 0xfe, 0xe6, 0x92});
  show();
  w.jump("resume");
}

// --- code ---

// Copies one piece over another, near the one to go on at.
void KernelWriter::rewrite() {
  constexpr u32 kOffsets = (kCodePages * kPageSize - 1) & ~(kPiece - 1);
  w.label("rewrite");
  w.call("draw");
  w.copy(kEcx, kEax), w.alu(X86Writer::kAnd, kEcx, kOffsets);
  w.call("draw"), w.alu(X86Writer::kAnd, kEax, 0x78);
  w.load(kEdx, at(kEbp, frame::kEip));
  w.alu_with(X86Writer::kAdd, kEdx, kEax), w.alu(X86Writer::kSub, kEdx, kCode + 0x20), w.alu(X86Writer::kAnd, kEdx, kOffsets);
  for (const u32 half : {0u, 4u})
    w.load(kEax, at(kEcx, kBase + kCode + half)), w.store(at(kEdx, kBase + kCode + half), kEax);
  w.jump("resume");
}

}  // namespace ringside::session::random_x86
