// Any bytes as a guest: either an error that a person can read, or an image that keeps its
// promises.
#include "loader/elf.hpp"

#include "tests/fuzz/require.hpp"

using namespace ringside;
using fuzz::require;

namespace {

void check(const loader::Image& image) {
  require(!image.segments.empty());
  u64 end = 0;
  bool entry = false;
  for (const auto& segment : image.segments) {
    require(segment.address >= end && segment.memory_size != 0);
    end = segment.end();
    entry |= image.entry >= segment.address && image.entry < end;
  }
  require(entry && end <= u64{1} << 32);
  loader::place(image, [](Gpa, std::span<const u8> bytes) {
    // Reads every byte, for the address sanitizer to see.
    u8 sum = 0;
    for (u8 byte : bytes) sum = static_cast<u8>(sum ^ byte);
    volatile u8 kept = sum;
    (void)kept;
  });
  for (const auto& symbol : image.symbols.all())
    for (char c : symbol.name) require(c >= ' ' && c <= '~');
  image.symbols.name(image.entry);
  if (const auto fits = check_fits(image, Gpa{0x8000'0000}, 0x100'0000); !fits)
    fuzz::require_readable(fits.error());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  const auto image = loader::load_elf({data, data + size}, "guest");
  if (image)
    check(*image);
  else
    fuzz::require_readable(image.error());
  return 0;
}
