// PCs with random guests, and the trial of a guest before it is given out.
#include <algorithm>

#include "session/auditor.hpp"
#include "session/open_x86.hpp"
#include "session/random_x86.hpp"

namespace ringside::session {

using namespace random_x86;

namespace {

loader::Image image_of(const RandomGuest& guest) {
  loader::Image image;
  image.file = "random guest";
  image.machine = loader::Machine::k386;
  image.entry = kBase + kEntry;
  image.segments = {{kBase, kImage, kImage, 0, true}};
  image.bytes = guest.image;
  return image;
}

}  // namespace

Result<std::unique_ptr<x86::Machine>> random_pc(const RandomGuest& guest, const Options& options, const x86::Strategy* strategy) {
  Options own = options;
  own.memory = random_x86::kRam;
  own.virtual_time = true;
  own.input = guest.input;
  MadeParts made{MadeDevices{{}, kRandomDiskLatency}, strategy};
  made.devices.drives[0].emplace(std::make_shared<const std::vector<u8>>(guest.drive));
  return make_x86_machine(own, {image_of(guest)}, &made);
}

namespace {

/// Steps for each unit of time, at most, in the mean: a REP that goes on and on takes no time.
constexpr u64 kStepsOfTick = 16;

// What ring 3 sees or changes without a trap, wherever it runs directly. INT and SYSENTER always come to the VMM, and
// segments of ring 3 are what they are.
constexpr unsigned kSeesThrough[] = {x86::row_of("pushf"), x86::row_of("popf"), x86::row_of("sgdt"), x86::row_of("sidt"),
                                     x86::row_of("sldt"),  x86::row_of("str"),  x86::row_of("smsw"), x86::row_of("lar"),
                                     x86::row_of("lsl"),   x86::row_of("verr"), x86::row_of("verw"), x86::row_of("iret")};

bool meets_hole(const x86::Machine& machine) {
  const x86::State& state = machine.cpu().state;
  if (!state.user()) return false;
  const auto next = machine.vm().peek_instruction(state);
  return next && std::ranges::find(kSeesThrough, next->row) != std::end(kSeesThrough);
}

bool behaves(x86::Machine& bare, bool user_sensitive, u64 ticks) {
  bare.only_step(true);
  AuditorOf<x86::Arch> auditor(bare);
  if (user_sensitive) {
    bare.run({.instructions = ticks, .steps = kStepsOfTick * ticks});
  } else {
    while (bare.instructions() < ticks && bare.steps() < kStepsOfTick * ticks && !meets_hole(bare) && bare.step()) continue;
    if (!bare.ending() && meets_hole(bare)) return false;
  }
  return !auditor.stale() && bare.steps() < kStepsOfTick * ticks;
}

}  // namespace

Result<RandomGuest> random_x86_guest(const RandomOptions& options, u64 ticks) {
  for (u64 again = 0;; ++again) {
    RandomGuest guest = draw_x86_guest(options, again);
    const auto machine = random_pc(guest, {});
    if (!machine) return fail(machine.error());
    if (behaves(**machine, options.user_sensitive, ticks)) return guest;
  }
}

}  // namespace ringside::session
