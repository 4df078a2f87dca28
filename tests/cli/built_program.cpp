#include "cli/built_program.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.hpp"

namespace ringside::cli_test {

namespace fs = std::filesystem;

namespace {

/// Tests run beside each other: each process has a folder of its own.
class Scratch {
 public:
  Scratch() : folder_(fs::temp_directory_path() / ("ringside-test-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }

 private:
  fs::path folder_;
};

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

std::string scratch(const std::string& name) {
  static const Scratch folder;
  return folder.file(name);
}

std::string write_scratch(const std::string& name, const std::string& content) {
  std::ofstream(scratch(name), std::ios::binary) << content;
  return scratch(name);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Outcome call(const std::vector<std::string>& arguments, const std::string& input) {
  const std::string in = write_scratch("in", input);
  std::string command = "LC_ALL=C.UTF-8 " + quoted(RINGSIDE_BUILD_DIR "/ringside");
  for (const auto& argument : arguments) command += " " + quoted(argument);
  command += " <" + quoted(in) + " >" + quoted(scratch("out")) + " 2>" + quoted(scratch("err"));
  const int status = std::system(command.c_str());
  REQUIRE(WIFEXITED(status));
  return {WEXITSTATUS(status), read_file(scratch("out")), read_file(scratch("err"))};
}

nlohmann::json document_of(std::vector<std::string> arguments, const std::string& input) {
  arguments.push_back("--json");
  const Outcome outcome = call(arguments, input);
  INFO(outcome.err);
  const auto document = nlohmann::json::parse(outcome.out, nullptr, false);
  REQUIRE(document.is_object());
  return document;
}

std::string guest_file(const std::string& name) {
  const std::string path = RINGSIDE_BUILD_DIR "/guests/zisa/" + name;
  REQUIRE(fs::is_regular_file(path));
  return path;
}

std::string guest_bytes(const std::string& name) {
  return read_file(guest_file(name));
}

bool is_one_line(const std::string& text, const std::vector<std::string>& parts) {
  const bool one =
      text.starts_with("ringside: ") && std::count(text.begin(), text.end(), '\n') == 1;
  return one && std::all_of(parts.begin(), parts.end(), [&](const std::string& part) {
           return text.find(part) != std::string::npos;
         });
}

}  // namespace ringside::cli_test
