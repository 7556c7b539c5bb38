// Where a probe stands: read from what surrounds the process, decided without it.
#pragma once

#include <string>
#include <string_view>

#include "estate/observation.h"
#include "live/environment.h"

namespace acr {

struct Standpoint {
  Environment environment;
  std::string resolver;          // the text of /etc/resolv.conf
  std::string host;              // the machine's own name
  bool service_account = false;  // Kubernetes mounted one here
};
Standpoint look_around();

// In a cluster when Kubernetes says where its API is and either mounted a service account or was
// told to name the pod or node (NODE_NAME, POD_NAME, POD_NAMESPACE; deploy/probe-job.yaml). The
// cluster's name is `cluster`, else ACR_DOCTOR_CLUSTER. `own_servers`: the DNS servers were named
// on the command line, and are then not taken for the node's.
Vantage vantage_of(const Standpoint& standpoint, std::string_view cluster, bool own_servers);

// Does a resolv.conf search "<namespace>.svc.<domain>"? Then it is the one that Kubernetes writes
// for pods that ask the cluster's DNS server (dnsPolicy ClusterFirst).
bool asks_cluster_dns(std::string_view resolver);

}  // namespace acr
