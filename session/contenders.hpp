// One guest under each strategy that serves it, on the variant that the strategy is meant for: who takes part when
// strategies are held side by side.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cost/model.hpp"
#include "session/options.hpp"
#include "vmm/any_machine.hpp"

namespace ringside::session {

/// A price for each cost parameter, by its index.
using Prices = std::array<u64, cost::kParams>;

struct Contender {
  std::string name;  ///< "hvm, nested"
  Options options;   ///< what to open
  bool ported = false;  ///< the guest is a port to that VMM: its kernel runs other instructions
};

/// Bare first. Hardware assistance comes twice, with nested and with shadow paging; a strategy for ported guests only where there
/// is a port beside the guest. Where the options ask for a strategy on another variant, that takes part too: "trap-emulate on
/// zisa". What the user typed so far (Options::typed) is offered from the start.
std::vector<Contender> contenders(const Options& options);

/// Prices of the built-in model of that name, or of a file; those for x86 where `x86` says so. Errors: as load_model().
Result<Prices> prices_of(const std::string& cost_model, bool x86);

/// The machine of a contender before its first instruction, at these prices or, where `prices` is null, at those of its cost model.
/// Errors: as Session::open().
Result<std::unique_ptr<vmm::AnyMachine>> machine_of(const Contender& contender, const Prices* prices = nullptr);

/// Called now and then while a machine runs, with the instructions that its guest has executed; false stops the run.
using GoesOn = std::function<bool(u64 instructions)>;

/// How a run ended, in words: "exited with 0"; "stopped" where somebody ended it.
std::string ending_of(const vmm::AnyMachine& machine);

}  // namespace ringside::session
