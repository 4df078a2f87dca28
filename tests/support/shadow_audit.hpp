// The product's audit of shadow tables, for tests.
#pragma once

#include "session/shadow_audit.hpp"

namespace ringside::test {

using session::audit_shadow;
using session::ShadowAudit;

}  // namespace ringside::test
