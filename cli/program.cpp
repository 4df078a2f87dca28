#include "cli/program.hpp"

#include <cstdio>
#include <exception>
#include <iostream>

#include "cli/verbs.hpp"

namespace ringside::cli {

std::unique_ptr<CLI::App> make_app(Frame& frame) {
  auto app = std::make_unique<CLI::App>(
      "Ringside: a machine, a virtual machine monitor, and a seat from which to see every trap.",
      "ringside");
  app->set_version_flag("--version", "ringside " + frame.version, "Print the version");
  app->set_help_flag("-h,--help", "Print this help");
  const auto formatter = app->get_formatter();
  formatter->column_width(28);
  formatter->label("SUBCOMMAND", "VERB");
  formatter->label("REQUIRED", "");
  formatter->label("Positionals", "Arguments");
  formatter->label("Excludes", "not with");
  app->require_subcommand(1);
  app->footer("`ringside VERB --help` explains a verb, with examples.");
#define RINGSIDE_ADD(name) add_##name(*app, frame);
  RINGSIDE_VERBS(RINGSIDE_ADD)
#undef RINGSIDE_ADD
  return app;
}

namespace {

// Which --help would have told.
std::string help_of(const CLI::App& app) {
  const auto verbs = app.get_subcommands();
  return verbs.empty() ? "ringside --help" : "ringside " + verbs.front()->get_name() + " --help";
}

std::string mistake(const CLI::App& app, const CLI::ParseError& error) {
  if (!app.get_subcommands().empty()) return error.what();
  const auto words = app.remaining();
  return words.empty() ? "it takes a verb" : "there is no verb \"" + words.front() + "\"";
}

int refuse(const CLI::App& app, const CLI::ParseError& error) {
  // Requests for help and version come as exceptions too.
  if (error.get_exit_code() == 0) return app.exit(error, std::cout, std::cerr), kOk;
  say(mistake(app, error) + "; see " + help_of(app));
  return kUsage;
}

int parse_and_run(int argc, const char* const* argv, Frame& frame) {
  const auto app = make_app(frame);
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return refuse(*app, error);
  }
  return frame.status;
}

}  // namespace

int program(int argc, const char* const* argv, const std::string& version) try {
  Frame frame{version, guest_folders(argc > 0 ? argv[0] : "ringside"), kOk};
  int status = parse_and_run(argc, argv, frame);
  // A full disk shows only now.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || !std::cout.flush()) {
    say("standard output: cannot be written; look for a full disk");
    status = kBadFile;
  }
  return status;
} catch (const std::exception& error) {
  say(std::string("internal error: ") + error.what() + "; please report it");
  return kInternal;
} catch (...) {
  say("internal error of unknown kind; please report it");
  return kInternal;
}

}  // namespace ringside::cli
