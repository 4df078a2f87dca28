#include "session/device_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ringside::session {

namespace {

std::string state_of(const LineView& line) {
  if (line.in_service) return "in service";
  if (line.pending) return line.masked ? "pending, masked" : "pending";
  return line.masked ? "masked" : "quiet";
}

std::string names(const std::vector<const LineView*>& lines) {
  std::string text;
  for (const LineView* each : lines) text += (text.empty() ? "" : ", ") + fmt::format("{} ({})", each->name, each->source);
  return text;
}

// What the lines and the CPU's flag come to.
std::string verdict_of(const DevicesView& view) {
  std::vector<const LineView*> ready, held;
  for (const LineView& each : view.lines)
    if (each.pending) (each.masked ? held : ready).push_back(&each);
  if (ready.empty() && held.empty())
    return view.enabled ? "Nothing asks for an interrupt; one would be let in." : "Nothing asks for an interrupt; the guest has them off.";
  if (ready.empty()) return fmt::format("Masked, so nobody learns of it: {}.", names(held));
  if (!view.enabled) return fmt::format("Waits until the guest lets interrupts in: {}.", names(ready));
  return fmt::format("Will be delivered at once: {}.", names(ready));
}

}  // namespace

DevicesView device_view(const Session& session) {
  DevicesView view = session.is_x86() ? pc_devices(session) : zisa_devices(session);
  std::ranges::stable_sort(view.coming, std::less(), &ComingView::at);
  view.verdict = verdict_of(view);
  return view;
}

std::string devices_text(const DevicesView& view) {
  std::string text = fmt::format("{} {}: {}\n", view.virtual_time ? "time" : "cycle", view.now, view.verdict);
  for (const LineView& each : view.lines)
    text += fmt::format("  {:<10} {:<8} {:<22} {:<16} {}\n", each.controller, each.name, each.source, state_of(each), each.vector);
  for (const ComingView& each : view.coming)
    text += fmt::format("  at {:>12}  {}{}\n", each.at, each.what, each.masked ? ", masked" : "");
  for (const DeviceView& device : view.devices) {
    text += fmt::format("\n{} ({})\n", device.name, device.place);
    for (const DeviceRegister& r : device.registers)
      text += fmt::format("  {:<16} {:0{}x}  {}\n", r.name, r.value, r.digits, r.words);
  }
  return text;
}

}  // namespace ringside::session
