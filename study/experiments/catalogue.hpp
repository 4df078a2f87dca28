// The catalogue of experiments: one line each, in the order of `ringside experiment list`.
#pragma once

#include "study/experiment.hpp"

// clang-format off
#define RINGSIDE_EXPERIMENTS(E) \
  E(popek_goldberg)             \
  E(syscall)                    \
  E(port_input)                 \
  E(call_return)                \
  E(page_fault)                 \
  E(plain_fault)                \
  E(pte_write)                  \
  E(three_ways)                 \
  E(break_even)                 \
  E(forkwait)                   \
  E(user_code)                  \
  E(adaptation)                 \
  E(round_trip)                 \
  E(cycle_counter)              \
  E(trap_rate)                  \
  E(nested_walk)                \
  E(denied_access)              \
  E(hit_rate)                   \
  E(hypercall)                  \
  E(crossover)                  \
  E(coalescing)                 \
  E(fork_clusters)              \
  E(shadow_or_nested)           \
  E(disk_exits)                 \
  E(x86_syscall)                \
  E(x86_port_input)             \
  E(x86_cli)                    \
  E(x86_call_return)            \
  E(x86_page_fault)             \
  E(x86_divide)                 \
  E(x86_pte_write)              \
  E(x86_three_ways)             \
  E(x86_forkwait)               \
  E(x86_cycle_counter)
// clang-format on

namespace ringside::study::experiments {

#define RINGSIDE_DECLARE(name) Experiment name();
RINGSIDE_EXPERIMENTS(RINGSIDE_DECLARE)
#undef RINGSIDE_DECLARE

}  // namespace ringside::study::experiments
