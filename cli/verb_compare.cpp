// ringside compare: guests under every strategy, in one table.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/compare_text.hpp"
#include "cli/guest_options.hpp"
#include "cli/json_output.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "study/compare.hpp"

namespace ringside::cli {

using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kDefaultGuest = "guests/zisa/zos";
constexpr std::string_view kKernels[] = {kDefaultGuest, "guests/x86/zos"};
constexpr const char* kDefaultScript = "forkwait 20; primes 1000; hello";

struct CompareArguments {
  GuestOptions guest;
  std::vector<std::string> guests;
  std::string strategies;
  bool explain = false, json = false;
};

/// One `ringside compare`, guest by guest.
class Compare {
 public:
  explicit Compare(const CompareArguments& given) : given_(given) {}

  Result<int> operator()() {
    auto options = given_.guest.finish(kUnwatchedLimit);
    if (!options) return fail(options.error());
    auto guests = given_.guests;
    if (guests.empty()) guests = {kDefaultGuest};
    const InterruptWatch interrupts;
    for (const auto& guest : guests) {
      if (InterruptWatch::interrupted()) break;
      options->guest = guest;
      // Without a script the bundled kernels would ask for commands.
      const bool asks = std::ranges::find(kKernels, guest) != std::end(kKernels);
      if (given_.guest.appends.empty() && asks) options->append = kDefaultScript;
      if (auto done = compare_one(*options); !done) return fail(done.error());
    }
    if (given_.json) print_document();
    if (!InterruptWatch::interrupted()) return kOk;
    say("Ctrl+C was pressed: the comparison is as far as it came");
    return kLimitReached;
  }

 private:
  Result<void> compare_one(const session::Options& options) {
    const auto runs = study::compare(
        {options, comma_separated(given_.strategies)},
        [&](const auto& isa, const auto& strategy) { progress_.begin(strategy + " on " + isa); },
        [&](const session::Session& session) {
          progress_.show(session.progress());
          return !InterruptWatch::interrupted();
        });
    progress_.clear();
    if (!runs) return fail(runs.error());
    if (!given_.json) return print(options, *runs);
    const Json document = study::to_json(*runs);
    for (const auto& run : document["runs"]) list_.push_back(run);
    return {};
  }

  Result<void> print(const session::Options& options, const std::vector<study::Compared>& runs) {
    std::cout << between_
              << compare_text(options.guest, options.append, runs, style_of(STDOUT_FILENO),
                              given_.explain)
              << std::flush;
    between_ = "\n";
    return {};
  }

  void print_document() const {
    print_json({{"schema", "ringside/compare/1"}, {"runs", list_}});
  }

  const CompareArguments& given_;
  Progress progress_;
  Json list_ = Json::array();
  const char* between_ = "";
};

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
  add_guest_options(verb, o->guest, frame, "10000000000");
  refuse_history_option(verb);
  verb.add_flag("--explain", o->explain, "Say what the words of the report mean");
  verb.add_flag("--json", o->json, "The reports of all runs as JSON (schema ringside/compare/1)");
  verb.callback([o, &frame] {
    const auto status = Compare(*o)();
    frame.status = status ? *status : complain(status.error());
  });
}

}  // namespace ringside::cli
