#include "live/small_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include "live/plain.h"

namespace acr {
namespace {

constexpr std::chrono::seconds kPatience{10};

// Reads until the end, `limit` + 1 bytes or the end of patience; false with errno.
bool read_all(int descriptor, std::string& text, std::size_t limit) {
  // Reserved at once: a string that grows leaves its old bytes behind.
  text.resize(limit + 1);
  std::size_t size = 0;
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (size < text.size()) {
    const ssize_t count = read(descriptor, text.data() + size, text.size() - size);
    if (count == 0) break;
    if (count > 0) {
      size += static_cast<std::size_t>(count);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return false;
    pollfd waiting{descriptor, POLLIN, 0};
    poll(&waiting, 1, 100);
    if (std::chrono::steady_clock::now() >= end) {
      errno = ETIMEDOUT;
      return false;
    }
  }
  text.resize(size);
  return true;
}

}  // namespace

std::expected<Secret, FileError> read_small_file(const std::string& path, std::size_t limit) {
  const auto fail = [&](std::string_view why, bool absent = false) {
    return std::unexpected(FileError{absent, fmt::format("{}: {}", plain_name(path), why)});
  };
  if (path.find('\0') != std::string::npos) return fail("no file has a zero byte in its name");
  // Not blocking: opening a pipe that nobody writes to would wait for ever.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return fail(std::strerror(errno), errno == ENOENT || errno == ENOTDIR);
  struct stat facts{};
  std::string text;
  const bool known = fstat(descriptor, &facts) == 0;
  const bool readable = known && (S_ISREG(facts.st_mode) || S_ISFIFO(facts.st_mode));
  const bool whole = readable && read_all(descriptor, text, limit);
  const int error = errno;
  close(descriptor);
  Secret content(std::move(text));
  if (!known) return fail(std::strerror(error));
  if (!readable) return fail(S_ISDIR(facts.st_mode) ? "a folder, not a file" : "not a file");
  if (!whole) return fail(std::strerror(error));
  if (content.view().size() > limit) return fail(fmt::format("larger than {} bytes", limit));
  return content;
}

}  // namespace acr
