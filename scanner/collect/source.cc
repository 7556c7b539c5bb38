#include "collect/source.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <istream>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "estate/place.h"

namespace acr {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kFirstRead = std::size_t{1} << 20;

std::size_t round_up(std::size_t bytes) {
  return (bytes + kPage - 1) / kPage * kPage;
}

std::string system_word(int error) {
  return std::strerror(error);
}

struct Descriptor {
  int number = -1;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

}  // namespace

SourceText::SourceText(SourceText&& other) noexcept {
  *this = std::move(other);
}

SourceText& SourceText::operator=(SourceText&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(reserved_, other.reserved_);
  std::swap(forgotten_, other.forgotten_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

SourceText::~SourceText() {
  if (data_) munmap(data_, reserved_);
}

// Grows the anonymous memory to hold `bytes` and the padding; mremap moves pages, not bytes.
bool SourceText::reserve(std::size_t bytes) {
  const std::size_t wanted = round_up(bytes + kTextPadding);
  if (wanted < bytes) return false;
  if (wanted <= reserved_) return true;
  void* memory =
      data_ ? mremap(data_, reserved_, wanted, MREMAP_MAYMOVE)
            : mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  data_ = static_cast<char*>(memory);
  reserved_ = wanted;
  return true;
}

std::expected<SourceText, std::string> SourceText::open(const std::string& path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0) return std::unexpected(system_word(errno));
  struct stat status{};
  if (fstat(file.number, &status) != 0) return std::unexpected(system_word(errno));
  if (S_ISDIR(status.st_mode)) return std::unexpected(system_word(EISDIR));
  // Files of /proc say they are empty and are not.
  if (!S_ISREG(status.st_mode) || status.st_size == 0) return read_descriptor(file.number);

  SourceText text;
  const auto size = static_cast<std::size_t>(status.st_size);
  // Anonymous memory first, the file over it: where the file ends with its page, the padding is
  // the page behind.
  if (!text.reserve(size)) return std::unexpected(system_word(ENOMEM));
  void* mapped = mmap(text.data_, size, PROT_READ, MAP_PRIVATE | MAP_FIXED, file.number, 0);
  // A failed MAP_FIXED may have unmapped the place: leave nothing to the destructor but the range.
  if (mapped == MAP_FAILED) return std::unexpected(system_word(errno));
  madvise(text.data_, size, MADV_SEQUENTIAL);
  text.size_ = size;
  text.mapped_ = true;
  return text;
}

std::expected<SourceText, std::string> SourceText::read_descriptor(int descriptor) {
  SourceText text;
  std::size_t capacity = kFirstRead;
  for (;;) {
    if (!text.reserve(capacity)) return std::unexpected(system_word(ENOMEM));
    while (text.size_ < capacity) {
      const ssize_t count = ::read(descriptor, text.data_ + text.size_, capacity - text.size_);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return std::unexpected(system_word(errno));
      if (count == 0) return text;
      text.size_ += static_cast<std::size_t>(count);
    }
    capacity *= 2;
  }
}

std::expected<SourceText, std::string> SourceText::read(std::istream& stream) {
  SourceText text;
  std::size_t capacity = kFirstRead;
  for (;;) {
    if (!text.reserve(capacity)) return std::unexpected(system_word(ENOMEM));
    stream.read(text.data_ + text.size_, static_cast<std::streamsize>(capacity - text.size_));
    text.size_ += static_cast<std::size_t>(stream.gcount());
    if (stream.bad()) return std::unexpected(system_word(EIO));
    if (!stream) return text;
    capacity *= 2;
  }
}

std::expected<SourceText, std::string> SourceText::copy(std::string_view text) {
  SourceText result;
  if (!result.reserve(text.size())) return std::unexpected(system_word(ENOMEM));
  if (!text.empty()) std::memcpy(result.data_, text.data(), text.size());
  result.size_ = text.size();
  return result;
}

void SourceText::forget(std::size_t offset) {
  const std::size_t end = std::min(offset, size_) / kPage * kPage;
  if (!mapped_ || end <= forgotten_) return;
  madvise(data_ + forgotten_, end - forgotten_, MADV_DONTNEED);
  forgotten_ = end;
}

namespace {

class Walk {
 public:
  Walk(SourceList& list, std::size_t limit) : list_(list), limit_(limit) {}

  void add(const std::string& path, const std::string& name) {
    if (list_.files.size() < limit_) {
      const auto slash = name.rfind('/');
      list_.files.push_back({path, name, slash == std::string::npos ? "" : name.substr(0, slash)});
    } else if (!std::exchange(too_many_, true)) {
      list_.incomplete = true;
      list_.remarks.push_back(
          {Remark::Level::warning, "too-many-files",
           fmt::format("more than {} files were given; the files from {} on are not read", limit_,
                       name),
           name});
    }
  }

  // `name` ends with a slash or is empty.
  void add_folder(const std::string& path, const std::string& name) {
    std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
    struct stat status{};
    if (!folder || fstat(dirfd(folder.get()), &status) != 0) {
      unreadable(name.empty() ? path : name, errno);
      return;
    }
    // Links may lead back to a folder that was read.
    if (!seen_.emplace(status.st_dev, status.st_ino).second) return;

    std::vector<std::string> entries;
    while (const dirent* entry = readdir(folder.get()))
      if (entry->d_name[0] != '.') entries.emplace_back(entry->d_name);
    folder.reset();
    std::sort(entries.begin(), entries.end());
    for (const std::string& entry : entries) {
      if (too_many_) return;
      const std::string below = fmt::format("{}/{}", path, entry);
      if (lstat(below.c_str(), &status) == 0 && S_ISLNK(status.st_mode) && leads_out(below))
        left_out(fmt::format("{}{}", name, entry));
      else if (stat(below.c_str(), &status) != 0)
        unreadable(fmt::format("{}{}", name, entry), errno);
      else if (S_ISDIR(status.st_mode))
        add_folder(below, fmt::format("{}{}/", name, entry));
      else if (S_ISREG(status.st_mode))  // a pipe or socket in a folder is not meant as input
        add(below, fmt::format("{}{}", name, entry));
    }
  }

  // The folder that the user gave: what is read of it lies in it.
  void begin(const std::string& path) {
    std::error_code ignored;
    root_ = std::filesystem::canonical(path, ignored);
  }

  // Whoever made the folder does not choose what else of this machine is read.
  bool leads_out(const std::string& link) const {
    std::error_code error;
    const auto target = std::filesystem::canonical(link, error);
    if (error) return false;  // it leads nowhere: unreadable
    return std::mismatch(root_.begin(), root_.end(), target.begin(), target.end()).first !=
           root_.end();
  }

  void left_out(const std::string& name) {
    list_.incomplete = true;
    list_.remarks.push_back(
        {Remark::Level::warning, "link-not-followed",
         fmt::format("{}: a link out of the folder is not followed; give its target with --from",
                     name),
         name});
  }

  void unreadable(const std::string& name, int error) {
    list_.incomplete = true;
    list_.remarks.push_back({Remark::Level::error, "source-unreadable",
                             fmt::format("{}: {}", name, system_word(error)), name});
  }

 private:
  SourceList& list_;
  std::size_t limit_;
  bool too_many_ = false;
  std::filesystem::path root_;
  std::set<std::pair<dev_t, ino_t>> seen_;
};

}  // namespace

SourceList list_sources(const std::vector<std::string>& paths, std::size_t limit) {
  SourceList list;
  Walk walk(list, limit);
  struct stat status{};
  const auto folders = std::count_if(paths.begin(), paths.end(), [&](const std::string& path) {
    return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  });
  bool standard_input = false;
  for (const std::string& path : paths) {
    if (path == "-") {
      if (std::exchange(standard_input, true)) {
        list.incomplete = true;
        list.remarks.push_back({Remark::Level::error, "source-unreadable",
                                "standard input can be read only once",
                                std::string(kStandardInput)});
      } else {
        walk.add("-", std::string(kStandardInput));
      }
    } else if (stat(path.c_str(), &status) != 0) {
      walk.unreadable(path, errno);
    } else if (S_ISDIR(status.st_mode)) {
      std::string name = path;
      while (name.size() > 1 && name.ends_with('/')) name.pop_back();
      // One folder needs no name before its files; two would make their files look alike.
      walk.begin(name);
      walk.add_folder(name, folders == 1 ? "" : name == "/" ? name : name + "/");
    } else {
      walk.add(path, path);
    }
  }
  return list;
}

}  // namespace acr
