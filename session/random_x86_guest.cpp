// What a random x86 guest finds in memory beside its tables (random_x86_tables.cpp): variables of the kernel, code and data.
#include <algorithm>
#include <span>

#include "isa/x86/decode.hpp"
#include "isa/x86/disassemble.hpp"
#include "session/random_x86_image.hpp"

namespace ringside::session {

namespace random_x86 {

std::vector<u8> ImageMaker::operator()() {
  const Kernel kernel = make_kernel(o_.user_sensitive);
  std::ranges::copy(kernel.code, image_.begin());
  segments(kernel);
  gates(kernel);
  global_ = dice_.chance(30);
  for (u32 i = 0; i < kSpaceCount; ++i) space(i);
  variables();
  choices();
  debug_choices();
  fill(kCode, kCodePages * kPageSize);
  data();
  return std::move(image_);
}

u32 ImageMaker::random_pointer() {
  const u32 in_page = dice_.chance(20) ? dice_.pick<u32>({0, 0xffc, 0xffd, 0xfff, 0x7fe}) : dice_.below(0x1000);
  const u32 page = kData + dice_.below(kDataPages) * kPageSize + in_page;
  switch (dice_.below(14)) {
    case 0:
      return kWindow + kCode + dice_.below(kCodePages) * kPageSize + in_page;
    case 1:
      return dice_.pick<u32>({kApic + 0x30, kApic + 0x390, 0xfec00000, 4, 0xfffffffe, kBase + kVariables});
    case 2:
    case 3:
      return kAlias + kBase + page;
    case 4:
      return kWrapped + page;
    case 5:
    case 6:
    case 7:
      return kBase + page;
    default:
      return kWindow + page;
  }
}

void ImageMaker::variables() {
  for (u32 i = 0; i < x86::kGprs; ++i) {
    const bool pointer = i == x86::kEbx || i >= x86::kEbp;
    variable(kRegisters + 4 * i, pointer ? random_pointer() : dice_.word() >> dice_.below(32));
  }
  variable(kRegisters + 4 * x86::kEcx, dice_.below(64));
  variable(kRandom, dice_.word());
  variable(kTrapsLeft, o_.traps), variable(kTick, o_.tick);
  u32 mask = 1;
  while (mask < o_.tick) mask = mask * 2 + 1;
  variable(kTickMask, mask);
  const bool paging = dice_.chance(o_.paging_percent);
  const u32 am_wp = (dice_.chance(50) ? x86::cr0::kWp : 0) | (dice_.chance(30) ? x86::cr0::kAm : 0);
  variable(kCr0, x86::cr0::kPe | x86::cr0::kEt | am_wp | (paging ? x86::cr0::kPg : 0));
  variable(kCr4, x86::cr4::kPse | (global_ ? x86::cr4::kPge : 0) | (dice_.chance(15) ? x86::cr4::kDe : 0));
  const bool by_io_apic = dice_.chance(50);
  variable(kPicMasks, (dice_.chance(60) ? 0xfau : 0xfbu) | (by_io_apic ? 0xff00u : 0xbf00u));
  variable(kIoApicEntry, kDiskVector | (by_io_apic ? 0 : 0x1'0000u));
  variable(kPitCount, dice_.between(2, 6));
}

void ImageMaker::choices() {
  for (u32 i = 0; i < 8; ++i) variable(kSpaces + 4 * i, kBase + table(dice_.below(kSpaceCount), 0));
  for (u32 i = 0; i < 16; ++i) {
    const auto [at, linear] = changeable_[dice_.below(static_cast<u32>(changeable_.size()))];
    variable(kEntries + 8 * i, at), variable(kEntries + 8 * i + 4, linear);
    variable(kEntryFlags + 4 * i, random_flags());
    variable(kSelectors + 4 * i, dice_.pick<u32>({kUserData, kUserData, kUserData, 0u, kAssorted | 3u, (kAssorted + 8) | 3u,
                                                  (kAssorted + 16) | 3u, (kAssorted + 40) | 3u, 7u, 15u}));
  }
  for (u32 i = 0; i < 4; ++i) {
    const auto& [window, alias] = directories_[dice_.below(kSpaceCount)];
    const bool large = dice_.chance(60);
    variable(kDirectoryEntries + 16 * i, kBase + (large ? alias : window));
    variable(kDirectoryEntries + 16 * i + 4, large ? dice_.pick<u32>({1, 2, 4, 6}) : dice_.pick<u32>({2, 2, 4}));
  }
  for (u32 i = 0; i < 8; ++i) descriptor_choice(kDescriptors + 16 * i);
}

// Other descriptors for segments of no system's: their limits, rights and sizes.
void ImageMaker::descriptor_choice(u32 at) {
  const u32 slot = dice_.pick<u32>({kGdt + kAssorted, kGdt + kAssorted + 8, kGdt + kAssorted + 16, kGdt + kAssorted + 24,
                                    kGdt + kAssorted + 40, kGdt + kAssorted + 56, kLdt, kLdt + 8});
  const u32 access = dice_.pick<u32>({0xf2, 0xf3, 0xf0, 0xf6, 0x72, 0x92, 0xfa, 0xf8});
  const u64 descriptor = dice_.chance(60) ? segment(0, kFlat, access)
                                          : segment(kWindow + kData, dice_.below(0x9000), access, dice_.pick<u32>({4, 0}));
  variable(at, kBase + slot);
  set64(kVariables + at + 4, descriptor);
}

// In data and code, for instructions, stores, and loads and stores; once in a while DR7 guards itself.
void ImageMaker::debug_choices() {
  for (u32 i = 0; i < 16; ++i) {
    const u32 code = kCode + dice_.below(kCodePages * kPageSize / kPiece) * kPiece;
    const u32 data = kData + dice_.below(kDataPages * kPageSize);
    variable(kBreakpoints + 4 * i, dice_.chance(40) ? dice_.pick<u32>({kWindow, kBase}) + code : kWindow + data);
    u32 control = dice_.chance(30) ? 0 : 0x400 | (dice_.word() & 0xff);
    for (u32 number = 0; number < 4; ++number)
      control |= dice_.pick<u32>({0u, 1u, 3u, 5u, 13u, 15u, 7u}) << (16 + 4 * number);
    variable(kControls + 4 * i, control | (dice_.chance(4) ? 0x2000 : 0));
  }
}

void ImageMaker::fill(u32 offset, u32 bytes) {
  std::ranges::copy(make_code(dice_, kBase + offset, bytes, o_.user_sensitive), image_.begin() + offset);
}

void ImageMaker::data() {
  for (u32 page = 0; page < kDataPages; ++page) {
    const u32 offset = kData + page * kPageSize;
    if (dice_.chance(50)) fill(offset, kPageSize);
    for (u32 i = 0; i < kPageSize; i += 4)
      if (dice_.chance(30)) set(offset + i, dice_.chance(50) ? random_pointer() : dice_.word());
  }
}

}  // namespace random_x86

using namespace random_x86;

RandomGuest draw_x86_guest(const RandomOptions& options, u64 again) {
  constexpr u64 kFar = u64{1} << 40;  // from the guests of other seeds
  RandomGuest guest;
  guest.base = kBase;
  guest.nothing = empty_piece();
  Dice dice(options.seed + 0x8086 + again * kFar);
  guest.drive.resize(8 * 512);
  for (u8& byte : guest.drive) byte = static_cast<u8>(dice.word());
  guest.image = ImageMaker(options, Dice(dice.next()))();
  return guest;
}

// Without what does nothing, where a piece does something.
std::string x86_piece_text(const RandomGuest& guest, u32 offset) {
  std::string text;
  for (u32 at = offset; at < offset + kPiece;) {
    const std::span code = std::span(guest.image).subspan(at, x86::kMaxLength);
    const auto found = x86::decode(code, x86::CodeSize::kBits32);
    const std::string one = x86::disassemble(code, guest.base + at, x86::CodeSize::kBits32);
    const bool filler = one == "nop" || one.starts_with("lea esi, ds:[esi") || one.starts_with("lea esi, [esi") || one == "mov esi, esi";
    if (!filler) text += (text.empty() ? "" : "; ") + one;
    at += std::max<u32>(found.length, 1);
  }
  return text.empty() ? "nop" : text;
}

}  // namespace ringside::session
