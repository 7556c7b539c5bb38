#include "cli/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace acr {
namespace {

std::string complain(std::string_view path, int error) {
  return fmt::format("cannot write {}: {}", path, std::strerror(error));
}

// 0, or errno.
int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

std::optional<std::string> replace_file(const std::string& path, std::string_view text,
                                        Readers readers) {
  std::error_code ignored;
  // Through a symbolic link, to its target: the link itself stays.
  const auto resolved = std::filesystem::canonical(path, ignored);
  const std::string target = ignored ? path : resolved.string();

  struct stat old{};
  const bool exists = stat(target.c_str(), &old) == 0;
  if (exists && !S_ISREG(old.st_mode)) {
    const int file = open(target.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0) return complain(path, errno);
    int error = write_all(file, text);
    if (close(file) != 0 && error == 0) error = errno;
    return error == 0 ? std::nullopt : std::optional(complain(path, error));
  }

  std::string temporary = target + ".XXXXXX";
  const int file = mkstemp(temporary.data());
  if (file < 0) return complain(path, errno);
  int error = write_all(file, text);
  // mkstemp makes files for the owner alone.
  const mode_t mask = umask(0);
  umask(mask);
  const mode_t mode = readers == Readers::owner ? 0600
                      : exists                  ? old.st_mode & 07777
                                                : 0666 & ~mask;
  if (error == 0 && fchmod(file, mode) != 0) error = errno;
  if (close(file) != 0 && error == 0) error = errno;
  if (error == 0 && std::rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return std::nullopt;
  unlink(temporary.c_str());
  return complain(path, error);
}

}  // namespace acr
