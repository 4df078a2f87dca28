#include "cli/gdb_run.hpp"

#include <fmt/format.h>

namespace ringside::cli {

using session::Stopped;

namespace {

constexpr std::size_t kMostStops = 4096;
constexpr u32 kMostWatched = 4096;  ///< bytes

// Signals by the numbers of the protocol.
constexpr unsigned kInterrupted = 2, kAborted = 6, kTrapped = 5;

std::string stop(unsigned signal, const std::string& reason) {
  return fmt::format("T{:02x}{}thread:1;", signal, reason);
}

std::string watch_stop(Gva address) {
  return stop(kTrapped, fmt::format("watch:{:x};", address.v));
}

}  // namespace

std::string gdb_error(const std::string& text) {
  return "E." + text;
}

// --- breakpoints and watchpoints ---

std::string GdbRun::insert(Type type, Gva address, u32 bytes) {
  if (breakpoints_.size() + watchpoints().size() >= kMostStops)
    return gdb_error("too many breakpoints; delete some");
  if (type != Type::kWrite) {
    if (const auto added = debugger_.add_breakpoint(address); !added)
      return gdb_error(added.error().text());
    breakpoints_[address.v].insert(type);
    return "OK";
  }
  if (bytes == 0 || bytes > kMostWatched) return gdb_error("watch 1 to 4096 bytes");
  for (const auto& each : watchpoints())
    if (each.address == address && each.bytes != bytes)
      return gdb_error("another watchpoint begins at this address; delete it");
  const auto added = debugger_.add_watchpoint(address, bytes);
  return added ? "OK" : gdb_error(added.error().text());
}

std::string GdbRun::remove(Type type, Gva address) {
  if (type == Type::kWrite) {
    debugger_.remove_watchpoint(address);
    return "OK";
  }
  const auto found = breakpoints_.find(address.v);
  if (found == breakpoints_.end()) return "OK";
  found->second.erase(type);
  if (!found->second.empty()) return "OK";
  breakpoints_.erase(found);
  debugger_.remove_breakpoint(address);
  return "OK";
}

GdbRun::~GdbRun() {
  for (const auto& [address, types] : breakpoints_) debugger_.remove_breakpoint({address});
  while (!watchpoints().empty()) debugger_.remove_watchpoint(watchpoints().front().address);
}

// --- stop replies ---

std::string GdbRun::reason_of(const Stopped& stopped) {
  if (stopped.kind == "start") return "replaylog:begin;";
  if (stopped.kind == "end") return "replaylog:end;";
  const auto at = breakpoints_.find(stopped.position.next.address);
  const bool named = names_breakpoints_ && at != breakpoints_.end();
  if (stopped.kind != "breakpoint" || !named) return "";
  return at->second.contains(Type::kSoftware) ? "swbreak:;" : "hwbreak:;";
}

// What GDB has no word for is said on its console.
std::string GdbRun::stop_reply(const Stopped& stopped) {
  for (const std::string_view kind : {"end", "limit", "input"})
    if (stopped.kind == kind) line_.say("ringside: " + stopped.why + "\n");
  const bool interrupted = stopped.kind == "interrupted";
  return stop(interrupted ? kInterrupted : kTrapped, reason_of(stopped));
}

std::string GdbRun::end_reply() {
  const auto ending = session::position(debugger_.session()).ending;
  exited_ = true;
  if (ending->outcome == vmm::Ending::Outcome::kExited)
    return fmt::format("W{:02x}", ending->exit_code);
  return fmt::format("X{:02x}", kAborted);
}

// --- moves ---

std::string GdbRun::forwards(bool one_step) {
  if (debugger_.session().ended()) return end_reply();
  const Stopped stopped =
      one_step ? debugger_.step(1, line_.between) : debugger_.run(line_.between);
  if (stopped.kind != "watchpoint") return stop_reply(stopped);
  const u64 after = here();
  const auto written = undo_step();
  debugger_.go_to_step(after);
  return written ? watch_stop(*written) : stop_reply(stopped);
}

std::string GdbRun::backwards(bool one_step) {
  if (here() == 0) return stop_reply(debugger_.back(1));
  if (one_step) return step_back();
  if (watchpoints().empty()) return run_backwards();
  // The step just before may be a watched write: it is the first to be undone.
  const u64 before = here();
  if (const auto written = undo_step()) return watch_stop(*written);
  debugger_.go_to_step(before);
  return run_backwards();
}

std::string GdbRun::step_back() {
  if (watchpoints().empty()) return stop_reply(debugger_.back(1, line_.between));
  const auto written = undo_step();
  return written ? watch_stop(*written) : stop_reply(debugger_.stay());
}

std::string GdbRun::run_backwards() {
  const Stopped stopped = debugger_.reverse(line_.between);
  if (stopped.kind != "watchpoint") return stop_reply(stopped);
  const auto written = undo_step();
  return written ? watch_stop(*written) : stop_reply(debugger_.stay());
}

std::vector<GdbRun::Bytes> GdbRun::watched() const {
  std::vector<Bytes> all;
  for (const auto& each : watchpoints())
    all.push_back(session::memory(debugger_.session(), each.address, each.bytes));
  return all;
}

// Goes back one step. If that wrote watched memory: the watchpoint that it changed, or the first of
// all where it wrote what was there.
std::optional<Gva> GdbRun::undo_step() {
  debugger_.back(1);
  const auto before = watched();
  const bool wrote = debugger_.step(1).kind == "watchpoint";
  const auto after = watched();
  debugger_.back(1);
  if (!wrote) return std::nullopt;
  for (std::size_t i = 0; i < before.size(); ++i)
    if (before[i] != after[i]) return watchpoints()[i].address;
  return watchpoints().front().address;
}

}  // namespace ringside::cli
