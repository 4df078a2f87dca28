// Actions that change what the window looks like.
#include "gui/panels.hpp"
#include "gui/shell.hpp"

namespace ringside::gui {

namespace {

void add_looks(Shell& shell) {
  Actions& all = shell.actions();
  all.add({"view.palette", "View", "Command palette", {{Key::kP, true}}, "Any command by a few letters", [&shell] {
             shell.palette().open();
           }});
  const Theme& theme = shell.ui().theme;
  all.add({"view.dark",
           "View/Theme",
           "Dark",
           {},
           "Light on dark",
           [&shell] { shell.set_theme(true); },
           [] { return true; },
           [&theme] { return theme.dark; }});
  all.add({"view.light",
           "View/Theme",
           "Light",
           {},
           "Dark on light, for bright rooms",
           [&shell] { shell.set_theme(false); },
           [] { return true; },
           [&theme] { return !theme.dark; }});
  all.add(
      {"view.larger", "View", "Larger", {{Key::kPlus, true}, {Key::kPlus, true, true}}, "Everything larger", [&shell] {
         shell.zoom(1.1f);
       }});
  all.add({"view.smaller", "View", "Smaller", {{Key::kMinus, true}}, "Everything smaller", [&shell] {
             shell.zoom(1 / 1.1f);
           }});
  all.add({"view.normal", "View", "Normal size", {{Key::k0, true}}, "As large as the screen has it", [&shell] {
             shell.zoom(0);
           }});
  all.add({"view.motion",
           "View",
           "Reduced motion",
           {},
           "Nothing fades or moves",
           [&shell] { shell.set_reduced_motion(!shell.settings().reduced_motion); },
           [] { return true; },
           [&shell] { return shell.settings().reduced_motion; }});
}

void add_arrangements(Shell& shell) {
  int number = 0;
  for (const Arrangement& each : arrangements()) {
    const auto key = static_cast<Key>(static_cast<int>(Key::k1) + number++);
    shell.actions().add({"arrange." + each.name,
                         "Arrangement",
                         each.name,
                         {{key, true}},
                         each.summary,
                         [&shell, name = each.name] { shell.arrange(name); },
                         [] { return true; },
                         [&shell, name = each.name] { return shell.settings().arrangement == name; }});
  }
  shell.actions().add({"arrange.reset", "Arrangement", "Reset this arrangement", {}, "As it was built in", [&shell] {
                         shell.reset_layout();
                       }});
}

void add_panels(Shell& shell) {
  for (const PanelInfo& each : panels())
    shell.actions().add({"show." + std::string(each.id),
                         "Panels",
                         std::string(each.title),
                         {},
                         std::string(each.summary),
                         [&shell, id = std::string(each.id)] { shell.show(id); }});
}

}  // namespace

void add_view_actions(Shell& shell) {
  add_looks(shell);
  add_arrangements(shell);
  add_panels(shell);
  shell.actions().add({"file.quit", "File", "Quit", {{Key::kQ, true}}, "Close the window", [&shell] { shell.quit(); }});
}

}  // namespace ringside::gui
