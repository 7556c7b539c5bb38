// Copying JSON while hiding what lets its reader in. Front to back, in one pass, into one text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <simdjson.h>

namespace acr {

// Credentials within any text: those of hide_credentials (collect/redact.h), and every JSON Web
// Token, of which "<token>" is left. Hiding twice is hiding once.
std::string hide_secrets(std::string_view text);

// Which members a copy leaves out by their names.
enum class LeaveOut {
  nothing,
  secrets,  // strings whose names say password, secret, token or key; protected settings, user data
  in_secret,  // within a list of passwords or keys: all strings but names, ids and times
  in_tags,    // within the tags of a resource: all strings but those that AKS sets
  in_step,    // within a step of a registry task: all but its type and its purge commands
};

class JsonCopy {
 public:
  using Value = simdjson::ondemand::value;

  std::string text;      // what was written so far
  bool changed = false;  // something was hidden or left out
  simdjson::error_code error() const { return error_; }
  void note(simdjson::error_code error) {
    if (error && !error_) error_ = error;
  }

  void copy(Value value, LeaveOut rule, std::size_t depth = 0);
  // A string, number or truth value; anything else becomes null.
  void copy_scalar(Value value);
  // A name as it stands in the text, from behind its opening quote, and a colon. `first` tells
  // whether a comma is due, and becomes false.
  void put_key(const char* key, bool& first);

 private:
  simdjson::error_code error_ = simdjson::SUCCESS;

  void copy_object(simdjson::ondemand::object& object, LeaveOut rule, std::size_t depth);
  void copy_array(simdjson::ondemand::array& array, LeaveOut rule, std::size_t depth);
  void copy_string(Value value);
  void copy_steps(Value value);
};

// The bytes of a name up to its closing quote.
std::string_view key_text(const char* key);

}  // namespace acr
