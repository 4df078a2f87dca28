#include "session/files.hpp"

#include "loader/file.hpp"

namespace ringside::session {

Result<std::string> read_text(const std::string& path) {
  auto bytes = loader::read_file(path);
  if (!bytes) return fail(bytes.error());
  return std::string(bytes->begin(), bytes->end());
}

}  // namespace ringside::session
