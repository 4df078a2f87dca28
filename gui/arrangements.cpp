// The arrangements that are built in. Panels that a build does not have are left out.
#include "gui/layout.hpp"

namespace ringside::gui {

namespace {

Pane debug() {
  return column(1, {row(11, {tabs(3, {"code", "source"}), tabs(4, {"belief", "memory", "devices", "vmcs"}), tabs(3, {"console", "guide"})}),
                    tabs(4, {"timeline"}), row(5, {tabs(1, {"exits", "events"}), tabs(1, {"bill", "compare"})})});
}

Pane lecture() {
  return column(1, {row(5, {tabs(3, {"code"}), tabs(4, {"belief"})}), tabs(2, {"timeline"}),
                    tabs(2, {"guide", "console"})});
}

Pane cost() {
  return column(1, {tabs(2, {"timeline"}), row(4, {tabs(1, {"exits"}), tabs(1, {"bill", "compare"})}),
                    tabs(1, {"console"})});
}

Pane translation() {
  return column(1, {row(4, {tabs(3, {"code"}), tabs(6, {"cache", "units"})}),
                    row(2, {tabs(2, {"timeline"}), tabs(1, {"exits", "console"})})});
}

Pane paging() {
  return column(1, {row(4, {tabs(3, {"walk"}), tabs(3, {"tables"}), tabs(2, {"tlb"})}),
                    row(3, {tabs(3, {"memory"}), tabs(3, {"code", "belief"}), tabs(2, {"console"})})});
}

}  // namespace

const std::vector<Arrangement>& arrangements() {
  static const std::vector<Arrangement> kAll = {
      {"Lecture", "For a projector: few panes, everything large, each step explained", 1.5f, lecture()},
      {"Debug", "Code, belief and truth, timeline, exits: to find out what happens", 1, debug()},
      {"Cost", "Where the cycles go", 1, cost()},
      {"Translation", "The guest's code beside its translation", 1, translation()},
      {"Paging", "How addresses are translated", 1, paging()}};
  return kAll;
}

}  // namespace ringside::gui
