#include "session/listing_x86.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "isa/x86/decode.hpp"
#include "isa/x86/disassemble.hpp"

namespace ringside::session {

namespace {

/// Goes through one segment.
class Sweep {
 public:
  Sweep(const loader::Image& image, const loader::Segment& segment)
      : symbols_(image.symbols), bytes_(image.data(segment)), first_(segment.address) {}

  void operator()(std::vector<ListingLine>& lines) {
    for (std::size_t at = 0; at < bytes_.size();) {
      lines.push_back(line(at));
      at += lines.back().bytes.size();
    }
  }

 private:
  // Bytes from there to the next symbol, to which code runs at the most.
  std::size_t room(std::size_t at) const {
    const u32 address = first_ + static_cast<u32>(at);
    const auto next =
        std::ranges::upper_bound(symbols_.all(), address, {}, &loader::Symbol::address);
    const std::size_t rest = bytes_.size() - at;
    return next == symbols_.all().end() ? rest
                                        : std::min<std::size_t>(rest, next->address - address);
  }

  ListingLine line(std::size_t at) const {
    const auto code = bytes_.subspan(at, room(at));
    const u32 address = first_ + static_cast<u32>(at);
    const x86::Instruction found = x86::decode(
        code.first(std::min<std::size_t>(code.size(), x86::kMaxLength)), x86::CodeSize::kBits32);
    const bool whole = found.row != x86::kIllegalRow && found.length != 0;
    const auto own = code.first(whole ? found.length : 1);
    ListingLine line;
    line.address = address, line.symbol = symbols_.name(address);
    line.bytes.assign(own.begin(), own.end());
    line.code = fmt::format("{:02x}", fmt::join(own, " "));
    line.labelled = !line.symbol.empty() && line.symbol.find('+') == std::string::npos;
    line.text = x86::disassemble(own, address, x86::CodeSize::kBits32,
                                 [&](u32 to) { return symbols_.name(to); });
    line.mark = x86::sensitivity_mark(found.row);
    return line;
  }

  const loader::SymbolTable& symbols_;
  std::span<const u8> bytes_;
  u32 first_;
};

}  // namespace

std::vector<ListingLine> x86_listing(const loader::Image& image) {
  std::vector<ListingLine> lines;
  for (const loader::Segment& segment : image.segments)
    if (segment.executable) Sweep(image, segment)(lines);
  return lines;
}

}  // namespace ringside::session
