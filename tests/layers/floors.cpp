#include "layers/floors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <regex>
#include <sstream>

namespace ringside::layers {
namespace {

using Names = std::vector<std::string_view>;

/// Whether `path` lies in `folder` or below it.
bool lies_in(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool lies_in_any(std::string_view path, const Names& folders) {
  return std::ranges::any_of(folders, [&](auto folder) { return lies_in(path, folder); });
}

/// Code that is not part of the simulator, or is not run by the host: it includes what it likes.
bool is_exempt(std::string_view path) {
  return lies_in_any(path, {"tests", "bench", "tools"});
}

using LineCheck = std::function<std::string(const std::string& line)>;

/// "path:line: complaint" for every line that `check` has a complaint about.
std::vector<std::string> complaints(std::string_view path, std::string_view text,
                                    const LineCheck& check) {
  std::vector<std::string> found;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number)
    if (const auto complaint = check(line); !complaint.empty())
      found.push_back(fmt::format("{}:{}: {}", path, number, complaint));
  return found;
}

/// What an include line names, with its quotes or brackets; empty where the line is none.
std::string included(const std::string& line) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*(\S+).*)");
  std::smatch match;
  return std::regex_match(line, match, kInclude) ? match[1].str() : "";
}

std::string inner(const std::string& quoted) {
  return quoted.substr(1, quoted.size() - 2);
}

/// Guests are freestanding programs with headers of their own, named as C programs do.
std::string guest_complaint(const std::string& name) {
  return floor_of(inner(name)) ? "a guest may include nothing of ours: " + name : "";
}

std::string include_complaint(const Floor& floor, const std::string& name) {
  if (name.front() != '"' && name.front() != '<') return "cannot tell what is included: " + name;
  if (floor.folder == "guests") return guest_complaint(name);
  const auto target = inner(name);
  const bool ours = name.front() == '"' || floor_of(target);
  // Generated at build time out of files of the including folder (cmake/Embed.cmake).
  if (!ours || lies_in(target, "embedded")) return "";
  if (target.find("./") != std::string::npos || !floor_of(target))
    return fmt::format("write {} from the project's root, in a folder of the floors", name);
  if (lies_in(target, floor.folder) || lies_in_any(target, floor.may_include)) return "";
  return fmt::format("{} may not include {} (see the floors in ARCHITECTURE.md)", floor.folder,
                     name);
}

/// Headers, or folders of headers, of one operating system, and those of threads and clocks.
const Names kHostHeaders = {"sys",
                            "linux",
                            "asm",
                            "netinet",
                            "arpa",
                            "net",
                            "mach",
                            "unistd.h",
                            "fcntl.h",
                            "dirent.h",
                            "dlfcn.h",
                            "netdb.h",
                            "poll.h",
                            "pthread.h",
                            "pwd.h",
                            "sched.h",
                            "semaphore.h",
                            "signal.h",
                            "csignal",
                            "spawn.h",
                            "syslog.h",
                            "termios.h",
                            "time.h",
                            "ctime",
                            "chrono",
                            "thread",
                            "future",
                            "mutex",
                            "stop_token",
                            "shared_mutex",
                            "condition_variable",
                            "barrier",
                            "latch",
                            "windows.h",
                            "winsock2.h",
                            "io.h",
                            "direct.h",
                            "process.h"};

/// Names that reach the host without a header of their own.
const std::regex kHostNames(
    R"(\b(random_device|system_clock|steady_clock|high_resolution_clock|getenv|srand|rand|clock_gettime|gettimeofday)\b)");

std::string host_complaint(const std::string& line) {
  const auto code = line.substr(0, line.find("//"));
  if (const auto name = included(code); !name.empty())
    return lies_in_any(inner(name), kHostHeaders)
               ? name + " belongs to the host: it may stand in cli/, grade/ and gui/ alone"
               : "";
  std::smatch match;
  if (!std::regex_search(code, match, kHostNames)) return "";
  return match[1].str() + " makes runs depend on the host";
}

}  // namespace

const std::vector<Floor>& floors() {
  static const Names kStrategy = {"base", "isa", "cost", "mmu", "cpu", "vmm"};
  static const std::vector<Floor> kFloors = {
      {"base", {}},
      {"isa/zisa", {"base"}},
      {"isa/x86", {"base"}},
      {"devices", {"base"}},
      {"cost", {"base"}},
      {"mmu", {"base", "cost"}},
      {"cpu", {"base", "isa", "cost", "mmu"}},
      {"vmm", {"base", "isa", "devices", "cost", "mmu", "cpu"}},
      {"strategies/bare", kStrategy},
      {"strategies/trap_emulate", kStrategy},
      {"strategies/dbt", kStrategy},
      {"strategies/paravirt", kStrategy},
      {"strategies/hvm", kStrategy},
      {"loader", {"base", "isa", "mmu"}},
      {"session", {"base", "isa", "devices", "cost", "mmu", "cpu", "vmm", "strategies", "loader"}},
      {"study", {"base", "session"}},
      {"grade", {"base", "session", "study"}},
      {"cli", {"base", "session", "study", "grade", "gui/app"}},
      {"gui", {"base", "session", "study", "grade"}},
      {"guests", {}},
  };
  return kFloors;
}

const Floor* floor_of(std::string_view path) {
  const auto floor =
      std::ranges::find_if(floors(), [&](const Floor& f) { return lies_in(path, f.folder); });
  return floor == floors().end() ? nullptr : &*floor;
}

std::vector<std::string> include_violations(std::string_view path, std::string_view text) {
  if (is_exempt(path)) return {};
  const Floor* floor = floor_of(path);
  if (!floor) return {fmt::format("{}: its folder is not in the table of floors", path)};
  return complaints(path, text, [&](const std::string& line) {
    const auto name = included(line);
    return name.empty() ? name : include_complaint(*floor, name);
  });
}

std::vector<std::string> host_violations(std::string_view path, std::string_view text) {
  if (is_exempt(path) || lies_in_any(path, {"cli", "grade", "gui", "guests"})) return {};
  return complaints(path, text, host_complaint);
}

}  // namespace ringside::layers
