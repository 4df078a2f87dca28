// Which port leads where.
#include "devices/pc_platform.hpp"

namespace ringside::devices {
namespace {

constexpr u16 kIdeData = 0x1F0, kDebugExit = 0xF4, kPciAddress = 0xCF8, kPciData = 0xCFC;
constexpr u16 kPowerControl = 0x604;
constexpr u32 kSleepEnable = 1 << 13;  // PM1_CNT.SLP_EN (ACPI 1.0, section 4.7.3.2)
constexpr u8 kResetCpu = 0x04;         // of CF9h, the reset control register of the PIIX3
constexpr u64 kRefresh = 18;           // pulses of the 8254 from one memory refresh to the next

constexpr u32 low_bytes(u32 value, unsigned bytes) {
  return bytes >= 4 ? value : value & ((u32{1} << 8 * bytes) - 1);
}

}  // namespace

/// `size` ports from `base`, with what a byte read or written there does; ports come as their
/// distance from the base.
struct PcPlatform::Ports {
  u16 base, size;
  u8 (*in)(PcPlatform&, unsigned port, u64 now);
  void (*out)(PcPlatform&, unsigned port, u8 value, u64 now);
};

// The catalogue: a device is one line here and a member of the class.
using P = PcPlatform;
constexpr std::array<PcPlatform::Ports, 14> PcPlatform::kPorts{{
    {0x020, 2, [](P& p, unsigned port, u64) { return p.pic_.read(0, port); },
     [](P& p, unsigned port, u8 value, u64) { p.pic_.write(0, port, value); }},
    {0x040, 4,
     [](P& p, unsigned port, u64 now) { return p.pit_.read(port, p.pit_clock_.ticks(now)); },
     [](P& p, unsigned port, u8 value, u64 now) {
       p.pit_.write(port, value, p.pit_clock_.ticks(now));
       p.schedule_timers(now);
     }},
    {0x060, 1,
     [](P& p, unsigned, u64 now) {
       const u8 value = p.keyboard_.read_data(now);
       p.set_line(kKeyboard, false), p.set_line(kMouse, false);  // The next byte, if there is one, is another edge.
       return value;
     },
     [](P& p, unsigned, u8 value, u64) { p.keyboard_.write_data(value); }},
    {0x061, 1, [](P& p, unsigned, u64 now) { return p.read_port_b(now); },
     [](P& p, unsigned, u8 value, u64 now) { p.write_port_b(value, now); }},
    {0x064, 1, [](P& p, unsigned, u64) { return p.keyboard_.read_status(); },
     [](P& p, unsigned, u8 value, u64) { p.keyboard_.write_command(value); }},
    {0x070, 2,
     [](P& p, unsigned port, u64 now) {
       return port == 0 ? u8{0xff} : p.cmos_.read(p.rtc_clock_.ticks(now));
     },
     [](P& p, unsigned port, u8 value, u64 now) {
       if (port == 0) return p.cmos_.select(value);
       p.cmos_.write(value, p.rtc_clock_.ticks(now));
       p.schedule_timers(now);
     }},
    {0x092, 1, [](P& p, unsigned, u64) { return static_cast<u8>(p.a20() << 1); },
     [](P& p, unsigned, u8 value, u64) { p.write_port_a(value); }},
    {0x0A0, 2, [](P& p, unsigned port, u64) { return p.pic_.read(1, port); },
     [](P& p, unsigned port, u8 value, u64) { p.pic_.write(1, port, value); }},
    {0x1F0, 8, [](P& p, unsigned port, u64) { return p.ide_.read(port); },
     [](P& p, unsigned port, u8 value, u64 now) {
       // A command takes the interrupt of the last one back.
       if (port == IdeChannel::kStatusCommand) p.set_line(kIde, false);
       p.ide_.write(port, value, now);
     }},
    {0x3C0, 32, [](P& p, unsigned port, u64) { return p.display_.read(port); },
     [](P& p, unsigned port, u8 value, u64) { p.display_.write(port, value); }},
    {0x3F6, 1, [](P& p, unsigned, u64) { return p.ide_.alternate_status(); },
     [](P& p, unsigned, u8 value, u64) { p.ide_.control(value); }},
    {0x3F8, 8, [](P& p, unsigned port, u64 now) { return p.serial_.read(port, now); },
     [](P& p, unsigned port, u8 value, u64 now) {
       // Sending takes the transmitter's interrupt back.
       if (port == 0) p.set_line(kCom1, false);
       p.serial_.write(port, value, now);
     }},
    {0x4D0, 2, [](P& p, unsigned port, u64) { return p.pic_.edge_level(port); },
     [](P& p, unsigned port, u8 value, u64) { p.pic_.set_edge_level(port, value); }},
    {0xCF9, 1, [](P&, unsigned, u64) { return u8{0}; },
     [](P& p, unsigned, u8 value, u64) { p.reset_ |= (value & kResetCpu) != 0; }},
}};

const PcPlatform::Ports* PcPlatform::find(u16 port) {
  for (const Ports& ports : kPorts)
    if (port >= ports.base && port - ports.base < ports.size) return &ports;
  return nullptr;
}

u8 PcPlatform::in_byte(u16 port, u64 now) {
  const Ports* ports = find(port);
  if (!ports) return 0xff;
  const u8 value = ports->in(*this, port - ports->base, now);
  update_lines();
  return value;
}

void PcPlatform::out_byte(u16 port, u8 value, u64 now) {
  const Ports* ports = find(port);
  if (!ports) return;
  ports->out(*this, port - ports->base, value, now);
  update_lines();
}

u32 PcPlatform::in(u16 port, unsigned bytes, u64 now) {
  settle(now);
  if (port == kIdeData) {
    const u32 data = ide_.read_data(bytes);
    set_line(kIde, ide_.interrupt());
    return low_bytes(data, bytes);
  }
  if (port == kPciAddress && bytes == 4) return pci_.address();
  if (port >= kPciData && port < kPciData + 4) return in_pci(port, bytes);
  u32 value = 0;
  for (unsigned i = 0; i < bytes; ++i)
    value |= u32{in_byte(static_cast<u16>(port + i), now)} << (8 * i);
  return value;
}

void PcPlatform::out(u16 port, u32 value, unsigned bytes, u64 now) {
  settle(now);
  if (port == kIdeData) {
    ide_.write_data(value, bytes, now);
    return set_line(kIde, ide_.interrupt());
  }
  if (out_wide(port, low_bytes(value, bytes), bytes)) return;
  for (unsigned i = 0; i < bytes; ++i)
    out_byte(static_cast<u16>(port + i), static_cast<u8>(value >> (8 * i)), now);
}

u32 PcPlatform::in_pci(u16 port, unsigned bytes) const {
  const unsigned shift = 8 * (port - kPciData);
  return low_bytes(static_cast<u32>(~(~u64{pci_.read()} >> shift)), bytes);
}

/// Registers that take a value of several bytes at once; false if the port is none of them.
bool PcPlatform::out_wide(u16 port, u32 value, unsigned bytes) {
  if (port == kPciAddress && bytes == 4)
    pci_.select(value);
  else if (port == kDebugExit)
    exit_code_ = exit_code_.value_or(value);
  else if (port == kPowerControl)
    off_ |= (value & kSleepEnable) != 0;
  else
    return false;
  return true;
}

/// System control port B: speaker gate and data, the toggle of memory refresh, OUT of counter 2.
u8 PcPlatform::read_port_b(u64 now) const {
  const u64 tick = pit_clock_.ticks(now);
  const bool refresh = tick / kRefresh % 2 != 0;
  return static_cast<u8>(port_b_ | refresh << 4 | pit_.counter(Pit8254::kSpeaker).out(tick) << 5);
}

void PcPlatform::write_port_b(u8 value, u64 now) {
  port_b_ = value & 0x3;
  pit_.counter(Pit8254::kSpeaker).set_gate(value & 1, pit_clock_.ticks(now));
}

/// System control port A: A20 and the fast reset.
void PcPlatform::write_port_a(u8 value) {
  keyboard_.set_a20(value & 0x02);
  reset_ |= (value & 0x01) != 0;
}

}  // namespace ringside::devices
