// A timeline read at the resolution that is asked for. Level 0 are single events, each further one has a sixteenth of
// the entries of the one before.
#include <algorithm>
#include <cmath>

#include "session/timeline.hpp"

namespace ringside::session {

namespace {
constexpr unsigned kFanoutBits = 4;
// Entries for each column, at least: an entry is spread over the columns it covers as if it were even.
constexpr u64 kPerColumn = 4;
}  // namespace

// Columns of equal length that entries are added to, the part of each that lies in them.
struct Timeline::Columns {
  Cycles from, to;
  std::vector<Stretch> all;

  double place(Cycles cycle) const {
    return (static_cast<double>(cycle) - static_cast<double>(from)) / static_cast<double>(to - from) *
           static_cast<double>(all.size());
  }
  std::size_t column(Cycles cycle) const {
    return static_cast<std::size_t>(std::clamp(place(cycle), 0.0, static_cast<double>(all.size()) - 1));
  }

  // What happened came at the end of an entry.
  void add(Cycles since, Cycles until, const Stretch& entry) {
    if (until > from && until <= to) {
      Stretch& last = all[column(until - 1)];
      last.exits += entry.exits, last.happenings |= entry.happenings;
    }
    if (until <= since || until <= from || since >= to) return;
    const double a = place(since), b = place(until);
    const std::size_t begin = column(std::max(since, from)), end = column(std::min(until, to) - 1);
    for (std::size_t i = begin; i <= end; ++i) {
      const double part = (std::min(b, static_cast<double>(i + 1)) - std::max(a, static_cast<double>(i))) / (b - a);
      for (std::size_t k = 0; k < cost::kAccounts; ++k)
        all[i].spent[k] +=
            static_cast<Cycles>(std::llround(static_cast<double>(entry.spent[k]) * std::clamp(part, 0.0, 1.0)));
    }
  }
};

Cycles Timeline::until(std::size_t level, u64 index) const {
  if (level > 0) return levels_[level - 1][index].until;
  return index >= held() ? slice(index).until : levels_[0][index >> kFanoutBits].until;
}
Cycles Timeline::since(std::size_t level, u64 index) const { return index == 0 ? start_ : until(level, index - 1); }

// The first entry of a level that ends behind a cycle.
u64 Timeline::index_of(std::size_t level, Cycles cycle) const {
  u64 low = 0, high = level == 0 ? count_ : levels_[level - 1].size();
  while (low < high) {
    const u64 middle = (low + high) / 2;
    if (until(level, middle) > cycle)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

void Timeline::add_cells(Columns& into, std::size_t level, u64 from, u64 to) const {
  for (u64 i = from; i < to; ++i) {
    const Cycles begin = since(level, i);
    if (level > 0)
      into.add(begin, until(level, i), levels_[level - 1][i].all);
    else if (i >= held())
      into.add(begin, slice(i).until, stretch(slice(i), begin));
  }
}

// Entries of slices [from, to): whole ones of this level, what is left over at both ends from the levels below.
void Timeline::add_level(Columns& into, std::size_t level, u64 from, u64 to) const {
  if (level == 0) return add_cells(into, 0, from, to);
  const unsigned bits = kFanoutBits * static_cast<unsigned>(level);
  const u64 step = u64{1} << bits, begin = (from + step - 1) >> bits,
            end = std::min<u64>(to >> bits, levels_[level - 1].size());
  if (begin >= end) return add_level(into, level - 1, from, to);
  add_level(into, level - 1, from, begin << bits);
  add_cells(into, level, begin, end);
  add_level(into, level - 1, end << bits, to);
}

std::vector<Stretch> Timeline::columns(Cycles from, Cycles to, std::size_t count) const {
  Columns into{from, to, std::vector<Stretch>(count)};
  const u64 begin = index_of(0, from), end = std::min(index_of(0, to) + 1, count_);
  std::size_t level = 0;
  while (level < levels_.size() && (end - begin) >> (kFanoutBits * (level + 1)) >= kPerColumn * count) ++level;
  // Of what is no longer kept one by one there is the first level.
  if (begin < held() && level == 0) level = 1;
  into.add(0, start_, {spent_at_start_, 0, 0});
  add_level(into, level, begin, end);
  const Cycles last = count_ == 0 ? start_ : until(0, count_ - 1), now = machine_.cycles();
  if (now > last) {
    Stretch present;
    const auto& spent = machine_.ledger().spent();
    for (std::size_t i = 0; i < spent.size(); ++i) present.spent[i] = spent[i] - std::min(spent[i], spent_[i]);
    into.add(last, now, present);
  }
  return std::move(into.all);
}

std::optional<std::vector<Mark>> Timeline::marks(Cycles from, Cycles to, std::size_t most) const {
  const u64 begin = index_of(0, from), end = index_of(0, to);
  if (begin < held() || end - begin > most) return std::nullopt;
  std::vector<Mark> all;
  for (u64 i = begin; i < end; ++i)
    if (const Happening what = happening(slice(i)); what != Happening::kNone)
      all.push_back({first_ + i, slice(i).until, what, name(slice(i))});
  return all;
}

}  // namespace ringside::session
