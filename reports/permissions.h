// What a run may read, and what to ask for where it may not.
#pragma once

#include <string>
#include <vector>

#include "estate/estate.h"
#include "judge/report.h"
#include "reports/render.h"

namespace acr {

struct Permissions {
  std::size_t read = 0, refused = 0, failed = 0;  // kinds of things, requests, requests
  // Requests to registries, which answer or not as the network wants; none of them is needed.
  std::size_t unanswered = 0;
};
// `notes`: of the run. Their warnings tell of requests that failed, too: those for no one kind of
// things, and those that were never sent.
Permissions count_permissions(const Estate& estate, const std::vector<Notification>& notes);

std::string render_permissions(const Estate& estate, const std::vector<Notification>& notes,
                               const RenderOptions& options);
std::string render_permissions_json(const Estate& estate, const std::vector<Notification>& notes);

}  // namespace acr
