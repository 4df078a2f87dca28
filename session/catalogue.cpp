#include "session/catalogue.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "cost/model.hpp"
#include "strategies/bare/bare.hpp"
#include "strategies/paravirt/paravirt.hpp"
#include "strategies/trap_emulate/trap_emulate.hpp"

namespace ringside::session {

namespace {
template <class S>
std::unique_ptr<vmm::Strategy> make() {
  return std::make_unique<S>();
}
}  // namespace

const std::vector<StrategyInfo>& strategies() {
  static const std::vector<StrategyInfo> all = {
      {"bare", make<ringside::strategies::Bare>, "the guest owns the machine", {"zisa", "zisa-v"}},
      {"trap-emulate", make<ringside::strategies::TrapEmulate>, "the guest runs in U mode, traps are emulated",
       {"zisa", "zisa-v"}},
      {"paravirt", make<ringside::strategies::Paravirt>, "the guest's kernel is ported to the VMM and asks it for services",
       {"zisa", "zisa-v"}, true},
  };
  return all;
}

Result<std::unique_ptr<vmm::Strategy>> make_strategy(std::string_view name) {
  std::string names;
  for (const StrategyInfo& each : strategies()) {
    if (each.name == name) return each.make();
    names += (names.empty() ? "" : ", ") + std::string(each.name);
  }
  return fail({Error::Kind::kUsage, "", "--strategy " + std::string(name), "no such strategy",
               "use one of " + names});
}

Result<void> check_ported(std::string_view strategy, bool paravirtual_guest, std::string_view file) {
  const auto found = std::ranges::find(strategies(), strategy, &StrategyInfo::name);
  if (found->paravirtual == paravirtual_guest) return {};
  if (paravirtual_guest)
    return fail({Error::Kind::kUsage, std::string(file), "--strategy " + std::string(strategy),
                 "the guest is paravirtual: it makes hypercalls, which only a VMM built for it serves",
                 "use --strategy paravirt, or the guest without -pv"});
  return fail({Error::Kind::kUsage, std::string(file), "--strategy " + std::string(strategy),
               "the guest is not paravirtual: its note does not say pv",
               "give a guest that is, guests/zisa/zos-pv for example"});
}

std::vector<std::string> isa_names() { return {"zisa", "zisa-v", "zisa-h"}; }
std::vector<std::string> cost_model_names() { return cost::preset_names(); }

namespace {

// Beside the guests lie their disks and what a build leaves behind.
bool is_elf(const std::filesystem::path& file) {
  char magic[4] = {};
  std::ifstream(file, std::ios::binary).read(magic, sizeof magic);
  return std::string_view(magic, sizeof magic) == "\x7f" "ELF";
}

}  // namespace

std::vector<std::string> guest_names(const std::vector<std::string>& folders) {
  std::set<std::string> names;
  for (const std::string& folder : folders) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder + "/guests/zisa", error))
      if (entry.is_regular_file(error) && is_elf(entry.path()))
        names.insert("guests/zisa/" + entry.path().filename().string());
  }
  return {names.begin(), names.end()};
}

}  // namespace ringside::session
