// The members of answers by name: which hold names, which hold words that say nothing of anybody.
#pragma once

#include <cstdint>
#include <string_view>

namespace acr {

// How the string of a member is treated.
enum class MaskHow : std::uint8_t {
  keep,  // a word, a time, a version; lists and objects are looked into
  name,
  address,
  host,
  image,
  repository,
  prose,
  opaque,  // a page's token, or the URL of the next page
  region,
  role,  // the name of a role: built-in ones stay
};

struct MaskMember {
  std::string_view kind;  // of a name
  MaskHow how = MaskHow::name;
};

// By the name in lower case; nullptr for others. Those are dropped from the answers of Azure and of
// registries, whatever they hold: no reader looks at them. Kubernetes' members were chosen when
// they were reduced: what is not known here is a name.
const MaskMember* find_member(std::string_view name);

// What the "name" of an object in this list names: "containers" -> "container"; empty for others.
std::string_view kind_within(std::string_view list);
// The same by the kind of a Kubernetes object or list: "Deployment", "PodList" -> "pod".
std::string_view kind_of_object_name(std::string_view kind);

}  // namespace acr
