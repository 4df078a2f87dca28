#include "session/notes.hpp"

#include <fmt/format.h>


#include "session/catalogue.hpp"
#include "session/open.hpp"

namespace ringside::session {

namespace {

constexpr std::string_view kAssisted = "zisa-h";

// Whoever owns the machine has all of it; of the others, one that uses hardware assistance says so.
bool uses_assistance(const std::string& strategy) {
  const auto info = find_strategy(strategy);
  return strategy == "bare" || (info && (*info)->hardware_assistance);
}

}  // namespace

std::vector<std::string> notes(const Options& options, const std::string& isa) {
  std::vector<std::string> all;
  if (isa == kAssisted && !uses_assistance(options.strategy))
    all.push_back(fmt::format(
        "zisa-h is zisa plus hardware assistance for a VMM, which {} does not use: the guest ran "
        "as on zisa.",
        options.strategy));
  const Options plain;
  const bool dbt = options.strategy == "dbt", hvm = options.strategy == "hvm", pv = options.strategy == "paravirt";
  const bool nested = pages_nested(options);
  const struct {
    bool given, used;
    std::string_view option, use;
  } choices[] = {
      {options.translate_user, dbt, "--translate-user", "translated code"},
      {!options.coalesce, dbt, "--no-coalesce", "translated code"},
      {!options.adaptive, dbt, "--no-adaptive", "translated code"},
      {options.translation_cache != plain.translation_cache, dbt, "--translation-cache", "translated code"},
      {options.hypercall_saves_all, pv, "--hypercall-saves-all", "hypercalls"},
      {options.hypercall_decodes, pv, "--hypercall-decodes", "hypercalls"},
      {options.rdcyc_exits, hvm, "--rdcyc-exits", "exits by choice"},
      {!options.vm_identifiers, hvm, "--no-vm-identifiers", "VM identifiers"},
      {options.nested_depth != plain.nested_depth, nested, "--nested-depth", "nested tables"},
      {options.walk_cache != 0, nested, "--walk-cache", "nested tables"},
      {options.nested_tlb != 0, nested, "--nested-tlb", "nested tables"},
      {!options.cpu_model.empty(), isa == kX86, "--cpu", "x86 CPU"},
      {!options.modules.empty(), isa == kX86, "--module", "boot loader for x86"},
      {options.keyboard_input, isa == kX86, "--keyboard", "keyboard"},
  };
  for (const auto& each : choices)
    if (each.given && !each.used)
      all.push_back(fmt::format("This run has no {}: {} changed nothing.", each.use, each.option));
  if (options.seed != 0)
    all.push_back(fmt::format("Nothing in this run is drawn at random: --seed {} changed nothing.",
                              options.seed));
  return all;
}

}  // namespace ringside::session
