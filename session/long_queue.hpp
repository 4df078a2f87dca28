// A queue of plain values that grows by millions at one end and may lose the oldest at the other; any of them is found at
// once. std::deque would allocate for every few of them.
#pragma once

#include <memory>
#include <type_traits>
#include <vector>

#include "base/types.hpp"

namespace ringside::session {

template <class T>
class LongQueue {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  std::size_t size() const { return end_ - begin_; }
  T& operator[](std::size_t i) { return at(begin_ + i); }
  const T& operator[](std::size_t i) const { return at(begin_ + i); }
  T& back() { return at(end_ - 1); }
  void push_back(const T& value) {
    if (end_ % kBlock == 0) blocks_.push_back(std::make_unique_for_overwrite<T[]>(kBlock));
    at(end_++) = value;
  }
  void pop_front() {
    if (++begin_ == kBlock) blocks_.erase(blocks_.begin()), begin_ = 0, end_ -= kBlock;
  }
  /// REQUIRES: no more than there are.
  void shrink(std::size_t size) {
    end_ = begin_ + size;
    blocks_.resize((end_ + kBlock - 1) / kBlock);
  }

 private:
  static constexpr std::size_t kBlock = 1u << 13;
  T& at(std::size_t i) { return blocks_[i / kBlock][i % kBlock]; }
  const T& at(std::size_t i) const { return blocks_[i / kBlock][i % kBlock]; }

  std::vector<std::unique_ptr<T[]>> blocks_;
  std::size_t begin_ = 0, end_ = 0;  ///< from the first block on
};

}  // namespace ringside::session
