#include "live/snapshot.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "collect/recording.h"
#include "collect/source.h"
#include "live/secret.h"

namespace acr {
namespace {

constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::array<const char*, 4> kFolders{"azure", "graph", "kubernetes", "registry"};

std::vector<std::string_view> steps_of(std::string_view name) {
  std::vector<std::string_view> steps;
  while (!name.empty()) {
    steps.push_back(name.substr(0, name.find('/')));
    name.remove_prefix(std::min(steps.back().size() + 1, name.size()));
  }
  return steps;
}

struct Named {
  std::string name;
  std::size_t index;  // of the exchange
};

// In the order in which a walk through their folders meets the documents. An exchange that stands
// twice is kept once; those that share a name are told apart by a number.
std::vector<Named> name_documents(const std::vector<Exchange>& exchanges) {
  struct Entry {
    std::string name, key;
    std::size_t index;
  };
  std::vector<Entry> entries;
  entries.reserve(exchanges.size());
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    const Request& request = exchanges[i].request;
    entries.push_back({document_name(request), request.key(), i});
  }
  std::ranges::stable_sort(entries, [](const Entry& a, const Entry& b) {
    return std::tie(a.name, a.key) < std::tie(b.name, b.key);
  });
  std::vector<Named> named;
  named.reserve(entries.size());
  std::size_t same = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Entry& entry = entries[i];
    if (i > 0 && entries[i - 1].key == entry.key) continue;
    same = i > 0 && entries[i - 1].name == entry.name ? same + 1 : 0;
    std::string name = entry.name;
    if (same > 0) name.insert(name.rfind('.'), fmt::format("~{}", same + 1));
    named.push_back({std::move(name), entry.index});
  }
  std::ranges::sort(named, [](const Named& a, const Named& b) {
    return std::ranges::lexicographical_compare(steps_of(a.name), steps_of(b.name));
  });
  return named;
}

// --- files ---

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }
  bool open() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

std::string trouble(std::string_view path) {
  return fmt::format("{}: {}", path, std::strerror(errno));
}

// Names within an open folder but "." and "..".
std::vector<std::string> entries_of(int folder) {
  std::vector<std::string> names;
  Descriptor again(openat(folder, ".", kOpenFolder));
  if (!again.open()) return names;
  const Folder stream(fdopendir(again.number()));
  if (!stream) return names;
  again.release();
  while (const dirent* entry = readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  return names;
}

// Is there a snapshot in the folder?
bool holds_snapshot(int folder) {
  const Descriptor file(
      openat(folder, std::string(kRecordingFile).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.open()) return false;
  std::string text(kRecordingBytes, '\0');
  const ssize_t length = read(file.number(), text.data(), text.size());
  if (length <= 0) return false;
  text.resize(static_cast<std::size_t>(length));
  return parse_recording(text).has_value();
}

// The whole text under a name that nobody has, then the name it shall have.
bool write_file(int folder, const std::string& name, std::string_view text) {
  const std::string temporary = "." + name.substr(0, 200) + ".part";
  unlinkat(folder, temporary.c_str(), 0);
  const Descriptor file(openat(folder, temporary.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.open()) return false;
  while (!text.empty()) {
    const ssize_t count = write(file.number(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const int error = errno;
      unlinkat(folder, temporary.c_str(), 0);
      errno = error;
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return renameat(folder, temporary.c_str(), folder, name.c_str()) == 0;
}

// A document below the folder. Links within it are not followed.
bool write_document(int root, const std::string& name, std::string_view text) {
  const std::vector<std::string_view> steps = steps_of(name);
  Descriptor at(openat(root, ".", kOpenFolder));
  for (std::size_t i = 0; at.open() && i + 1 < steps.size(); ++i) {
    const std::string step(steps[i]);
    if (mkdirat(at.number(), step.c_str(), 0700) != 0 && errno != EEXIST) return false;
    at = Descriptor(openat(at.number(), step.c_str(), kOpenFolder));
  }
  return at.open() && write_file(at.number(), std::string(steps.back()), text);
}

// Removes the documents of an earlier snapshot that are not among the new ones, and folders that
// are empty then.
void remove_old(int folder, const std::string& path, const std::set<std::string>& fresh) {
  for (const std::string& name : entries_of(folder)) {
    const std::string below = fmt::format("{}/{}", path, name);
    struct stat status{};
    if (fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISDIR(status.st_mode)) {
      const Descriptor inner(openat(folder, name.c_str(), kOpenFolder));
      if (!inner.open()) continue;
      remove_old(inner.number(), below, fresh);
      unlinkat(folder, name.c_str(), AT_REMOVEDIR);
    } else if (S_ISREG(status.st_mode) && name.ends_with(".json") && !fresh.contains(below)) {
      unlinkat(folder, name.c_str(), 0);
    }
  }
}

}  // namespace

Collected collect_exchanges(std::vector<Exchange> exchanges, const Input& input) {
  SourceList sources = list_sources(input.paths, input.limits.files);
  const std::size_t files = sources.files.size();
  const std::vector<Named> named = name_documents(exchanges);
  for (const Named& document : named) {
    const std::size_t slash = document.name.rfind('/');
    sources.files.push_back({document.name, document.name, document.name.substr(0, slash)});
  }
  std::size_t next = 0;
  return collect(input, std::move(sources), [&](const SourceFile& file) {
    if (next++ < files) return open_file(input, file);
    Exchange& exchange = exchanges[named[next - 1 - files].index];
    auto text = SourceText::copy(to_document(exchange));
    wipe(exchange.body);
    return text;
  });
}

std::expected<WrittenSnapshot, std::string> write_snapshot(const std::string& folder,
                                                           const std::vector<Exchange>& exchanges,
                                                           const Recording& recording,
                                                           std::string_view version) {
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return std::unexpected(trouble(folder));
  const Descriptor root(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.open()) return std::unexpected(trouble(folder));
  if (!entries_of(root.number()).empty() && !holds_snapshot(root.number()))
    return std::unexpected(fmt::format(
        "{}: the folder is not empty and holds no snapshot; nothing was written", folder));

  const std::string file(kRecordingFile);
  Recording unfinished = recording;
  unfinished.complete = false;
  if (!write_file(root.number(), file, to_json(unfinished, version)))
    return std::unexpected(trouble(fmt::format("{}/{}", folder, file)));
  const std::vector<Named> named = name_documents(exchanges);
  std::set<std::string> fresh;
  for (const Named& document : named) fresh.insert(document.name);
  for (const char* name : kFolders) {
    const Descriptor old(openat(root.number(), name, kOpenFolder));
    if (old.open()) remove_old(old.number(), name, fresh);
  }
  WrittenSnapshot written{named.size(), 0};
  for (const Named& document : named) {
    bool unread = false;
    const std::string text = to_document(exchanges[document.index], &unread);
    const bool registry = exchanges[document.index].request.audience == Audience::registry;
    if (unread) ++(registry ? written.silent : written.unread);
    if (!write_document(root.number(), document.name, text))
      return std::unexpected(trouble(fmt::format("{}/{}", folder, document.name)));
  }
  if (!write_file(root.number(), file, to_json(recording, version)))
    return std::unexpected(trouble(fmt::format("{}/{}", folder, file)));
  return written;
}

}  // namespace acr
