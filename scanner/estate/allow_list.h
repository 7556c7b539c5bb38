// Lists of the images that a cluster admits, as people write them for Gatekeeper, Kyverno and Azure
// Policy. What is on such a list is text that an image is compared with, never an image.
#pragma once

#include <string>
#include <vector>

#include "estate/fact.h"
#include "estate/resource_id.h"

namespace acr {

struct AllowList {
  // How an entry is compared with an image as it is written in the pod.
  enum class Form {
    prefix,           // the image begins with it (K8sAllowedRepos)
    exact_or_prefix,  // the same text, or one that begins with what is before a last '*'
                      // (K8sAllowedReposv2)
    expression,       // RE2, found anywhere in the image (K8sAzureV2ContainerAllowedImages)
    wildcard,         // '*' and '?' for any text, '|' between alternatives (Kyverno)
  };
  struct Entry {
    std::string text;
    std::string field;  // where it stands, below the object: "spec/parameters/repos/0"
  };
  Origin origin;
  std::string kind, name;  // "K8sAllowedRepos", "only-contoso"; of an assignment "policyAssignment"
  Form form = Form::prefix;
  bool enforced = true;  // false: what is not on the list is reported, and runs all the same
  ResourceId scope;      // of an assignment; an object of a cluster has none
  std::vector<Entry> entries;
};

}  // namespace acr
