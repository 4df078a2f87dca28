// The program `ringside`: one verb per run.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/frame.hpp"

namespace ringside::cli {

/// Reads the command line, does what it says and gives the exit status (cli/frame.hpp). Nothing
/// is thrown: what was not foreseen is said in one line and gives Status::kInternal.
int program(int argc, const char* const* argv, const std::string& version);

/// The command line with all its verbs; `frame` must outlive it.
std::unique_ptr<CLI::App> make_app(Frame& frame);

}  // namespace ringside::cli
