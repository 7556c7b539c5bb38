// The least that reading a pod list can cost: one on-demand walk over the mapped file that counts
// the reasons why containers wait. What `acr-doctor scan` is measured against.
//   bare_walk pods.json
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

#include <simdjson.h>

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: bare_walk pods.json\n", stderr);
    return 2;
  }
  const int file = open(arguments[1], O_RDONLY);
  struct stat status{};
  if (file < 0 || fstat(file, &status) != 0) return std::perror(arguments[1]), 2;
  const auto size = static_cast<std::size_t>(status.st_size);
  const std::size_t reserved = size + simdjson::SIMDJSON_PADDING;
  void* memory = mmap(nullptr, reserved, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED ||
      mmap(memory, size, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_POPULATE, file, 0) == MAP_FAILED)
    return std::perror(arguments[1]), 2;

  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  simdjson::ondemand::array items;
  if (parser.iterate(static_cast<const char*>(memory), size, reserved).get(document) ||
      document["items"].get_array().get(items))
    return std::fputs("not a pod list\n", stderr), 2;
  std::map<std::string, std::uint64_t, std::less<>> reasons;
  std::uint64_t pods = 0;
  for (auto item : items) {
    simdjson::ondemand::object pod;
    if (item.get_object().get(pod)) return std::fputs("damaged\n", stderr), 2;
    ++pods;
    simdjson::ondemand::array statuses;
    if (pod["status"]["containerStatuses"].get_array().get(statuses)) continue;
    for (auto container : statuses) {
      std::string_view reason;
      if (container["state"]["waiting"]["reason"].get(reason) == simdjson::SUCCESS) {
        const auto known = reasons.find(reason);
        if (known == reasons.end())
          reasons.emplace(reason, 1);
        else
          ++known->second;
      }
    }
  }
  std::printf("%llu pods", static_cast<unsigned long long>(pods));
  for (const auto& [reason, number] : reasons)
    std::printf(", %s %llu", reason.c_str(), static_cast<unsigned long long>(number));
  std::puts("");
  return 0;
}
