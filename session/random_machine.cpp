// Machines with random guests, and the trial of a guest before it is given out.
#include <algorithm>

#include "isa/zisa/decode.hpp"
#include "session/auditor.hpp"
#include "session/open.hpp"
#include "session/random_guest.hpp"

namespace ringside::session {

namespace {

// All but the last page, which the boot information takes, and which such guests leave alone.
loader::Image image_of(const RandomGuest& guest) {
  const u32 bytes = kRandomRam - kPageSize;
  loader::Image image;
  image.file = "random guest";
  image.entry = kRandomBase;
  image.segments = {{kRandomBase, bytes, bytes, 0, true}};
  image.bytes = guest.image;
  return image;
}

}  // namespace

Result<std::unique_ptr<vmm::Machine>> random_machine(const RandomGuest& guest,
                                                     const Options& options) {
  Options own = options;
  own.memory = kRandomRam;
  own.virtual_time = true;
  own.input = guest.input;
  MadeDevices devices{{}, kRandomDiskLatency};
  devices.drives[0].emplace(std::make_shared<const std::vector<u8>>(guest.drive));
  return make_machine(own, {image_of(guest)}, &devices);
}

namespace {

constexpr unsigned kUserSensitive[] = {zisa::row_of("read_sr"), zisa::row_of("read_ptbr"),
                                       zisa::row_of("probe")};

// They trap in U mode, so that they stand in the log of events.
void trap_user_sensitive(cpu::Cpu& cpu) {
  cpu::Variant variant = cpu.variant();
  for (const unsigned row : kUserSensitive) variant.set_trap(row, true);
  cpu.set_variant(variant);
}

bool met_user_sensitive(const vmm::EventLog& log) {
  return std::ranges::any_of(log.events(), [](const vmm::Event& event) {
    return event.kind == vmm::EventKind::kTrap &&
           static_cast<cpu::Cause>(event.a) == cpu::Cause::kPrivileged &&
           is_user_sensitive(event.b);
  });
}

bool behaves(vmm::Machine& bare, bool user_sensitive, u64 ticks) {
  if (!user_sensitive) trap_user_sensitive(bare.cpu());
  bare.only_step(true);
  Auditor auditor(bare);
  bare.run({.instructions = ticks});
  return !auditor.stale() && (user_sensitive || !met_user_sensitive(bare.log()));
}

}  // namespace

bool is_user_sensitive(u32 instruction) {
  return std::ranges::find(kUserSensitive, zisa::decode_row(instruction)) !=
         std::end(kUserSensitive);
}

Result<RandomGuest> random_guest(const RandomOptions& options, const std::string& isa, u64 ticks) {
  Options bare;
  bare.isa = isa;
  for (u64 again = 0;; ++again) {
    RandomGuest guest = draw_guest(options, again);
    const auto machine = random_machine(guest, bare);
    if (!machine) return fail(machine.error());
    if (behaves(**machine, options.user_sensitive, ticks)) return guest;
  }
}

}  // namespace ringside::session
