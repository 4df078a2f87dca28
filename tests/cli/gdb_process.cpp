#include "cli/gdb_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "catch.hpp"
#include "cli/built_program.hpp"

namespace ringside::cli_test {

GdbServer::GdbServer(std::vector<std::string> arguments)
    : out_(scratch("server-out")), err_(scratch("server-err")) {
  arguments.insert(arguments.begin(), {RINGSIDE_BUILD_DIR "/ringside", "debug", "--gdb", "0"});
  std::vector<char*> words;
  for (auto& each : arguments) words.push_back(each.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  for (const auto& [number, name] : {std::pair(1, out_), std::pair(2, err_)})
    posix_spawn_file_actions_addopen(&files, number, name.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  REQUIRE(posix_spawn(&process_, words[0], &files, nullptr, words.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&files);
}

GdbServer::~GdbServer() {
  if (process_ != 0) ::kill(process_, SIGKILL), waitpid(process_, nullptr, 0);
}

int GdbServer::port() const {
  constexpr const char* kWords = "listening on 127.0.0.1:";
  for (int i = 0; i < 600; ++i) {
    const std::string said = read_file(err_);
    const auto at = said.find(kWords);
    if (at != std::string::npos && said.back() == '\n')
      return std::stoi(said.substr(at + std::string(kWords).size()));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  FAIL("it does not listen: " << read_file(err_));
  return 0;
}

int GdbServer::wait() {
  int status = 0;
  REQUIRE(waitpid(process_, &status, 0) == process_);
  process_ = 0;
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

std::string GdbServer::console() const {
  return read_file(out_);
}

std::string run_gdb(const std::string& program, const std::string& file, const GdbServer& server,
                    const std::string& script, const std::string& beside) {
  const std::string commands =
      "set pagination off\nset confirm off\nset width 0\ntarget remote 127.0.0.1:" +
      std::to_string(server.port()) + "\n" + script;
  const std::string input = write_scratch("gdb-script", commands), out = scratch("gdb-out");
  // In the background timeout would hand a signal to GDB twice, and GDB takes the second for giving up.
  const std::string command = "timeout --foreground 120 " + program + " -nx -batch -x '" + input + "' '" + file + "' >'" + out +
                              "' 2>&1 </dev/null & gdb=$!; " + beside + " wait $gdb";
  const int status = std::system(command.c_str());
  INFO(read_file(out));
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  return read_file(out);
}

std::string after_label(const std::string& text, const std::string& label) {
  const auto at = text.find("\n" + label + " ");
  if (at == std::string::npos) return "(no " + label + ")";
  const auto begin = at + label.size() + 2;
  return text.substr(begin, text.find('\n', begin) - begin);
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace ringside::cli_test
