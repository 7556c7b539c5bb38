#include "live/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fmt/format.h>

#include "live/plain.h"

namespace acr {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kComplaintBytes = std::size_t{16} << 10;
// A program may leave a background process that holds its output open.
constexpr Milliseconds kGrace{300};

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(-1); }
  void reset(int number) {
    if (number_ >= 0) close(number_);
    number_ = number;
  }
  int get() const { return number_; }

 private:
  int number_;
};

struct Pipe {
  Descriptor out, in;
  bool open() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    out.reset(ends[0]);
    in.reset(ends[1]);
    return fcntl(out.get(), F_SETFL, O_NONBLOCK) == 0;
  }
};

// One stream of the child. Its memory is reserved at once, so that nothing is left behind.
struct Stream {
  Pipe pipe;
  std::string text;
  std::size_t limit = 0;
  bool discard = false;  // what is beyond the limit
  bool too_much = false;

  void read_some() {
    std::array<char, 16384> block;
    for (;;) {
      const ssize_t count = read(pipe.out.get(), block.data(), block.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) break;
      if (count <= 0) {
        pipe.out.reset(-1);
        break;
      }
      const std::size_t room = limit - text.size();
      const auto size = static_cast<std::size_t>(count);
      text.append(block.data(), std::min(size, room));
      if (size > room && !discard) {
        too_much = true;
        break;
      }
    }
    explicit_bzero(block.data(), block.size());
  }
};

