// The one door for clients: open a guest on a machine, run it, step it forwards and backwards, look at
// it. Everything handed out is plain data.
#pragma once

#include <functional>
#include <memory>

#include "base/result.hpp"
#include "session/options.hpp"
#include "session/report.hpp"
#include "vmm/machine.hpp"

namespace ringside::loader {
struct Image;
}

namespace ringside::session {

class Session {
 public:
  /// Reads the guest and what it needs and starts the machine. Errors: files that are not what they
  /// should be, options that do not fit together.
  static Result<Session> open(const Options& options);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  const Options& options() const;

  /// Runs until the guest ends, a limit is reached, or it waits for input that may still come.
  void run();
  /// The same in slices of host work; `between` is called after each and stops the run by returning false.
  void run(const std::function<bool()>& between);
  bool ended() const;
  bool waits_for_input() const;
  /// The user typed something.
  void type(std::string_view text);

  /// The console's text from character `start` on.
  std::string console(std::size_t start = 0) const;

  Report report() const;

  /// The machine itself, for the tests and for the parts of session/ alone.
  vmm::Machine& machine();
  const vmm::Machine& machine() const;
  const loader::Image& image() const;

 private:
  struct Parts;
  explicit Session(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace ringside::session
