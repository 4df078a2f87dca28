// Actions of the panels that hold strategies side by side.
#include "gui/requests.hpp"
#include "gui/shell.hpp"

namespace ringside::gui {

namespace {

// Shows the panel, which does what it is asked for.
void add(Shell& shell, const std::string& panel, const std::string& what, const std::string& name, std::string help) {
  const std::string id = panel + "." + what;
  shell.actions().add({id, "Study", name, {}, std::move(help), [&shell, panel, id] { shell.show(panel), Requests::ask(id); }});
}

}  // namespace

void add_study_actions(Shell& shell) {
  add(shell, "bill", "run", "Bill of every strategy", "Runs the guest under each strategy, and shows where the cycles went");
  add(shell, "bill", "crossover", "Crossover chart", "Measures which strategy is cheaper by the rate of sensitive instructions");
  add(shell, "bill", "copy", "Copy the bill", "As text with tabs");
  add(shell, "compare", "run", "Compare strategies", "Lays the runs of the same guest under several strategies side by side");
  add(shell, "compare", "search", "Find where strategies part", "Steps the guest beside the bare machine to the first difference that it could see");
  add(shell, "compare", "copy", "Copy the comparison", "What the guest sees, with its cycle under each strategy, as text with tabs");
}

}  // namespace ringside::gui
