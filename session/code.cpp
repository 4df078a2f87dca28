#include "session/code.hpp"

#include "base/bits.hpp"
#include "session/listing_x86.hpp"
#include "session/open.hpp"

namespace ringside::session {

Result<GuestCode> guest_code(const Options& options) {
  const auto image = load_guest(options);
  if (!image) return fail(image.error());
  if (image->machine == loader::Machine::k386)
    return GuestCode{image->file, kX86, {}, x86_listing(*image)};
  GuestCode code{image->file, std::string(image->isa()), {}};
  for (const loader::Segment& segment : image->segments) {
    if (!segment.executable) continue;
    const auto bytes = image->data(segment);
    for (u32 at = -segment.address & 3; at + 4 <= bytes.size(); at += 4) {
      const u32 address = segment.address + at;
      code.words.push_back({address, load_le<u32>(&bytes[at]), image->symbols.name(address)});
    }
  }
  return code;
}

}  // namespace ringside::session
