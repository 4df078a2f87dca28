#include "devices/transcript.hpp"

namespace ringside::devices {

std::string Transcript::text(std::size_t start) const {
  if (start >= size()) return {};
  std::string text;
  text.reserve(size() - start);
  for (std::size_t i = start / kPiece; i < pieces_.size(); ++i) text += *pieces_[i];
  text += tail_;
  // The first piece taken may begin before `start`.
  return text.substr(text.size() - (size() - start));
}

}  // namespace ringside::devices
