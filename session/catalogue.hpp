// The strategies there are. To add one, add its line.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "session/options.hpp"
#include "vmm/strategy.hpp"
#include "vmm/x86/strategy.hpp"

namespace ringside::session {

struct StrategyInfo {
  std::string_view name;
  std::unique_ptr<vmm::Strategy> (*make)(const Options& options);
  std::unique_ptr<x86::Strategy> (*make_x86)(const Options& options);  ///< null where it does not serve x86
  std::string_view summary;  ///< one line for --help
  std::vector<std::string_view> isas;  ///< the variants on which it is worth comparing
  std::string_view faithful_on;        ///< the variant on which guests cannot tell it from the bare machine
  bool user_runs_directly = true;      ///< user code reads the VMM's registers where that does not trap
  bool hardware_assistance = false;    ///< whether it needs a CPU with non-root mode
  bool paravirtual = false;  ///< whether it runs guests ported to it, and no others
};

const std::vector<StrategyInfo>& strategies();

/// The strategy of that name; the error lists the names.
Result<const StrategyInfo*> find_strategy(std::string_view name);

/// A new strategy of that name, with its options.
Result<std::unique_ptr<vmm::Strategy>> make_strategy(std::string_view name, const Options& options = {});

/// The variant on which these options' strategy is to be held to equivalence; the error lists the names.
Result<std::string> faithful_isa(const Options& options);
/// Whether user code sees through this strategy on this variant: by READ_SR, READ_PTBR or PROBE.
bool user_sees_through(const Options& options);

/// Whether the hardware walks nested tables for the guest.
bool pages_nested(const Options& options);

/// Whether the strategy of that name, which exists, runs a guest that says whether it is paravirtual.
Result<void> check_ported(std::string_view strategy, bool paravirtual_guest, std::string_view file);

/// Whether the strategy of that name runs guests ported to it, and no others.
bool runs_ported(std::string_view strategy);
/// What the name of a ported guest has behind that of the original: "zos", "zos-pv".
inline constexpr const char* kPortSuffix = "-pv";

/// Names that options take beside those of files: variants, cost models.
std::vector<std::string> isa_names();
std::vector<std::string> cost_model_names();

/// The bundled guests that lie in these folders ("guests/zisa/zos"), by name.
std::vector<std::string> guest_names(const std::vector<std::string>& folders);

}  // namespace ringside::session
