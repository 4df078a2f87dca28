// Any bytes as a kernel for the 386, as ELF or by the addresses of its multiboot header: either an error that a person
// can read, or parts that lie in RAM and not over each other.
#include "loader/multiboot.hpp"

#include <algorithm>

#include "loader/elf.hpp"
#include "loader/multiboot_header.hpp"
#include "tests/fuzz/require.hpp"

using namespace ringside;
using fuzz::require;

namespace {

constexpr u64 kRam = u64{2} << 20;

// The session decides likewise.
Result<loader::Image> load(std::vector<u8> bytes) {
  constexpr u8 kElf[] = {0x7f, 'E', 'L', 'F'};
  const bool elf = bytes.size() >= 4 && std::equal(std::begin(kElf), std::end(kElf), bytes.begin());
  return elf ? loader::load_elf(std::move(bytes), "kernel") : loader::load_multiboot_file(std::move(bytes), "kernel");
}

void check(loader::Multiboot multiboot) {
  auto& parts = multiboot.parts;
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.address.v < b.address.v; });
  u64 end = 0;
  for (const auto& part : parts) {
    require(!part.bytes.empty() && part.address.v >= end);
    end = part.address.v + part.bytes.size();
  }
  require(end <= kRam && multiboot.entry < kRam);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  const auto image = load({data, data + size});
  if (!image) return fuzz::require_readable(image.error()), 0;
  loader::MultibootOptions options{kRam, "one two", {{"module", std::vector<u8>(5000, 1)}, {"empty", {}}}};
  if (auto multiboot = prepare_multiboot(*image, options))
    check(std::move(*multiboot));
  else
    fuzz::require_readable(multiboot.error());
  return 0;
}
