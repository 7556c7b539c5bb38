// The processor architecture of an Azure VM size, read from its name.
#pragma once

#include <string_view>

namespace acr {

// "amd64" or "arm64" for "Standard_D4ps_v5"; empty when the name has no known form. The rule is
// that of Azure's VM naming conventions: an Arm processor is the letter p among the features, which
// follow the number of vCPUs. Microsoft.Compute/skus (CpuArchitectureType) is the authority.
std::string_view architecture_of(std::string_view vm_size);

}  // namespace acr
