// ringside run: one guest under one strategy.
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/guest_options.hpp"
#include "cli/json_output.hpp"
#include "cli/progress.hpp"
#include "cli/remedies.hpp"
#include "cli/report_text.hpp"
#include "cli/run_guest.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "session/catalogue.hpp"
#include "session/files.hpp"
#include "session/input_log.hpp"
#include "session/screen.hpp"
#include "session/write_back.hpp"
#include "study/causes.hpp"

namespace ringside::cli {

using session::InputLog;
using session::Options;
using session::Report;
using session::Session;

namespace {

struct RunOptions {
  GuestOptions guest;
  std::vector<std::string> guests;
  std::string trace_file, record_file, replay_file;
  bool explain = false, json = false, write_back = false;
};

tl::unexpected<Error> cannot_write(const std::string& file) {
  return fail(
      {Error::Kind::kBadFile, file, "", "cannot be written", "check the folder and its rights"});
}

/// One `ringside run`, step by step.
class Run {
 public:
  explicit Run(const RunOptions& given) : given_(given) {}

  Result<int> operator()() {
    if (auto ready = prepare(); !ready) return fail(ready.error());
    auto session = Session::open(options_);
    if (!session) return fail(session.error());
    if (auto ready = open_trace(); !ready) return fail(ready.error());
    if (auto ready = open_record(); !ready) return fail(ready.error());
    run_watched(*session, {!given_.json, interactive_, trace_.is_open() ? &trace_ : nullptr});
    if (session->guests() > 1) return show_all(*session);
    const Report report = judge(*session, 0);
    show(report, session::text_screen(*session));
    if (auto done = close_trace(); !done) return fail(done.error());
    if (auto done = record(*session); !done) return fail(done.error());
    if (given_.write_back)
      if (auto done = session::write_back(*session); !done) return fail(done.error());
    if (auto same = check_replay(*session); !same) return fail(same.error());
    return exit_status(report);
  }

 private:
  Result<void> prepare() {
    const bool of_one = !(given_.trace_file + given_.record_file + given_.replay_file).empty();
    if (given_.guests.size() > 1 && of_one)
      return fail({Error::Kind::kUsage, "", "--trace, --record and --replay",
                   "follow one guest, and there are several", "leave them out, or name one guest"});
    if (given_.write_back && (given_.guests.size() > 1 || given_.guest.session.drives.empty()))
      return fail({Error::Kind::kUsage, "", "--write-back", "is for the drives of one guest that --drive names",
                   "add --drive FILE, and name one guest"});
    const bool terminal = stdin_is_terminal();
    auto options = given_.guest.finish(terminal ? 0 : kUnwatchedLimit, given_.guests);
    if (!options) return fail(options.error());
    options_ = std::move(*options);
    options_.keep_events = !given_.trace_file.empty();
    return take_input(terminal);
  }

  Result<void> take_input(bool terminal) {
    if (!given_.replay_file.empty()) return take_replay();
    if (!given_.guest.input_file.empty()) return {};
    interactive_ = terminal && !given_.json;
    options_.more_input = interactive_;
    if (terminal) return {};
    auto piped = read_piped_input();
    if (!piped) return fail(piped.error());
    options_.input = std::move(*piped);
    return {};
  }

  Result<void> take_replay() {
    auto text = session::read_text(given_.replay_file);
    if (!text) return fail(text.error());
    auto log = session::parse_input_log(*text, given_.replay_file);
    if (!log) return fail(log.error());
    replay_ = std::move(*log);
    replay_->apply(options_);
    return {};
  }

  Result<void> open_trace() {
    if (given_.trace_file.empty()) return {};
    trace_.open(given_.trace_file, std::ios::binary);
    if (!trace_) return cannot_write(given_.trace_file);
    return {};
  }
  Result<void> close_trace() {
    if (!trace_.is_open()) return {};
    trace_.close();
    if (!trace_) return cannot_write(given_.trace_file);
    return {};
  }

  // Runs the guest again where holes lied, which takes its time.
  static Report judge(const Session& session, std::size_t guest) {
    const InterruptWatch interrupts;
    Progress progress("looking for the hole to blame");
    return study::judged_report(session, [&](const Session& again) {
      progress.show(again.progress());
      return !InterruptWatch::interrupted();
    }, guest);
  }

