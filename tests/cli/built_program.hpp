// Runs the built program as a user would.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ringside::cli_test {

struct Outcome {
  int status = 0;
  std::string out, err;
};

/// `ringside` with these arguments; `input` is piped into it.
Outcome call(const std::vector<std::string>& arguments, const std::string& input = "");

/// The same with --json, read; fails the test where the output is no JSON.
nlohmann::json document_of(std::vector<std::string> arguments, const std::string& input = "");

/// A file in a folder of this test program alone, which goes when it ends.
std::string scratch(const std::string& name);
std::string write_scratch(const std::string& name, const std::string& content);
std::string read_file(const std::string& path);

/// Path of a guest that the build made; its bytes.
std::string guest_file(const std::string& name);
std::string guest_bytes(const std::string& name);

/// Whether the text is one line "ringside: ..." that holds all of the parts.
bool is_one_line(const std::string& text, const std::vector<std::string>& parts);

}  // namespace ringside::cli_test
