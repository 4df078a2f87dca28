#include "session/files.hpp"

namespace ringside::session {

Result<std::string> read_text(const std::string& path, u64 longest) {
  auto bytes = loader::read_file(path, longest);
  if (!bytes) return fail(bytes.error());
  return std::string(bytes->begin(), bytes->end());
}

}  // namespace ringside::session
