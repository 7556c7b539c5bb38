#include "collect/document.h"

#include <algorithm>
#include <deque>
#include <new>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "collect/absorb.h"
#include "collect/allow_lists.h"
#include "collect/arm.h"
#include "collect/arm_template.h"
#include "collect/images.h"
#include "collect/kubernetes.h"
#include "collect/probe.h"
#include "collect/recording.h"
#include "collect/split.h"
#include "collect/status.h"
#include "collect/terraform.h"
#include "collect/yaml.h"

namespace acr {
namespace {

// The template that Helm made a document of: "# Source: shop/templates/cart.yaml" before its first
// key.
std::string helm_source(std::string_view part) {
  constexpr std::string_view kMark = "# Source: ";
  while (!part.empty()) {
    const std::string_view line = part.substr(0, part.find('\n'));
    if (line.starts_with(kMark)) {
      std::string_view path = line.substr(kMark.size());
      while (path.ends_with('\r') || path.ends_with(' ')) path.remove_suffix(1);
      return cut_text(path, kTextBytes);
    }
    if (!line.empty() && !line.starts_with('#') && !line.starts_with("---")) break;
    part.remove_prefix(std::min(line.size() + 1, part.size()));
  }
  return {};
}

constexpr std::string_view kBlanks = " \t\r\n\x1E";
// Pages of a mapped file are given back this many bytes at a time.
constexpr std::size_t kWindow = std::size_t{32} << 20;
constexpr std::size_t kNestedLists = 4;
constexpr std::size_t kNamedTypes = 8;

std::string one_line(std::string_view text) {
  std::string line;
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    line += code < 0x20 || code == 0x7F ? ' ' : byte;
  }
  return line;
}

bool starts_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

// UTF-16 as PowerShell's `>` writes it, to UTF-8; empty when it is neither.
std::string from_utf16(std::string_view bytes) {
  const bool little = bytes.starts_with("\xFF\xFE");
  if ((!little && !bytes.starts_with("\xFE\xFF")) || bytes.size() % 2 != 0) return {};
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(bytes[at]),
               second = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<char32_t>(little ? second << 8 | first : first << 8 | second);
  };
  std::string text;
  for (std::size_t at = 2; at < bytes.size(); at += 2) {
    char32_t code = unit(at);
    if (code >= 0xD800 && code < 0xDC00 && at + 3 < bytes.size() && unit(at + 2) >= 0xDC00 &&
        unit(at + 2) < 0xE000) {
      at += 2;
      code = 0x10000 + ((code - 0xD800) << 10) + (unit(at) - 0xDC00);
    } else if (code >= 0xD800 && code < 0xE000) {
      return {};  // half a pair
    }
    const auto put = [&](char32_t byte) {
      text += static_cast<char>(static_cast<unsigned char>(byte));
    };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
    } else {
      put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F)), put(0x80 | (code >> 6 & 0x3F));
      put(0x80 | (code & 0x3F));
    }
  }
  return text;
}

bool has_line_starting(std::string_view text, std::initializer_list<std::string_view> words) {
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    for (const std::string_view word : words)
      if (rest.starts_with(word)) return true;
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return false;
    at += end + 1;
  }
  return false;
}

// "webhooks (3), scope maps (1) and 2 others".
std::string list_counts(const std::map<std::string, std::size_t>& counts) {
  std::string text;
  std::size_t named = 0, others = 0;
  for (const auto& [word, count] : counts) {
    if (named == kNamedTypes) {
      others += count;
      continue;
    }
    text += fmt::format("{}{} ({})", named++ == 0 ? "" : ", ", word, count);
  }
  if (others > 0) text += fmt::format(" and {} others", others);
  return text;
}

// "3 objects of type A, 1 of type B and 2 others".
std::string list_objects(const std::map<std::string, std::size_t>& counts) {
  std::string text;
  std::size_t named = 0, others = 0;
  for (const auto& [description, count] : counts) {
    if (named == kNamedTypes)
      others += count;
    else if (named++ == 0)
      text = fmt::format("{} object{} {}", count, count == 1 ? "" : "s", description);
    else
      text += fmt::format(", {} {}", count, description);
  }
  if (others > 0) text += fmt::format(" and {} others", others);
  return text;
}

// The parsers' words for what the syntax check of find_damage does not see.
std::string_view explain_error(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return "text that is not UTF-8";
    case simdjson::DEPTH_ERROR:
      return "nested too deeply";
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return "too large to be read";
    case simdjson::NUMBER_ERROR:
      return "a number out of range";
    default:
      return simdjson::error_message(error);
  }
}

// Text in a language that plans are made from: the command that makes the plan; else empty.
std::string_view how_to_plan(std::string_view text) {
  const std::string_view head = text.substr(0, 65536);
  if (has_line_starting(head, {"resource \"", "module \"", "provider \"", "variable \"",
                               "output \"", "data \"", "terraform {", "locals {"}))
    return "terraform show -json PLAN";
  if (has_line_starting(head, {"resource ", "module "}) && head.contains(" '") &&
      head.contains(" = {"))
    return "az bicep build --file FILE";
  return {};
}

