// What the panels of paging and memory have in common: the address that is looked at, bits of entries, who wrote what.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gui/ui.hpp"
#include "session/entry_bits.hpp"
#include "session/memory_view.hpp"
#include "session/walk_view.hpp"

namespace ringside::gui {

/// What one panel asks of others: a click on an address in the tables is walked in the walk.
struct Looked {
  struct Place {
    session::AddressKind kind = session::AddressKind::kVirtual;
    u64 address = 0;
  };
  std::optional<u32> walk;      ///< to be walked next; the walk takes it away
  std::optional<Place> memory;  ///< to be shown next; the memory takes it away
};
/// The one of all panels that show this model.
std::shared_ptr<Looked> looked_at(const Model& model);

/// The bits of an entry, a letter each; those that forbid the access in a box and red. As wide as bits_width().
void draw_bits(Ui& ui, const std::string& name, const session::EntryBits& bits);
float bits_width(const Ui& ui, std::size_t count);

/// One of several things to choose from; true when it was chosen.
bool choice(Ui& ui, std::string_view name, std::string_view label, bool chosen);

/// Looks for who wrote something last, by going back in the run, and shows what came out.
class WriterSearch {
 public:
  using Found = Result<std::optional<session::WriterView>>;
  /// `what` names it in the answer.
  void ask(Ui& ui, std::string what, std::function<Found(session::Debugger&)> look);
  void say(std::string what, std::string text);
  /// The answer, if something was asked; a link goes to the writer.
  void draw(Ui& ui);
  bool asked() const { return state_ != nullptr; }
  void forget() { state_.reset(); }

 private:
  struct State {
    std::string what;
    std::optional<Found> found;  ///< set by the thread of moves; read when that has ended
    std::string text;
  };
  std::shared_ptr<State> state_;
};

}  // namespace ringside::gui
