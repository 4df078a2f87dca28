#include "session/trace.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "loader/image.hpp"

namespace ringside::session {

using vmm::Event;
using vmm::EventKind;

namespace {

/// Tracks of the trace, as numbers of threads of one process.
enum Track : int { kVmTrack = 1, kCpuTrack = 2, kVmmTrack = 3 };

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump();
}

std::string track_name(int track, const std::string& name) {
  return fmt::format(R"({{"ph":"M","pid":1,"tid":{},"name":"thread_name","args":{{"name":{}}}}})",
                     track, quoted(name));
}

}  // namespace

TraceWriter::TraceWriter(std::ostream& out, Session& session) : out_(out), session_(session) {
  const vmm::AnyMachine& machine = session.any_machine();
  const std::string title =
      fmt::format("{} on {}, {}", session.options().guest, machine.isa_name(), machine.strategy_name());
  out_ << R"({"displayTimeUnit":"ns","traceEvents":[)";
  line(fmt::format(R"({{"ph":"M","pid":1,"name":"process_name","args":{{"name":{}}}}})",
                   quoted(title)));
  line(track_name(kVmTrack, "VM 0, vCPU 0"));
  line(track_name(kCpuTrack, "CPU 0"));
  line(track_name(kVmmTrack, "VMM"));
}

double TraceWriter::microseconds(Cycles cycles) const {
  const u64 khz = session_.any_machine().ledger().price(cost::Param::kFrequencyKhz);
  return static_cast<double>(cycles) * 1000.0 / static_cast<double>(khz);
}

void TraceWriter::line(const std::string& json) {
  out_ << (first_line_ ? "\n" : ",\n") << json;
  first_line_ = false;
}

std::string TraceWriter::place(u32 pc) const {
  return fmt::format(R"("pc":"{:08x}","symbol":{})", pc, quoted(session_.image().symbols.name(pc)));
}

void TraceWriter::slice(int track, const std::string& name, Cycles from, Cycles to,
                        const std::string& arguments) {
  if (to <= from) return;
  line(fmt::format(
      R"({{"ph":"X","pid":1,"tid":{},"name":{},"ts":{:.4f},"dur":{:.4f},"args":{{"cycles":{}{}}}}})",
      track, quoted(name), microseconds(from), microseconds(to - from), to - from, arguments));
}

void TraceWriter::instant(int track, const std::string& name, Cycles at,
                          const std::string& arguments) {
  line(fmt::format(
      R"({{"ph":"i","s":"t","pid":1,"tid":{},"name":{},"ts":{:.4f},"args":{{"cycle":{}{}}}}})",
      track, quoted(name), microseconds(at), at, arguments));
}

void TraceWriter::leave_guest(Cycles until) {
  slice(kVmTrack, "guest", guest_since_, until, "");
  slice(kCpuTrack, "guest", guest_since_, until, "");
}

void TraceWriter::exit_done(const Event& entry) {
  const vmm::ExitKind kind{entry.detail, static_cast<u8>(entry.a)};
  const std::string arguments = "," + place(exit_.pc);
  slice(kVmmTrack, session_.any_machine().exit_name(kind), exit_.cycle, entry.cycle, arguments);
  slice(kCpuTrack, "VMM", exit_.cycle, entry.cycle, "");
  guest_since_ = entry.cycle;
}

void TraceWriter::write(const Event& e) {
  const std::string at = "," + place(e.pc);
  switch (e.kind) {
    case EventKind::kExit:
      leave_guest(e.cycle);
      exit_ = e;
      break;
    case EventKind::kEntry:
      exit_done(e);
      break;
    case EventKind::kTrap:
      instant(kCpuTrack, "trap: " + session_.any_machine().cause_name(e), e.cycle, at);
      break;
    case EventKind::kInject:
      instant(kVmTrack, "inject: " + session_.any_machine().cause_name(e), e.cycle, at);
      break;
    case EventKind::kHole:
      instant(kVmTrack, "hole: " + session_.any_machine().row_name(e.detail), e.cycle,
              at + fmt::format(R"(,"got":"{:#x}","bare_metal":"{:#x}")", e.a, e.b));
      break;
    case EventKind::kDevice:
      instant(kCpuTrack, "device done", e.cycle, at);
      break;
    case EventKind::kInput:
      instant(kCpuTrack, "input", e.cycle, fmt::format(R"(,"bytes":{})", e.a));
      break;
    case EventKind::kIdle: {
      // Waits in virtual time take no cycles.
      const bool cycles = !session_.options().virtual_time;
      const Cycles pause = cycles ? u64{e.b} << 32 | e.a : 0;
      leave_guest(e.cycle - pause);
      slice(kCpuTrack, "idle", e.cycle - pause, e.cycle, "");
      guest_since_ = e.cycle;
      break;
    }
    case EventKind::kEnd:
      leave_guest(e.cycle);
      guest_since_ = e.cycle;
      instant(kVmTrack, "end", e.cycle, at + fmt::format(R"(,"exit_code":{})", e.a));
      break;
    case EventKind::kSwitch:
      instant(kVmTrack, "world switch", e.cycle, at);
      break;
  }
}

void TraceWriter::write_new() {
  vmm::EventLog& log = session_.any_machine().log();
  for (const Event& event : log.events()) write(event);
  log.forget();
}

void TraceWriter::finish() {
  write_new();
  leave_guest(session_.any_machine().cycles());
  out_ << "\n]}\n";
}

}  // namespace ringside::session
