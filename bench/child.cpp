#include "bench/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace ringside::bench {

namespace {

constexpr int kCannotStart = 127;

[[noreturn]] void become(const std::vector<std::string>& command, int input, int output) {
  std::vector<char*> arguments;
  for (const auto& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  execvp(arguments[0], arguments.data());
  _exit(kCannotStart);
}

std::string read_all(int from) {
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t n; (n = read(from, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(n));
  return text;
}

Error host_error(const char* call) {
  return {Error::Kind::kInternal, "", "", fmt::format("{}: {}", call, std::strerror(errno)), ""};
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

Result<Child> run_child(const std::vector<std::string>& command, const std::string& input) {
  const auto begin = std::chrono::steady_clock::now();
  std::array<int, 2> in, out;
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0)
    return fail(host_error("pipe"));
  // It fits into the pipe, so nobody has to read yet.
  if (write(in[1], input.data(), input.size()) != static_cast<ssize_t>(input.size()))
    return fail(host_error("write"));
  close(in[1]);
  const pid_t pid = fork();
  if (pid < 0) return fail(host_error("fork"));
  if (pid == 0) become(command, in[0], out[1]);
  close(in[0]);
  close(out[1]);
  Child child;
  child.output = read_all(out[0]);
  close(out[0]);
  int status = 0;
  rusage used{};
  wait4(pid, &status, 0, &used);
  child.wall_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  child.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  child.resident_bytes = static_cast<u64>(used.ru_maxrss) * 1024;
  child.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (child.status == kCannotStart)
    return fail({Error::Kind::kBadFile, command[0], "", "cannot be started",
                 "install it, or name another one"});
  return child;
}

}  // namespace ringside::bench
