#include "loader/image.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace ringside::loader {

std::optional<PortSize> Image::port() const {
  const auto at = note.find(" pv added ");
  PortSize size;
  if (at == std::string::npos) return std::nullopt;
  const int found = std::sscanf(note.c_str() + at, " pv added %u removed %u sites %u of %u", &size.added,
                                &size.removed, &size.sites, &size.original);
  return found == 4 ? std::optional(size) : std::nullopt;
}

Result<void> check_fits(const Image& image, Gpa base, u64 size) {
  const u64 ram_end = base.v + size;
  for (const Segment& segment : image.segments) {
    const bool below = segment.address<base.v, above = segment.end()> ram_end;
    if (!below && !above) continue;
    return fail({Error::Kind::kBadFile, image.file,
                 fmt::format("segment at {:#x}", segment.address),
                 fmt::format("{:#x}..{:#x} is not all in RAM, {:#x}..{:#x}", segment.address,
                             segment.end(), base.v, ram_end),
                 below ? fmt::format("link the guest at {:#x} or above", base.v)
                       : "give the guest more memory with --memory, or link it lower"});
  }
  return {};
}

void place(const Image& image, const std::function<void(Gpa, std::span<const u8>)>& write) {
  for (const Segment& segment : image.segments)
    if (segment.file_size != 0) write(Gpa{segment.address}, image.data(segment));
}

}  // namespace ringside::loader
