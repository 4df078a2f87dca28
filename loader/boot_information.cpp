#include "loader/boot_information.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/bits.hpp"

namespace ringside::loader {
namespace {

constexpr u32 kMagic = 0x49425A52;  // "RZBI"
// The command line begins behind the eight words and some room for more.
constexpr u32 kCommandLine = 64;
constexpr std::size_t kLongest = kPageSize - kCommandLine - 1;

}  // namespace

Result<std::vector<u8>> boot_information(const BootInformation& information) {
  const std::string& line = information.command_line;
  if (line.size() > kLongest)
    return fail({Error::Kind::kUsage, "", "command line of the guest",
                 fmt::format("{} characters do not fit", line.size()),
                 fmt::format("use at most {}", kLongest)});
  const std::array<u32, 8> words{
      kMagic,
      information.ram_base,
      information.ram_size,
      static_cast<u32>(information.address().v + kCommandLine),
      information.image_begin,
      information.image_end,
      information.frequency_khz,
      information.cpus,
  };
  std::vector<u8> bytes(kCommandLine + line.size() + 1);
  for (std::size_t i = 0; i < words.size(); ++i) store_le(bytes.data() + 4 * i, words[i]);
  std::copy(line.begin(), line.end(), bytes.begin() + kCommandLine);
  return bytes;
}

}  // namespace ringside::loader
