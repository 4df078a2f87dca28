// From options to a PC with a kernel in its memory.
#pragma once

#include "session/open.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

/// Parts that are made already: in place of what the options name.
struct MadeParts {
  MadeDevices devices;
  const x86::Strategy* strategy = nullptr;  ///< null: that of the options
};

/// The machine with the kernels in place, as a multiboot loader leaves them; `images` are theirs, in order.
/// Where no cost model is given, that of the options is loaded. Errors: options that a PC does not have, modules and drives that
/// cannot be read, kernels that do not fit.
Result<std::unique_ptr<x86::Machine>> make_x86_machine(const Options& options, const std::vector<loader::Image>& images,
                                                       const cost::Model& model, const MadeParts* made = nullptr);
Result<std::unique_ptr<x86::Machine>> make_x86_machine(const Options& options, const std::vector<loader::Image>& images,
                                                       const MadeParts* made = nullptr);

}  // namespace ringside::session
