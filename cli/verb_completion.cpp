// ringside completion: what makes a shell complete verbs and options.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/model.hpp"
#include "cli/verbs.hpp"

namespace ringside::cli {

namespace {

// In single quotes of a shell.
std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string option_words(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const auto* option : options_of(verb)) names.push_back(name_of(*option));
  return fmt::format("{}", fmt::join(names, " "));
}

std::string verb_words(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* verb : verbs_of(app)) names.push_back(verb->get_name());
  return fmt::format("{}", fmt::join(names, " "));
}

// Options of all verbs that take one of known values, each once.
std::vector<const CLI::Option*> options_with_values(const CLI::App& app) {
  std::vector<const CLI::Option*> found;
  for (const auto* verb : verbs_of(app))
    for (const auto* option : options_of(*verb)) {
      const bool seen = std::any_of(found.begin(), found.end(), [&](const auto* other) {
        return name_of(*other) == name_of(*option);
      });
      if (!values_of(*option).empty() && !seen) found.push_back(option);
    }
  return found;
}

std::string bash(const CLI::App& app) {
  std::string text =
      "# bash completion for ringside\n_ringside() {\n"
      "  local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\" "
      "options=\"\"\n"
      "  case \"$before\" in\n";
  for (const auto* option : options_with_values(app))
    text += fmt::format("    {}) COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); return ;;\n",
                        name_of(*option), fmt::join(values_of(*option), " "));
  text += fmt::format(
      "  esac\n  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{} --help --version\" -- \"$word\")); return\n  fi\n"
      "  case \"${{COMP_WORDS[1]}}\" in\n",
      verb_words(app));
  for (const auto* verb : verbs_of(app))
    text += fmt::format("    {}) options=\"{}\" ;;\n", verb->get_name(), option_words(*verb));
  return text +
         "  esac\n  case \"$word\" in\n    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) "
         ";;\n"
         "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n  esac\n}\n"
         "complete -o filenames -F _ringside ringside\n";
}

std::string zsh_option(const CLI::Option& option) {
  std::string help = option.get_description();
  std::replace_if(
      help.begin(), help.end(), [](char c) { return c == '[' || c == ']' || c == ':'; }, ' ');
  std::string spec = name_of(option) + "[" + help + "]";
  const auto values = values_of(option);
  if (!values.empty())
    spec += fmt::format(":{}:({})", value_of(option), fmt::join(values, " "));
  else if (!value_of(option).empty())
    spec += ":" + value_of(option) + (value_of(option) == "FILE" ? ":_files" : ":");
  return shell_quoted(spec);
}

std::string zsh(const CLI::App& app) {
  std::string text = "#compdef ringside\n_ringside() {\n  local -a verbs\n  verbs=(\n";
  for (const auto* verb : verbs_of(app))
    text += "    " + shell_quoted(verb->get_name() + ":" + verb->get_description()) + "\n";
  text +=
      "  )\n  if (( CURRENT == 2 )); then _describe verb verbs; return; fi\n  case \"$words[2]\" "
      "in\n";
  for (const auto* verb : verbs_of(app)) {
    text += "    " + verb->get_name() + ") _arguments -s";
    for (const auto* option : options_of(*verb)) text += " \\\n      " + zsh_option(*option);
    text += " \\\n      '*:file:_files' ;;\n";
  }
  return text + "  esac\n}\n_ringside \"$@\"\n";
}

std::string fish(const CLI::App& app) {
  std::string text = "# fish completion for ringside\n";
  for (const auto* verb : verbs_of(app)) {
    text += fmt::format("complete -c ringside -n __fish_use_subcommand -f -a {} -d {}\n",
                        verb->get_name(), shell_quoted(verb->get_description()));
    for (const auto* option : options_of(*verb)) {
      const auto values = values_of(*option);
      text += fmt::format(
          "complete -c ringside -n '__fish_seen_subcommand_from {}' -l {} -d {}{}\n",
          verb->get_name(), name_of(*option).substr(2), shell_quoted(option->get_description()),
          !values.empty()
              ? fmt::format(" -x -a {}", shell_quoted(fmt::format("{}", fmt::join(values, " "))))
          : value_of(*option).empty() ? ""
                                      : " -r");
    }
  }
  return text;
}

}  // namespace

void add_completion(CLI::App& app, Frame&) {
  auto& verb =
      add_verb(app, "completion", "Print what makes a shell complete ringside's words",
               "  ringside completion bash > ~/.local/share/bash-completion/completions/ringside\n"
               "  ringside completion zsh > ~/.zfunc/_ringside\n"
               "  ringside completion fish > ~/.config/fish/completions/ringside.fish");
  auto shell = std::make_shared<std::string>();
  verb.add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  verb.callback([&app, shell] {
    fmt::print("{}", *shell == "bash" ? bash(app) : *shell == "zsh" ? zsh(app) : fish(app));
  });
}

}  // namespace ringside::cli
