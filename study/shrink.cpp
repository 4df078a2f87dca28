#include "study/shrink.hpp"

#include <algorithm>

namespace ringside::study {

using session::RandomGuest;

namespace {

using Fails = std::function<bool(const RandomGuest&)>;

/// One guest on its way to a small one.
class Shrinking {
 public:
  Shrinking(const RandomGuest& guest, const std::vector<u32>& candidates, const Fails& fails,
            u32 trials)
      : fails_(fails), trials_(trials), out_{guest, candidates, 0} {}

  Shrunk operator()() {
    take_out_the_rest();
    std::size_t chunk = std::max<std::size_t>(1, out_.kept.size() / 2);
    while (!spent()) {
      const bool smaller = pass(chunk);
      if (chunk == 1 && !smaller) break;
      chunk = std::max<std::size_t>(1, chunk / 2);
    }
    return std::move(out_);
  }

 private:
  bool spent() const { return out_.trials >= trials_; }

  bool still_fails(const RandomGuest& smaller) {
    ++out_.trials;
    if (!fails_(smaller)) return false;
    out_.guest = smaller;
    return true;
  }

  // Code that was not executed may still have been read as data.
  void take_out_the_rest() {
    RandomGuest smaller = out_.guest;
    const u32 end = session::kCode + session::kCodePages * kPageSize;
    for (u32 at = session::kCode; at < end; at += smaller.piece_bytes())
      if (!std::binary_search(out_.kept.begin(), out_.kept.end(), at)) smaller.take_out(at);
    still_fails(smaller);
  }

  // From the end, since what comes late matters least often.
  bool pass(std::size_t chunk) {
    bool any = false;
    for (std::size_t end = out_.kept.size(); end > 0 && !spent();) {
      const std::size_t begin = end > chunk ? end - chunk : 0;
      any |= without(begin, end);
      end = begin;
    }
    return any;
  }

  bool without(std::size_t begin, std::size_t end) {
    RandomGuest smaller = out_.guest;
    for (std::size_t i = begin; i < end; ++i) smaller.take_out(out_.kept[i]);
    if (!still_fails(smaller)) return false;
    const auto first = out_.kept.begin();
    out_.kept.erase(first + static_cast<std::ptrdiff_t>(begin),
                    first + static_cast<std::ptrdiff_t>(end));
    return true;
  }

  const Fails& fails_;
  u32 trials_;
  Shrunk out_;
};

}  // namespace

Shrunk shrink(const RandomGuest& guest, const std::vector<u32>& candidates, const Fails& fails,
              u32 trials) {
  return Shrinking(guest, candidates, fails, trials)();
}

}  // namespace ringside::study
