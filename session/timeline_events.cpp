// What the single events of a timeline are, and where exits are found.
#include <algorithm>

#include "session/timeline.hpp"

namespace ringside::session {

using vmm::EventKind;

namespace {

constexpr std::size_t kIdle = cost::kAccounts - 1;

constexpr std::array<std::string_view, kHappenings> kNames = {"privileged instruction",
                                                              "page fault",
                                                              "port access",
                                                              "hypercall",
                                                              "exception",
                                                              "interrupt",
                                                              "translation",
                                                              "other exit",
                                                              "trap",
                                                              "delivered by the VMM",
                                                              "lie",
                                                              "other",
                                                              ""};

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

}  // namespace

std::string_view happening_name(Happening happening) { return kNames[static_cast<std::size_t>(happening)]; }

Happening happening_of_exit(std::string_view name) {
  const auto found = std::ranges::find_if(kReasons, [&](const auto& each) { return name.starts_with(each.first); });
  return found == kReasons.end() ? Happening::kOtherExit : found->second;
}

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
  Cycles idle = slice.until - std::min(since, slice.until);
  for (std::size_t i = 0; i < kIdle; ++i) idle -= std::min(idle, s.spent[i]);
  s.spent[kIdle] = idle;
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