struct Spawn {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  Spawn() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  ~Spawn() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// 0 or an errno.
int start(const std::string& program, const Child& child, const Environment& environment,
          const Stream& output, const Stream& errors, pid_t& process) {
  Spawn spawn;
  posix_spawn_file_actions_addopen(&spawn.actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&spawn.actions, output.pipe.in.get(), 1);
  posix_spawn_file_actions_adddup2(&spawn.actions, errors.pipe.in.get(), 2);
  posix_spawn_file_actions_addclosefrom_np(&spawn.actions, 3);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&spawn.attributes, &none);
  posix_spawnattr_setsigdefault(&spawn.attributes, &all);
  posix_spawnattr_setpgroup(&spawn.attributes, 0);
  posix_spawnattr_setflags(&spawn.attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> words = child.argv;
  std::vector<std::string> variables = environment.lines();
  const std::vector<char*> arguments = pointers(words), settings = pointers(variables);
  const int error = posix_spawn(&process, program.c_str(), &spawn.actions, &spawn.attributes,
                                arguments.data(), settings.data());
  for (std::string& variable : variables) wipe(variable);
  for (std::string& word : words) wipe(word);
  return error;
}

struct Waiting {
  pid_t process;
  int status = 0;
  bool ended = false;
  // A parent that ignores SIGCHLD has no status to read: the output decides then.
  void look(int options) {
    pid_t who = -1;
    while ((who = waitpid(process, &status, options)) < 0 && errno == EINTR) continue;
    ended = ended || who != 0;
  }
  void kill_all() {
    kill(-process, SIGKILL);
    if (!ended) look(0);
  }
};

// Until the child has ended and its output with it; or why it was killed.
std::optional<ChildEnd::How> wait_for(const Child& child, Waiting& waiting, Stream& output,
                                      Stream& errors) {
  const auto deadline = Clock::now() + child.timeout;
  std::optional<Clock::time_point> grace;
  for (;;) {
    if (child.cancelled != nullptr && child.cancelled->load()) return ChildEnd::How::cancelled;
    if (output.too_much) return ChildEnd::How::too_much;
    if (!waiting.ended) waiting.look(WNOHANG);
    const bool silent = output.pipe.out.get() < 0 && errors.pipe.out.get() < 0;
    if (waiting.ended && silent) return std::nullopt;
    const auto now = Clock::now();
    if (waiting.ended && !grace) grace = now + kGrace;
    if (grace && now >= *grace) return std::nullopt;
    if (now >= deadline) return ChildEnd::How::timeout;
    std::array<pollfd, 2> both{{{output.pipe.out.get(), POLLIN, 0},
                                {errors.pipe.out.get(), POLLIN, 0}}};  // -1 is passed over
    poll(both.data(), both.size(), silent ? 2 : 20);
    if (both[0].revents != 0) output.read_some();
    if (both[1].revents != 0) errors.read_some();
  }
}

bool is_program(const std::string& path) {
  struct stat facts{};
  return stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

bool has_zero_byte(const Child& child) {
  return std::ranges::any_of(
      child.argv, [](const std::string& word) { return word.find('\0') != std::string::npos; });
}

}  // namespace

std::optional<std::string> find_program(const std::string& name, const Environment& environment) {
  if (name.find('/') != std::string::npos)
    return is_program(name) ? std::optional(name) : std::nullopt;
  std::string_view folders = environment.get("PATH");
  while (!name.empty() && !folders.empty()) {
    const std::size_t end = std::min(folders.find(':'), folders.size());
    const std::string_view folder = folders.substr(0, end);
    folders.remove_prefix(std::min(end + 1, folders.size()));
    if (!folder.starts_with('/')) continue;
    std::string path = fmt::format("{}/{}", folder, name);
    if (is_program(path)) return path;
  }
  return std::nullopt;
}

ChildEnd run_child(const Child& child) {
  static const Environment kNone;
  ChildEnd end;
  const Environment& environment = child.environment != nullptr ? *child.environment : kNone;
  if (child.argv.empty() || has_zero_byte(child)) {
    end.complaint = "the command is none";
    return end;
  }
  const auto program = find_program(child.argv[0], environment);
  if (!program) {
    end.how = ChildEnd::How::not_found;
    return end;
  }
  Stream output, errors;
  output.limit = child.output_limit;
  output.text.reserve(output.limit);
  errors.limit = kComplaintBytes;
  errors.text.reserve(errors.limit);
  errors.discard = true;
  Waiting waiting{};
  int error = output.pipe.open() && errors.pipe.open() ? 0 : errno;
  if (error == 0) error = start(*program, child, environment, output, errors, waiting.process);
  if (error != 0) {
    end.complaint = plain_line(std::strerror(error));
    return end;
  }
  output.pipe.in.reset(-1);
  errors.pipe.in.reset(-1);
  const auto killed = wait_for(child, waiting, output, errors);
  if (killed) {
    waiting.kill_all();
    end.how = *killed;
  } else if (WIFSIGNALED(waiting.status)) {
    end.how = ChildEnd::How::signalled;
    end.code = WTERMSIG(waiting.status);
  } else {
    end.how = ChildEnd::How::exited;
    end.code = WEXITSTATUS(waiting.status);
  }
  end.complaint = plain_line(telling_line(errors.text), child.hidden);
  wipe(errors.text);
  end.output = Secret(std::move(output.text));
  return end;
}

std::string describe(const ChildEnd& end, const Child& child) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(child.timeout).count();
  std::string text;
  switch (end.how) {
    case ChildEnd::How::exited:
      text = end.code == 0 ? "ended well" : fmt::format("exited with code {}", end.code);
      break;
    case ChildEnd::How::signalled:
      text = fmt::format("was ended by signal {}", end.code);
      break;
    case ChildEnd::How::not_found:
      text = "was not found";
      break;
    case ChildEnd::How::not_started:
      text = "could not be started";
      break;
    case ChildEnd::How::timeout:
      text = fmt::format("did not end within {} seconds", seconds);
      break;
    case ChildEnd::How::too_much:
      text = fmt::format("wrote more than {} bytes", child.output_limit);
      break;
    case ChildEnd::How::cancelled:
      text = "was cancelled";
      break;
  }
  return end.complaint.empty() ? text : fmt::format("{}: {}", text, end.complaint);
}

}  // namespace acr
