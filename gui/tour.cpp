#include "gui/tour.hpp"

#include "embedded/hand_outs.hpp"
#include "gui/markdown.hpp"

namespace ringside::gui {

std::string_view tour_text() { return embedded_hand_outs("tour.md"); }

std::string tour_script() {
  std::string script = "do arrange.Debug\ndo show.guide\nwait 3\n";
  for (const Block& block : parse_markdown(tour_text()))
    for (const auto& action : block.does) script += "do " + action + "\nsettle\nwait 2\n";
  return script;
}

}  // namespace ringside::gui
