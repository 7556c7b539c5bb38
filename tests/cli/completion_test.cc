// The shells complete for real: bash here, on a terminal of its own.
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "cli/commands.h"

namespace acr {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrompt = "ready> ";

// An interactive bash in an empty folder, in which `acr-doctor` prints what it was given.
class Bash {
 public:
  Bash() {
    std::string pattern = (fs::temp_directory_path() / "acr-bash-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    folder_ = pattern;
    std::ofstream(folder_ / "complete.bash")
        << *completion_for("bash")
        << "acr-doctor() { printf 'got<%s>\\n' \"$*\"; }\n"
           "bind 'set enable-bracketed-paste off'\nbind 'set bell-style none'\nPS1='"
        << kPrompt << "'\n";
    std::ofstream(folder_ / "my facts.json") << "{}";
    winsize size{.ws_row = 50, .ws_col = 400, .ws_xpixel = 0, .ws_ypixel = 0};
    child_ = forkpty(&terminal_, nullptr, nullptr, &size);
    if (child_ == 0) {
      if (chdir(folder_.c_str()) != 0) _exit(126);
      setenv("TERM", "dumb", 1);
      execlp("bash", "bash", "--noprofile", "--rcfile", "complete.bash", "-i", nullptr);
      _exit(127);
    }
    wait_for(kPrompt);
  }
  ~Bash() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    close(terminal_);
    fs::remove_all(folder_);
  }
  Bash(const Bash&) = delete;
  Bash& operator=(const Bash&) = delete;

  // What `acr-doctor` was given after the keys were typed; "\t" asks for completion.
  std::string type(const std::string& keys) {
    const std::string line = keys + "\n";
    if (write(terminal_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return {};
    const std::string said = wait_for(">\r\n" + std::string(kPrompt));
    const auto begin = said.rfind("got<");
    if (begin == std::string::npos) return said;
    return said.substr(begin + 4, said.find(">\r\n", begin) - begin - 4);
  }

 private:
  // Everything that was printed up to `text`, or within half a minute.
  std::string wait_for(std::string_view text) {
    std::string said;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (said.find(text) == std::string::npos && std::chrono::steady_clock::now() < deadline) {
      pollfd ready{.fd = terminal_, .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, 100) <= 0) continue;
      char buffer[4096];
      const ssize_t count = read(terminal_, buffer, sizeof buffer);
      if (count <= 0) break;
      said.append(buffer, static_cast<std::size_t>(count));
    }
    return said;
  }

  fs::path folder_;
  int terminal_ = -1;
  pid_t child_ = -1;
};

TEST(Completion, BashCompletes) {
  Bash bash;
  EXPECT_EQ(bash.type("acr-doctor sca\t"), "scan");
  EXPECT_EQ(bash.type("acr-doctor scan --sev\tcri\t"), "scan --severity critical");
  EXPECT_EQ(bash.type("acr-doctor scan --severity=med\t"), "scan --severity=medium");
  EXPECT_EQ(bash.type("acr-doctor scan -o sar\t"), "scan -o sarif");
  EXPECT_EQ(bash.type("acr-doctor scan -o json=my\t"), "scan -o json=my facts.json");
  EXPECT_EQ(bash.type("acr-doctor scan --from my\t"), "scan --from my facts.json");
  EXPECT_EQ(bash.type("acr-doctor scan --from=my\t"), "scan --from=my facts.json");
  EXPECT_EQ(bash.type("acr-doctor why dep\tcart -n sh\t"), "why deploy/cart -n sh");
  EXPECT_EQ(bash.type("acr-doctor explain some-\t"), "explain some-node-accepts-pod");
  EXPECT_EQ(bash.type("acr-doctor report my\t"), "report my facts.json");
  EXPECT_EQ(bash.type("acr-doctor completion fi\t"), "completion fish");
}

TEST(Completion, EveryShellKnowsEveryOption) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const auto script = completion_for(shell);
    ASSERT_TRUE(script) << shell;
    for (const auto& command : command_names()) {
      EXPECT_NE(script->find(command), std::string::npos) << shell << " " << command;
      if (command == "help" || command == "version") continue;
      for (const auto& option : option_shapes(command)) {
        const std::string written = shell == std::string("fish")
                                        ? "seen_subcommand_from " + command + "' -l " + option.name
                                        : "--" + option.name;
        EXPECT_NE(script->find(written), std::string::npos) << shell << " " << written;
        for (const auto& word : option.words)
          EXPECT_NE(script->find(word), std::string::npos) << shell << " " << word;
      }
    }
  }
  EXPECT_FALSE(completion_for("csh"));
}

TEST(Completion, ShapesAreWhatIsParsed) {
  for (const auto& option : option_shapes("scan")) {
    std::vector<std::string> words{"--" + option.name};
    EXPECT_EQ(parse_options("scan", words).has_value(), !option.takes_value) << option.name;
    for (const auto& word : option.words) {
      words = {"--" + option.name, word};
      EXPECT_TRUE(parse_options("scan", words)) << option.name << " " << word;
      if (option.letter != 0) {
        words[0] = std::string("-") + option.letter;
        EXPECT_TRUE(parse_options("scan", words)) << words[0] << " " << word;
      }
    }
  }
}

}  // namespace
}  // namespace acr
