// Actions that open the guest again, on another machine or under another strategy.
#include "gui/shell.hpp"
#include "session/catalogue.hpp"

namespace ringside::gui {

namespace {

using session::Options;

// What cannot be opened is said, and the machine that there is stays.
void reopen(Model& model, const Options& options) {
  if (const auto opened = model.reopen(options); !opened) model.complain(opened.error().text());
}

// An entry of a menu in which one is in force: `field` is where the options name it.
void add_choice(Shell& shell, const std::string& menu, const std::string& id, const std::string& name, std::string help,
                std::string Options::*field) {
  Model& model = shell.model();
  shell.actions().add({"machine." + id + "." + name,
                       "Machine/" + menu,
                       name,
                       {},
                       std::move(help),
                       [&model, name, field] {
                         Options options = model.options();
                         options.*field = name;
                         reopen(model, options);
                       },
                       [] { return true; },
                       [&model, name, field] { return model.options().*field == name; }});
}

}  // namespace

void add_machine_actions(Shell& shell) {
  Model& model = shell.model();
  for (const auto& strategy : session::strategies())
    add_choice(shell, "Strategy", "strategy", std::string(strategy.name), std::string(strategy.summary),
               &Options::strategy);
  for (const auto& name : session::isa_names())
    if (name != "x86")
      add_choice(shell, "Z-ISA variant", "isa", name, "The same guest on this variant of the machine", &Options::isa);
  for (const auto& name : session::cost_model_names())
    add_choice(shell, "Costs", "costs", name, "The same guest at these prices", &Options::cost_model);
  shell.actions().add({"machine.restart",
                       "Machine",
                       "Start again",
                       {{Key::kR, true, true}},
                       "The same guest from the beginning, without what was typed",
                       [&model] { reopen(model, Options(model.options())); }});
}

}  // namespace ringside::gui
