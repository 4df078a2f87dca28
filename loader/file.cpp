#include "loader/file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace ringside::loader {
namespace {

tl::unexpected<Error> refuse(const std::string& path, std::string cause, std::string remedy) {
  return fail({Error::Kind::kBadFile, path, "", std::move(cause), std::move(remedy)});
}

std::string reason() {
  return std::generic_category().message(errno);
}

}  // namespace

Result<std::vector<u8>> read_file(const std::string& path, u64 longest) {
  std::error_code unknown;
  if (std::filesystem::is_character_file(path, unknown))
    return refuse(path, "is a device, which may never end", "give a plain file");
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return refuse(path, "cannot be opened (" + reason() + ")", "check the name");
  constexpr std::size_t kPiece = 1 << 20;
  std::vector<u8> bytes;
  for (std::size_t got = kPiece; got == kPiece;) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kPiece);
    stream.read(reinterpret_cast<char*>(bytes.data() + before), kPiece);
    got = static_cast<std::size_t>(stream.gcount());
    bytes.resize(before + got);
    if (bytes.size() > longest)
      return refuse(path, fmt::format("is longer than {} bytes", longest), "give a smaller file");
  }
  // A folder can be opened, but not read.
  if (stream.bad()) return refuse(path, "cannot be read (" + reason() + ")", "give a plain file");
  return bytes;
}

}  // namespace ringside::loader
