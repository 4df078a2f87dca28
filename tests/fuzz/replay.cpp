// Runs a fuzz target over the files of the folders that it is given, where there is no libFuzzer.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "loader/file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::filesystem::path> files_of(const char* folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  int ran = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& file : files_of(argv[i])) {
      const auto bytes = ringside::loader::read_file(file.string());
      if (!bytes) return fmt::print("{}\n", bytes.error().text()), 1;
      fmt::print("{}\n", file.string());
      LLVMFuzzerTestOneInput(bytes->data(), bytes->size());
      ++ran;
    }
  }
  fmt::print("{} inputs\n", ran);
  return ran == 0;
}
