// The code of an x86 guest as a listing.
#pragma once

#include <vector>

#include "loader/image.hpp"
#include "session/assembly.hpp"

namespace ringside::session {

/// All instructions in what is code of the file, one behind the other, by the addresses at which they
/// run. Lengths vary and data lies between, so each symbol begins anew: what would reach across one is
/// listed as bytes.
std::vector<ListingLine> x86_listing(const loader::Image& image);

}  // namespace ringside::session
