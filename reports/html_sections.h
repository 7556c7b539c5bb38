// The sections of the HTML report in the order of the page. Each appends itself, or nothing where
// it has nothing to say.
#pragma once

#include <string>
#include <string_view>

#include "judge/report.h"
#include "reports/causes.h"

namespace acr {

void write_html_coverage(std::string& out, const Report& report);
void write_html_matrix(std::string& out, const Report& report);
void write_html_pulls(std::string& out, const Report& report);
// The way of a pull as a picture, with the broken link marked by shape and word. `number` makes
// the ids of the page unique.
void write_html_drawing(std::string& out, const PullReport& pull, std::size_t number);
void write_html_findings(std::string& out, const Report& report);
void write_html_accepted(std::string& out, const Report& report);
void write_html_absent(std::string& out, const Report& report);
void write_html_results(std::string& out, const Report& report);
void write_html_checks(std::string& out, const Report& report);

// Constants; the page names their hashes as the only style and script that may run.
extern const std::string_view kHtmlStyle;
extern const std::string_view kHtmlScript;

}  // namespace acr
