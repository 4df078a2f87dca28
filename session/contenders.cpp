#include "session/contenders.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "session/catalogue.hpp"
#include "session/open.hpp"
#include "session/open_x86.hpp"

namespace ringside::session {

namespace {

// A run that nobody watches has to come to an end.
constexpr u64 kMostInstructions = 200'000'000;

// What the guest is called that owns the bare machine: of a port, the original.
Options original(Options options) {
  const std::string suffix = kPortSuffix;
  if (!options.guest.ends_with(suffix)) return options;
  Options bare = options;
  bare.guest.resize(bare.guest.size() - suffix.size());
  return find_guest(bare) ? bare : options;
}

Options of_all(const Options& options) {
  Options all = original(options);
  for (const TypedInput& each : all.typed) all.input += each.bytes;
  all.typed.clear(), all.neighbours.clear();
  all.cpus = 1, all.more_input = all.keep_events = false;
  all.paging.clear();
  if (all.max_instructions == 0) all.max_instructions = kMostInstructions;
  return all;
}

void add(std::vector<Contender>& to, const StrategyInfo& strategy, Options options) {
  const std::string name(strategy.name);
  options.strategy = name;
  if (strategy.paravirtual) {
    options.guest += kPortSuffix;
    if (find_guest(options)) to.push_back({name, options, true});
    return;
  }
  if (!strategy.hardware_assistance) return to.push_back({name, options});
  for (const char* paging : {"nested", "shadow"}) options.paging = paging, to.push_back({name + ", " + paging, options});
}

// The machine that was asked for, where that is not the one which its strategy is meant for: there the guest may be deceived.
void add_asked_for(std::vector<Contender>& to, const Options& asked, Options all) {
  const auto info = find_strategy(asked.strategy);
  if (!info || (*info)->paravirtual || (*info)->hardware_assistance || asked.strategy == "bare") return;
  if (asked.isa.empty() || asked.isa == (*info)->faithful_on) return;
  all.strategy = asked.strategy, all.isa = asked.isa;
  const auto meant = std::ranges::find(to, asked.strategy, &Contender::name);
  to.insert(meant == to.end() ? meant : meant + 1, {asked.strategy + " on " + asked.isa, all});
}

}  // namespace

std::vector<Contender> contenders(const Options& options) {
  Options all = of_all(options);
  const bool x86 = is_x86_guest(all);
  std::vector<Contender> found;
  for (const StrategyInfo& strategy : strategies()) {
    all.isa = x86 ? kX86 : std::string(strategy.faithful_on);
    if (std::ranges::find(strategy.isas, all.isa) != strategy.isas.end()) add(found, strategy, all);
  }
  if (!x86) add_asked_for(found, options, all);
  return found;
}

Result<Prices> prices_of(const std::string& cost_model, bool x86) {
  Options options;
  options.cost_model = cost_model;
  const auto model = load_model(options, x86);
  if (!model) return fail(model.error());
  return model->price;
}

Result<std::unique_ptr<vmm::AnyMachine>> machine_of(const Contender& contender, const Prices* prices) {
  const Options& options = contender.options;
  if (auto fits = check_options(options); !fits) return fail(fits.error());
  auto image = load_guest(options);
  if (!image) return fail(image.error());
  const bool x86 = image->machine == loader::Machine::k386;
  auto model = load_model(options, x86);
  if (!model) return fail(model.error());
  if (prices) model->price = *prices;
  const auto as_any = [](auto made) -> Result<std::unique_ptr<vmm::AnyMachine>> {
    if (!made) return fail(made.error());
    return std::unique_ptr<vmm::AnyMachine>(std::move(*made));
  };
  const std::vector images{std::move(*image)};
  return x86 ? as_any(make_x86_machine(options, images, *model)) : as_any(make_machine(options, images, *model));
}

std::string ending_of(const vmm::AnyMachine& machine) {
  if (!machine.ending()) return machine.waits_for_input() ? "waits for input" : "stopped";
  const vmm::Ending& ending = *machine.ending();
  return ending.outcome == vmm::Ending::Outcome::kExited ? fmt::format("exited with {}", ending.exit_code) : ending.reason;
}

}  // namespace ringside::session