  // Each guest's report, then what they add up to. The status is that of the first that is not 0.
  int show_all(const Session& session) const {
    session::MachineReport all = session.machine_report();
    for (std::size_t i = 0; i < all.guests.size(); ++i) all.guests[i] = judge(session, i);
    if (given_.json)
      print_json(to_json(all));
    else
      std::cerr << machine_text(all, style_of(2), given_.explain);
    int status = kOk;
    for (const Report& each : all.guests) {
      if (const auto reason = reason_line(each)) say(*reason);
      if (status == kOk) status = exit_status(each);
    }
    return status;
  }

  // A guest that says nothing on its serial port may have said it on its screen.
  void show(const Report& report, const std::string& screen) const {
    if (given_.json) {
      auto document = to_json(report);
      if (!screen.empty()) document["screen"] = screen;
      print_json(document);
    } else {
      if (report.console.empty() && !screen.empty()) fmt::print("{}", screen);
      std::fflush(stdout);
      std::cerr << report_text(report, style_of(2), given_.explain);
    }
    if (const auto reason = reason_line(report)) say(*reason);
  }

  // Before the run: what was typed in it is not to be lost.
  Result<void> open_record() {
    if (given_.record_file.empty()) return {};
    record_.open(given_.record_file, std::ios::binary);
    if (!record_) return cannot_write(given_.record_file);
    return {};
  }
  Result<void> record(const Session& session) {
    if (!record_.is_open()) return {};
    record_ << session::to_text(session::log_input(session));
    record_.close();
    if (!record_) return cannot_write(given_.record_file);
    return {};
  }

  Result<void> check_replay(const Session& session) const {
    if (!replay_ || session::log_input(session).trace_hash == replay_->trace_hash) return {};
    return fail({Error::Kind::kBadFile, given_.replay_file, "",
                 "the run took another course than the recorded one",
                 "replay with the guest and the options of the recording"});
  }

  const RunOptions& given_;
  Options options_;
  bool interactive_ = false;
  std::optional<InputLog> replay_;
  std::ofstream trace_, record_;
};

std::string guests_text(const std::vector<std::string>& folders) {
  std::string line;
  for (const auto& name : session::guest_names(folders)) line += (line.empty() ? "" : " ") + name;
  const std::string text = line.empty() ? "none; build them first" : line;
  return "\nBundled guests: " + wrap(text, 84, 2) + "\n";
}

}  // namespace

void add_run(CLI::App& app, Frame& frame) {
  auto& verb = add_verb(
      app, "run",
      "Run a guest under one strategy, or several on one machine; consoles on stdout, a report on "
      "stderr",
      "  ringside run guests/zisa/zos --append \"hello; primes 1000\"\n"
      "  ringside run guests/zisa/zos --append \"hz=1000 churn 3; hello\"    # options, then the "
      "script\n"
      "  ringside run guests/zisa/zos --isa zisa-v --strategy trap-emulate\n"
      "  ringside run guests/zisa/hole-read-sr --strategy trap-emulate --explain\n"
      "  ringside run guests/zisa/zos guests/zisa/hostile --append hello --append tables \\\n"
      "      --isa zisa-v --strategy trap-emulate             # two VMs under one VMM\n"
      "  ringside run my-kernel --memory 32M --trace run.json    # open in Perfetto\n"
      "In a terminal what you type goes to the guest; Ctrl+C, or Ctrl+A x, ends the run.");
  auto o = std::make_shared<RunOptions>();
  verb.add_option("GUEST", o->guests, "An ELF file, or a bundled guest such as guests/zisa/zos")
      ->required()
      ->type_name("");
  verb.footer([folders = frame.folders] { return guests_text(folders); });
  add_strategy_option(verb, o->guest);
  add_guest_options(verb, o->guest, frame);
  refuse_history_option(verb);
  verb.add_flag("--write-back", o->write_back,
                "At the end what the guest wrote to its drives goes into their files");
  verb.add_option("--trace", o->trace_file, "Write Chrome trace events, which Perfetto opens")
      ->type_name("FILE");
  auto* record = verb.add_option("--record", o->record_file, "Write down what is typed, and when")
                     ->type_name("FILE");
  verb.add_option("--replay", o->replay_file, "Type what was recorded, at the same moments")
      ->type_name("FILE")
      ->excludes(record);
  verb.add_flag("--explain", o->explain, "Say what the words of the report mean");
  verb.add_flag("--json", o->json,
                "Report as JSON on stdout, the console inside (schema ringside/run/1)");
  verb.callback([o, &frame] {
    const auto status = Run(*o)();
    frame.status = status ? *status : complain(status.error());
  });
}

}  // namespace ringside::cli
