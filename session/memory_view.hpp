// The guest's memory by guest-virtual or guest-physical address, to be looked at and written while it stands.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "session/debugger.hpp"

namespace ringside::session {

enum class AddressKind : u8 { kVirtual, kPhysical };

/// `count` bytes from `address` on; nothing where there is no RAM. Devices are not read, for that would change them.
std::vector<std::optional<u8>> memory_at(const Session& session, AddressKind kind, u64 address, u32 count);

/// Where a guest-virtual address lies in guest-physical memory by the guest's own tables; nothing where it is not mapped.
std::optional<u64> physical_of(const Session& session, Gva address);

/// Writes beside the run: going back and forth does it again. Nothing is written unless all is. Errors: the run has ended,
/// a page is not mapped to RAM.
Result<void> write_memory_at(Debugger& debugger, AddressKind kind, u64 address, std::span<const u8> bytes);

}  // namespace ringside::session
