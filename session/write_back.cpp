#include "session/write_back.hpp"

#include <filesystem>
#include <fstream>

#include "vmm/x86/arch.hpp"

namespace ringside::session {

namespace fs = std::filesystem;

namespace {

const devices::Drive* drive_of(const Session& session, unsigned number) {
  return session.is_x86() ? session.pc().vm().internals().platform.drive(number)
                          : session.machine().vm().internals().platform.disk().drive(number);
}

std::vector<u8> contents(const devices::Drive& drive) {
  std::vector<u8> bytes(std::size_t{drive.sectors()} * devices::kSectorSize);
  for (u32 sector = 0; sector < drive.sectors(); ++sector)
    drive.read(sector, std::span(bytes)
                           .subspan(std::size_t{sector} * devices::kSectorSize)
                           .first<devices::kSectorSize>());
  bytes.resize(drive.bytes());
  return bytes;
}

// Whoever looks finds the old file or the new one, nothing between; where the path is a link, behind it.
bool replace(const fs::path& path, const std::vector<u8>& bytes) {
  std::error_code error;
  const fs::path target = fs::canonical(path, error), fresh = target.string() + ".ringside-new";
  if (error || fs::is_directory(fresh, error)) return false;
  std::ofstream file(fresh, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  bool done = static_cast<bool>(file);
  if (done) fs::permissions(fresh, fs::status(target, error).permissions(), error);
  if (done) fs::rename(fresh, target, error);
  done = done && !error;
  if (!done) fs::remove(fresh, error);
  return done;
}

}  // namespace

Result<void> write_back(const Session& session) {
  const auto& files = session.options().drives;
  for (unsigned i = 0; i < files.size(); ++i) {
    const devices::Drive* drive = files[i] == "none" ? nullptr : drive_of(session, i);
    if (!drive || drive->hash() == 0) continue;
    if (!replace(files[i], contents(*drive)))
      return fail({Error::Kind::kBadFile, files[i], "",
                   "what the guest wrote to this drive cannot be written back",
                   "check the folder, its rights and the space on it"});
  }
  return {};
}

}  // namespace ringside::session
