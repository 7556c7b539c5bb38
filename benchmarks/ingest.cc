// Ingestion alone, without judging and reporting: files to estate.
//   ingest PATH...
#include <sys/resource.h>

#include <chrono>

#include <fmt/format.h>

#include "collect/collect.h"

int main(int count, char** arguments) {
  acr::Input input;
  input.paths.assign(arguments + 1, arguments + count);
  const auto start = std::chrono::steady_clock::now();
  const acr::Collected collected = acr::collect(input);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  std::uint64_t failing = 0;
  for (const acr::PodClass& entry : collected.estate.pod_classes) failing += entry.failing;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print(
      "{:.3f} s, {:.2f} GB/s, {} bytes, {} pod classes, {} failing, {} remarks, peak {} KiB\n",
      time.count(), static_cast<double>(collected.bytes) / time.count() / 1e9, collected.bytes,
      collected.estate.pod_classes.size(), failing, collected.remarks.size(), usage.ru_maxrss);
  return collected.nothing ? 2 : 0;
}
