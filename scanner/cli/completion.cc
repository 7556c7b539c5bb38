// Completion for shells, made from the options that the command line is parsed with.
#include <fmt/format.h>

#include <array>
#include <ostream>

#include "cli/commands.h"

namespace acr {
namespace {

constexpr std::array kShells{"bash", "zsh", "fish"};

// What stands where no option does. `paths`: files and folders as well.
struct Operands {
  std::vector<std::string> words;
  bool paths = false;
};

Operands operands_of(std::string_view command) {
  Operands operands;
  if (command == "completion") operands.words.assign(kShells.begin(), kShells.end());
  if (command == "help") operands.words = command_names();
  if (command == "why")
    operands.words = {"pod/", "deploy/", "sts/", "ds/", "rs/", "job/", "cronjob/"};
  if (command == "explain") {
    for (const Check* check : all_checks()) operands.words.emplace_back(check->id);
  }
  operands.paths = command == "report";
  return operands;
}

std::string join(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// In single quotes, for any of the shells; our own texts hold nothing else that is special there.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

std::vector<OptionShape> shapes_of(std::string_view command) {
  if (command == "help" || command == "version") return {};
  return option_shapes(command);
}

std::string bash() {
  std::string values, options, operands;
  for (const std::string& command : command_names()) {
    std::vector<std::string> names;
    for (const OptionShape& shape : shapes_of(command)) {
      std::string pattern = fmt::format("{}:--{}", command, shape.name);
      if (shape.letter != 0) pattern += fmt::format("|{}:-{}", command, shape.letter);
      names.push_back("--" + shape.name);
      if (shape.letter != 0) names.push_back(fmt::format("-{}", shape.letter));
      if (!shape.takes_value) continue;
      std::string action = ":";  // anything: nothing is offered
      if (!shape.words.empty()) action = fmt::format("words={}", quoted(join(shape.words)));
      if (shape.takes_path) action = "paths=1";
      values += fmt::format("    {}) {} ;;\n", pattern, action);
    }
    names.emplace_back("--help");
    const Operands operand = operands_of(command);
    options += fmt::format("    {}) words={} ;;\n", command, quoted(join(names)));
    operands += fmt::format("    {}) words={}{} ;;\n", command, quoted(join(operand.words)),
                            operand.paths ? " paths=1" : "");
  }
  // Bash cuts words at "=" and ":", and what it offers must begin where it cut.
  return fmt::format(R"(# bash completion for acr-doctor
_acr_doctor() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" command="${{COMP_WORDS[1]}}" option= words= paths=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W {} -- "$current")
    return
  fi
  # Behind "FORMAT=" a file is named, behind "--option=" the option's value.
  if [[ $current == = ]]; then
    current=
    option="${{COMP_WORDS[COMP_CWORD-1]}}"
  elif [[ ${{COMP_WORDS[COMP_CWORD-1]}} == = ]]; then
    option="${{COMP_WORDS[COMP_CWORD-2]}}"
  fi
  if [[ -n $option && $option != -* ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  fi
  [[ -n $option ]] || option="${{COMP_WORDS[COMP_CWORD-1]}}"
  case "$command:$option" in
{}    *) option= ;;
  esac
  if [[ -z $option && $current == -* ]]; then
    case "$command" in
{}    esac
  elif [[ -z $option ]]; then
    case "$command" in
{}    esac
  fi
  if [[ -n $paths ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  [[ ${{COMPREPLY[0]}} == */ ]] && compopt -o nospace 2>/dev/null
}}
complete -F _acr_doctor acr-doctor
)",
                     quoted(join(command_names())), values, options, operands);
}

// In "[…]" of _arguments.
std::string zsh_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("[]:\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string zsh() {
  std::string cases;
  for (const std::string& command : command_names()) {
    std::string arguments;
    for (const OptionShape& shape : shapes_of(command)) {
      std::string tail = fmt::format("[{}]", zsh_escaped(help_on(command, shape.name)));
      if (shape.takes_value) {
        std::string action = " ";
        if (!shape.words.empty()) action = fmt::format("({})", join(shape.words));
        if (shape.takes_path) action = "_files";
        if (shape.name == "output")
          action = fmt::format(" _acr_doctor_output {}", join(shape.words));
        tail += fmt::format(":{}:{}", shape.name, action);
      }
      for (const std::string& dashes :
           {"--" + shape.name,
            shape.letter == 0 ? std::string() : fmt::format("-{}", shape.letter)})
        if (!dashes.empty())
          arguments += fmt::format(" \\\n        {}", quoted(fmt::format("*{}{}", dashes, tail)));
    }
    const Operands operand = operands_of(command);
    if (operand.paths)
      arguments += " \\\n        '*:report:_files'";
    else if (!operand.words.empty())
      arguments += fmt::format(" \\\n        {}",
                               quoted(fmt::format("1:argument:({})", join(operand.words))));
    cases +=
        fmt::format("      {}) _arguments -S '--help[what it takes]'{} ;;\n", command, arguments);
  }
  return fmt::format(R"(#compdef acr-doctor
_acr_doctor_output() {{
  if compset -P '*='; then
    _files
  else
    compadd -S '' -- "$@"
  fi
}}
_acr_doctor() {{
  local state line
  _arguments -C '1:command:({})' '*::argument:->argument'
  if [[ $state == argument ]]; then
    case $line[1] in
{}    esac
  fi
}}
if [[ $funcstack[1] == _acr-doctor ]]; then
  _acr_doctor "$@"
else
  compdef _acr_doctor acr-doctor
fi
)",
                     join(command_names()), cases);
}

std::string fish() {
  std::string out = "# fish completion for acr-doctor\ncomplete -c acr-doctor -f\n";
  const std::string commands = join(command_names());
  out += fmt::format("complete -c acr-doctor -n 'not __fish_seen_subcommand_from {0}' -a '{0}'\n",
                     commands);
  for (const std::string& command : command_names()) {
    const std::string head =
        fmt::format("complete -c acr-doctor -n '__fish_seen_subcommand_from {}'", command);
    for (const OptionShape& shape : shapes_of(command)) {
      out += fmt::format("{} -l {}", head, shape.name);
      if (shape.letter != 0) out += fmt::format(" -s {}", shape.letter);
      if (shape.takes_value) out += shape.takes_path ? " -r -F" : " -x";
      if (!shape.words.empty()) out += fmt::format(" -a '{}'", join(shape.words));
      // A fish string knows backslashes before quotes only, which quoted() would not write.
      if (const auto help = help_on(command, shape.name);
          !help.empty() && help.find('\'') == std::string_view::npos)
        out += fmt::format(" -d '{}'", help);
      out += '\n';
    }
    const Operands operand = operands_of(command);
    if (operand.paths) out += fmt::format("{} -F\n", head);
    if (!operand.words.empty()) out += fmt::format("{} -a '{}'\n", head, join(operand.words));
  }
  return out;
}

}  // namespace

std::optional<std::string> completion_for(std::string_view shell) {
  if (shell == "bash") return bash();
  if (shell == "zsh") return zsh();
  if (shell == "fish") return fish();
  return std::nullopt;
}

int run_completion(const Options& options, Streams streams) {
  if (options.arguments.size() != 1)
    return refuse({"completion takes the name of one shell: bash, zsh or fish", {}}, false,
                  streams);
  const auto script = completion_for(options.arguments.front());
  if (!script) {
    return refuse({fmt::format("there is no completion for '{}'", options.arguments.front()),
                   "bash, zsh and fish have one"},
                  false, streams);
  }
  streams.out << *script << std::flush;
  return streams.out ? 0 : 5;
}

}  // namespace acr
