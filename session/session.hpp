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
namespace ringside::x86 {
struct Arch;
using Machine = vmm::MachineOf<Arch>;  ///< vmm/x86/arch.hpp
}  // namespace ringside::x86

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
  void run(const std::function<bool()>& between, u64 slice = kSlice);
  static constexpr u64 kSlice = 1u << 24;  ///< machine steps
  bool ended() const;
  bool waits_for_input() const;
  /// The user typed something.
  void type(std::string_view text);
  /// All that was typed so far, recorded input included: Options::typed of a run that repeats this one.
  const std::vector<TypedInput>& typed() const;
  /// The user wants no more of it: the run ends here, as at a limit, for this reason.
  void stop(std::string reason);

  /// How many guests the machine has; they are numbered from 0 on.
  std::size_t guests() const;
  /// A console's text from character `start` on.
  std::string console(std::size_t start = 0, std::size_t guest = 0) const;

  /// One guest's report. Its cycles are those that the machine spent while it was on the CPU.
  Report report(std::size_t guest = 0) const;
  /// What they add up to, where there are several.
  MachineReport machine_report() const;
  /// How far the run is; cheap.
  struct Progress {
    u64 instructions = 0;
    Cycles cycles = 0;
  };
  Progress progress() const { return {any_machine().instructions(), any_machine().cycles()}; }

  /// The machine itself, for the tests and for the parts of session/ alone: whatever its ISA, as one of Z-ISA,
  /// and as a PC, which only one that is_x86() is.
  bool is_x86() const;
  vmm::AnyMachine& any_machine();
  const vmm::AnyMachine& any_machine() const;
  vmm::Machine& machine();
  const vmm::Machine& machine() const;
  x86::Machine& pc();
  const x86::Machine& pc() const;
  const loader::Image& image(std::size_t guest = 0) const;

 private:
  struct Parts;
  void run_to(u64 steps);
  explicit Session(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace ringside::session
