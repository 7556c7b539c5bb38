// Image references as the kubelet and containerd read them.
// Grammar and order of the steps: github.com/distribution/reference v0.6 (regexp.go, reference.go,
// normalize.go); kubelet wrappers: kubernetes pkg/util/parsers, pkg/kubelet/images.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace acr {

struct ImageReference {
  // Registry host with port, case kept: "contoso.azurecr.io". Empty where the grammar sees no host
  // ("a_b.io/app": '_' is no host character, so all of it is the path).
  std::string domain;
  std::string path;    // repository within the registry: "shop/cart"
  std::string tag;     // empty when none was given and a digest is there; "latest" when neither was
  std::string digest;  // "sha256:…" or empty

  std::string repository() const;  // what keyrings are asked with: domain/path
  std::string canonical() const;   // repository[:tag][@digest]
};

struct ReferenceError {
  std::string text;  // the kubelet's own words: "invalid reference format"
};

// reference.Parse: no normalisation; an absent tag stays empty. For tests and grammar questions.
std::expected<ImageReference, ReferenceError> parse_reference(std::string_view text);

// reference.ParseNormalizedNamed: adds docker.io and library/; an absent tag stays empty.
std::expected<ImageReference, ReferenceError> parse_normalized(std::string_view text);

// What the kubelet does with a container's image: normalised, "latest" when tag and digest are
// absent.
std::expected<ImageReference, ReferenceError> parse_image(std::string_view text);

// API defaulting of imagePullPolicy for an image (SetDefaults_Container): "Always" or
// "IfNotPresent".
std::string_view default_pull_policy(std::string_view image);

}  // namespace acr
