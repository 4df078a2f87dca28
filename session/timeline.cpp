#include "session/timeline.hpp"

#include <algorithm>
#include <limits>

namespace ringside::session {

using vmm::Event;
using vmm::EventKind;
using vmm::Spending;

namespace {

constexpr unsigned kFanoutBits = 4;
constexpr u64 kFanout = 1u << kFanoutBits;
constexpr std::size_t kIdle = cost::kAccounts - 1;

constexpr std::array<std::string_view, kHappenings> kNames = {
    "privileged instruction", "page fault", "port access", "hypercall", "exception", "interrupt", "translation",
    "other exit",             "trap",       "delivered by the VMM", "lie", "other", ""};

constexpr std::array<std::pair<std::string_view, Happening>, 9> kReasons = {
    {{"PRIVILEGED", Happening::kPrivileged},
     {"PAGE_FAULT", Happening::kFault},
     {"NESTED_FAULT", Happening::kFault},
     {"PORT_IO", Happening::kPortIo},
     {"HYPERCALL", Happening::kHypercall},
     {"EXCEPTION", Happening::kException},
     {"INTERRUPT", Happening::kInterrupt},
     {"NOT_TRANSLATED", Happening::kTranslation},
     {"CALLOUT", Happening::kTranslation}}};

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

std::string_view happening_name(Happening happening) { return kNames[static_cast<std::size_t>(happening)]; }

Happening happening_of_exit(std::string_view name) {
  const auto found = std::ranges::find_if(kReasons, [&](const auto& each) { return name.starts_with(each.first); });
  return found == kReasons.end() ? Happening::kOtherExit : found->second;
}

Timeline::Timeline(vmm::AnyMachine& machine, u64 bytes)
    : machine_(machine),
      most_(std::max<u64>(bytes / sizeof(Slice), kFanout * kFanout)),
      first_(machine.log().count()),
      start_(machine.cycles()),
      spent_at_start_(machine.ledger().spent()),
      spent_(spent_at_start_) {
  reasons_.fill(Happening::kNone);
  machine_.log().tell(this);
}

Timeline::~Timeline() { machine_.log().tell(nullptr); }

Cycles Timeline::end() const { return std::max(count_ == 0 ? start_ : until(0, count_ - 1), machine_.cycles()); }

// --- hearing ---

namespace {

// An exit is dated at the moment at which the guest was left; by then what came after is charged: the hardware's transition,
// and the walk that found no translation.
void take_late(Spending& now, const Spending& before, Cycles late) {
  using cost::Account;
  for (const Account each : {Account::kHardware, Account::kPageWalk, Account::kVmm, Account::kTranslation, Account::kGuestKernel, Account::kGuestUser}) {
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
  u64 most = 0;
  for (std::size_t i = 0; i < kIdle; ++i) most = std::max(most, now[i] - spent_[i]);
  while (most >> slice.shift > std::numeric_limits<u32>::max()) ++slice.shift;
  for (std::size_t i = 0; i < kIdle; ++i) slice.spent[i] = static_cast<u32>((now[i] - spent_[i]) >> slice.shift);
  spent_ = now;
  return slice;
}

void Timeline::happened(u64 ordinal, const Event& event) {
  if (ordinal != first_ + count_) return;  // a replay: it is known
  slices_.push_back(slice_of(event));
  ++count_;
  if (event.kind == EventKind::kExit) open_exit_ = count_ - 1;
  if (event.kind == EventKind::kEntry && open_exit_ && *open_exit_ >= held())
    slices_[*open_exit_ - held()].detail = slices_.back().detail;
  if (count_ % kFanout == 0) fold(0);
  if (slices_.size() > most_) slices_.pop_front();
}

// The last sixteen of a level make one of the next.
void Timeline::fold(std::size_t level) {
  if (level == levels_.size()) levels_.emplace_back();
  const u64 end = level == 0 ? count_ : levels_[level - 1].size();
  Node node;
  for (u64 i = end - kFanout; i < end; ++i) {
    const Stretch part = level == 0 ? stretch(slice(i), since(0, i)) : levels_[level - 1][i].all;
    add(node.all, part);
  }
  node.until = until(level, end - 1);
  levels_[level].push_back(node);
  if (levels_[level].size() % kFanout == 0) fold(level + 1);
}

void Timeline::forget_from(u64 ordinal) {
  const u64 keep = ordinal > first_ ? ordinal - first_ : 0;
  if (keep >= count_) return;
  slices_.resize(slices_.size() - std::min<u64>(count_ - keep, slices_.size()));
  count_ = keep;
  for (std::size_t level = 0; level < levels_.size(); ++level)
    levels_[level].resize(std::min<u64>(levels_[level].size(), keep >> (kFanoutBits * (level + 1))));
  open_exit_.reset();
  // Only the sum tells what was spent until the last event that is left.
  spent_ = spent_at_start_;
  const Cycles last = count_ == 0 ? start_ : until(0, count_ - 1);
  if (last == start_) return;
  const Stretch all = columns(start_, last, 1).front();
  for (std::size_t i = 0; i < spent_.size(); ++i) spent_[i] += all.spent[i];
}

// --- what single events are ---

Happening Timeline::happening(const Slice& slice) const {
  switch (slice.kind) {
    case EventKind::kExit:
      break;
    case EventKind::kTrap:
      return Happening::kTrap;
    case EventKind::kInject:
      return Happening::kInject;
    case EventKind::kHole:
      return Happening::kHole;
    case EventKind::kEntry:
    case EventKind::kIdle:
      return Happening::kNone;
    default:
      return Happening::kOther;
  }
  Happening& known = reasons_[slice.reason];
  if (known != Happening::kNone) return known;
  return known = happening_of_exit(machine_.exit_name({slice.reason, slice.detail}));
}

std::string Timeline::name(const Slice& slice) const {
  if (slice.kind == EventKind::kExit) return machine_.exit_name({slice.reason, slice.detail});
  if (slice.kind == EventKind::kHole) return machine_.row_name(slice.reason);
  return std::string(happening_name(happening(slice)));
}

Stretch Timeline::stretch(const Slice& slice, Cycles since) const {
  Stretch s;
  for (std::size_t i = 0; i < kIdle; ++i) s.spent[i] = u64{slice.spent[i]} << slice.shift;
  const Cycles all = slice.until - std::min(since, slice.until);
  s.spent[kIdle] = all - std::min(all, sum(s.spent));
  s.exits = slice.kind == EventKind::kExit;
  const Happening what = happening(slice);
  if (what != Happening::kNone) s.happenings = 1u << static_cast<unsigned>(what);
  return s;
}

// --- finding exits ---

bool Timeline::is_end_of(const Slice& slice, std::string_view name) const {
  if (slice.kind != EventKind::kEntry) return false;
  return name.empty() || machine_.exit_name({slice.reason, slice.detail}) == name;
}

std::optional<u64> Timeline::exit_before(u64 event, std::string_view name) const {
  for (u64 i = std::min(event, events()) - std::min(event, first_); i-- > held();)
    if (is_end_of(slice(i), name)) return first_ + i;
  return std::nullopt;
}

std::optional<u64> Timeline::exit_from(u64 event, std::string_view name) const {
  for (u64 i = std::max(held(), event - std::min(event, first_)); i < count_; ++i)
    if (is_end_of(slice(i), name)) return first_ + i;
  return std::nullopt;
}

}  // namespace ringside::session
