// Scripts for the window: what a person would do, one command a line.
//
//   do ACTION         an action of the catalogue: do run.step
//   click NAME        what the probe knows by that name: click code/border.80000410; double-click, right-click too
//   drag NAME DX DY   so many pixels at 100 %
//   wheel NAME TURNS
//   press KEYS        press Ctrl+P
//   type TEXT
//   wait N            frames
//   settle            until the machine stands
//   shot FILE         a picture of the window as it is then
//   # a remark
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "gui/driver.hpp"
#include "gui/shell.hpp"

namespace ringside::gui {

struct ScriptCommand {
  std::string verb, argument;
  std::size_t line = 0;
};

/// The script that is built in under this name, or the file. Errors: no such file.
Result<std::string> read_script(const std::string& name_or_file);
/// Errors: a command that there is none of, or without what it needs.
Result<std::vector<ScriptCommand>> parse_script(const std::string& text, const std::string& name);

/// Plays one; the shell must have a probe.
class Script {
 public:
  Script(std::vector<ScriptCommand> commands, Shell& shell, Driver& driver)
      : commands_(std::move(commands)), shell_(shell), driver_(driver) {}
  /// To be called once a frame, when the last one is drawn: starts the next command where the one before is done.
  /// Errors: what is to be clicked is not there, an action that there is none of. `shot` is called for pictures.
  Result<void> go_on(const std::function<Result<void>(const std::string& file)>& shot);
  bool done() const { return next_ >= commands_.size() && driver_.done() && !shell_.model().running(); }

 private:
  Result<void> start(const ScriptCommand& command);
  Result<ImVec2> place(const ScriptCommand& command, const std::string& name) const;

  std::vector<ScriptCommand> commands_;
  Shell& shell_;
  Driver& driver_;
  std::size_t next_ = 0;
};

}  // namespace ringside::gui
