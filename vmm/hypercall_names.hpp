// Names of the hypercalls, for reports: docs/hypercalls.md, section 3.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "base/types.hpp"

namespace ringside::vmm {

/// By number. Those from kZisaHypercalls on are of x86 alone.
inline constexpr std::array<std::string_view, 24> kHypercalls = {
    "query",         "set_shared_page", "set_trap_table", "trap_return",  "check_events", "set_status",
    "pin",           "unpin",           "update",         "switch_space", "flush_tlb",    "set_timer",
    "yield",         "block",           "console_write",  "console_read", "set_block_ring", "block_notify",
    "event_bind",    "event_close",     "event_send",     "shutdown",     "set_descriptor_table", "set_kernel_stack"};
inline constexpr u32 kZisaHypercalls = 22, kX86Hypercalls = 24;

/// The detail of a hypercall that is served is its number and one; of numbers from `count` on it is the same.
constexpr u8 hypercall_detail(u32 number, u32 count) { return static_cast<u8>(std::min(number, count) + 1); }
constexpr std::string_view hypercall_name(u8 detail, u32 count) {
  if (detail == 0) return "";
  return detail <= count ? kHypercalls[detail - 1u] : "unknown";
}

}  // namespace ringside::vmm
