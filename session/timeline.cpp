#include "session/timeline.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace ringside::session {

using vmm::Event;
using vmm::EventKind;
using vmm::Spending;

namespace {

constexpr unsigned kFanoutBits = 4;
constexpr u64 kFanout = 1u << kFanoutBits;
constexpr std::size_t kIdle = cost::kAccounts - 1;

Cycles sum(const Spending& spent) {
  Cycles all = 0;
  for (const Cycles each : spent) all += each;
  return all;
}

void add(Stretch& to, const Stretch& part) {
  for (std::size_t i = 0; i < to.spent.size(); ++i) to.spent[i] += part.spent[i];
  to.exits += part.exits, to.happenings |= part.happenings;
}

}  // namespace

Timeline::Timeline(vmm::AnyMachine& machine, u64 bytes)
    : machine_(machine),
      most_(std::max<u64>(bytes / sizeof(Slice), kFanout * kFanout)),
      first_(machine.log().count()),
      start_(machine.cycles()),
      spent_at_start_(machine.ledger().spent()),
      spent_(spent_at_start_),
      spent_at_node_(spent_at_start_) {
  reasons_.fill(Happening::kNone);
  machine_.log().tell(this);
}

Timeline::~Timeline() { machine_.log().tell(nullptr); }

Cycles Timeline::end() const { return std::max(count_ == 0 ? start_ : until(0, count_ - 1), machine_.cycles()); }

// --- hearing ---

namespace {

// An exit is dated at the moment at which the guest was left; by then what came after is charged: the hardware's
// transition, and the walk that found no translation.
void take_late(Spending& now, const Spending& before, Cycles late) {
  using cost::Account;
  if (late == 0) return;
  for (const Account each : {Account::kHardware, Account::kPageWalk, Account::kVmm, Account::kTranslation,
                             Account::kGuestKernel, Account::kGuestUser}) {
    const auto i = static_cast<std::size_t>(each);
    const Cycles part = std::min(late, now[i] - before[i]);
    now[i] -= part, late -= part;
  }
}

}  // namespace

Timeline::Slice Timeline::slice_of(const Event& event) {
  Slice slice;
  slice.until = event.cycle, slice.kind = event.kind, slice.reason = event.detail, slice.vm = event.vm;
  slice.detail = static_cast<u8>(event.a);
  Spending now = machine_.ledger().spent();
  take_late(now, spent_, machine_.cycles() - std::min(event.cycle, machine_.cycles()));
  u64 bits = 0;
  for (std::size_t i = 0; i < kIdle; ++i) bits |= now[i] - spent_[i];
  if (bits > std::numeric_limits<u16>::max()) slice.shift = static_cast<u8>(std::bit_width(bits) - 16);
  for (std::size_t i = 0; i < kIdle; ++i) slice.spent[i] = static_cast<u16>((now[i] - spent_[i]) >> slice.shift);
  spent_ = now;
  return slice;
}

void Timeline::happened(u64 ordinal, const Event& event) {
  if (ordinal != first_ + count_) return;  // a replay: it is known
  slices_.push_back(slice_of(event));
  const Slice& slice = slices_.back();
  ++count_;
  open_.all.exits += event.kind == EventKind::kExit;
  open_.all.happenings |= 1u << static_cast<unsigned>(happening(slice));
  if (event.kind == EventKind::kExit) open_exit_ = count_ - 1;
  if (event.kind == EventKind::kEntry && open_exit_ && *open_exit_ >= held())
    slices_[*open_exit_ - held()].detail = slice.detail;
  if (count_ % kFanout == 0) close_node();
  if (slices_.size() > most_) slices_.pop_front();
}

// Sixteen slices make a node: what they spent is the difference to the node before.
void Timeline::close_node() {
  if (levels_.empty()) levels_.emplace_back();
  const Cycles since = levels_[0].empty() ? start_ : levels_[0].back().until;
  open_.until = slices_.back().until;
  for (std::size_t i = 0; i < kIdle; ++i) open_.all.spent[i] = spent_[i] - spent_at_node_[i];
  const Cycles all = open_.until - std::min(since, open_.until);
  open_.all.spent[kIdle] = 0;
  open_.all.spent[kIdle] = all - std::min(all, sum(open_.all.spent));
  open_.all.happenings &= ~(1u << static_cast<unsigned>(Happening::kNone));
  levels_[0].push_back(std::exchange(open_, {}));
  spent_at_node_ = spent_;
  if (levels_[0].size() % kFanout == 0) fold(1);
}

// The last sixteen of a level make one of the next.
void Timeline::fold(std::size_t level) {
  if (level == levels_.size()) levels_.emplace_back();
  const auto& below = levels_[level - 1];
  Node node;
  for (std::size_t i = below.size() - kFanout; i < below.size(); ++i) add(node.all, below[i].all);
  node.until = below.back().until;
  levels_[level].push_back(node);
  if (levels_[level].size() % kFanout == 0) fold(level + 1);
}

void Timeline::forget_from(u64 ordinal) {
  const u64 keep = ordinal > first_ ? ordinal - first_ : 0;
  if (keep >= count_) return;
  slices_.shrink(slices_.size() - std::min<u64>(count_ - keep, slices_.size()));
  count_ = keep;
  for (std::size_t level = 0; level < levels_.size(); ++level)
    levels_[level].resize(std::min<u64>(levels_[level].size(), keep >> (kFanoutBits * (level + 1))));
  open_exit_.reset();
  reopen_node();
}

// Only the sums tell what was spent until the last node and the last event that are left.
void Timeline::reopen_node() {
  spent_at_node_ = spent_at_start_;
  if (!levels_.empty())
    for (const Node& node : levels_[0])
      for (std::size_t i = 0; i < spent_at_node_.size(); ++i) spent_at_node_[i] += node.all.spent[i];
  spent_ = spent_at_node_, open_ = {};
  for (u64 i = std::max(held(), count_ / kFanout * kFanout); i < count_; ++i) {
    const Stretch part = stretch(slice(i), since(0, i));
    open_.all.exits += part.exits, open_.all.happenings |= part.happenings;
    for (std::size_t k = 0; k < spent_.size(); ++k) spent_[k] += part.spent[k];
  }
}

}  // namespace ringside::session
