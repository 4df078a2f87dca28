// The bundled guests of x86, run under a strategy and held against the bare machine.
#pragma once

#include "catch.hpp"
#include "isa/x86/table.hpp"
#include "session/catalogue.hpp"
#include "session/session.hpp"
#include "vmm/snapshot.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside {

/// Virtual time, so that the run is the same under every strategy that is none the less exact.
inline session::Options x86_options(const std::string& guest, const std::string& strategy) {
  session::Options options;
  options.guest = "guests/x86/" + guest;
  options.strategy = strategy;
  options.virtual_time = true;
  options.max_instructions = 100'000'000;
  options.memory = 32u << 20;
  options.folders = {RINGSIDE_BUILD_DIR};
  return options;
}

inline session::Session run_x86(const session::Options& options) {
  auto opened = session::Session::open(options);
  REQUIRE(opened.has_value());
  opened->run();
  return std::move(*opened);
}

inline void check_same(const session::Report& bare, const session::Report& other) {
  CHECK(other.outcome == bare.outcome);
  CHECK(other.reason == bare.reason);
  CHECK(other.exit_code == bare.exit_code);
  CHECK(other.console == bare.console);
  CHECK(other.guest_instructions() == bare.guest_instructions());
  CHECK(other.state_hash == bare.state_hash);
}

/// Runs by both engines, which have to agree in cycles and events too.
inline void check_engines_agree(const session::Options& options) {
  auto opened = session::Session::open(options);
  REQUIRE(opened.has_value());
  opened->any_machine().only_step(true);
  opened->run();
  const auto stepped = opened->report(), fast = run_x86(options).report();
  check_same(stepped, fast);
  CHECK(stepped.cycles == fast.cycles);
  CHECK(stepped.trace_hash == fast.trace_hash);
  CHECK(stepped.tlb_misses == fast.tlb_misses);
  CHECK(stepped.emulated == fast.emulated);
}

/// Goes back to a snapshot in the middle of a run: the end has to be the same again.
inline void check_snapshot(const session::Options& options) {
  auto opened = session::Session::open(options);
  REQUIRE(opened.has_value());
  x86::Machine& machine = opened->pc();
  vmm::Snapshots snapshots(machine);
  machine.run({.steps = 40'000});
  const auto snapshot = snapshots.take();
  const auto end = [&] {
    machine.run({});
    return std::tuple(machine.state_hash(), machine.cycles(), machine.log().hash());
  };
  const auto first = end();
  snapshots.restore(*snapshot);
  CHECK(end() == first);
}

/// How many exits there were whose reason begins so.
inline u64 exits(const session::Report& report, std::string_view reason) {
  u64 count = 0;
  for (const auto& each : report.exits)
    if (each.reason.starts_with(reason)) count += each.count;
  return count;
}

/// Names of the bundled guests that begin so, without those ported to a VMM.
inline std::vector<std::string> x86_guests_called(const std::string& prefix) {
  std::vector<std::string> names;
  const std::string folder = "guests/x86/";
  for (const std::string& name : session::guest_names({RINGSIDE_BUILD_DIR}))
    if (name.starts_with(folder + prefix) && !name.ends_with(session::kPortSuffix)) names.push_back(name.substr(folder.size()));
  return names;
}

}  // namespace ringside
