// ringside check: a strategy held to equivalence, resource control and efficiency.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/check_text.hpp"
#include "cli/guest_options.hpp"
#include "cli/json_output.hpp"
#include "cli/numbers.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "study/check.hpp"
#include "study/fuzz.hpp"

namespace ringside::cli {

namespace {

// Two machines step side by side and are looked at all the time.
constexpr u64 kCheckLimit = 50'000'000;

struct CheckArguments {
  GuestOptions guest;
  u64 fuzz = 0;
  bool fuzz_given = false;
  bool json = false;
};

/// One `ringside check`.
class Check {
 public:
  explicit Check(const CheckArguments& given) : given_(given) {}

  Result<int> operator()() {
    auto options = given_.guest.finish(kCheckLimit);
    if (!options) return fail(options.error());
    if (auto fits = check_arguments(*options); !fits) return fail(fits.error());
    const InterruptWatch interrupts;
    const auto held = given_.fuzz != 0 ? check_fuzz(*options) : check_guest(*options);
    if (!held) return fail(held.error());
    if (!InterruptWatch::interrupted()) return *held ? kOk : kNotHeld;
    say("Ctrl+C was pressed: the check is as far as it came");
    return *held ? kLimitReached : kNotHeld;
  }

 private:
  Result<void> check_arguments(const session::Options& options) const {
    const bool guest = !options.guest.empty();
    if (!guest && given_.fuzz_given && given_.fuzz == 0)
      return fail({Error::Kind::kUsage, "", "--fuzz 0", "checks nothing", "say --fuzz 100"});
    if (guest == (given_.fuzz != 0))
      return fail({Error::Kind::kUsage, "", guest ? "--fuzz" : "GUEST",
                   guest ? "makes its guests itself" : "is missing",
                   "name a guest, or say --fuzz 100"});
    return {};
  }

  Result<bool> check_guest(const session::Options& options) {
    progress_.begin(options.guest + " under " + options.strategy);
    const auto found = study::check(options, [&](u64 ticks) {
      progress_.show({ticks, 0});
      return !InterruptWatch::interrupted();
    });
    progress_.clear();
    if (!found) return fail(found.error());
    if (given_.json)
      print_json(study::to_json(options.guest, *found));
    else
      std::cout << check_text(options.guest, *found, style_of(STDOUT_FILENO)) << std::flush;
    return found->held();
  }

  Result<bool> check_fuzz(const session::Options& session) {
    study::FuzzOptions options;
    options.session = session;
    options.guests = given_.fuzz;
    if (given_.guest.max_instructions) options.ticks = *given_.guest.max_instructions;
    const auto found = study::fuzz(options, [&](const study::Fuzzed& now) {
      if (now.guests % 20 == 0)
        progress_.begin(
            fmt::format("guest {} of {}", grouped(now.guests), grouped(options.guests)));
      return !InterruptWatch::interrupted();
    });
    progress_.clear();
    if (!found) return fail(found.error());
    if (given_.json)
      print_json(study::to_json(*found));
    else
      std::cout << fuzz_text(*found, style_of(STDOUT_FILENO)) << std::flush;
    return found->held();
  }

  const CheckArguments& given_;
  Progress progress_;
};

}  // namespace

void add_check(CLI::App& app, Frame& frame) {
  auto& verb = add_verb(
      app, "check", "Hold a strategy to equivalence, resource control and efficiency",
      "  ringside check guests/zisa/zos --strategy trap-emulate --isa zisa-v --append hello\n"
      "  ringside check guests/zisa/hole-read-sr --strategy trap-emulate --isa zisa   # does not "
      "hold\n"
      "  ringside check --fuzz 200 --strategy trap-emulate\n"
      "  ringside check --fuzz 2000 --seed 5000 --strategy trap-emulate --json\n"
      "  ringside check guests/x86/zos --strategy hvm --append hello\n"
      "  ringside check --fuzz 200 --strategy hvm --isa x86");
  auto o = std::make_shared<CheckArguments>();
  o->guest.session.strategy = "trap-emulate";
  verb.add_option("GUEST", o->guest.session.guest, "ELF file or bundled guest")->type_name("");
  add_strategy_option(verb, o->guest, "trap-emulate");
  add_number(
      verb, "--fuzz", [given = o.get()](u64 n) { given->fuzz = n, given->fuzz_given = true; },
      "Check with N random guests, made from --seed on, on the ISA that the strategy is for");
  add_guest_options(verb, o->guest, frame, "50000000; of a random guest 15000");
  refuse_history_option(verb);
  verb.add_flag("--json", o->json,
                "Report as JSON (schema ringside/check/1, ringside/check-fuzz/1)");
  verb.callback([o, &frame] {
    const auto status = Check(*o)();
    frame.status = status ? *status : complain(status.error());
  });
}

}  // namespace ringside::cli
