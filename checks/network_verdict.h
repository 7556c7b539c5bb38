// What the network checks share: one verdict per node network, folded into one for the attachment.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "check.h"
#include "estate/route.h"

namespace acr {

// Judges every node network of the attachment and folds: a fault in any is a fault, then the first
// not known, then pass; not applicable only where it is in all. A gap in the node networks, or
// pulls that only virtual nodes make, are answered here.
Verdict judge_networks(const Estate& estate, const Attachment& attachment,
                       const std::function<Verdict(const NodeNetwork&)>& judge_one);

// How this network gets to the registry, as far as the input tells.
struct Path {
  EndpointList endpoints;
  ZoneChoice zone;
  RecordChoice record;  // empty when no zone is to be looked into
  PublicAccess access;
  // The endpoints that the name may lead to: those that own a recorded address, else all of them.
  std::vector<const EndpointView*> targets;
  bool target_known = false;  // false: several endpoints, and the record does not say which
  std::vector<Evidence> target_evidence;  // of several endpoints: the record and their addresses
  // no: the registry has no private endpoint, or its zone is not linked here and the public
  // endpoint takes these nodes. unknown: what decides it is not in the input.
  Tri is_private = Tri::unknown;
  std::string why_not_private;
  std::vector<Evidence> evidence;   // of is_private
  std::vector<std::string> supply;  // of is_private, when unknown
};
Path path_of(const Estate& estate, const Attachment& attachment, const NodeNetwork& network);

// The record leads to an endpoint that these nodes do not reach, while they reach another of the
// registry: a second endpoint wrote over the record in a zone that both share.
struct Misled {
  const EndpointView* serving = nullptr;  // the one they reach
  std::vector<Evidence> evidence;
  std::vector<std::string> join;  // commands that connect them with the recorded one
};
std::optional<Misled> find_misled(const Estate& estate, const NodeNetwork& network,
                                  const Path& path);

// The verdict of a check on the private way where this network does not use it, or that is not
// known.
std::optional<Verdict> unless_private(const Path& path);

Verdict unknown(const RouteAnswer& answer);

// A registry closed to these nodes, without any endpoint: give them one, and the name to find it.
std::vector<std::string> create_endpoint_commands(const Estate& estate, const Registry& registry,
                                                  const NodeNetwork& network);

}  // namespace acr
