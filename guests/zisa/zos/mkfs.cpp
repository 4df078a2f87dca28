// Makes the disk image of zos: a read-only file system (its layout is in kernel/abi.h).
//   zos_mkfs IMAGE NAME=FILE...
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "kernel/abi.h"

namespace {

constexpr std::size_t kSectorSize = 512;
using Bytes = std::vector<char>;

struct Input {
  std::string name;
  Bytes contents;
};

[[noreturn]] void fail(const std::string& text) {
  std::fprintf(stderr, "zos_mkfs: %s\n", text.c_str());
  std::exit(1);
}

Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path + ": cannot be read");
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

Input parse_argument(const std::string& argument) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string::npos || equals == 0) fail(argument + ": expected NAME=FILE");
  if (equals >= FS_NAME_SIZE) fail(argument + ": the name is too long");
  return {argument.substr(0, equals), read_file(argument.substr(equals + 1))};
}

// Numbers are little-endian in the image whatever they are on the host.
void put_word(Bytes& image, std::size_t at, std::uint32_t word) {
  for (int i = 0; i < 4; i++) image[at + i] = static_cast<char>(word >> (8 * i));
}

std::size_t sectors_of(std::size_t bytes) {
  return (bytes + kSectorSize - 1) / kSectorSize;
}

void put_entry(Bytes& image, std::size_t index, const Input& file, std::size_t sector) {
  const std::size_t at = FS_DIRECTORY_SECTOR * kSectorSize + index * sizeof(fs_entry);
  std::memcpy(&image[at], file.name.data(), file.name.size());
  put_word(image, at + offsetof(fs_entry, sector), static_cast<std::uint32_t>(sector));
  put_word(image, at + offsetof(fs_entry, size), static_cast<std::uint32_t>(file.contents.size()));
}

Bytes make_image(const std::vector<Input>& files) {
  if (files.size() > FS_MAX_FILES) fail("too many files");
  Bytes image((FS_DIRECTORY_SECTOR + FS_DIRECTORY_SECTORS) * kSectorSize);
  put_word(image, offsetof(fs_superblock, magic), FS_MAGIC);
  put_word(image, offsetof(fs_superblock, files), static_cast<std::uint32_t>(files.size()));
  for (std::size_t i = 0; i < files.size(); i++) {
    put_entry(image, i, files[i], image.size() / kSectorSize);
    image.insert(image.end(), files[i].contents.begin(), files[i].contents.end());
    image.resize(sectors_of(image.size()) * kSectorSize);
  }
  return image;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) fail("usage: zos_mkfs IMAGE NAME=FILE...");
  std::vector<Input> files;
  for (int i = 2; i < argc; i++) files.push_back(parse_argument(argv[i]));
  const Bytes image = make_image(files);
  std::ofstream out(argv[1], std::ios::binary);
  out.write(image.data(), static_cast<std::streamsize>(image.size()));
  if (!out.flush()) fail(std::string(argv[1]) + ": cannot be written");
}
