#include "session/catalogue.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "cost/model.hpp"
#include "cpu/variant.hpp"
#include "strategies/bare/bare.hpp"
#include "strategies/dbt/dbt.hpp"
#include "strategies/dbt/x86_dbt.hpp"
#include "strategies/hvm/hvm.hpp"
#include "strategies/hvm/x86_hvm.hpp"
#include "strategies/paravirt/x86_guest.hpp"
#include "strategies/paravirt/zisa_guest.hpp"
#include "strategies/trap_emulate/trap_emulate.hpp"
#include "strategies/trap_emulate/x86_trap_emulate.hpp"

namespace ringside::session {

namespace {
template <class S, class Base = vmm::Strategy>
std::unique_ptr<Base> make(const Options&) {
  return std::make_unique<S>();
}

ringside::strategies::DbtOptions dbt_options(const Options& options) {
  return {.translate_user = options.translate_user,
          .coalesce = options.coalesce,
          .adaptive = options.adaptive,
          .cache = options.translation_cache};
}

std::unique_ptr<vmm::Strategy> make_dbt(const Options& options) {
  return std::make_unique<ringside::strategies::Dbt>(dbt_options(options));
}

std::unique_ptr<x86::Strategy> make_x86_dbt(const Options& options) {
  return std::make_unique<ringside::strategies::X86Dbt>(dbt_options(options));
}

template <class S, class Base>
std::unique_ptr<Base> make_paravirt(const Options& options) {
  return std::make_unique<S>(ringside::strategies::ParavirtOptions{
      .saves_all = options.hypercall_saves_all, .decodes = options.hypercall_decodes});
}

// Of a strategy that can.
bool wants_nested(const Options& options) { return options.paging != "shadow"; }

std::unique_ptr<vmm::Strategy> make_hvm(const Options& options) {
  return std::make_unique<ringside::strategies::Hvm>(
      vmm::AssistedPaging{wants_nested(options), options.nested_depth}, options.rdcyc_exits);
}

std::unique_ptr<x86::Strategy> make_x86_hvm(const Options& options) {
  return std::make_unique<ringside::strategies::X86Hvm>(wants_nested(options), options.rdcyc_exits);
}
}  // namespace

const std::vector<StrategyInfo>& strategies() {
  static const std::vector<StrategyInfo> all = {
      {"bare", make<ringside::strategies::Bare>, make<ringside::strategies::X86Bare, x86::Strategy>, "the guest owns the machine", {"zisa", "zisa-v", "zisa-h", "x86"},
       "zisa", false},
      {"trap-emulate", make<ringside::strategies::TrapEmulate>, make<ringside::strategies::X86TrapEmulate, x86::Strategy>,
       "the guest runs in U mode, on x86 in rings 1 and 3, traps are emulated", {"zisa", "zisa-v", "x86"}, "zisa-v"},
      {"dbt", make_dbt, make_x86_dbt, "the kernel's code is translated, user code runs directly",
       {"zisa", "zisa-v", "x86"}, "zisa"},
      {.name = "paravirt", .make = make_paravirt<ringside::strategies::Paravirt, vmm::Strategy>,
       .make_x86 = make_paravirt<ringside::strategies::X86Paravirt, x86::Strategy>,
       .summary = "the guest's kernel is ported to the VMM and asks it for services",
       .isas = {"zisa", "zisa-v", "x86"}, .faithful_on = "zisa", .paravirtual = true},
      {.name = "hvm", .make = make_hvm, .make_x86 = make_x86_hvm,
       .summary = "the guest has a supervisor mode of its own, by hardware assistance", .isas = {"zisa-h", "x86"},
       .faithful_on = "zisa-h", .user_runs_directly = false, .hardware_assistance = true},
  };
  return all;
}

Result<const StrategyInfo*> find_strategy(std::string_view name) {
  std::string names;
  for (const StrategyInfo& each : strategies()) {
    if (each.name == name) return &each;
    names += (names.empty() ? "" : ", ") + std::string(each.name);
  }
  return fail({Error::Kind::kUsage, "", "--strategy " + std::string(name), "no such strategy",
               "use one of " + names});
}

Result<std::unique_ptr<vmm::Strategy>> make_strategy(std::string_view name, const Options& options) {
  const auto found = find_strategy(name);
  if (!found) return fail(found.error());
  return (*found)->make(options);
}

Result<std::string> faithful_isa(const Options& options) {
  const auto info = find_strategy(options.strategy);
  if (!info) return fail(info.error());
  return std::string((*info)->faithful_on);
}

bool user_sees_through(const Options& options) {
  const auto info = find_strategy(options.strategy);
  if (!info || !(*info)->user_runs_directly || options.translate_user) return false;
  const auto variant = cpu::Variant::named(options.isa);
  return !variant || !variant->traps_in_user(zisa::row_of("read_sr"), 0);
}

bool pages_nested(const Options& options) {
  const auto info = find_strategy(options.strategy);
  return info && (*info)->hardware_assistance && wants_nested(options);
}

bool runs_ported(std::string_view strategy) {
  const auto found = std::ranges::find(strategies(), strategy, &StrategyInfo::name);
  return found != strategies().end() && found->paravirtual;
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

std::vector<std::string> isa_names() { return {"zisa", "zisa-v", "zisa-h", "x86"}; }
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
    for (const std::string place : {"guests/zisa/", "guests/x86/"})
      for (const auto& entry : std::filesystem::directory_iterator(folder + "/" + place, error))
        if (entry.is_regular_file(error) && is_elf(entry.path()))
          names.insert(place + entry.path().filename().string());
  }
  return {names.begin(), names.end()};
}

}  // namespace ringside::session
