// A text that only grows, and that is cheap to copy: the output of a console.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/types.hpp"

namespace ringside::devices {

/// Full pieces are shared between copies, so that a snapshot costs a few bytes for each 4 KiB
/// that the guest has printed.
class Transcript {
 public:
  void append(char c) {
    tail_ += c;
    hash_ = hash_mix(hash_, static_cast<u8>(c));
    if (tail_.size() < kPiece) return;
    pieces_.push_back(std::make_shared<const std::string>(std::move(tail_)));
    tail_.clear();
  }

  std::size_t size() const { return pieces_.size() * kPiece + tail_.size(); }

  /// The text from its character number `start` on; empty if there is none.
  std::string text(std::size_t start = 0) const;

  /// A hash of the whole text, kept up to date as it grows.
  u64 hash() const { return hash_; }

 private:
  static constexpr std::size_t kPiece = 4096;
  std::vector<std::shared_ptr<const std::string>> pieces_;  ///< kPiece characters each
  std::string tail_;                                        ///< fewer than that
  u64 hash_ = 0;
};

}  // namespace ringside::devices
