#include "session/listing_x86.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "isa/x86/decode.hpp"
#include "isa/x86/disassemble.hpp"
#include "loader/multiboot_header.hpp"

namespace ringside::session {

namespace {

// Where the fields that every multiboot header has lie in a range of code; nowhere where there is none.
std::pair<u64, u64> header_in(const loader::Image& image, const loader::CodeRange& range) {
  constexpr u64 kSize = 12;
  const auto header = loader::read_multiboot_header(image.bytes, image.file);
  if (!header || header->offset < range.file_offset) return {~u64{0}, ~u64{0}};
  const u64 begin = header->offset - range.file_offset;
  return {begin, begin + kSize};
}

/// Goes through one range of code.
class Sweep {
 public:
  Sweep(const loader::Image& image, const loader::CodeRange& range)
      : symbols_(image.symbols), bytes_(image.data(range)), first_(range.address),
        header_(header_in(image, range)) {}

  void operator()(std::vector<ListingLine>& lines) {
    for (std::size_t at = 0; at < bytes_.size();) {
      lines.push_back(line(at));
      at += lines.back().bytes.size();
    }
  }

 private:
  // Bytes from there to the next symbol or a border of the header, to which code runs at the most.
  std::size_t room(std::size_t at) const {
    const u32 address = first_ + static_cast<u32>(at);
    const auto next =
        std::ranges::upper_bound(symbols_.all(), address, {}, &loader::Symbol::address);
    std::size_t rest = bytes_.size() - at;
    if (next != symbols_.all().end()) rest = std::min<std::size_t>(rest, next->address - address);
    for (const u64 border : {header_.first, header_.second})
      if (border > at) rest = std::min<std::size_t>(rest, border - at);
    return rest;
  }

  // Behind the end of a function, or in the header.
  bool is_filler(std::size_t at, u32 address, const loader::Symbol* symbol) const {
    if (at >= header_.first && at < header_.second) return true;
    return symbol && symbol->function && symbol->size != 0 &&
           address - symbol->address >= symbol->size;
  }

  // The symbol that an address belongs to, if one is near.
  const loader::Symbol* symbol_of(u32 address) const {
    constexpr u32 kFar = 1u << 20;  // bytes
    const auto all = symbols_.all();
    const auto after = std::ranges::upper_bound(all, address, {}, &loader::Symbol::address);
    if (after == all.begin() || address - std::prev(after)->address > kFar) return nullptr;
    const u32 place = std::prev(after)->address;
    return &*std::ranges::lower_bound(all, place, {}, &loader::Symbol::address);
  }

  ListingLine line(std::size_t at) const {
    const auto code = bytes_.subspan(at, room(at));
    const u32 address = first_ + static_cast<u32>(at);
    const x86::Instruction found = x86::decode(
        code.first(std::min<std::size_t>(code.size(), x86::kMaxLength)), x86::CodeSize::kBits32);
    const bool whole = found.row != x86::kIllegalRow && found.length != 0;
    const auto own = code.first(whole ? found.length : 1);
    ListingLine line;
    const loader::Symbol* symbol = symbol_of(address);
    line.address = address, line.symbol = symbol ? symbols_.name(address) : "";
    line.filler = is_filler(at, address, symbol);
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
  std::pair<u64, u64> header_;
};

// Nobody writes INT3 twice in a row, or right before a label that is aligned: that is what assemblers and linkers
// fill up with.
void mark_filler(std::vector<ListingLine>& lines) {
  constexpr u32 kAlignment = 4;
  const auto is_int3 = [&](std::size_t i) { return i < lines.size() && lines[i].text == "int3"; };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool before_label =
        i + 1 < lines.size() && lines[i + 1].labelled && lines[i + 1].address % kAlignment == 0;
    if (is_int3(i)) lines[i].filler |= before_label || is_int3(i + 1) || is_int3(i - 1);
    if (lines[i].filler) lines[i].mark.clear();
  }
}

}  // namespace

std::vector<ListingLine> x86_listing(const loader::Image& image) {
  std::vector<ListingLine> lines;
  for (const loader::CodeRange& range : image.code) Sweep(image, range)(lines);
  mark_filler(lines);
  return lines;
}

}  // namespace ringside::session