// What an object calls itself, for the remark that nobody reads it.
std::string describe(simdjson::dom::element element) {
  simdjson::dom::object object;
  if (element.get_object().get(object) != simdjson::SUCCESS) return "that are no JSON objects";
  for (const std::string_view name : {"type", "kind", "@odata.type"}) {
    std::string_view value;
    if (object[name].get_string().get(value) == simdjson::SUCCESS && !value.empty())
      return fmt::format("of type {}", one_line(cut_text(value, 80)));
  }
  // What az prints of a tag or a manifest could be of any repository.
  if (object["changeableAttributes"].error() == simdjson::SUCCESS &&
      object["digest"].error() == simdjson::SUCCESS)
    return "about an image, without its registry and repository,";
  std::string names;
  std::size_t count = 0;
  for (const auto [name, value] : object) {
    if (++count > 3) break;
    names += (names.empty() ? "" : ", ") + one_line(cut_text(name, 40));
  }
  if (count == 0) return "without members";
  return fmt::format("with the member{} {}{}", count == 1 ? "" : "s", names,
                     count > 3 ? ", …" : "");
}

std::string decode_percent(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto digit = [](char c) {
      if (c >= '0' && c <= '9') return c - '0';
      c = static_cast<char>(c | 0x20);
      return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    if (text[at] == '%' && at + 2 < text.size() && digit(text[at + 1]) >= 0 &&
        digit(text[at + 2]) >= 0) {
      result += static_cast<char>(digit(text[at + 1]) * 16 + digit(text[at + 2]));
      at += 2;
    } else {
      result += text[at];
    }
  }
  return result;
}

// The token of a Kubernetes page, as the request for it spells it.
std::string continue_of_url(std::string_view url) {
  const std::size_t query = url.find('?');
  if (query == std::string_view::npos) return {};
  for (std::string_view rest = url.substr(query + 1); !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    if (part.starts_with("continue=")) return decode_percent(part.substr(9));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  }
  return {};
}

// What a registry was asked for.
std::optional<Kind> kind_of_registry_request(std::string_view url) {
  using What = RegistryRequest::What;
  switch (registry_request(url).what) {
    case What::catalog:
    case What::repository:
      return Kind::repository;
    case What::tags:
    case What::tag:
      return Kind::image_tag;
    case What::manifests:
    case What::manifest:
    case What::content:
      return Kind::image_manifest;
    case What::none:
      break;
  }
  return std::nullopt;
}

}  // namespace

RequestTarget target_of_url(std::string_view url) {
  RequestTarget target;
  if (const auto kind = kind_of_registry_request(url)) {
    target.kind = kind;
    return target;
  }
  url = url.substr(0, url.find_first_of("?#"));
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    const std::size_t path = url.find('/', scheme + 3);
    url = path == std::string_view::npos ? std::string_view{} : url.substr(path);
  }
  std::vector<std::string_view> steps;
  while (!url.empty()) {
    const std::string_view step = url.substr(0, url.find('/'));
    if (!step.empty()) steps.push_back(step);
    url.remove_prefix(std::min(step.size() + 1, url.size()));
  }
  if (steps.empty()) return target;

  // …/providers/<namespace>/<type>[/<name>/<type>…]: types at every second place.
  for (std::size_t i = steps.size(); i-- > 0;) {
    if (!same_text(steps[i], "providers")) continue;
    if (i + 2 >= steps.size()) return target;
    std::string type(steps[i + 1]);
    for (std::size_t j = i + 2; j < steps.size(); j += 2) type += fmt::format("/{}", steps[j]);
    target.kind = kind_of_type(type);
    return target;
  }
  if (steps[0] == "apis" && steps.size() > 2 &&
      (steps[1] == kConstraintGroup || steps[1] == kKyvernoGroup)) {
    target.kind = Kind::admission_rule;
    return target;
  }
  const bool core = steps[0] == "api" && steps.size() > 2;
  if (core || (steps[0] == "apis" && steps.size() > 3)) {
    std::size_t at = core ? 2 : 3;
    if (steps[at] == "namespaces" && steps.size() > at + 2) {
      target.name_space = decode_percent(steps[at + 1]);
      at += 2;
    }
    target.kind = kind_of_resource(steps[at]);
    return target;
  }
  const std::string last = lower(steps.back());
  if (last == "serviceprincipals")
    target.kind = Kind::service_principal;
  else if (last == "applications")
    target.kind = Kind::application;
  else if (last == "members" || last == "transitivemembers" || last == "memberof" ||
           last == "transitivememberof")
    target.kind = Kind::group_membership;
  return target;
}

void Remarks::add(Remark remark) {
  remark.text = one_line(remark.text);
  if (!remark.source.empty() && !remark.text.starts_with(remark.source))
    remark.text = fmt::format("{}: {}", one_line(remark.source), remark.text);
  Kept& kept = by_source_[remark.source];
  if (++kept.count <= per_source_) kept.remarks.push_back(std::move(remark));
}

