// What the checks on pull secrets share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "check.h"
#include "estate/credentials.h"

namespace acr {

// Answers that hold for every check on pull secrets: the pod names none, its account is not in the
// input, its cluster is not known. nullopt: judge on.
std::optional<Verdict> unless_secrets(const Estate& estate, const Pull& pull);

// What pods to come will get hangs on their service account: a verdict about their secrets rests on
// the place that names these too.
Verdict cite_names(const Pull& pull, Verdict verdict);

// Where the input holds several clusters: what told which one the pull belongs to.
std::vector<Evidence> cite_cluster(const Estate& estate, const Pull& pull);

// A secret is at fault: is that a fault of the pull? Not where the node's own credential serves,
// and not where the image was pulled all the same.
struct Need {
  Tri needed = Tri::unknown;
  std::string reason;
  std::vector<Evidence> evidence;
  std::vector<std::string> supply;
};
Need need_of_secret(const Estate& estate, const Pull& pull);

// Who of an attachment needs the node's own identity? Pulls that a secret serves do not, and
// virtual nodes cannot use it.
struct IdentityNeed {
  Tri needed = Tri::no;
  bool only_virtual_nodes = false;
  bool pods_unknown = false;        // Kubernetes documents are there, but no pod of this attachment
  std::vector<const Pull*> pulls;   // those of agent nodes
  std::vector<Evidence> seen;       // the pods looked at, one piece a document
  std::vector<Evidence> evidence;   // their secrets
  std::vector<std::string> supply;  // what would tell, on unknown
  std::string served_by, unread;    // a secret that serves, one that could not be read
  std::string own_identity;         // a service account that names an identity of its own
};
IdentityNeed need_of_identity(const Estate& estate, const Attachment& attachment);
// A fault of the identity, as the verdict that the need for it calls for. `fault` is a sentence.
Verdict identity_fault(const IdentityNeed& need, std::string fault, std::vector<Evidence> evidence,
                       std::vector<std::string> fix);

// The identity that pulls is not in the input.
Verdict unknown_puller(const Estate& estate, const Cluster& cluster, const Gap& gap);

// The secrets of an application, and those of its service principal. Which of several is used
// cannot be told: they are current while one of them is.
struct AppSecrets {
  bool known = false, current = false;
  std::string latest;  // when the last one ends or ended; empty when there is none
  std::vector<Evidence> evidence;
};
AppSecrets secrets_of_app(const Estate& estate, std::string_view app_id);

// Turns a fault into the verdict that the need for the secret calls for.
Verdict fault(const Need& need, std::string reason, std::vector<Evidence> evidence, Basis basis,
              std::vector<std::string> fix);

}  // namespace acr
