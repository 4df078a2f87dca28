#include "session/write_back.hpp"

#include <filesystem>
#include <fstream>

#include "vmm/x86/arch.hpp"

namespace ringside::session {

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

Result<void> replace(const std::string& path, const std::vector<u8>& bytes) {
  const std::string fresh = path + ".new";
  std::ofstream file(fresh, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(fresh, path, error);
  if (file && !error) return {};
  std::filesystem::remove(fresh, error);
  return fail({Error::Kind::kBadFile, path, "",
               "what the guest wrote to this drive cannot be written back",
               "check the folder, its rights and the space on it"});
}

}  // namespace

Result<void> write_back(const Session& session) {
  const auto& files = session.options().drives;
  for (unsigned i = 0; i < files.size(); ++i) {
    const devices::Drive* drive = files[i] == "none" ? nullptr : drive_of(session, i);
    if (!drive || drive->hash() == 0) continue;
    if (auto done = replace(files[i], contents(*drive)); !done) return done;
  }
  return {};
}

}  // namespace ringside::session
