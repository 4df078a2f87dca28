// The port at which GDB finds a session: the only sockets of the program.
#pragma once

#include "base/result.hpp"
#include "base/types.hpp"
#include "session/debugger.hpp"

namespace ringside::cli {

/// Listens on 127.0.0.1 and serves one GDB after the other, until one kills the session or is told
/// how the guest ended; a GDB that detaches or goes away leaves the session where it is for the
/// next. Port 0: a free one, which is said on stderr as any is. What the guest prints goes to
/// stdout. Gives the exit status. Errors: the port is taken.
Result<int> serve_gdb(session::Debugger& debugger, u16 port);

}  // namespace ringside::cli
