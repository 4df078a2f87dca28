// ringside compare: guests under every strategy, in one table.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/compare_text.hpp"
#include "cli/guest_options.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "study/compare.hpp"

namespace ringside::cli {

using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kDefaultGuest = "guests/zisa/zos";
constexpr const char* kDefaultScript = "forkwait 20; primes 1000; hello";

struct CompareArguments {
  GuestOptions guest;
  std::vector<std::string> guests;
  std::string strategies;
  bool explain = false, json = false;
};

// A line that is written over, for those who wait.
void announce(const std::string& isa, const std::string& strategy) {
  if (stderr_is_terminal()) fmt::print(stderr, "\r\033[K{} on {} ...", strategy, isa);
}
void announced() {
  if (stderr_is_terminal()) fmt::print(stderr, "\r\033[K");
}

Result<void> compare_all(const CompareArguments& given) {
  auto options = given.guest.finish(kUnwatchedLimit);
  if (!options) return fail(options.error());
  auto guests = given.guests;
  if (guests.empty()) guests = {kDefaultGuest};
  if (given.guests.empty() && options->append.empty()) options->append = kDefaultScript;
  Json list = Json::array();
  for (const auto& guest : guests) {
    options->guest = guest;
    const auto runs = study::compare({*options, comma_separated(given.strategies)}, announce);
    announced();
    if (!runs) return fail(runs.error());
    if (given.json) {
      const Json document = study::to_json(*runs);
      for (const auto& run : document["runs"]) list.push_back(run);
    } else {
      std::cout << (guest == guests.front() ? "" : "\n")
                << compare_text(guest, options->append, *runs, style_of(STDOUT_FILENO),
                                given.explain);
    }
  }
  if (given.json)
    std::cout << Json{{"schema", "ringside/compare/1"}, {"runs", list}}.dump(
                     2, ' ', false, Json::error_handler_t::replace)
              << "\n";
  return {};
}

}  // namespace

void add_compare(CLI::App& app, Frame& frame) {
  auto& verb = add_verb(
      app, "compare", "Run guests under every strategy and compare what each costs",
      "  ringside compare\n"
      "  ringside compare guests/zisa/zos --append \"churn 10\" --cost-model prescott-2005\n"
      "  ringside compare guests/zisa/micro-syscall guests/zisa/micro-pte-write --isa zisa-v\n"
      "  ringside compare --strategies bare,trap-emulate --json");
  auto o = std::make_shared<CompareArguments>();
  verb.add_option("GUEST", o->guests, "ELF files or bundled guests [guests/zisa/zos with a script]")
      ->type_name("");
  verb.add_option("--strategies", o->strategies, "Only these, separated by commas")
      ->type_name("A,B");
  add_guest_options(verb, o->guest, frame);
  verb.add_flag("--explain", o->explain, "Say what the words of the report mean");
  verb.add_flag("--json", o->json, "The reports of all runs as JSON (schema ringside/compare/1)");
  verb.callback([o, &frame] {
    const auto done = compare_all(*o);
    frame.status = done ? kOk : complain(done.error());
  });
}

}  // namespace ringside::cli
