// The variables of the environment, as a value. Read in one place; tests make their own.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace acr {

// Holds credentials (AZURE_CLIENT_SECRET, …): wiped when it goes.
class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string, std::less<>> values)
      : values_(std::move(values)) {}
  Environment(const Environment&) = default;
  Environment(Environment&&) = default;
  Environment& operator=(const Environment&) = delete;
  Environment& operator=(Environment&&) = delete;
  ~Environment();

  // Empty when it is not set or set to nothing: no variable we read tells the two apart.
  std::string_view get(std::string_view name) const;
  void set(std::string_view name, std::string_view value);
  // "NAME=value", as a child gets them. The caller wipes them.
  std::vector<std::string> lines() const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

// The variables of this process.
Environment read_environment();

}  // namespace acr
