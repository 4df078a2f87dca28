// What a panel saw when it looked last, and what changed since.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "gui/model.hpp"

namespace ringside::gui {

/// A view of the machine, taken anew when the machine has moved or another key is asked for, and kept while it may not be
/// looked at. `Key` is what the view depends on beside the machine: an address, a range.
template <class T, class Key = int>
class Sight {
 public:
  /// `look` gets the session, and gives the view. Before the first look it is a T().
  template <class Look>
  const T& of(const Model& model, const Key& key, Look&& look) {
    const bool stale = seen_ != model.generation() || !(key_ && *key_ == key);
    if (stale && model.can_look()) view_ = look(model.session()), seen_ = model.generation(), key_ = key;
    return view_;
  }
  template <class Look>
  const T& of(const Model& model, Look&& look) {
    return of(model, Key(), std::forward<Look>(look));
  }
  void forget() { key_.reset(); }

 private:
  T view_{};
  std::optional<Key> key_;
  u64 seen_ = 0;
};

/// How long ago values changed, in moves: what changed in the last one is lit, in the one before half.
class Changes {
 public:
  /// To be called in each frame, with all values, in the same order each time.
  void see(const Model& model, std::vector<u64> values) {
    if (model.moves() == moves_ || !model.can_look()) return;
    const bool first = values.size() != values_.size();
    if (first) changed_.assign(values.size(), 0), values_ = values;
    moves_ = model.moves(), ++count_;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (values[i] != values_[i]) changed_[i] = count_;
    values_ = std::move(values);
  }
  /// 1 for what the last move changed, 0.5 for the one before, else 0.
  float glow(std::size_t index) const {
    if (index >= changed_.size() || changed_[index] == 0) return 0;
    const u64 age = count_ - changed_[index];
    return age == 0 ? 1.f : age == 1 ? 0.5f : 0.f;
  }

 private:
  std::vector<u64> values_, changed_;
  u64 moves_ = 0, count_ = 0;
};

}  // namespace ringside::gui
