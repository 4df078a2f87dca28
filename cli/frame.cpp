#include "cli/frame.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "base/types.hpp"

namespace ringside::cli {

namespace fs = std::filesystem;

CLI::App& add_verb(CLI::App& app, const std::string& name, const std::string& summary,
                   const std::string& examples) {
  CLI::App* verb = app.add_subcommand(name, summary);
  verb->group("Verbs");
  if (!examples.empty()) verb->footer("Examples:\n" + examples);
  return *verb;
}

// Whatever comes from outside may hold line ends and worse; a message is one line.
void say(const std::string& text) {
  std::string line;
  for (const char c : text)
    line += c == '\n' || c == '\r' ? ' ' : static_cast<u8>(c) < ' ' ? '?' : c;
  std::fflush(stdout);
  fmt::print(stderr, "ringside: {}\n", line);
}

int complain(const Error& error) {
  say(error.text());
  switch (error.kind) {
    case Error::Kind::kUsage:
      return kUsage;
    case Error::Kind::kBadFile:
      return kBadFile;
    case Error::Kind::kInternal:
      break;
  }
  return kInternal;
}

namespace {

// A program that was found along PATH has no folder in its name.
fs::path along_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  std::error_code error;
  for (std::string folder; std::getline(folders, folder, ':');)
    if (fs::is_regular_file(fs::path(folder) / program, error)) return fs::path(folder) / program;
  return program;
}

fs::path program_file(const std::string& program) {
  std::error_code error;
  if (const fs::path self = fs::read_symlink("/proc/self/exe", error); !error) return self;
  fs::path file = program.find('/') == std::string::npos ? along_path(program) : fs::path(program);
  const fs::path real = fs::canonical(file, error);
  return error ? file : real;
}

}  // namespace

std::vector<std::string> guest_folders(const std::string& program) {
  const fs::path folder = program_file(program).parent_path();
  return {folder.string(), (folder / "../share/ringside").lexically_normal().string(), "."};
}

}  // namespace ringside::cli
