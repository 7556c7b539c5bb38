// What is kept of an answer: what the readers of documents look at, and nothing that lets its
// reader in. Of Kubernetes objects a list says what stays; of Azure, Graph and registry answers
// everything stays but what names say is secret and what looks like a credential.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "live/exchange.h"

namespace acr {

// The answer's body as one JSON value, or why it cannot be one: a clause for people ("the answer
// is no JSON"). Reducing what is reduced changes nothing.
//
// Kubernetes: secrets keep name, type and what the kubelet's decoding yields, as the member
// "acrDoctor" (collect/pull_secret.h); pods and templates keep what decides a pull, of commands,
// arguments, hooks and volumes only that they are there, and nothing of the environment; other
// kinds keep their name. Registry: a body without secrets stays byte for byte, because its digest
// is a fact.
std::expected<std::string, std::string> reduce_body(const Request& request, std::string_view body);

// Text that is no JSON, of an error: its start, without credentials and control characters.
std::string reduce_text(std::string_view body);

}  // namespace acr
