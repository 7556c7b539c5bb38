// A report with any bytes of it changed, or any bytes at all: refused with a clause, or read; and
// what was read can be printed in every format, and read again to the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "reports/read_report.h"
#include "reports/render.h"
#include "reports/sample.h"

namespace {

void try_report(std::string_view text) {
  const auto report = acr::read_report(text);
  if (!report) {
    if (report.error().empty()) std::abort();
    return;
  }
  const std::string json = acr::render_json(*report, {});
  const auto again = acr::read_report(json);
  if (!again || acr::render_json(*again, {}) != json) std::abort();
  for (const auto render :
       {acr::render_text_why, acr::render_text_scan, acr::render_ndjson, acr::render_markdown,
        acr::render_html, acr::render_csv, acr::render_junit, acr::render_sarif, acr::render_github,
        acr::render_ado, acr::render_openmetrics, acr::render_policyreport})
    if (render(*report, {}) != render(*again, {})) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string scan = acr::render_json(acr::sample::scan_report(), {});
  static const std::string why = acr::render_json(
      acr::sample::why_report({acr::sample::broken_pull(), acr::sample::unexplained_pull()}, 1),
      {});
  try_report(std::string_view(reinterpret_cast<const char*>(data), size));
  for (std::string text : {scan, why}) {
    // Two bytes say where, one says what.
    for (std::size_t i = 0; i + 2 < size; i += 3) {
      const std::size_t place = (std::size_t{data[i]} << 8) | data[i + 1];
      text[place % text.size()] = static_cast<char>(data[i + 2]);
    }
    try_report(text);
  }
  return 0;
}