bool Remarks::full(const std::string& source) const {
  const auto kept = by_source_.find(source);
  return kept != by_source_.end() && kept->second.count >= per_source_;
}

std::vector<Remark> Remarks::take() {
  std::vector<Remark> all;
  for (auto& [source, kept] : by_source_) {
    for (Remark& remark : kept.remarks) all.push_back(std::move(remark));
    if (kept.count > per_source_)
      all.push_back({Remark::Level::warning, "more-remarks",
                     fmt::format("{}: {} more remarks", one_line(source), kept.count - per_source_),
                     source});
  }
  by_source_.clear();
  return all;
}

struct DocumentReader::Reading {
  Reading(Estate& the_estate, const Input& the_input, Remarks& the_remarks)
      : estate(the_estate),
        input(the_input),
        remarks(the_remarks),
        context{the_estate, the_input, [this](Remark remark) { remarks.add(std::move(remark)); }},
        kubernetes(context) {
    for (simdjson::dom::parser* parser : {&dom, &row_dom})
      if (parser->allocate(std::size_t{1} << 16, input.limits.depth)) throw std::bad_alloc();
  }

  Estate& estate;
  const Input& input;
  Remarks& remarks;
  AbsorbContext context;
  KubernetesReader kubernetes;
  simdjson::dom::parser dom, row_dom;
  simdjson::ondemand::parser exchange_parser;
  bool damaged = false;
  bool has_plan = false;
  struct Waiting {
    SourceFile file;
    std::uint32_t document = 0;
    simdjson::padded_string json;
  };
  std::vector<Waiting> templates, template_parameters;
  std::map<std::string, std::string_view> sources_of_plans;  // source -> how its plan is made

  // The source being read.
  const SourceFile* file = nullptr;
  SourceText* source = nullptr;
  std::string_view text;  // the bytes that lines and columns are counted in
  std::uint32_t next_index = 0;
  std::string made_of;             // Document::made_of of the YAML document being read
  std::uint64_t single_group = 0;  // what single objects of the source share

  // The document being read.
  struct Count {
    std::size_t objects = 0;
    std::string name_space;
    bool mixed = false;
  };
  struct Current {
    std::uint32_t number = 0;
    bool hidden = false, list = false, exchange = false;
    std::set<Kind> whole;  // of which nothing can be missing, though it is no list
    std::string list_pointer;
    std::map<Kind, Count> counts;
    std::map<std::string, std::size_t> left_out, unknown;
    std::size_t errors = 0;
    bool empty_list = false;  // of no kind that can be told
    RequestTarget target;
    std::string next;  // URL or token of the next page
  } current;

  struct OpenList {  // waits for its next page
    std::size_t first_listing, last_listing;
    std::string source, next;
  };
  std::vector<OpenList> open_lists;

  // A list being read.
  struct List {
    std::string pointer;
    std::string kind, api_version;
    bool kind_may_follow = false;
    std::size_t count = 0;
    std::vector<std::pair<std::string_view, std::size_t>> postponed;  // element and index
  };

  void say(Remark::Level level, std::string code, std::string words) const {
    remarks.add({level, std::move(code), std::move(words), file->name});
  }

  // --- sources ---

  void read_source() {
    text = source->text();
    next_index = 0;
    made_of.clear();
    kubernetes.forget_groups();
    single_group = (std::uint64_t{1} << 32) | estate.documents.size();
    SourceText copy;
    if (const std::string transcoded = from_utf16(text); !transcoded.empty()) {
      auto made = SourceText::copy(transcoded);
      if (!made) return say(Remark::Level::error, "source-unreadable", made.error());
      copy = std::move(*made);
      source = &copy;
      text = copy.text();
    }
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (text.find_first_not_of(kBlanks) == std::string_view::npos)
      return say(Remark::Level::note, "document-unknown", "the file is empty");
    if (starts_json(text)) return read_values(text, "", 0);
    if (text.substr(0, std::size_t{1} << 20).contains('\0'))
      return say(Remark::Level::note, "document-unknown", "binary data; it is not read");
    if (text.size() <= input.limits.yaml_bytes &&
        !simdjson::validate_utf8(text.data(), text.size()))
      return say(Remark::Level::note, "document-unknown",
                 "neither UTF-8 nor UTF-16 text; it is not read");
    read_text();
  }

