// What the kernel of random x86 guests does when it is called, or when its timer says so: modes and paging; what it shows, devices
// and code are in random_x86_devices.cpp. EBP is at the trap's frame, and ESI holds where it came from; every register else is free.
#include "session/random_x86_writer.hpp"

namespace ringside::session::random_x86 {

void KernelWriter::draw_index(u32 count, u32 bytes) {
  w.call("draw");
  w.alu(X86Writer::kAnd, kEax, (count - 1) * bytes);
}

void KernelWriter::table() {
  constexpr std::string_view kTable[kServices] = {
      "mode",  "mode",  "mode",  "entry",     "entry", "entry",    "entry",      "entry",
      "raise", "raise", "space", "directory", "space", "directory", "flags",     "lines",
      "look",  "wait",  "flush", "paging",    "disk",  "own",      "rewrite",    "rewrite",
      "burst", "burst", "burst", "burst",     "lines", "segments", "descriptor", "breakpoints"};
  w.label("services");
  for (const std::string_view name : kTable) w.word(name);
}

// --- modes ---

// The other ring, with the same registers, on that ring's stack.
void KernelWriter::mode() {
  const auto move_to = [&](u32 stack, u32 bytes, u32 data, unsigned code) {
    w.mov(kEdi, kBase + stack - bytes), w.copy(kEsi, kEbp), w.mov(kEcx, frame::kEip / 4);
    w.bytes({0xf3, 0xa5});  // rep movsd
    w.load(kEax, at(kEbp, frame::kEip)), w.load(kEdx, at(kEbp, frame::kFlags));
    w.mov(kEbp, kBase + stack - bytes), w.copy(kEsp, kEbp);
    w.alu(X86Writer::kAnd, kEdx, ~(flag::kTf | flag::kNt | flag::kVm)), w.alu(X86Writer::kOr, kEdx, flag::kIf);
    w.store(at(kEbp, frame::kEip), kEax), w.store(at(kEbp, frame::kFlags), kEdx);
    w.store_value(at(kEbp, frame::kCs), code);
    w.store_value(at(kEbp, frame::kDs), data), w.store_value(at(kEbp, frame::kEs), data);
  };
  w.label("mode");
  w.bytes({0xfa});
  w.load(kEcx, at(kEbp, frame::kCs)), w.alu(X86Writer::kAnd, kEcx, 3);
  w.jump_if(X86Writer::kZero, "mode user");
  move_to(kInnerStack, frame::kInner, kKernelData, kKernelCode);
  w.jump("set pc");
  w.label("mode user");
  move_to(kKernelStack, frame::kOuter, kUserData, kUserCode);
  w.store_value(at(kEbp, frame::kSs), kUserData);
  w.jump("set pc");
}

// Where the frame goes on, by its ring and paging; user code's stack too.
void KernelWriter::set_pc() {
  w.label("set pc");
  w.load(kEcx, at(kEbp, frame::kCs)), w.alu(X86Writer::kAnd, kEcx, 3);
  w.call("base");
  w.bytes({0x0f, 0xb7, 0x95}), w.word(frame::kEip);  // movzx edx, word [ebp + eip]
  w.alu_with(X86Writer::kAdd, kEdx, kEax), w.store(at(kEbp, frame::kEip), kEdx);
  w.alu(X86Writer::kCmp, kEcx, 0), w.jump_if(X86Writer::kZero, "resume");
  w.alu(X86Writer::kAdd, kEax, kUserStack), w.store(at(kEbp, frame::kEsp), kEax);
  w.jump("resume");
}

void KernelWriter::flags() {
  constexpr u32 kMay = flag::kStatus | flag::kDf | flag::kIopl | flag::kNt | flag::kAc | flag::kId;
  w.label("flags");
  w.call("draw"), w.bytes({0xc1, 0xe0, 4});  // shl eax, 4: the generator gives 20 bits
  w.alu(X86Writer::kAnd, kEax, kMay);
  w.alu_store(X86Writer::kAnd, at(kEbp, frame::kFlags), ~kMay);
  w.bytes({0x09, 0x85}), w.word(frame::kFlags);  // or [ebp + flags], eax
  w.alu_store(X86Writer::kOr, at(kEbp, frame::kFlags), flag::kIf);
  w.jump("resume");
}

// Selectors that the way back loads, and now and then single steps.
void KernelWriter::segments() {
  w.label("segments");
  for (const u32 where : {frame::kGs, frame::kFs, frame::kEs}) {
    draw_index(16, 4);
    w.load(kEax, at(kEax, variable(kSelectors))), w.store(at(kEbp, where), kEax);
  }
  w.call("draw"), w.alu(X86Writer::kAnd, kEax, flag::kTf);
  w.bytes({0x09, 0x85}), w.word(frame::kFlags);
  w.jump("resume");
}

void KernelWriter::descriptor() {
  w.label("descriptor");
  draw_index(8, 16);
  w.load(kEcx, at(kEax, variable(kDescriptors)));
  for (const u32 half : {0u, 4u})
    w.load(kEdx, at(kEax, variable(kDescriptors + 4 + half))), w.store(at(kEcx, half), kEdx);
  w.jump("resume");
}

void KernelWriter::breakpoints() {
  w.label("breakpoints");
  for (unsigned number = 0; number < 4; ++number) {
    draw_index(16, 4);
    w.load(kEax, at(kEax, variable(kBreakpoints))), w.bytes({0x0f, 0x23, 0xc0 | number << 3});
  }
  draw_index(16, 4);
  w.load(kEax, at(kEax, variable(kControls))), w.bytes({0x0f, 0x23, 0xf8});
  w.jump("resume");
}

// --- paging ---

// An entry gets other rights and is said to; or only more of them, which needs no saying (SDM volume 3, section 4.10.4.3).
void KernelWriter::entry_edit() {
  const auto choose = [&] {
    draw_index(16, 8);
    w.load(kEcx, at(kEax, variable(kEntries))), w.load(kEbx, at(kEax, variable(kEntries + 4)));
  };
  w.label("entry");
  choose(), draw_index(16, 4);
  w.load(kEdx, at(kEax, variable(kEntryFlags)));
  w.load(kEax, at(kEcx, 0)), w.alu(X86Writer::kAnd, kEax, ~u32{kPageMask}), w.alu_with(X86Writer::kOr, kEax, kEdx);
  w.store(at(kEcx, 0), kEax), w.bytes({0x0f, 0x01, 0x3b});  // invlpg [ebx]
  w.jump("resume");
  w.label("raise");
  choose(), w.call("draw"), w.alu(X86Writer::kAnd, kEax, 7);
  w.bytes({0x09, 0x01});  // or [ecx], eax
  w.jump("resume");
}

// Of a directory, after which all translations are dropped, global ones too.
void KernelWriter::directory_edit() {
  w.label("directory");
  draw_index(4, 16);
  w.load(kEcx, at(kEax, variable(kDirectoryEntries))), w.load(kEdx, at(kEax, variable(kDirectoryEntries + 4)));
  w.load(kEax, at(kEcx, 0)), w.alu_with(X86Writer::kXor, kEax, kEdx), w.store(at(kEcx, 0), kEax);
  w.label("flush");
  w.bytes({0x0f, 0x20, 0xe0}), w.alu(X86Writer::kXor, kEax, x86::cr4::kPge), w.bytes({0x0f, 0x22, 0xe0});
  w.alu(X86Writer::kXor, kEax, x86::cr4::kPge), w.bytes({0x0f, 0x22, 0xe0});
  w.bytes({0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8});  // cr3 to itself
  w.jump("resume");
}

void KernelWriter::paging() {
  w.label("space");
  draw_index(8, 4);
  w.load(kEax, at(kEax, variable(kSpaces))), w.bytes({0x0f, 0x22, 0xd8});
  w.jump("resume");
  // Bits of CR0 that come and go: PG once in four times, else WP, AM or TS.
  w.label("paging");
  w.call("draw"), w.copy(kEcx, kEax), w.alu(X86Writer::kAnd, kEcx, 0x0005'0008);
  w.bytes({0xa8, 3}), w.jump_if(X86Writer::kNotZero, "control");
  w.mov(kEcx, x86::cr0::kPg);
  w.label("control");
  w.bytes({0x0f, 0x20, 0xc0}), w.alu_with(X86Writer::kXor, kEax, kEcx), w.bytes({0x0f, 0x22, 0xc0});
  w.alu(X86Writer::kCmp, kEcx, x86::cr0::kPg), w.jump_if(X86Writer::kZero, "set pc");
  w.jump("resume");
}

void KernelWriter::services() {
  table();
  mode(), set_pc(), flags(), segments(), descriptor(), breakpoints();
  entry_edit(), directory_edit(), paging();
  look(), wait(), disk(), burst(), lines(), rewrite();
}

}  // namespace ringside::session::random_x86
