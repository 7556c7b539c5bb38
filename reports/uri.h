// The relative URI that stands for a cloud resource where a format insists on a file.
#pragma once

#include <string>
#include <string_view>

#include "judge/report.h"

namespace acr {

//   ARM id       azure/<subscription>/<resource group>/<provider>/<type>/<name>[/<type>/<name>…]
//   other ARM id azure/_/<its segments>
//   Kubernetes   <URI of the cluster>/k8s/<namespace>/<kind>/<name>
// Lower case, every segment percent-encoded but for unreserved characters. So it is never absolute,
// has no scheme (code scanning rejects a ':' in the first segment) and no dot segments.
std::string synthetic_uri(const SubjectRef& subject);

// Of a file below the working directory: relative to that.
std::string file_uri(std::string_view path);

}  // namespace acr
