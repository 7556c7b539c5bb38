// A program run for its output: exec plugins of kubeconfigs, az and azd. Without a shell, with
// nothing to read, in a process group of its own, within limits.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/call.h"
#include "live/environment.h"
#include "live/secret.h"

namespace acr {

struct Child {
  std::vector<std::string> argv;  // argv[0]: a path with '/', or a name looked up in PATH
  const Environment* environment = nullptr;  // the child's, whole; its PATH finds the program
  std::size_t output_limit = std::size_t{1} << 20;  // bytes of standard output
  Milliseconds timeout{60'000};
  const std::atomic<bool>* cancelled = nullptr;
  std::vector<std::string_view> hidden;  // texts that shall not stand in the complaint
};

struct ChildEnd {
  enum class How {
    exited,
    signalled,
    not_found,    // no such program, or it may not be run
    not_started,  // it is there, and the system would not run it
    timeout,      // killed, with all that it started
    too_much,     // killed: more output than the limit
    cancelled,    // killed
  };
  How how = How::not_started;
  int code = 0;           // the exit code or the signal
  Secret output;          // standard output
  std::string complaint;  // standard error's telling line, or the system's; a plain line
  bool ok() const { return how == How::exited && code == 0; }
};

// Waits for the end.
ChildEnd run_child(const Child& child);

// "exited with code 3: …", "did not end within 60 seconds", …: one clause.
std::string describe(const ChildEnd& end, const Child& child);

// Where `name` is, as run_child finds it. Folders of PATH that are not absolute do not count: what
// lies in the current folder is not run by chance.
std::optional<std::string> find_program(const std::string& name, const Environment& environment);

}  // namespace acr