  // YAML, an error message, or anything else that people keep in folders.
  void read_text() {
    if (has_line_starting(text.substr(0, 65536), {"ERROR", "Error", "error"}) &&
        read_error_text(text))
      return;
    const bool meant = has_line_starting(text, {"apiVersion:", "kind:"});
    if (const std::string_view how = how_to_plan(text); !meant && !how.empty()) {
      sources_of_plans.emplace(file->name, how);
      return;
    }
    const YamlLimits limits{static_cast<std::size_t>(input.limits.yaml_bytes), input.limits.depth};
    const std::vector<YamlPart> parts = split_yaml(text);
    bool read = false, other = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      next_index = static_cast<std::uint32_t>(i);
      made_of = helm_source(parts[i].text);
      const auto json = yaml_to_json(parts[i], limits);
      if (json && starts_json(*json)) {
        read = true;
        const auto padded = SourceText::copy(*json);
        if (!padded) return say(Remark::Level::error, "source-unreadable", padded.error());
        read_values(padded->text(), "", 0);
        made_of.clear();
      } else if (json) {
        other |= *json != "null";
      } else if (meant || json.error().too_large) {
        begin_document();
        finish_document();
        damaged = true;
        const YamlError& error = json.error();
        say(Remark::Level::warning, error.too_large ? "document-too-large" : "document-damaged",
            fmt::format("line {}, column {}: {}; this document is not read", error.position.line,
                        error.position.column, error.text));
      } else {
        other = true;
      }
    }
    if (!read && !meant && other && !read_error_text(text))
      say(Remark::Level::note, "document-unknown",
          "neither JSON nor a map or list in YAML; it is not read");
  }

  // False, and no document made, when the text is no error message.
  bool read_error_text(std::string_view words) {
    begin_document();
    const bool found =
        current.hidden || absorb_error_text(context, words, {current.number, "", false});
    if (found)
      finish_document();
    else
      estate.documents.pop_back();
    return found;
  }

  // --- documents ---

  void begin_document() {
    current = {};
    current.number = static_cast<std::uint32_t>(estate.documents.size());
    current.hidden = input.hide_document == current.number;
    estate.documents.push_back({file->name, next_index++, file->directory, "", ""});
    estate.documents.back().made_of = made_of;
  }

  Document& document() { return estate.documents[current.number]; }

  void finish_document() {
    if (current.hidden) return;
    if (current.target.kind && current.list) current.counts.try_emplace(*current.target.kind);
    const std::size_t first = estate.listings.size();
    const bool all_spaces = current.list && spans_namespaces();
    for (auto& [kind, count] : current.counts) {
      if (count.objects == 0) count.name_space = current.target.name_space;
      estate.listings.push_back({kind,
                                 {current.number, current.list_pointer, false},
                                 count.objects,
                                 current.list || current.whole.contains(kind),
                                 count.mixed || all_spaces ? "" : std::move(count.name_space)});
    }
    if (!current.next.empty() && current.list && first < estate.listings.size())
      open_lists.push_back({first, estate.listings.size(), file->name, std::move(current.next)});

    if (current.empty_list && current.counts.empty())
      say(Remark::Level::note, "empty-list",
          "an empty list; nothing in it tells of what, so it proves nothing to be absent");
    const bool known = !current.counts.empty() || current.errors > 0;
    if (!current.unknown.empty()) {
      std::size_t objects = 0;
      for (const auto& [description, count] : current.unknown) objects += count;
      say(Remark::Level::note,
          known || !current.left_out.empty() ? "objects-not-read" : "document-unknown",
          fmt::format("{} {} not read", list_objects(current.unknown),
                      objects == 1 ? "is" : "are"));
    }
    if (!current.left_out.empty())
      say(Remark::Level::note, "objects-not-read",
          fmt::format("left out, because no pull depends on them: {}",
                      list_counts(current.left_out)));
  }

  // One command lists the objects of one namespace, or of all: what it says of several kinds.
  bool spans_namespaces() const {
    std::string_view seen;
    for (const auto& [kind, count] : current.counts) {
      if (count.mixed || (!seen.empty() && !count.name_space.empty() && seen != count.name_space))
        return true;
      if (!count.name_space.empty()) seen = count.name_space;
    }
    return false;
  }

  void count(Kind kind, std::string_view name_space = {}) {
    Count& count = current.counts[kind];
    if (count.objects++ == 0)
      count.name_space = name_space;
    else if (!count.mixed && count.name_space != name_space)
      count.mixed = true;
  }

  // --- damage ---

  // "line 3, column 7: ", or nothing for text that is not the author's (YAML turned into JSON).
  std::string place_of(std::string_view piece, std::size_t offset) const {
    const char* byte = piece.data() + offset;
    if (byte < text.data() || byte > text.data() + text.size()) return {};
    const std::string_view before = text.substr(0, static_cast<std::size_t>(byte - text.data()));
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return fmt::format("line {}, column {}: ", std::count(before.begin(), before.end(), '\n') + 1,
                       before.size() - line_start + 1);
  }

  void report_damage(std::string_view inner, const Damage& damage) {
    damaged = true;
    say(Remark::Level::warning, "document-damaged",
        remarks.full(file->name)
            ? std::string{}
            : fmt::format("{}found {}, expected {}", place_of(inner, damage.offset), damage.found,
                          damage.expected));
  }

  void report_damage(std::string_view value, const ElementPlace& place, std::string_view error) {
    if (remarks.full(file->name)) return report_damage(value, Damage{});
    const std::string pointer = place.pointer();
    const std::string what =
        pointer.empty() ? "this document is not read" : fmt::format("{} is not read", pointer);
    damaged = true;
    if (const auto damage = find_damage(value))
      say(Remark::Level::warning, "document-damaged",
          fmt::format("{}found {}, expected {}; {}", place_of(value, damage->offset), damage->found,
                      damage->expected, what));
    else
      say(Remark::Level::warning, "document-damaged",
          fmt::format("{}{}; {}", place_of(value, 0), error, what));
  }

  // --- values ---

  // The values in `inner`: at level 0 each is a document, further down they belong to the current
  // one and their pointers begin with `base`.
  void read_values(std::string_view inner, const std::string& base, std::size_t level) {
    List list;
    SplitReceiver receiver;
    receiver.value = [&](std::string_view value) {
      if (level == 0 && read_recording(value)) return true;
      if (level == 0) begin_document();
      const bool good = read_root(value, base, level);
      if (level == 0) finish_document();
      return good;
    };
    receiver.begin_list = [&](std::string_view head, std::string_view member) {
      if (level == 0) begin_document();
      list = {};
      list.pointer = member.empty() ? base : fmt::format("{}/{}", base, member);
      if (!current.list) current.list_pointer = list.pointer;
      current.list = true;
      read_head(head, list);
      list.kind_may_follow = member == "items" && list.kind.empty();
    };
    receiver.element = [&](std::string_view element, std::size_t index) {
      ++list.count;
      const bool good = read_element(element, {current.number, list.pointer, index}, list, level);
      give_back(element.data() + element.size());
      return good;
    };
    receiver.end_list = [&](std::string_view envelope) {
      finish_list(envelope, list, level);
      if (level == 0) finish_document();
    };
    receiver.damage = [&](const Damage& damage) { report_damage(inner, damage); };
    receiver.too_large = [&](std::size_t offset, std::size_t bytes) {
      damaged = true;
      say(Remark::Level::warning, "document-too-large",
          fmt::format("{}an object of {} bytes is not read; the limit is {}",
                      place_of(inner, offset), bytes, input.limits.element_bytes));
    };
    split(inner, input.limits.element_bytes, receiver);
  }

  void give_back(const char* end) {
    if (end < text.data() || end > text.data() + text.size()) return;
    const auto offset = static_cast<std::size_t>(end - source->text().data());
    if (offset - given_back >= kWindow) {
      source->forget(offset);
      given_back = offset;
    }
  }
  std::size_t given_back = 0;

  // What the members of a list's envelope say; `head` may end before the list.
  void read_head(std::string_view head, List& list) {
    simdjson::dom::object object;
    if (row_dom.parse(head.data(), head.size()).get_object().get(object) != simdjson::SUCCESS)
      return;
    std::string_view kind, version, context_name;
    if (object["kind"].get_string().get(kind) == simdjson::SUCCESS) list.kind = kind;
    if (object["apiVersion"].get_string().get(version) == simdjson::SUCCESS)
      list.api_version = version;
    if (object["metadata"]["annotations"]["acr-doctor/kube-context"].get_string().get(
            context_name) == simdjson::SUCCESS)
      document().kube_context = context_name;
    // ARM, Graph, Resource Graph (REST and az), Kubernetes.
    for (const std::string_view name :
         {"nextLink", "@odata.nextLink", "$skipToken", "skipToken", "skip_token"}) {
      std::string_view next;
      if (object[name].get_string().get(next) == simdjson::SUCCESS && !next.empty())
        current.next = next;
    }
    std::string_view next;
    if (object["metadata"]["continue"].get_string().get(next) == simdjson::SUCCESS && !next.empty())
      current.next = next;
  }

  std::uint64_t group() const {
    return current.list || current.exchange ? current.number : single_group;
  }

  // False when the text is damaged.
  bool read_element(std::string_view element, const ElementPlace& place, List& list,
                    std::size_t level) {
    if (current.hidden) return true;
    if (element[0] != '{') {
      if (current.exchange && absorb_repository_name(context, element, place.origin())) {
        count(Kind::repository);
        return true;
      }
      ++current.unknown["that are no JSON objects"];
      return true;
    }
    const KubernetesObject object = kubernetes.absorb(
        element, place, {list.kind, list.api_version, current.target.kind}, group());
    switch (object.what) {
      case KubernetesObject::What::read:
        count(object.kind, object.name_space);
        return true;
      case KubernetesObject::What::left_out:
      case KubernetesObject::What::discovery:
        ++current.left_out[object.type];
        return true;
      case KubernetesObject::What::list:
        if (level < kNestedLists)
          read_values(element, place.pointer(), level + 1);
        else
          ++current.unknown["of lists within lists"];
        return true;
      case KubernetesObject::What::damaged:
        report_damage(element, place, explain_error(object.error));
        return false;
      case KubernetesObject::What::foreign:
        if (list.kind_may_follow) {
          list.postponed.emplace_back(element, place.index.value_or(0));
          return true;
        }
        [[fallthrough]];
      case KubernetesObject::What::status:
        return read_resource(dom, element, place);
    }
    return true;
  }

  void finish_list(std::string_view envelope, List& list, std::size_t level) {
    const bool was_unknown = list.kind.empty();
    read_head(envelope, list);
    list.kind_may_follow = false;
    if (was_unknown && kind_of_list(list.kind).empty()) list.kind.clear();
    for (const auto& [element, index] : std::exchange(list.postponed, {}))
      read_element(element, {current.number, list.pointer, index}, list, level);
    if (list.count > 0) return;
    if (const auto kind = kind_of_object(list.api_version, kind_of_list(list.kind)))
      current.counts.try_emplace(*kind);
    else if (kind_of_list(list.kind).empty())
      current.empty_list = true;
  }

  // What is planned: Terraform's plan or state, an ARM template. False when it is neither. A
  // template waits for its parameters, which may come behind it.
  bool read_plan(std::string_view value) {
    const bool terraform = may_be_terraform(value), arm = may_be_template(value);
    simdjson::dom::element root;
    if ((!terraform && !arm) || dom.parse(value.data(), value.size()).get(root)) return false;
    if (terraform) {
      auto planned = read_terraform(root);
      if (planned) return add_planned(std::move(*planned)), true;
    }
    if (!arm || (!is_template(root) && !is_template_parameters(root))) return false;
    auto& waiting = is_template(root) ? templates : template_parameters;
    waiting.push_back({*file, current.number, simdjson::padded_string(value)});
    if (is_template(root)) has_plan = document().written = true;
    return true;
  }

  void read_templates() {
    std::deque<simdjson::dom::parser> parsers;
    std::vector<simdjson::dom::element> parameters;
    const auto parse = [&](const Waiting& waiting) {
      simdjson::dom::element root;
      simdjson::dom::parser& parser = parsers.emplace_back();
      if (parser.allocate(waiting.json.size(), input.limits.depth) == simdjson::SUCCESS &&
          parser.parse(waiting.json).get(root) == simdjson::SUCCESS)
        return std::optional(root);
      return std::optional<simdjson::dom::element>{};
    };
    for (const Waiting& each : template_parameters)
      if (const auto root = parse(each)) parameters.push_back(*root);
    for (const Waiting& each : templates) {
      const auto root = parse(each);
      if (!root) continue;
      file = &each.file;
      current = {};
      current.number = each.document;
      add_planned(read_template(*root, parameters));
      finish_document();
    }
  }

  void add_planned(PlannedEstate planned) {
    has_plan = true;
    for (PlannedObject& object : planned.objects) read_planned(object, planned.plan);
    for (Remark& remark : planned.remarks)
      say(remark.level, std::move(remark.code), std::move(remark.text));
    if (planned.plan.tells_all_assignments) {
      current.counts.try_emplace(Kind::role_assignment);
      current.whole.insert(Kind::role_assignment);
    }
    if (planned.objects.empty())
      say(Remark::Level::note, "document-unknown",
          "nothing in it is planned that is read: no registry, cluster, network or right");
    document().plan = std::make_shared<const Plan>(std::move(planned.plan));
    document().written = true;
  }

  void read_planned(const PlannedObject& object, Plan& plan) {
    std::string json;
    object.arm.write(json, object.pointer, plan);
    const simdjson::padded_string padded(json);
    simdjson::dom::element element;
    if (row_dom.parse(padded).get(element) != simdjson::SUCCESS) return;
    if (const auto kind = absorb_azure(context, element, {current.number, object.pointer, false}))
      count(*kind);
  }

  // An object that holds no list. False when the text is damaged.
  bool read_root(std::string_view value, const std::string& base, std::size_t level) {
    if (current.hidden) return true;
    if (level == 0 && read_plan(value)) return true;
    const ElementPlace place{current.number, base, std::nullopt};
    const KubernetesObject object =
        kubernetes.absorb(value, place, {{}, {}, current.target.kind}, group());
    switch (object.what) {
      case KubernetesObject::What::read:
        count(object.kind, object.name_space);
        return true;
      case KubernetesObject::What::left_out:
        ++current.left_out[object.type];
        return true;
      case KubernetesObject::What::discovery:
        if (object.none) {
          current.counts.try_emplace(object.kind);
          current.whole.insert(object.kind);
        }
        return true;
      case KubernetesObject::What::list: {  // "items": null, as Go prints a list without elements
        List list;
        list.pointer = base + "/items";
        current.list_pointer = list.pointer;
        current.list = true;
        finish_list(value, list, level);
        return true;
      }
      case KubernetesObject::What::damaged:
        report_damage(value, place, explain_error(object.error));
        return false;
      case KubernetesObject::What::foreign:
        if (level == 0 && read_exchange(value)) return true;
        [[fallthrough]];
      case KubernetesObject::What::status:
        return read_resource(dom, value, place);
    }
    return true;
  }

  // A recorded exchange: {"request": {"url": …}, "status": 200, "headers": …, "body": …}. The body
  // is the document. Where no answer came, "failure" says why.
  struct Exchange {
    std::string url, audience, context, link, digest, failure;
    std::int64_t status = 0;
    bool has_request = false, has_headers = false;
    std::string_view body;  // JSON
    std::optional<std::string> text_body;

    bool is_error() const { return !failure.empty() || status >= 400; }
    // Other than "not there", which is an answer.
    bool failed() const { return !failure.empty() || (status >= 400 && status != 404); }
  };

  std::optional<Exchange> parse_exchange(std::string_view value) {
    simdjson::ondemand::document document_of_value;
    simdjson::ondemand::object object;
    if (exchange_parser.iterate(value, value.size() + kTextPadding).get(document_of_value) ||
        document_of_value.get_object().get(object))
      return std::nullopt;
    JsonFields fields;
    Exchange exchange;
    fields.each_member(object, [&](const char* key, JsonFields::Value member) {
      if (is_key(key, "request")) {
        exchange.has_request = true;
        fields.each_member(member, [&](const char* name, JsonFields::Value field) {
          if (is_key(name, "url"))
            exchange.url = fields.text(field);
          else if (is_key(name, "audience"))
            exchange.audience = fields.text(field);
          else if (is_key(name, "context"))
            exchange.context = fields.text(field);
        });
      } else if (is_key(key, "headers")) {
        exchange.has_headers = true;
        fields.each_member(member, [&](const char* name, JsonFields::Value field) {
          if (is_key(name, "link") || is_key(name, "Link"))
            exchange.link = fields.text(field);
          else if (is_key(name, "docker-content-digest"))
            exchange.digest = fields.text(field);
        });
      } else if (is_key(key, "status")) {
        fields.note(member.get_int64().get(exchange.status) ? simdjson::INCORRECT_TYPE
                                                            : simdjson::SUCCESS);
      } else if (is_key(key, "failure")) {
        exchange.failure = cut_text(fields.text(member), kTextBytes);
      } else if (is_key(key, "body")) {
        exchange.body = fields.raw(member);
        if (exchange.body.empty() && member.raw_json_token().starts_with('"'))
          exchange.text_body = fields.text(member);
      }
    });
    const bool answered = exchange.status != 0 || !exchange.body.empty() || exchange.text_body ||
                          !exchange.failure.empty();
    if (fields.error() || (exchange.status == 0 && !exchange.has_request) || !answered)
      return std::nullopt;
    return exchange;
  }

  bool read_exchange(std::string_view value) {
    const std::optional<Exchange> exchange = parse_exchange(value);
    if (!exchange) return false;
    current.exchange = true;
    document().request_url = cut_text(exchange->url, kTextBytes);
    document().content_digest = cut_text(exchange->digest, kTextBytes);
    if (exchange->audience == "kubernetes")
      document().kube_context = cut_text(exchange->context, kTextBytes);
    // Without headers, nothing tells whether the answer was all.
    document().next_url = exchange->has_headers && !exchange->is_error()
                              ? cut_text(next_page(exchange->url, exchange->link), kTextBytes)
                              : "?";
    if (exchange->is_error()) errors.insert(current.number);
    current.target = target_of_url(exchange->url);
    const std::size_t errors_before = estate.refusals.size();
    if (!exchange->body.empty()) {
      read_values(exchange->body, "/body", 1);
    } else if (exchange->text_body && starts_json(*exchange->text_body)) {
      if (const auto padded = SourceText::copy(*exchange->text_body))
        read_values(padded->text(), "/body", 1);
    } else if (exchange->text_body &&
               absorb_error_text(context, *exchange->text_body, {current.number, "/body", false})) {
      ++current.errors;
    }
    if (exchange->failed()) {
      note_failure(*exchange, estate.refusals.size() > errors_before);
    } else if (exchange->status == 404 && current.errors == 0 && current.counts.empty()) {
      say(Remark::Level::note, "recorded-error", "not there: the recorded answer is 404");
    }
    return true;
  }

  // What was asked for is neither given nor absent.
  void note_failure(const Exchange& exchange, bool refused) {
    std::string why =
        exchange.failure.empty() ? describe_status(exchange.status) : one_line(exchange.failure);
    if (exchange.failure.empty() && exchange.text_body && exchange.text_body->starts_with('<'))
      why += " with a web page: a proxy may have answered in the service's place";
    if (!refused && current.target.kind) {
      estate.refusals.push_back(
          {{current.number, exchange.failure.empty() ? "/status" : "/failure", false},
           *current.target.kind,
           fmt::format("the request for {}", to_string(*current.target.kind)),
           cut_text(current.target.name_space, kTextBytes),
           cut_text(current.target.name_space, kTextBytes),
           why});
    }
    // What registries tell of images adds to the rest; without it nothing was left out.
    if (!exchange.failure.empty())
      say(exchange.audience == "registry" ? Remark::Level::note : Remark::Level::warning,
          "not-answered", fmt::format("could not be read: {}", why));
    else if (!refused && current.errors == 0 && current.counts.empty())
      say(Remark::Level::warning, "recorded-error", fmt::format("could not be read: {}", why));
  }
  std::set<std::uint32_t> errors;  // documents that give nothing of what was asked for

  // What a snapshot says of itself lies beside its documents, and is none.
  bool read_recording(std::string_view value) {
    const auto found = parse_recording(value);
    if (!found) return false;
    if (!recording || recording->at < found->at) recording = found;
    if (!found->complete)
      say(Remark::Level::warning, "snapshot-incomplete",
          "the snapshot was not finished; what is not in it may still exist");
    return true;
  }
  std::optional<Recording> recording;

  // An object of Azure or Graph, an error, a table of Resource Graph. False when it is damaged.
  bool read_resource(simdjson::dom::parser& parser, std::string_view value,
                     const ElementPlace& place) {
    simdjson::dom::element element;
    if (const auto error = parser.parse(value.data(), value.size(), false).get(element)) {
      report_damage(value, place, explain_error(error));
      return false;
    }
    simdjson::dom::array columns, rows;
    if (element["data"]["columns"].get_array().get(columns) == simdjson::SUCCESS &&
        element["data"]["rows"].get_array().get(rows) == simdjson::SUCCESS) {
      read_table(columns, rows, place.pointer() + "/data/rows");
      return true;
    }
    const auto image = [&] { return absorb_image(context, element, value, place.origin()); };
    // A registry's "not found" is an answer to what was asked, no error.
    if (const auto asked = current.exchange ? image() : std::nullopt) {
      count(*asked);
    } else if (absorb_error(context, element, place.origin())) {
      ++current.errors;
    } else if (absorb_probe(context, element, place.origin())) {
      count(Kind::probe);
    } else if (const auto kind = absorb_azure(context, element, place.origin())) {
      count(*kind);
    } else if (const auto told = image()) {
      count(*told);
    } else if (const std::string_view word = known_and_unused(element); !word.empty()) {
      ++current.left_out[std::string(word)];
    } else {
      ++current.unknown[describe(element)];
    }
    return true;
  }

  // Resource Graph in the form "table": the names stand apart from the rows.
  void read_table(simdjson::dom::array columns, simdjson::dom::array rows,
                  const std::string& pointer) {
    std::vector<std::string> names;  // as JSON strings
    for (const simdjson::dom::element column : columns) {
      simdjson::dom::element name;
      names.push_back(column["name"].get(name) == simdjson::SUCCESS && name.is_string()
                          ? simdjson::minify(name)
                          : "\"\"");
    }
    current.list = true;
    current.list_pointer = pointer;
    std::size_t index = 0;
    for (const simdjson::dom::element row : rows) {
      const ElementPlace place{current.number, pointer, index++};
      simdjson::dom::array cells;
      if (row.get_array().get(cells) != simdjson::SUCCESS) {
        ++current.unknown["that are no rows of a table"];
        continue;
      }
      std::string object = "{";
      std::size_t cell_index = 0;
      for (const simdjson::dom::element cell : cells) {
        if (cell_index == names.size()) break;
        object += fmt::format("{}{}:{}", cell_index == 0 ? "" : ",", names[cell_index],
                              simdjson::minify(cell));
        ++cell_index;
      }
      object += '}';
      const simdjson::padded_string padded(object);
      read_resource(row_dom, padded, place);
    }
    if (index == 0) current.empty_list = true;
  }

  // --- pages ---

  // Languages that plans are made from: nothing is missing where the plan was given.
  void remark_on_plan_sources() {
    if (has_plan) return;
    for (const auto& [source_name, how] : sources_of_plans)
      remarks.add({Remark::Level::note, "document-unknown",
                   fmt::format("what is planned is read from its plan: {}", how), source_name});
  }

  void close_lists() {
    std::unordered_set<std::string> given;
    for (const Document& each : estate.documents) {
      const auto number = static_cast<std::uint32_t>(&each - estate.documents.data());
      if (each.request_url.empty() || errors.contains(number)) continue;
      given.insert(each.request_url);
      if (std::string token = continue_of_url(each.request_url); !token.empty())
        given.insert(std::move(token));
    }
    for (const OpenList& open : open_lists) {
      if (given.contains(open.next)) continue;
      for (std::size_t i = open.first_listing; i < open.last_listing; ++i)
        estate.listings[i].list = false;
      remarks.add(
          {Remark::Level::warning, "list-incomplete",
           "the list goes on on a page that was not given; what is not in it may still exist",
           open.source});
    }
  }
};

DocumentReader::DocumentReader(Estate& estate, const Input& input, Remarks& remarks)
    : reading_(std::make_unique<Reading>(estate, input, remarks)) {}
DocumentReader::~DocumentReader() = default;

void DocumentReader::read(const SourceFile& file, SourceText& text) {
  reading_->file = &file;
  reading_->source = &text;
  reading_->given_back = 0;
  reading_->read_source();
}

void DocumentReader::finish() {
  reading_->read_templates();
  reading_->close_lists();
  reading_->remark_on_plan_sources();
}
std::optional<Recording> DocumentReader::recording() const {
  return reading_->recording;
}
bool DocumentReader::damaged() const {
  return reading_->damaged;
}

}  // namespace acr
