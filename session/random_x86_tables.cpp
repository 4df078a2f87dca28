// Descriptor tables and page tables of random x86 guests.
#include <algorithm>

#include "session/random_x86_image.hpp"

namespace ringside::session::random_x86 {

namespace {

constexpr u64 gate(u32 offset, u32 access, u32 parameters = 0) {
  const u64 low = (offset & 0xffff) | u64{kKernelCode} << 16;
  return u64{(offset & 0xffff0000) | access << 8 | parameters} << 32 | low;
}

}  // namespace

// --- descriptors ---

void ImageMaker::segments(const Kernel& kernel) {
  const auto gdt = [&](u32 selector, u64 descriptor) { set64(kGdt + (selector & ~7u), descriptor); };
  gdt(kKernelCode, segment(0, kFlat, 0x9b)), gdt(kKernelData, segment(0, kFlat, 0x93));
  gdt(kUserCode, segment(0, kFlat, 0xfb)), gdt(kUserData, segment(0, kFlat, 0xf3));
  gdt(kTssSelector, segment(kBase + kTss, 0x68 + 0x80, 0x89, 0));
  gdt(kLdtSelector, segment(kBase + kLdt, 0x1f, 0x82, 0));
  gdt(kAssorted, segment(kWindow + kData, 0x7fff, 0xf2, 4));  // data, not all of the memory
  gdt(kAssorted + 8, segment(0, kFlat, 0xf0));                // read only
  gdt(kAssorted + 16, segment(0, 0x3fff, 0xf6));              // expand-down
  gdt(kAssorted + 24, segment(0, kFlat, 0x72));               // not present
  gdt(kAssorted + 32, segment(0, kFlat, 0x9e));               // conforming code of ring 0
  gdt(kAssorted + 40, segment(0, 0xffff, 0xf2, 0));           // 16 bits
  gdt(kGate, gate(kernel.gate, 0xec));
  gdt(kAssorted + 56, segment(0, kFlat, 0xf8));               // code that cannot be read
  gdt(kGateWithParameters, gate(kernel.gate_with_parameters, 0xec, 2));
  set64(kLdt, segment(0, kFlat, 0xf2)), set64(kLdt + 8, segment(kWindow, dice_.below(0x20000), 0xf3, 4));
  task_state();
  variable(kGdtr, u32{kGdtEnd - 1} | (kBase + kGdt) << 16), variable(kGdtr + 4, (kBase + kGdt) >> 16);
  variable(kIdtr, 0x7ffu | (kBase + kIdt) << 16), variable(kIdtr + 4, (kBase + kIdt) >> 16);
}

// Stack of ring 0, and a bitmap that allows a few ports.
void ImageMaker::task_state() {
  set(kTss + 4, kBase + kKernelStack), set(kTss + 8, kKernelData);
  set(kTss + 0x64, 0x68u << 16);
  std::fill_n(image_.begin() + kTss + 0x68, 0x81, u8{0xff});
  for (const u32 port : {0x40u, 0x42u, 0x61u, 0x70u, 0x71u, 0x80u})
    image_[kTss + 0x68 + port / 8] &= static_cast<u8>(~(1u << port % 8));
}

// User code may call by 3, 4, 40h and 80h; the last leaves interrupts on.
void ImageMaker::gates(const Kernel& kernel) {
  for (u32 vector = 0; vector < kVectors; ++vector) {
    const bool user = vector == x86::kBp || vector == x86::kOf || vector == kCallVector;
    set64(kIdt + 8 * vector, gate(kernel.vectors[vector], user ? 0xee : 0x8e));
  }
  set64(kIdt + 8 * kOtherCallVector, gate(kernel.call, 0xef));
}

// --- page tables ---

void ImageMaker::map(u32 table_offset, u32 linear, u32 address, u32 flags) {
  set(table_offset + 4 * (linear >> kPageShift & 0x3ff), address | flags);
}

// The kernel and all that it needs map to themselves; code, data and stacks appear again for user code, data with all
// sorts of rights, and all of it in one large page.
void ImageMaker::space(u32 number) {
  const u32 directory = table(number, 0), low = table(number, 1), window = table(number, 2), devices = table(number, 3);
  const u32 global = global_ ? pte::kG : 0;
  const auto entry = [&](u32 linear) { return directory + 4 * (linear >> 22); };
  set(entry(kBase), (kBase + low) | kRights), set(entry(kWindow), (kBase + window) | kRights);
  set(entry(kApic), (kBase + devices) | kRights);
  set(entry(kAlias), kRights | pte::kPs | (dice_.chance(50) ? pte::kUs : 0));
  directories_[number] = {entry(kWindow), entry(kAlias)};
  for (u32 page = 0; page < kIdentityPages; ++page)
    map(low, kBase + page * kPageSize, kBase + page * kPageSize, kKernelPage | global);
  for (u32 page = 0; page < kDataPages; ++page)
    map(low, kWrapped + kData + page * kPageSize, kWrapped + kData + page * kPageSize, kKernelPage);
  for (const u32 device : {kApic, 0xfec0'0000u}) map(devices, device, device, kKernelPage | pte::kPcd);
  window_pages(window);
}

void ImageMaker::window_pages(u32 window) {
  for (u32 page = 0; page < kCodePages; ++page) changeable_page(window, kCode + page * kPageSize, kRights, page == 1);
  for (u32 page = 0; page < kStackPages; ++page)
    map(window, kWindow + kUserStack + (page - 1) * kPageSize, kBase + kUserStack + (page - 1) * kPageSize, kRights);
  for (u32 page = 0; page < kDataPages; ++page) changeable_page(window, kData + page * kPageSize, random_flags(), true);
}

void ImageMaker::changeable_page(u32 window, u32 offset, u32 flags, bool changeable) {
  map(window, kWindow + offset, kBase + offset, flags);
  if (changeable) changeable_.push_back({kBase + window + 4 * (offset >> kPageShift), kWindow + offset});
}

u32 ImageMaker::random_flags() {
  u32 flags = dice_.pick<u32>({kRights, kRights, kRights, pte::kP | pte::kRw, pte::kP | pte::kUs, pte::kP, 0, pte::kUs});
  if (dice_.chance(50)) flags |= pte::kA;
  if (dice_.chance(40)) flags |= pte::kD;
  if (dice_.chance(10)) flags |= pte::kPcd;
  return flags;
}

}  // namespace ringside::session::random_x86
