// A report as one page for a browser. It loads nothing: style and script are in it, and its policy
// allows no others. Everything is in the HTML; the script filters, pages and copies.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <openssl/evp.h>

#include "reports/conclusion.h"
#include "reports/escape.h"
#include "reports/html_sections.h"
#include "reports/html_text.h"
#include "reports/layout.h"
#include "reports/render.h"

namespace acr {
namespace {

using Diagnosis = PullReport::Diagnosis;

// 'sha256-…' as a content security policy names a text.
std::string policy_hash(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  std::array<unsigned char, 45> base64{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
  std::string hash = "'sha256-";
  for (std::size_t i = 0; base64.at(i) != 0; ++i) hash += static_cast<char>(base64.at(i));
  return hash + "'";
}

struct HtmlVerdict {
  HtmlMark mark = HtmlMark::unsure;
  std::string_view word;
};

HtmlVerdict verdict_of(const Report& report) {
  const bool complete = report.summary.complete;
  if (report.command != "why") {
    if (grave_findings(report) > 0) return {HtmlMark::bad, "FAILED"};
    return complete ? HtmlVerdict{HtmlMark::good, "PASSED"}
                    : HtmlVerdict{HtmlMark::unsure, "INCOMPLETE"};
  }
  const auto has = [&report](Diagnosis diagnosis) {
    return std::ranges::any_of(
        report.pulls, [diagnosis](const PullReport& pull) { return pull.diagnosis == diagnosis; });
  };
  if (has(Diagnosis::broken)) return {HtmlMark::bad, "CAUSE FOUND"};
  if (has(Diagnosis::unexplained)) return {HtmlMark::unsure, "UNEXPLAINED"};
  return complete ? HtmlVerdict{HtmlMark::good, "PULLS"} : HtmlVerdict{HtmlMark::unsure, "UNKNOWN"};
}

void write_head(std::string& out, const Report& report) {
  const HtmlVerdict verdict = verdict_of(report);
  out += fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; "
      "script-src {}; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>{}: {} · {} · acr-doctor</title>\n<style>{}</style>\n</head>\n<body>\n"
      "<a class=\"skip\" href=\"#main\">Skip to the report</a>\n",
      policy_hash(kHtmlStyle), policy_hash(kHtmlScript), verdict.word,
      html_text(conclusion(report)), render_instant(report.started_at).substr(0, 10), kHtmlStyle);
}

void write_counts(std::string& out, const Report& report) {
  const Summary& sum = report.summary;
  out += "<ul class=\"counts\">\n";
  const auto count = [&out](std::uint64_t number, std::string_view word, std::string_view kind) {
    out += fmt::format("<li class=\"{}\"><strong>{}</strong> {}</li>\n",
                       number == 0 ? "none" : kind, number, word);
  };
  for (int s = 3; s >= 0; --s) {
    const std::string_view severity = to_string(static_cast<Severity>(s));
    count(sum.fail_by_severity[s], severity, severity);
  }
  count(sum.unknown, "not judged", "unsure");
  count(sum.pass, "passed", "good");
  count(sum.not_applicable, "not applicable", "skipped");
  if (sum.suppressed > 0) count(sum.suppressed, "accepted", "skipped");
  out += "</ul>\n";
  if (report.compared) {
    out += fmt::format("<p>Since the baseline: {} new, {} as before, {} no more.</p>\n",
                       sum.fail_new, sum.fail - sum.fail_new, report.absent.size());
  }
}

void write_verdict(std::string& out, const Report& report) {
  const HtmlVerdict verdict = verdict_of(report);
  const auto scopes = [&report](std::string_view kind) {
    return static_cast<std::uint64_t>(std::ranges::count(report.scopes, kind, &Scope::kind));
  };
  out += fmt::format("<header class=\"verdict {}\">\n<h1>{}</h1>\n<p class=\"lead\">{}.</p>\n",
                     html_class(verdict.mark), html_mark(verdict.mark, verdict.word),
                     html_text(conclusion(report)));
  if (report.command != "why") write_counts(out, report);
  const std::string at = render_instant(report.started_at);
  out += fmt::format(
      "<p class=\"faint\">acr-doctor {} {} · <time datetime=\"{}\">{}</time> · {} · {}, {}, {}, {} "
      "· exit code {}</p>\n</header>\n",
      html_text(version_of(report)), html_text(report.command), at, at, html_text(report.mode),
      count_of(scopes("cluster"), "cluster"), count_of(scopes("registry"), "registry"),
      count_of(report.pulls.size(), "pull"), count_of(report.checks.size(), "check"),
      report.summary.exit_code);
}

// Of the sections that were written.
void write_navigation(std::string& out, std::string_view sections) {
  constexpr std::pair<std::string_view, std::string_view> kSections[] = {
      {"coverage", "Not known"},  {"matrix", "Who can pull"}, {"pulls", "Pulls"},
      {"findings", "Findings"},   {"accepted", "Accepted"},   {"absent", "No more"},
      {"results", "All results"}, {"checks", "Checks"}};
  out += "<nav aria-label=\"Sections\"><ul>\n";
  for (const auto& [id, name] : kSections) {
    if (sections.find(fmt::format("<section id=\"{}\"", id)) == std::string_view::npos) continue;
    out += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", id, name);
  }
  out += "</ul></nav>\n";
}

}  // namespace

std::string render_html(const Report& report, const RenderOptions&) {
  std::string sections;
  write_html_coverage(sections, report);
  write_html_matrix(sections, report);
  write_html_pulls(sections, report);
  write_html_findings(sections, report);
  write_html_accepted(sections, report);
  write_html_absent(sections, report);
  write_html_results(sections, report);
  write_html_checks(sections, report);

  std::string out;
  write_head(out, report);
  write_verdict(out, report);
  write_navigation(out, sections);
  out += "<main id=\"main\" tabindex=\"-1\">\n";
  out += sections;
  out += fmt::format("</main>\n<script>{}</script>\n</body>\n</html>\n", kHtmlScript);
  return out;
}

}  // namespace acr
