#include "gui/panels/walk_text.hpp"

#include <fmt/format.h>

#include "gui/format.hpp"

namespace ringside::gui {

using session::Walked;
using session::WalkedReference;
using session::WalkView;

std::string name_of(const Walked& walk, const WalkedReference& reference) {
  const char* whose = !walk.two_dimensions ? "" : reference.guest ? "guest " : "nested ";
  return fmt::format("{}L{}", whose, reference.entry.level);
}

std::string cost_text(const WalkView& view, const Walked& walk) {
  if (!walk.by_hardware) return "The VMM looks here in software; the hardware does not walk these.";
  const auto count = walk.references.size();
  std::string text = fmt::format("The hardware walks these when the TLB misses: {} \u00d7 {} cycles = {}.", counted(count, "reference"), grouped(walk.price),
                                 counted(walk.cost(), "cycle"));
  if (view.walk_caches) text += " Walk caches may save some.";
  return text;
}

std::string copy_text(const WalkView& view) {
  std::string text = fmt::format("{:08x} {}\n", view.address.v, view.symbol);
  for (const Walked& walk : view.walks) {
    text += fmt::format("{}, {} {:#x}\n", walk.tables, walk.root_name, walk.root);
    for (const WalkedReference& each : walk.references)
      text += fmt::format("{:3}  {:<10} index {:>4}  at {:08x}: {:08x}  {}{}\n", each.number, name_of(walk, each), each.entry.index, each.entry.address,
                          each.entry.entry, session::letters(each.bits), forbids(each.bits) ? "  forbids: " + session::forbidding_text(each.bits) : "");
    text += walk.address ? fmt::format("-> {:08x}; ", *walk.address) : "";
    text += walk.outcome + "\n" + (walk.forbidden.empty() ? "" : walk.forbidden + "\n") + plain_cost(view, walk) + "\n";
  }
  return text + view.tlb + "\n";
}

// In the copy, spaces that anybody's terminal has.
std::string plain_cost(const WalkView& view, const Walked& walk) {
  std::string text = cost_text(view, walk);
  for (auto at = text.find("\u202f"); at != std::string::npos; at = text.find("\u202f")) text.replace(at, 3, " ");
  return text;
}

}  // namespace ringside::gui
