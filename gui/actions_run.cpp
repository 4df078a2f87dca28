// Actions that move the machine.
#include "gui/shell.hpp"

namespace ringside::gui {

namespace {

// Of those that need a machine at rest: on the same keys with Shift they go backwards.
void add_move(Shell& shell, std::string id, std::string name, std::vector<Keys> keys, std::string help,
              void (*run)(Model&)) {
  Model& model = shell.model();
  shell.actions().add({"run." + std::move(id), "Run", std::move(name), std::move(keys), std::move(help),
                       [&model, run] { run(model); }, [&model] { return !model.running(); }});
}

void add_forwards(Shell& shell) {
  add_move(shell, "run", "Run", {{Key::kF5}}, "On to a breakpoint, a wait for input, or the end",
           [](Model& m) { m.run(); });
  shell.actions().add({"run.stop",
                       "Run",
                       "Stop",
                       {{Key::kF5}, {Key::kEscape}},
                       "Stop here, wherever that is",
                       [&m = shell.model()] { m.stop(); },
                       [&m = shell.model()] { return m.running(); }});
  add_move(shell, "step", "Step", {{Key::kF10}}, "One instruction, with the trap or exit that comes of it",
           [](Model& m) { m.step(); });
  add_move(shell, "step100", "Step a hundred", {{Key::kF10, true}}, "A hundred instructions",
           [](Model& m) { m.step(100); });
  add_move(shell, "exit", "To the next exit", {{Key::kF6}},
           "On until the guest has left to the VMM, whatever the reason", [](Model& m) { m.run_to_event("exit"); });
  add_move(shell, "trap", "To the next trap", {{Key::kF7}}, "On until the guest has taken a trap or interrupt",
           [](Model& m) { m.run_to_event("trap"); });
  add_move(shell, "hole", "To the next lie", {{Key::kF8}},
           "On until a sensitive instruction has run without a trap, and lied",
           [](Model& m) { m.run_to_event("hole"); });
}

void add_backwards(Shell& shell) {
  add_move(shell, "reverse", "Run back", {{Key::kF5, false, true}}, "Back to the last breakpoint, or to the start",
           [](Model& m) { m.reverse(); });
  add_move(shell, "back", "Step back", {{Key::kF10, false, true}, {Key::kZ, true}},
           "Undo one step: this is going back in time", [](Model& m) { m.back(); });
  add_move(shell, "back100", "Step a hundred back", {{Key::kF10, true, true}}, "A hundred steps back",
           [](Model& m) { m.back(100); });
  add_move(shell, "start", "To the start", {{Key::kHome, true}}, "To before the first instruction",
           [](Model& m) { m.go_to_step(0); });
}

}  // namespace

void add_run_actions(Shell& shell) {
  add_forwards(shell);
  add_backwards(shell);
  Model& model = shell.model();
  shell.actions().add({"run.breakpoint",
                       "Run",
                       "Breakpoint here",
                       {{Key::kF9}},
                       "Sets one at the instruction that comes next, or takes it away",
                       [&model] { model.toggle_breakpoint({model.stopped().position.next.address}); },
                       [&model] { return !model.running(); }});
}

}  // namespace ringside::gui
