// The table that read_pull_error() works through, and what it says about each class.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "estate/pull_error.h"

namespace acr {

// Whose word the message carries: decides between the attempts of one pull.
enum class CredentialUse : std::uint8_t { unsaid, none_sent, sent };

// A rule holds when the masked text (see pull_error.cc) contains every word list it names. A list
// separates alternatives by '|'; '*' within a word stands for any text between; spaces do not
// count. Names of hosts, images and repositories are masked before and cannot match.
struct PullErrorRule {
  PullErrorClass error;
  PullStage stage = PullStage::none;  // what the words prove
  PullError::Confidence confidence = PullError::Confidence::certain;
  CredentialUse credential = CredentialUse::unsaid;
  std::string_view detail = {};
  std::string_view any = {};   // one of these
  std::string_view with = {};  // and one of these
  std::string_view none = {};  // and none of these
};

// In order of precedence: the first rule that holds decides.
std::span<const PullErrorRule> pull_error_rules();

// Entra error codes ("AADSTS7000222") that decide the class.
struct EntraCode {
  std::uint32_t code;
  PullErrorClass error;
};
std::span<const EntraCode> entra_codes();

// The nature of a failure, for `detail`: first word list that is found.
struct Nature {
  std::string_view any, detail;
};
std::span<const Nature> transfer_natures();

struct PullErrorWords {
  PullErrorClass error;
  std::string_view id;
  // Among several attempts the highest decides: the attempt that came furthest.
  int rank;
  // {registry}, {host}, {address}, {resolver}, {client}, {repository} stand for facts.
  std::string_view says;
  // A line whose fact is not in the text is left out. {name}: of an Azure registry; {reference}:
  // host/repository:tag.
  std::array<std::string_view, 4> next;
  std::array<std::string_view, 7> links;
};
const PullErrorWords& words_of(PullErrorClass error);

}  // namespace acr
