#include "strategies/paravirt/events.hpp"

namespace ringside::strategies::pv {

Answer Events::bind(u32 source) {
  if (source >= kSources) return code(Error::kInvalid);
  std::optional<u32> free;
  for (u32 port = kPorts; port-- > 0;) {
    if (!ports_[port]) free = port;
    if (ports_[port] == static_cast<Source>(source)) return code(Error::kState);
  }
  ports_[*free] = static_cast<Source>(source);
  return *free;
}

Error Events::close(u32 port) {
  if (!source_of(port)) return Error::kInvalid;
  ports_[port].reset();
  return Error::kNone;
}

}  // namespace ringside::strategies::pv
