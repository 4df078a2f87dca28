#include "isa/zisa/decode.hpp"

#include <array>
#include <vector>

namespace ringside::zisa {

namespace {

// Rows are sorted into buckets by opcode and funct3; a row whose picture leaves funct3 open (lui)
// stands in eight of them. A bucket holds 13 rows at most.
constexpr unsigned kBuckets = 1u << 10;
constexpr unsigned bucket_of(u32 word) { return (word & 0x7f) | bits(word, 14, 12) << 7; }
constexpr u32 kBucketBits = 0x707f;

using Buckets = std::array<std::vector<u8>, kBuckets>;

Buckets sort_rows() {
  Buckets buckets;
  for (u32 word = 0; word <= kBucketBits; ++word) {
    if ((word & ~kBucketBits) != 0) continue;
    for (unsigned row = 0; row < kRowCount; ++row) {
      const auto& picture = kRows[row].picture;
      if (((word ^ picture.match) & picture.mask & kBucketBits) == 0)
        buckets[bucket_of(word)].push_back(static_cast<u8>(row));
    }
  }
  return buckets;
}

}  // namespace

unsigned decode_row(u32 word) {
  static const Buckets buckets = sort_rows();
  for (const u8 row : buckets[bucket_of(word)])
    if (kRows[row].picture.fits(word)) return row;
  return kIllegalRow;
}

std::optional<unsigned> find_row(std::string_view name) {
  for (unsigned row = 0; row < kRowCount; ++row)
    if (kRows[row].name == name) return row;
  return std::nullopt;
}

}  // namespace ringside::zisa
