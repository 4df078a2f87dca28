// The platform's time and interrupt lines; pc_ports.cpp and pc_memory.cpp have its accesses.
#include "devices/pc_platform.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace ringside::devices {
namespace {

constexpr unsigned kTimerPin = 2;
constexpr u8 kFirmwareVector = 0x08, kFirmwareSlaveVector = 0x70;
constexpr u8 kFirmwareMask = 0xf8;  // timer, keyboard and cascade are on

u64 earlier(u64 a, std::optional<u64> b) {
  return std::min(a, b.value_or(a));
}

/// ICW1 to ICW4 and the mask, as firmware writes them.
void initialise(PicPair& pic, unsigned chip, u8 vector, u8 cascade, u8 mask) {
  pic.write(chip, 0, 0x11);
  for (u8 value : {vector, cascade, u8{0x01}, mask}) pic.write(chip, 1, value);
}

/// Counter 0 at its slowest, 18.2 times a second; the speaker's a square wave that waits.
void initialise(Pit8254& pit) {
  pit.write(3, 0x34, 0);
  pit.write(0, 0, 0);
  pit.write(0, 0, 0);
  pit.write(3, 0xb6, 0);
  pit.counter(Pit8254::kSpeaker).set_gate(false, 0);
}

}  // namespace

PcPlatform::PcPlatform(const Config& config)
    : pit_clock_(Pit8254::kHz, config.frequency_khz),
      rtc_clock_(Cmos::kHz, config.frequency_khz),
      apic_clock_(ApicTimer::kHz, config.frequency_khz),
      cmos_(config.ram_bytes),
      serial_(config.frequency_khz),
      ide_(config.drives, config.disk_latency),
      key_interval_(config.frequency_khz),
      keyboard_input_(config.keyboard_input) {
  const unsigned cpus = std::clamp(config.cpus, 1u, kMostCpus);
  for (unsigned i = 0; i < cpus; ++i) apics_.emplace_back(static_cast<u8>(i));
  initialise(pit_);
  schedule_timers(0);
  initialise(pic_, 0, kFirmwareVector, 0x04, kFirmwareMask);
  initialise(pic_, 1, kFirmwareSlaveVector, 0x02, 0xff);
  type(config.input, 0);
}

std::vector<Blob> PcPlatform::firmware_tables() const {
  const unsigned drives = (drive(0) != nullptr) + (drive(1) != nullptr);
  return devices::firmware_tables(static_cast<unsigned>(apics_.size()), drives);
}

void PcPlatform::type(std::string_view text, u64 now) {
  if (keyboard_input_)
    keyboard_.type(scan_codes(text), now, key_interval_);
  else
    serial_.type(text, now);
}

std::optional<u64> PcPlatform::next_event() const {
  constexpr u64 kNever = ~u64{0};
  u64 next = timer_due_.value_or(kNever);
  for (auto due : {serial_.due(), keyboard_.due(), ide_.due()}) next = earlier(next, due);
  return next == kNever ? std::nullopt : std::optional(next);
}

bool PcPlatform::advance(u64 now) {
  const auto next = next_event();
  if (!next || now < *next) return false;
  if (timer_due_ && now >= *timer_due_) advance_timers(now);
  serial_.advance(now);
  keyboard_.advance(now);
  ide_.advance(now);
  update_lines();
  return true;
}

void PcPlatform::settle(u64 now) {
  advance(now);
}

/// IRQ 0 is an edge: several that are due at once are one.
void PcPlatform::advance_timers(u64 now) {
  if (pit_rise_ && now >= *pit_rise_) {
    set_line(kTimer, false);
    set_line(kTimer, true);
  }
  cmos_.advance(rtc_clock_.ticks(now));
  for (LocalApic& apic : apics_) apic.advance(apic_clock_.ticks(now));
  schedule_timers(now);
}

void PcPlatform::schedule_timers(u64 now) {
  const u64 tick = pit_clock_.ticks(now);
  set_line(kTimer, pit_.counter(0).out(tick));
  pit_rise_ = pit_.counter(0).next_rise(tick);
  if (pit_rise_) pit_rise_ = pit_clock_.reached(*pit_rise_);
  timer_due_ = pit_rise_;
  if (const auto event = cmos_.next_event(rtc_clock_.ticks(now))) {
    const u64 due = rtc_clock_.reached(*event);
    timer_due_ = earlier(due, timer_due_);
  }
  for (const LocalApic& apic : apics_)
    if (const auto due = apic.timer_due())
      timer_due_ = earlier(apic_clock_.reached(*due), timer_due_);
}

/// The timer arrives at pin 2 of the I/O APIC, as the MP table says, the others at their own.
void PcPlatform::set_line(unsigned irq, bool level) {
  const u32 mask = u32{1} << irq;
  if (level == ((lines_ & mask) != 0)) return;
  lines_ ^= mask;
  pic_.set_line(irq, level);
  io_apic_.set_line(irq == kTimer ? kTimerPin : irq, level);
  serve_io_apic();
}

void PcPlatform::update_lines() {
  set_line(kKeyboard, keyboard_.interrupt());
  set_line(kMouse, keyboard_.mouse_interrupt());
  set_line(kCom1, serial_.interrupt());
  set_line(kClock, cmos_.interrupt());
  set_line(kIde, ide_.interrupt());
}

std::optional<u8> PcPlatform::pending(unsigned cpu) const {
  if (const auto vector = apics_[cpu].pending()) return vector;
  return cpu == 0 && apics_[cpu].passes_intr() ? pic_.pending() : std::nullopt;
}

u8 PcPlatform::acknowledge(unsigned cpu) {
  LocalApic& apic = apics_[cpu];
  const bool from_pic = !apic.pending() && cpu == 0 && apic.passes_intr();
  return from_pic ? pic_.acknowledge() : apic.acknowledge();
}

u64 PcPlatform::hash() const {
  u64 hash = 0;
  for (const LocalApic& apic : apics_) hash = hash_mix(hash, apic.hash());
  for (u64 part : {io_apic_.hash(), pic_.hash(), pit_.hash(), cmos_.hash(), keyboard_.hash(),
                   serial_.hash(), ide_.hash(), display_.hash(), u64{pci_.address()}, u64{port_b_},
                   u64{lines_}, exit_code_ ? 1 + u64{*exit_code_} : 0})
    hash = hash_mix(hash, part);
  return hash_mix(hash, u64{reset_} | u64{off_} << 1);
}

}  // namespace ringside::devices
