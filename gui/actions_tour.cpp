// Actions of the tour, which open its guest in each of the ways that it goes through, and those of the source panel.
#include <array>

#include "gui/shell.hpp"

namespace ringside::gui {

namespace {

struct Station {
  const char *strategy, *isa, *guest, *name, *help;
};

// A paravirtual kernel is another kernel: it asks where the others try.
constexpr std::array<Station, 5> kStations = {
    {{"trap-emulate", "zisa", "guests/zisa/zos", "A kernel that is lied to", "zos under trap-and-emulate on a machine with holes"},
     {"trap-emulate", "zisa-v", "guests/zisa/zos", "Cure: the machine", "The same on a machine on which every sensitive instruction traps"},
     {"dbt", "zisa", "guests/zisa/zos", "Cure: translation", "The kernel's code is translated before it runs"},
     {"paravirt", "zisa", "guests/zisa/zos-pv", "Cure: the kernel", "A kernel that was rewritten to ask the VMM"},
     {"hvm", "zisa-h", "guests/zisa/zos", "Cure: the hardware", "A mode of the processor for guests"}}};

void open(Model& model, const Station& at) {
  session::Options o = model.options();
  o.guest = at.guest, o.isa = at.isa, o.strategy = at.strategy, o.append = "forkwait 3";
  o.paging.clear(), o.drives.clear(), o.modules.clear(), o.neighbours.clear(), o.typed.clear(), o.input.clear(), o.cured.clear();
  o.memory = 0, o.cpus = 1;
  if (const auto opened = model.reopen(o); !opened) model.complain(opened.error().text());
}

// "tour.trap-emulate", but "tour.zisa-v": by what is new in it.
std::string id_of(const Station& at) {
  return std::string("tour.") + (std::string_view(at.isa) == "zisa-v" ? at.isa : at.strategy);
}

}  // namespace

void add_tour_actions(Shell& shell) {
  for (const Station& at : kStations)
    shell.actions().add({id_of(at), "Machine/Tour", at.name, {}, at.help, [&model = shell.model(), &at] { open(model, at); }});
  shell.actions().add({"guide.next", "Machine/Tour", "Show me the next step", {{Key::kF4}}, "Does the step that the guide waits for",
                       [&shell] { shell.show("guide"); }});
  // The panel itself looks for it: it has the text.
  shell.actions().add({"source.build", "File", "Assemble and run the source", {{Key::kEnter, true}},
                       "Saves the source, assembles it, opens it as the guest and runs it", [&shell] { shell.show("source"); }});
}

}  // namespace ringside::gui
