// ringside man: the manual page, in roff, from the same model as --help.
#include <fmt/format.h>

#include <algorithm>

#include "cli/model.hpp"
#include "cli/verbs.hpp"

namespace ringside::cli {

namespace {

// Text as roff takes it: hyphens that stay hyphens, no request at the start of a line.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool line_start = out.empty() || out.back() == '\n';
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string option_text(const CLI::Option& option) {
  const std::string value = value_of(option);
  return fmt::format(".TP\n.B {}{}\n{}\n", roff(name_of(option)),
                     value.empty() ? "" : " \\fI" + value + "\\fR", roff(option.get_description()));
}

std::string verb_text(const CLI::App& verb) {
  std::string usage;
  for (const auto* argument : arguments_of(verb))
    usage += " \\fI" + roff(argument->get_name()) + "\\fR";
  std::string text = fmt::format(".SS ringside {}{} [\\fIOPTION\\fR]...\n{}.\n", verb.get_name(),
                                 usage, roff(verb.get_description()));
  for (const auto* argument : arguments_of(verb))
    text += fmt::format(".TP\n.I {}\n{}\n", roff(argument->get_name()),
                        roff(argument->get_description()));
  for (const auto* option : options_of(verb)) text += option_text(*option);
  const std::string footer = verb.get_footer();
  if (!footer.empty())
    text += ".PP\n.nf\n" + roff(footer.substr(footer.find_first_not_of('\n'))) + "\n.fi\n";
  return text;
}

constexpr const char* kEnd = R"(.SH EXIT STATUS
.TP
.B 0\-63
of run: the exit code of the guest, 63 for any larger one; of the others: 0 once they have reported
.TP
.B 1
of check: a property does not hold
.TP
.B 64
wrong usage
.TP
.B 65
a file that is not what it should be
.TP
.B 66
the guest failed; the reason is on standard error
.TP
.B 67
a limit was reached, or the user ended the run
.TP
.B 70
a defect of ringside
.SH ENVIRONMENT
.TP
.B NO_COLOR
no colours, whatever it is set to
)";

std::string page(const CLI::App& app, const std::string& version) {
  std::string text = fmt::format(
      ".TH RINGSIDE 1 \"\" \"ringside {}\" \"User Commands\"\n.SH NAME\nringside \\- see every "
      "trap of a virtual machine from ringside\n.SH SYNOPSIS\n.B ringside\n\\fIVERB\\fR "
      "[\\fIARGUMENT\\fR]...\n.SH DESCRIPTION\n{}\n.SH VERBS\n",
      version, roff(app.get_description()));
  for (const auto* verb : verbs_of(app)) text += verb_text(*verb);
  return text + kEnd;
}

}  // namespace

void add_man(CLI::App& app, Frame& frame) {
  auto& verb = add_verb(app, "man", "Print the manual page", "  ringside man | man -l -");
  verb.callback([&app, &frame] { fmt::print("{}", page(app, frame.version)); });
}

}  // namespace ringside::cli
