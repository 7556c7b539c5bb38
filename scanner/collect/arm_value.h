// An ARM object in the making: what a plan or a template says, in the form that the readers of
// Azure's documents know, with the place where the user wrote each part.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "estate/plan.h"

namespace acr {

class ArmValue {
 public:
  using Place = Plan::Place;

  ArmValue() = default;
  ArmValue(const ArmValue& other);
  ArmValue& operator=(const ArmValue& other);
  ArmValue(ArmValue&&) = default;
  ArmValue& operator=(ArmValue&&) = default;

  // The member of this path of names ("properties/networkRuleSet"), made where it is not there.
  ArmValue& at(std::string_view path);
  ArmValue& member(std::string_view name);
  ArmValue& add();  // one more element of a list
  void make_list() { kind_ = Kind::list; }
  void make_object() { kind_ = Kind::object; }

  void set_text(std::string_view text, Place place = {});
  void set_flag(bool flag, Place place = {});
  void set_number(std::size_t number, Place place = {});
  // A value as it stands in the document, with all that is below it.
  void set(simdjson::dom::element element, Place place = {});
  void set_place(Place place) { place_ = std::move(place); }
  // Members of `other` over those that are here. `inherited`: where `other` stands, if it does not
  // say so itself.
  void merge(const ArmValue& other, const Place& inherited = {});

  // Nothing where the path leads to nothing, or to something else than a text.
  const ArmValue* find(std::string_view path) const;
  std::string text(std::string_view path) const;
  bool has(std::string_view path) const { return find(path) != nullptr; }
  bool is_list() const { return kind_ == Kind::list; }
  bool is_object() const { return kind_ == Kind::object; }
  bool is_text() const { return kind_ == Kind::text; }
  bool is_false() const { return kind_ == Kind::raw && text_ == "false"; }
  const std::string& own_text() const { return text_; }
  std::size_t size() const { return children_.size(); }
  const ArmValue& operator[](std::size_t index) const { return *children_[index].value; }
  ArmValue& operator[](std::size_t index) { return *children_[index].value; }
  std::string_view name_of(std::size_t index) const { return children_[index].name; }

  // As JSON text; adds the places of all parts below `pointer` to the plan.
  void write(std::string& json, const std::string& pointer, Plan& plan) const;

 private:
  enum class Kind { none, text, raw, object, list };
  Kind kind_ = Kind::none;
  std::string text_;  // of a text, or the JSON of a number or switch
  struct Child {
    std::string name;  // empty in a list
    std::unique_ptr<ArmValue> value;
  };
  const ArmValue* find_child(std::string_view name) const;
  std::vector<Child> children_;  // whose values keep their addresses
  Place place_;                  // empty pointer: that of the value above
};

// Texts of the document, never so long that they could hurt: cut texts name nothing.
std::string plan_text(simdjson::dom::element element);

}  // namespace acr
