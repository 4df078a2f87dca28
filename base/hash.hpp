// Hashes that are the same on every host: of states, traces and files.
#pragma once

#include <xxhash.h>

#include <cstddef>

#include "base/types.hpp"

namespace ringside {

/// XXH3 of a run of bytes, continuing from `seed`.
inline u64 hash_bytes(const void* data, std::size_t size, u64 seed = 0) {
  return XXH3_64bits_withSeed(data, size, seed);
}

/// Folds one number into a running hash; cheap enough for every event of a run.
constexpr u64 hash_mix(u64 hash, u64 value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 29);
}

}  // namespace ringside
