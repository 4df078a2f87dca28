// What the debugger shows, as text.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/style.hpp"
#include "session/inspect.hpp"
#include "session/report.hpp"

namespace ringside::cli {

/// One line: where the session stands, what comes next, and why it stopped.
std::string status_text(const session::Position& position, const std::string& why,
                        const Style& style);

std::string code_text(const std::vector<session::CodeLine>& lines, const Style& style);
std::string registers_text(const session::Registers& registers, const Style& style);
/// The privileged registers alone: what the guest believes beside what the machine holds.
std::string privileged_text(const session::Registers& registers, const Style& style);
std::string memory_text(Gva address, const std::vector<std::optional<u8>>& bytes);
std::string walk_text(const session::PageWalk& walk);
std::string exits_text(const std::vector<session::ExitReport>& exits, bool bare,
                       const Style& style);
std::string events_text(const std::vector<session::EventLine>& events, const Style& style);
/// What happened in the last step: sentences, one event to a line.
std::string happenings_text(const std::vector<session::EventLine>& events, const Style& style);
std::string writer_text(const std::string& what, const session::WriterView& view);

/// What is to be said of a history that diverged.
Error replay_diverged();

}  // namespace ringside::cli
