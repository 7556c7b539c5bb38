#include "estate/pull_error_patterns.h"

#include <algorithm>

namespace acr {
namespace {

using enum PullErrorClass;
using enum PullStage;
using enum PullError::Confidence;
using enum CredentialUse;

// Words that only a pull produces: they outrank words of containers, volumes and schedulers in a
// text that tells of both.
#define PULL_WORDS                                                                           \
  "failed to pull|error pulling|unable to pull|errimagepull|imagepullbackoff|pulling image|" \
  "get sandbox image|failed to resolve reference|failed to resolve image|image pull failed|" \
  "pull access denied|initializing source|registry/v2"

// Words of the second half of a pull: config and layers. containerd, docker, containers-image.
#define BLOB_WORDS                                                                              \
  "failed to copy|httpreadseeker|error pulling image configuration|{blobs}|{storage}|{cdn}|"    \
  "writing blob|reading blob|error parsing image configuration|copying config|happened during " \
  "read"

// Words of unpacking: the bytes have come.
#define UNPACK_WORDS                                                                       \
  "failed to extract layer|failed to register layer|applylayer|error processing tar file|" \
  "failed to unpack|failed to apply layer|unpacking failed|failed to prepare extraction|"  \
  "adding layer with blob|committing the finished image|failed to extract|apply layer|"    \
  "untar|re-exec error"

#define NAME_WORDS                                                                      \
  "no such host|dial tcp: lookup|server misbehaving|name or service not known|"         \
  "failure in name resolution|could not resolve host|couldn't resolve host|servname|"   \
  "getaddrinfo|failed to resolve host|no answer from dns|nxdomain|servfail|"            \
  "name could not be resolved|connectivity_dns_error|lookup * on * read udp|"           \
  ":53: i/o timeout|:53: read: connection refused|:53: connect: connection refused|"    \
  "dns lookup|no address associated with hostname|cannot resolve host|name resolution|" \
  "lookup failed for host|host not found|failed to lookup address"

#define TIMEOUT_WORDS                                                                             \
  "i/o timeout|tls handshake timeout|client.timeout|deadline exceeded|deadlineexceeded|"          \
  "timeout exceeded|timed out|winerror 10060|did not properly respond|awaiting response headers|" \
  "awaiting headers|waiting for connection|failed to respond|etimedout|connecttimeout|"           \
  "readtimeout|http2: timeout|timeout awaiting"

#define REFUSED_WORDS                                                                            \
  "connection refused|connection reset|: eof|forcibly closed|actively refused|no route to host|" \
  "network is unreachable|broken pipe|connection closed|closed network connection|"              \
  "host is unreachable|unexpected eof|remote end closed|connection aborted|econnrefused|"        \
  "econnreset|wsarecv|wsasend|server closed idle|http2: server sent goaway|stream error|"        \
  "connection was closed|client connection lost|network unreachable|failed to establish a new"

#define TLS_NAME_WORDS                                                                           \
  "certificate is valid for|any ip sans|cannot validate certificate for|"                        \
  "relies on legacy common name|not valid for any names|hostname mismatch|"                      \
  "certificate is not valid for|no alternative certificate subject|certificate_verify_failed * " \
  "doesn't match|does not match target host|err_tls_cert_altname|certificate name mismatch|"     \
  "remotecertificatenamemismatch|hostname * doesn't match"

#define TLS_EXPIRED_WORDS                                                             \
  "certificate has expired|not yet valid|certificate is expired|certificate expired|" \
  "expired certificate|cert_has_expired|x509: current time|certificate is not valid: * time"

#define TLS_UNTRUSTED_WORDS                                                                     \
  "unknown authority|certificate verify failed|certificate_verify_failed|self signed|"          \
  "self-signed|local issuer|connectivity_ssl_error|certificate is not trusted|x509:|"           \
  "remote error: tls|sslerror|failed to verify certificate|unknown certificate|untrusted root|" \
  "bad certificate|handshake failure|ssl certificate problem|trust relationship|partialchain|"  \
  "untrusted certificate|certificate chain|unable to establish a secure connection|"            \
  "tls: |ssl connection could not be established|sec_e_untrusted"

#define TLS_PLAIN_WORDS                                                                         \
  "gave http response to https client|does not look like a tls handshake|wrong version number|" \
  "http request to an https|plain http request was sent|http request was sent to https"

#define DISK_WORDS                                                               \
  "no space left|disk quota exceeded|enospc|not enough space|insufficient disk|" \
  "out of disk space|disk is full|there is not enough space on the disk|quota exceeded: unknown"

constexpr PullErrorRule kRules[] = {
    // The kubelet decides before it asks anybody (pkg/kubelet/images; docker says the same of
    // names).
    {.error = node_policy_never, .any = "errimageneverpull|pull policy of never"},
    {.error = node_qps, .any = "pull qps exceeded"},
    {.error = image_invalid_name,
     .any = "invalidimagename|couldn't parse image|invalid reference format|"
            "failed to apply default image tag|could not parse reference|could not parse image|"
            "failed to parse image reference|error parsing reference|failed to parse reference|"
            "invalid image name|invalid image reference|must be lowercase|parsing image reference|"
            "is not a valid repository/tag|invalid tag format|requires exactly 1 argument|"
            "invalid repository name|parsing reference|not a valid image reference"},

    // Volumes, schedulers, started containers, the network of pods, virtual nodes: not a pull.
    {.error = other_not_pull,
     .any = "mountvolume|failedmount|unable to attach or mount|failedattachvolume|"
            "attachvolume|nodes are available|failedscheduling|back-off restarting|"
            "crashloopbackoff|create failed: runc|runc create failed|failed to start container|"
            "failed to create containerd task|createcontainerconfigerror|createcontainererror|"
            "liveness probe|readiness probe|startup probe|oomkilled|evicted|"
            "failed to create containerd container|couldn't find key|configmap * not found|"
            "exceeded quota|already present on machine|unsupported type|"
            "providing args without specifying|does not support lifecycle|"
            "does not support startupprobe|initcontainers do not support|failed to setup network|"
            "cni plugin|cni config|plugin type=|successfully assigned|exec: * not found|container "
            "process|persistentvolumeclaim|"
            "violates podsecurity|failed calling webhook|error killing pod|pod sandbox changed|"
            "hostport|node is not ready|had untolerated taint|context deadline exceeded * volume",
     .none = PULL_WORDS "|http response to https|{manifests}|{token}|{ping}|{storage}|{blobs}"},
    {.error = other_not_pull,
     .any = "successfully pulled image|already present on machine",
     .none = "failed|errimagepull|imagepullbackoff|back-off"},
    // Their errors may hold URLs and statuses of other services.
    {.error = other_not_pull,
     .any = "mountvolume|failed to start container|runc create failed|back-off restarting failed|"
            "failed to create containerd task",
     .none = PULL_WORDS},

    // The node: a full disk hides behind every wording of unpacking.
    {.error = node_disk, .stage = blob_started, .any = DISK_WORDS, .with = UNPACK_WORDS},
    {.error = node_disk, .any = DISK_WORDS},
    // gRPC and docker clients that do not reach their daemon: a socket, not a registry.
    {.error = node_runtime,
     .detail = "the runtime does not answer",
     .any = "cannot connect to the docker daemon|is the docker daemon running|"
            "dial unix|.sock: connect|.sock: no such file|//./pipe|error during connect|"
            "transport is closing|ttrpc: closed|container runtime is down|"
            "container runtime network not ready|code = unavailable desc = connection|"
            "connection closed before server preface|unknown service runtime.v1|"
            "error while dialing",
     .none = "proxyconnect|csi"},

    // The image's platform: containerd (with ": not found"), docker, containers-image, Windows.
    {.error = image_platform_mismatch,
     .stage = manifest_read,
     .any =
         "no match for platform|no matching manifest for|for architecture|"
         "does not match the specified platform|operating system is not supported|"
         "image operating system|cannot be used on this platform|no image found in image index|"
         "no image found in manifest list|host operating system|windows version * required|"
         "windows version * host|operating system does not match|incompatible with the host|"
         "no child with platform|platform mismatch|no matching platform|"
         "os version does not match|unsupported platform|does not provide the specified platform"},
    {.error = image_platform_mismatch,
     .stage = blob_started,
     .confidence = likely,
     .detail = "the container does not start: the program is of another architecture",
     .any = "exec format error"},

    // containerd content store, docker, containers-image.
    {.error = image_digest_mismatch,
     .stage = blob_started,
     .any = "unexpected commit digest|failed size validation|digest did not match|"
            "does not match digest|digest mismatch|manifest verification failed for digest|"
            "content does not match|digest does not match|unexpected commit size|hash mismatch|"
            "digests do not match|does not match expected digest|mismatched digest|"
            "docker-content-digest|in header not a valid digest",
     .none = "layer verification failed"},

    // containerd 2.x (schema 1), image too large a manifest (": not found"), charts and artifacts.
    {.error = image_unsupported_manifest,
     .stage = manifest_read,
     .any = "is no longer supported since|no processor for media-type|unsupported media type|"
            "media type * not supported|mediatype * not supported|unsupported mediatype|"
            "unexpected media type|unrecognized image media type|unsupported manifest|schema 1|"
            "schema1|schema version 1|schemaversion|v1+prettyjws|rejecting * byte manifest|"
            "unknown media type|encountered remote|unsupported image-specific operation|"
            "unsupported content type|unexpected mediatype|unsupported image format|"
            "invalid manifest|manifest invalid|manifest_invalid|missing signature key|"
            "unsupported artifact|artifacttype|unsupported schema|deprecatedimage|"
            "unsupported docker v1"},
    {.error = image_unsupported_manifest,
     .stage = manifest_read,
     .confidence = likely,
     .detail = "the signature of a schema 1 manifest cannot be read",
     .any = "no signatures",
     .none = "require|policy|verif|no signatures found"},

    // The manifest names a blob that the registry does not have (containerd: fetcher.go).
    {.error = image_corrupt_layer,
     .stage = manifest_read,
     .detail = "a blob of the manifest is missing in the registry",
     .any = "could not fetch content descriptor * not found|content at * not found|blob unknown|"
            "blob_unknown"},
    // Layers that have come and cannot be used (containerd diff, docker layer store, storage).
    {.error = image_corrupt_layer,
     .stage = blob_started,
     .any = "layer verification failed|invalid tar header|number of layers and diffids|"
            "layers from manifest don't match|diffid mismatch|"
            "wrong diff id|invalid diffid|gzip: invalid|zlib: invalid|invalid checksum|"
            "archive/tar:|unpigz|zstd: invalid|flate: corrupt|corrupt patch|corrupted"},
    {.error = image_corrupt_layer,
     .stage = blob_started,
     .any = UNPACK_WORDS,
     .with = "unexpected eof|operation not permitted|invalid argument|invalid header|checksum|"
             "flate|corrupt|duplicates of file paths|invalid magic|unknown compression"},
    {.error = node_runtime,
     .stage = blob_started,
     .detail = "the node cannot unpack the layer",
     .any = UNPACK_WORDS,
     .none = "{401}|{403}|no such host|i/o timeout|unauthorized"},
    // Windows layers (hcsshim), snapshotters, the runtime's own store.
    {.error = node_runtime,
     .detail = "the node cannot keep the image",
     .any = "hcsshim|hcs::|importlayer|layer does not exist|failed to create snapshot|"
            "failed to prepare snapshot|parent snapshot|snapshot * does not exist|layer store|"
            "device or resource busy|snapshotter|lease does not exist|structure needs cleaning|"
            "read-only file system|input/output error|failed to get layer|metadata.db|"
            "failed to stat snapshot|content/ingest|too many open files|cannot allocate memory",
     .none = "{401}|{403}|no such host|i/o timeout|unauthorized"},

    // The credential provider on the node; it appears in the kubelet's log, never in an event.
    {.error = auth_identity_missing,
     .any =
         "identity not found|multiple user assigned|user assigned identity * not|"
         "no managed identity|managed identity * not|managed identity * fail|{imds}|"
         "retrieve kubelet identity|from imds|to imds|imds endpoint|imds:|msi * identity|msi token|"
         "no azure identity|managedidentitycredential|federated identity credential"},
    {.error = node_credential_provider,
     .any = "credential provider|credential-provider|credentialprovider|credential plugin|"
            "getting credentials from|azure_credentials.go|azure_acr_helper|"
            "acr-credential",
     .with = "fail|error|exit status|not found|timed out|no such file|deadline|unable|unsupported|"
             "could not|does not exist"},

    // What a proxy says outranks what it hides (Go: proxyconnect; Python: ProxyError; curl).
    {.error = network_proxy,
     .any = "proxyconnect|proxy authentication required|{407}|cannot connect to proxy|proxyerror|"
            "tunnel connection failed|dial tcp *:3128:|dial tcp *:8080:|unable to connect to proxy|"
            "invalid proxy|proxy refused|via proxy|proxy responded|parse proxy|proxy url"},

    // The blob stage: config and layers come from elsewhere, through a redirect. containerd
    // ("failed to copy"), docker ("error pulling image configuration"), containers-image.
    {.error = throttle_rate_limited,
     .stage = blob_started,
     .any = "toomanyrequests|too many requests|{429}|pull rate",
     .with = BLOB_WORDS},
    {.error = registry_server_error,
     .stage = blob_started,
     .any = "{500}|{502}|{503}|{504}",
     .with = BLOB_WORDS},
    {.error = auth_unauthorized,
     .stage = tls_established,
     .any = "{401}|authentication required",
     .with = BLOB_WORDS,
     .none = "{storage}"},
    {.error = network_firewall,
     .stage = manifest_read,
     .any = "client with ip|is not allowed access",
     .with = BLOB_WORDS},
    {.error = blob_redirect,
     .stage = manifest_read,
     .any = "{storage}",
     .with = NAME_WORDS
     "|" TIMEOUT_WORDS "|" REFUSED_WORDS "|" TLS_NAME_WORDS "|" TLS_EXPIRED_WORDS
     "|" TLS_UNTRUSTED_WORDS "|{403}|{404}|{400}|{409}|forbidden|"
     "authorizationfailure|publicaccessnotpermitted|authenticationfailed|not found|denied|cancel"},
    {.error = blob_redirect,
     .stage = manifest_read,
     .any = "authorizationfailure|publicaccessnotpermitted|publicaccessdisabled",
     .with = BLOB_WORDS "|xml|pull|manifest"},
    {.error = blob_redirect,
     .stage = manifest_read,
     .confidence = likely,
     .any = BLOB_WORDS,
     .with = NAME_WORDS "|" TIMEOUT_WORDS "|" REFUSED_WORDS "|" TLS_NAME_WORDS "|" TLS_EXPIRED_WORDS
                        "|" TLS_UNTRUSTED_WORDS "|{403}|{404}|{400}|forbidden",
     .none = "{manifests}|{cdn}|{url}|{token}"},

    // The innermost transport error counts, even behind "failed to authorize": Go's net, tls and
    // x509 words; OpenSSL's and Python's for az; .NET's and Windows' for agents.
    {.error = tls_http_https, .stage = connected, .any = TLS_PLAIN_WORDS},
    {.error = tls_name_mismatch, .stage = connected, .any = TLS_NAME_WORDS},
    {.error = tls_expired, .stage = connected, .any = TLS_EXPIRED_WORDS},
    {.error = tls_untrusted,
     .stage = connected,
     .any = TLS_UNTRUSTED_WORDS,
     .none = "tls handshake timeout|tls: i/o"},
    {.error = network_dns, .any = NAME_WORDS, .none = "{407}"},
    {.error = node_pull_deadline,
     .any = "pull progress|no progress|cancelled pulling|canceled pulling|progress deadline|"
            "image_pull_progress_timeout|cancel pulling|canceled as there is no"},
    {.error = network_timeout,
     .detail = "the connection was made, the TLS handshake was not answered",
     .any = "tls handshake timeout"},
    {.error = network_timeout,
     .confidence = likely,
     .detail = "no answer at the deadline; slow or failing name resolution looks the same",
     .any = "deadline exceeded|client.timeout|awaiting headers|awaiting response headers|"
            "waiting for connection|deadlineexceeded",
     .none = "dial tcp|{504}|{503}|{502}|{401}|{403}|unauthorized"},
    {.error = network_timeout,
     .any = TIMEOUT_WORDS,
     .none = "{504}|{503}|{502}|{401}|{403}|unauthorized|no such host"},
    {.error = node_pull_deadline,
     .confidence = likely,
     .any = "context canceled|context cancelled|request canceled|operation was canceled|"
            "code = canceled"},
    {.error = network_refused,
     .any = REFUSED_WORDS,
     .none = "{401}|{403}|{503}|{502}|unauthorized|manifest unknown"},

    // Microsoft Entra without its code, and the registry's own reasons for refusing a credential.
    {.error = auth_conditional_access,
     .any = "conditional access|access policy does not allow token issuance|"
            "device is required to be"},
    {.error = auth_sp_expired,
     .any = "client secret keys * expired|client secret * expired|secret * is expired|"
            "service principal * expired|clientsecret * expired"},
    {.error = auth_token_expired,
     .any = "token has expired|token is expired|token expired|expiredtoken|token * is expired|"
            "jwt expired|session has expired|credentials have expired|login has expired|"
            "refresh token * expired|token was issued * inactive"},
    {.error = auth_sp_invalid_secret,
     .any = "invalid clientid or client|invalid client secret|client id must be|clientid must be|"
            "invalid_client|invalid client id"},
    {.error = auth_app_not_found,
     .any = "application not registered|application with identifier|application * was not found|"
            "service principal * not found|serviceprincipal * does not exist|"
            "service principal * does not exist|app not found in"},
    {.error = auth_admin_disabled,
     .any = "admin user is disabled|admin user credentials|admin user is not enabled|"
            "admin account is disabled|admin user not enabled|admin user disabled|"
            "adminuserenabled * false",
     .none = "client with ip|network rule|public network access|public access"},
    {.error = auth_tenant,
     .any = "does not exist in the directory|different tenant|other tenant|cross-tenant|"
            "cross tenant|wrong tenant|tenant * not found|wrong issuer|not in the same tenant|"
            "does not match the tenant|invalid_tenant|different directory|tenant mismatch|"
            "not found in the directory|does not exist in tenant|principalnotfound|"
            "invalidauthenticationtokentenant"},

    // kubelet (pkg/credentialprovider) and the virtual node's provider, which use the same words.
    {.error = secret_malformed,
     .any = "illegal base64|unable to parse auth field|no username present in auth config|"
            "malformed dockerconfigjson|malformed auth for server|pull secret type is not"},

    // Refused for other reasons than the caller: ACR quarantine and throttling, containers-image
    // policy.json, docker content trust, Gatekeeper, Ratify, Kyverno, Connaisseur.
    {.error = image_quarantined, .any = "quarantin|operation is disallowed"},
    {.error = throttle_rate_limited,
     .stage = tls_established,
     .any = "{429}|toomanyrequests|too many requests|rate limit|pull rate|throttl|ratelimit"},
    {.error = image_policy_denied,
     .any = "signature validation failed|signaturevalidationfailed|source image rejected|"
            "signature was required|no trust data|content trust|trust data|notary|cosign|"
            "no_verifier_report|failed verification|verification failed|image verification|"
            "azurepolicy|validatingadmissionpolicy|denied by policy|disallowed by policy|"
            "image policy webhook|imagepolicywebhook|unsigned|no valid signature|"
            "invalid image repo|not from an allowed|allowed repositories|"
            "rejected by policy|no matching signatures|signature verification|"
            "not allowed by policy|image is not allowed|not signed",
     .none = "{401}|unauthorized: auth"},
    {.error = image_policy_denied, .any = "admission * denied|denied the request"},

    // 403 of the registry is a network rule, unless the text speaks of rights.
    {.error = network_firewall,
     .stage = tls_established,
     .any =
         "denied: client with|client with ip|not allowed access|acr/firewall|public network access|"
         "public access is disabled|publicnetworkaccess|network rule|ip address * not "
         "allowed|firewall rule|"
         "registry * is not allowed by network|denied by network"},
    // The registry of a reference that names none hides what it does not have behind a refusal.
    {.error = image_repo_not_found,
     .stage = tls_established,
     .confidence = likely,
     .detail = "the image names no registry host, so the default one was asked",
     .any = "pull access denied",
     .with = "{default}",
     .none = "expired|rate"},
    // A token was given, but without the right to pull (containerd 1.6 to 2.3, docker on ACR).
    {.error = auth_forbidden_role,
     .stage = tls_established,
     .credential = sent,
     .any = "insufficient_scope|insufficient scope"},
    // az, Azure Resource Manager and other clouds' registries speak of rights by name.
    {.error = auth_forbidden_role,
     .any = "acrpull|role assignment|role to propagate|does not have authorization|"
            "does not have permission|permission_denied|"
            "lacks permission|no permission|not have access|required permission|"
            "not authorized to perform|missing permission|ecr:get|ecr:batch|artifactregistry|"
            "permission * denied|repository reader"},
    {.error = auth_unauthorized,
     .stage = tls_established,
     .confidence = likely,
     .detail = "no such repository, or no credential with the right to pull it",
     .any = "may require * requested access to the resource is denied"},
    {.error = auth_forbidden_role,
     .stage = tls_established,
     .confidence = likely,
     .any = "requested access to the resource is denied"},
    {.error = network_firewall, .stage = tls_established, .any = "{403}|403 forbidden"},
    {.error = network_firewall, .stage = tls_established, .any = "did not issue a challenge"},

    // The manifest: the registry's error codes (distribution), so the caller was allowed to ask.
    {.error = image_repo_not_found,
     .stage = authorized,
     .any = "name unknown|name_unknown|repository name not known|name not known to registry|"
            "repository name is not known",
     .none = "manifest unknown|manifest tagged"},
    // docker before 17.12 and other tools; a private repository looks the same.
    {.error = image_repo_not_found,
     .stage = tls_established,
     .any = "repository * is not found|repository not found|does not exist or no pull access|"
            "no such repository|repository does not exist in|repo not found|repository_not_found",
     .none = "manifest unknown|manifest tagged|may require"},
    {.error = image_tag_not_found,
     .stage = authorized,
     .any = "manifest unknown|manifest_unknown|manifest tagged|manifest for * not found|"
            "no such manifest|tag does not exist|tag not found|tag_unknown|manifest not found|"
            "the specified tag|tag * was not found|tag * does not exist|tag * not found in"},

    // 401, by what was sent: containerd tells the token request apart, docker and containers-image
    // do not ("invalid username/password" appears without any credential too).
    {.error = auth_unauthorized,
     .stage = tls_established,
     .credential = sent,
     .detail = "a credential was sent and refused",
     .any = "failed to fetch oauth token",
     .with = "{401}|{400}|unauthorized",
     .none = "failed to fetch anonymous token"},
    {.error = auth_unauthorized,
     .stage = tls_established,
     .credential = none_sent,
     .detail = "no credential was sent",
     .any = "failed to fetch anonymous token|no basic auth credentials|anonymous",
     .with = "{401}|{400}|unauthorized|no basic auth|denied",
     .none = "failed to fetch oauth token"},
    {.error = auth_unauthorized,
     .stage = tls_established,
     .any = "{401}|unauthorized|authentication required|invalid username/password|"
            "authentication failed|incorrect username or password|authorization failed|"
            "wrong username or password|missing username or secret|login attempt|"
            "not authorized|401 unauthorized"},
    {.error = auth_unauthorized,
     .stage = tls_established,
     .confidence = likely,
     .detail = "no such repository, or no credential with the right to pull it",
     .any = "pull access denied|may require authorization|may require 'docker login'"},
    // Cut before the status: a token was refused.
    {.error = auth_unauthorized,
     .stage = tls_established,
     .confidence = likely,
     .credential = none_sent,
     .detail = "no credential was sent",
     .any = "failed to fetch anonymous token: unexpected status",
     .none = "{500}|{502}|{503}|{504}"},
    {.error = auth_unauthorized,
     .stage = tls_established,
     .confidence = likely,
     .credential = sent,
     .detail = "a credential was sent and refused",
     .any = "failed to fetch oauth token: unexpected status",
     .none = "{500}|{502}|{503}|{504}"},

    // The pull secret. A warning beside a failed pull, therefore after what the registry said.
    {.error = secret_malformed,
     .any = "looking for beginning of|decoding docker auth|invalid auth string|"
            "invalidimageregistryserver|invalidimageregistrycredential|"
            "dockerconfigjson * invalid|dockercfg * invalid|invalid * dockerconfigjson|"
            "unexpected end of json|moreimageregistrycredentials|unexpected type * secret",
     .none = "error parsing http|decode token|{token}|{manifests}|{ping}|http response"},
    {.error = secret_missing,
     .any = "failedtoretrieveimagepullsecret|retrieve some image pull secret|"
            "retrieve pull secret|image pull secret * not found|imagepullsecret * not found|"
            "secret * not found|secrets * not found|secret * does not exist|"
            "error getting image pull secret|couldn't find secret"},

    {.error = registry_server_error, .stage = tls_established, .any = "{500}|{502}|{503}|{504}"},
    {.error = auth_forbidden_role,
     .stage = tls_established,
     .confidence = likely,
     .any = "denied",
     .with = "{manifests}|{ping}|{token}|registry|daemon|azurecr|docker"},

    // The registry, or what stands before it, fails.
    {.error = registry_not_found,
     .any = "registries * could not be found|registries * was not found|"
            "registry * could not be found|registry * does not exist|registry does not exist|"
            "registry not found|registry * was not found|registry_not_found|"
            "containerregistry/registries"},
    // Without a number it may be a proxy that refuses CONNECT: Go then prints the reason alone.
    {.error = registry_server_error,
     .any = "{424}|{530}|internal server error|bad gateway|"
            "service unavailable|gateway time-out|gateway timeout|unexpected http status|"
            "did not include a token|decode token response|writing response to|"
            "error parsing http|cache rule|cache error|registry is unavailable|"
            "registryunavailable|server error|looking for beginning of|"
            "temporarily unavailable|unexpected end of json"},
    {.error = network_firewall,
     .stage = tls_established,
     .confidence = likely,
     .any = "forbidden",
     .with = "{manifests}|{ping}|{token}|registry|daemon"},
    {.error = image_tag_not_found, .stage = authorized, .any = "{404}", .with = "{manifests}"},
    {.error = image_tag_not_found,
     .stage = authorized,
     .any = ": not found|code = notfound|image not found|not found in registry",
     .with = "{image}|{manifests}|code = notfound|tag|resolve",
     .none = "{404}"},
    {.error = image_repo_not_found, .stage = authorized, .confidence = likely, .any = "{404}"},

    // Wrappers without a cause: Container Instances, Container Apps, the kubelet.
    {.error = wrapper_inaccessible_image,
     .any = "is not accessible|inaccessibleimage|registryerrorresponse|error pulling|"
            "image * inaccessible|imagepullfailure|pull image using managed identity|"
            "failed to provision revision"},
    {.error = wrapper_backoff_only,
     .any = "back-off pulling|backoff pulling|imagepullbackoff|errimagepull|" PULL_WORDS},
    {.error = auth_unauthorized, .confidence = likely, .any = "aadsts"},
};

// Microsoft identity platform error codes.
constexpr EntraCode kEntraCodes[] = {
    {7000222, auth_sp_expired},
    {7000215, auth_sp_invalid_secret},
    {7000216, auth_sp_invalid_secret},
    {7000218, auth_sp_invalid_secret},
    {70002, auth_sp_invalid_secret},
    {50012, auth_sp_invalid_secret},
    {50126, auth_sp_invalid_secret},
    {700027, auth_sp_invalid_secret},
    {700016, auth_app_not_found},
    {70001, auth_app_not_found},
    {7000112, auth_app_not_found},
    {7000229, auth_app_not_found},
    {700082, auth_token_expired},
    {700084, auth_token_expired},
    {70008, auth_token_expired},
    {500133, auth_token_expired},
    {50132, auth_token_expired},
    {50173, auth_token_expired},
    {90002, auth_tenant},
    {900021, auth_tenant},
    {900023, auth_tenant},
    {50020, auth_tenant},
    {50034, auth_tenant},
    {50059, auth_tenant},
    {500011, auth_tenant},
    {700005, auth_tenant},
    {53000, auth_conditional_access},
    {53001, auth_conditional_access},
    {53002, auth_conditional_access},
    {53003, auth_conditional_access},
    {53004, auth_conditional_access},
    {530003, auth_conditional_access},
    {530034, auth_conditional_access},
    {50005, auth_conditional_access},
    {50076, auth_conditional_access},
    {50079, auth_conditional_access},
    {50097, auth_conditional_access},
    {50131, auth_conditional_access},
    {50158, auth_conditional_access},
    {70043, auth_conditional_access},
    {70021, auth_identity_missing},
    {70025, auth_identity_missing},
    {700211, auth_identity_missing},
    {700212, auth_identity_missing},
    {700213, auth_identity_missing},
};

constexpr Nature kTransferNatures[] = {
    {TLS_PLAIN_WORDS, "plain HTTP where HTTPS was asked"},
    {TLS_NAME_WORDS, "certificate of another name"},
    {TLS_EXPIRED_WORDS, "certificate out of its time"},
    {"tls handshake timeout", "TLS handshake timeout"},
    {NAME_WORDS, "name not resolved"},
    {TLS_UNTRUSTED_WORDS, "certificate not trusted"},
    {TIMEOUT_WORDS, "timeout"},
    {"connection refused|actively refused|econnrefused", "connection refused"},
    {"unreachable|no route to host", "no route"},
    {"cancel", "cancelled"},
    {"authorizationfailure|publicaccess|{403}|forbidden|denied", "403"},
    {"{404}|not found", "404"},
    {REFUSED_WORDS, "connection closed by the other side"},
};

#define AUTH_LINKS                                             \
  "kubelet-identity-can-pull", "pull-secret-matches-registry", \
      "pull-secret-credential-is-current", "credential-provider-covers-host"
#define DNS_LINKS                                                                          \
  "private-dns-record-exists", "private-dns-zone-is-linked", "image-names-known-registry", \
      "node-dns-reaches-azure-dns", "login-server-resolves"
#define WAY_LINKS                                                                        \
  "egress-allows-registry", "peering-is-connected", "private-endpoint-is-approved",      \
      "private-dns-record-matches-endpoint", "login-server-resolves-to-private-address", \
      "login-server-accepts-connections"
#define TRY_HOST "curl --silent --show-error --head https://{host}/v2/"
#define SHOW_TAGS                                                                            \
  "az acr repository show-tags --name {name} --repository {repository} --orderby time_desc " \
  "--top 20"
#define LIST_REPOSITORIES "az acr repository list --name {name} --output table"
#define NETWORK_RULES                  \
  "az acr show --name {name} --query " \
  "'{publicNetworkAccess:publicNetworkAccess,networkRuleSet:networkRuleSet}'"
#define SECRET_EVENTS \
  "kubectl get events --all-namespaces --field-selector reason=FailedToRetrieveImagePullSecret"

constexpr PullErrorWords kWords[] = {
    {auth_unauthorized,
     "auth.unauthorized",
     50,
     "{registry} was reached and answered 401: it got no credential, or one that it does not "
     "accept for this image.",
     {SHOW_TAGS,
      "Is {registry} attached to this cluster, or does the pod name a pull secret for it?",
      SECRET_EVENTS},
     {AUTH_LINKS, "pull-secret-exists", "pod-carries-service-account-secrets", "image-exists"}},
    {auth_forbidden_role,
     "auth.forbidden_role",
     60,
     "{registry} accepted the credential but gives it no right to pull this repository.",
     {"az acr show --name {name} --query roleAssignmentMode",
      "az role assignment list --scope $(az acr show --name {name} --query id --output tsv) "
      "--include-inherited --output table",
      "Does the identity that pulls have AcrPull, or Container Registry Repository Reader where "
      "the registry uses repository permissions (ABAC)?"},
     {"kubelet-identity-can-pull", "pull-secret-principal-can-pull", "pull-secret-matches-registry",
      "image-exists"}},
    {auth_sp_expired,
     "auth.sp_expired",
     55,
     "Microsoft Entra refused the service principal: its client secret has expired.",
     {"Which service principal is it: the cluster's own, or the one whose id is the user name in "
      "the "
      "pull secret?",
      "When do its secrets end, and was a new one put into the pull secret?"},
     {"pull-secret-credential-is-current", "kubelet-identity-can-pull"}},
    {auth_sp_invalid_secret,
     "auth.sp_invalid_secret",
     55,
     "The service principal is known, but the client secret (or the form of its user name) is "
     "wrong.",
     {"Was the secret's value stored, and not its id? Was it replaced since the pull secret was "
      "made?",
      SECRET_EVENTS},
     {"pull-secret-credential-is-current", "pull-secret-is-well-formed",
      "pull-secret-matches-registry"}},
    {auth_app_not_found,
     "auth.app_not_found",
     55,
     "The application whose id was used as user name is unknown in the registry's tenant.",
     {"Does the application still exist, and in the tenant of the registry?",
      "az acr show --name {name} --query id"},
     {"pull-secret-credential-is-current", "pull-secret-principal-can-pull",
      "registry-is-in-cluster-tenant"}},
    {auth_token_expired,
     "auth.token_expired",
     55,
     "The credential was a token whose time is over.",
     {"Was the pull secret made from a token of three hours (az acr login --expose-token)?",
      "Is the clock of the node right?"},
     {"pull-secret-credential-is-current"}},
    {auth_admin_disabled,
     "auth.admin_disabled",
     45,
     "The command line fell back to the registry's admin user, which is disabled; the first "
     "refusal before it is the cause.",
     {"What does the first line say, before the admin user is tried?", NETWORK_RULES,
      "az acr check-health --name {name} --yes"},
     {"pull-secret-credential-is-current", "registry-accepts-cluster-network",
      "kubelet-identity-can-pull"}},
    {auth_tenant,
     "auth.tenant",
     55,
     "The identity belongs to another tenant than the one that was asked.",
     {"Which tenant does the registry's subscription trust, and which one the cluster's?",
      "az account list --query '[].{name:name,tenant:tenantId}' --output table"},
     {"registry-is-in-cluster-tenant", "pull-secret-credential-is-current"}},
    {auth_conditional_access,
     "auth.conditional_access",
     55,
     "A Conditional Access policy of the tenant keeps Microsoft Entra from giving a token.",
     {"Is this a person's sign-in? A pod pulls with the kubelet identity, which needs none.",
      "Which policy was it? The sign-in log of Microsoft Entra names it under the correlation id."},
     {"pull-secret-credential-is-current"}},
    {auth_identity_missing,
     "auth.identity_missing",
     55,
     "The node asked for a token of a managed identity and the identity is not there, or not one "
     "only.",
     {"Is the kubelet identity still assigned to the node pool's scale set, and is no second "
      "identity "
      "there without a client id in the node's azure.json?",
      "az aks list --query "
      "'[].{name:name,identity:identityProfile.kubeletidentity.clientId}' --output table"},
     {"kubelet-identity-exists", "kubelet-identity-can-pull"}},
    {node_credential_provider,
     "node.credential_provider",
     55,
     "The kubelet's credential provider on the node failed, so the pull went on without a "
     "credential.",
     {"Is it one node, one node pool, or every node?",
      "On the node: journalctl -u kubelet --since -1h"},
     {"credential-provider-covers-host", "kubelet-identity-exists", "kubelet-identity-can-pull"}},
    {secret_missing,
     "secret.missing",
     20,
     "A pull secret that the pod names does not exist in the pod's namespace.",
     {SECRET_EVENTS,
      "kubectl get secrets --all-namespaces --field-selector "
      "type=kubernetes.io/dockerconfigjson"},
     {"pull-secret-exists", "pod-carries-service-account-secrets",
      "virtual-node-pod-has-pull-secret"}},
    {secret_malformed,
     "secret.malformed",
     21,
     "A pull secret is there but cannot be read: its type, its base64 or its JSON is wrong.",
     {"Was it made by kubectl create secret docker-registry, or by hand?",
      "kubectl get secrets --all-namespaces --field-selector type=kubernetes.io/dockerconfigjson"},
     {"pull-secret-is-well-formed", "virtual-node-pod-has-pull-secret"}},
    {network_firewall,
     "network.firewall",
     53,
     "{registry} was reached and refused the caller's address: a network rule, or public access is "
     "disabled.",
     {NETWORK_RULES,
      "Is {client} the address with which the nodes leave their network? A private endpoint would "
      "see a private address.",
      "az acr private-endpoint-connection list --registry-name {name} --output table",
      "Should the nodes come through a private endpoint? Then the registry's name must give them a "
      "private address."},
     {"registry-accepts-cluster-network", "private-dns-zone-is-linked", "private-dns-record-exists",
      "private-endpoint-is-approved", "node-dns-reaches-azure-dns",
      "login-server-resolves-to-private-address"}},
    {network_dns,
     "network.dns",
     40,
     "The name of {host} was not resolved, so nobody was asked for the image.",
     {"az acr show --name {name} --query loginServer",
      "Does the DNS server {resolver} answer for {host}, and is it the one that the nodes use?",
      "Is the private DNS zone linked to the nodes' virtual network, or forwarded to by its DNS "
      "server?",
      TRY_HOST},
     {DNS_LINKS}},
    {network_timeout,
     "network.timeout",
     41,
     "{host} did not answer in time.",
     {"Is {address} what {host} should resolve to, and is there a way to it from the nodes' subnet "
      "(route table, firewall, peering)?",
      TRY_HOST, "az acr check-health --name {name} --yes",
      "Is a firewall, a route or a slow DNS server between the nodes and the registry?"},
     {WAY_LINKS, "node-dns-reaches-azure-dns"}},
    {network_refused,
     "network.refused",
     42,
     "The connection to {host} was refused or cut.",
     {"Who answers at {address}: the registry, its private endpoint, or a firewall on the way?",
      TRY_HOST, "az acr check-health --name {name} --yes",
      "Is a firewall or a proxy between the nodes and the registry that cuts connections?"},
     {WAY_LINKS}},
    {network_proxy,
     "network.proxy",
     43,
     "The pull went to an HTTP proxy, and the proxy did not let it through.",
     {"Should {registry} be in the cluster's noProxy list?",
      "az aks list --query '[].{name:name,proxy:httpProxyConfig}'"},
     {"egress-allows-registry", "login-server-accepts-connections"}},
    {tls_untrusted,
     "tls.untrusted",
     44,
     "The certificate that {host} showed is not from an authority that the caller trusts.",
     {"openssl s_client -connect {host}:443 -servername {host} -showcerts </dev/null",
      "Does a firewall or proxy open TLS on the way? Its authority is named in the certificate."},
     {"registry-certificate-is-trusted", "egress-allows-registry",
      "login-server-resolves-to-private-address"}},
    {tls_name_mismatch,
     "tls.name_mismatch",
     44,
     "The server that answered for {host} has the certificate of another name.",
     {"openssl s_client -connect {host}:443 -servername {host} </dev/null",
      "Was an alias, an address or the privatelink name used in place of the login server?"},
     {"registry-certificate-is-trusted", "image-names-known-registry",
      "private-dns-record-matches-endpoint"}},
    {tls_expired,
     "tls.expired",
     44,
     "The certificate of {host} is not valid at the caller's time: it is too old, or the clock is "
     "wrong.",
     {"Is the clock of the node right (timedatectl)? For an Azure registry ask this first.",
      "openssl s_client -connect {host}:443 -servername {host} </dev/null"},
     {"registry-certificate-is-trusted"}},
    {tls_http_https,
     "tls.http_https",
     44,
     "One side spoke plain HTTP where the other spoke HTTPS.",
     {"Is a plain HTTP server, a mirror or a proxy asked in place of the registry?",
      "openssl s_client -connect {host}:443 </dev/null"},
     {"registry-certificate-is-trusted", "image-names-known-registry"}},
    {image_tag_not_found,
     "image.tag_not_found",
     70,
     "{registry} was asked with success and has no manifest for this tag or digest.",
     {SHOW_TAGS,
      "Was the tag pushed to this very registry, or was it deleted, purged or quarantined?"},
     {"image-exists", "image-is-readable"}},
    {image_repo_not_found,
     "image.repo_not_found",
     70,
     "{registry} has no repository of this name, or does not show it to this caller.",
     {LIST_REPOSITORIES, "Is the repository's path spelt right, and is it in this registry?"},
     {"image-exists", "image-names-known-registry", "kubelet-identity-can-pull"}},
    {image_invalid_name,
     "image.invalid_name",
     80,
     "The image's name in the pod is not a valid reference; no registry was asked.",
     {"Is there a scheme (https://), an upper-case letter, a blank or an unfilled variable in the "
      "image's name?"},
     {"image-reference-is-valid"}},
    {image_platform_mismatch,
     "image.platform_mismatch",
     85,
     "The image was found, but it has no variant for the node's operating system or processor.",
     {"az acr manifest show --registry {name} --name {image}",
      "kubectl get nodes --label-columns kubernetes.io/os,kubernetes.io/arch"},
     {"image-platform-matches-node", "some-node-accepts-pod"}},
    {image_unsupported_manifest,
     "image.unsupported_manifest",
     84,
     "The reference was found, but what it names is not an image that this runtime can use.",
     {"az acr manifest show --registry {name} --name {image}",
      "Is it a chart, a signature, an attestation or an image of schema 1?"},
     {"image-is-readable", "image-exists"}},
    {image_digest_mismatch,
     "image.digest_mismatch",
     90,
     "The bytes that came are not those that the digest or size promises.",
     {"Is there a proxy or a mirror between the node and the registry? Does the same pull work "
      "from "
      "elsewhere?",
      TRY_HOST},
     {"image-is-readable", "data-endpoint-accepts-connections", "egress-allows-registry"}},
    {image_corrupt_layer,
     "image.corrupt_layer",
     90,
     "The image was found, but one of its layers is missing or cannot be unpacked.",
     {"Does only this image fail, on every node? Then build and push it again.",
      "az acr manifest show --registry {name} --name {image}"},
     {"image-is-readable"}},
    {image_policy_denied,
     "image.policy_denied",
     75,
     "A policy of the cluster or node refused the image; the registry is not to blame.",
     {"kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations",
      "Is the image signed as the policy asks, and may the verifier itself read {registry}?"},
     {"image-is-readable"}},
    {image_quarantined,
     "image.quarantined",
     75,
     "The image is in quarantine: the registry has it, but does not give it to this caller.",
     {"az acr show --name {name} --query policies.quarantinePolicy.status",
      "Has the scanner that lifts the quarantine seen this image?"},
     {"image-is-readable", "image-exists"}},
    {throttle_rate_limited,
     "throttle.rate_limited",
     48,
     "{host} was reached and answered that there are too many requests (429).",
     {"az acr show --name {name} --query sku.name",
      "Do many nodes pull at once, or does a cache rule pull anonymously from its upstream?"},
     {"image-is-readable"}},
    {registry_server_error,
     "registry.server_error",
     47,
     "{host}, or what stands before it, answered with a server error or with something that is "
     "not a registry's answer.",
     {TRY_HOST, "az acr check-health --name {name} --yes",
      "Does it pass after some minutes? Is there a cache rule, a mirror or a proxy on the way?"},
     {"login-server-accepts-connections", "image-is-readable", "image-names-known-registry"}},
    {registry_not_found,
     "registry.not_found",
     46,
     "There is no registry of this name where it was looked for.",
     {"az acr list --query '[].loginServer' --output tsv",
      "Was the registry deleted or renamed, or is it in another subscription?"},
     {"image-names-known-registry", "login-server-resolves"}},
    {node_disk,
     "node.disk",
     91,
     "The node's disk is full (space or inodes), so the image cannot be stored.",
     {"kubectl get nodes --output "
      "'custom-columns=NAME:.metadata.name,PRESSURE:.status.conditions[?(@.type==\"DiskPressure\")]"
      "."
      "status'",
      "On the node: df -h; df -i"},
     {"some-node-accepts-pod"}},
    {node_runtime,
     "node.runtime",
     88,
     "The container runtime on the node failed; the registry is not to blame.",
     {"Is it one node only?", "kubectl get pods --all-namespaces --output wide",
      "On the node: journalctl -u containerd --since -1h"},
     {"some-node-accepts-pod"}},
    {node_pull_deadline,
     "node.pull_deadline",
     45,
     "The node gave the pull up: no bytes came within the time it allows, or it was told to stop.",
     {"Is the image very large, or the way to the registry slow? Do other images pull on this "
      "node?",
      TRY_HOST},
     {"data-endpoint-accepts-connections", "egress-allows-registry"}},
    {node_policy_never,
     "node.policy_never",
     80,
     "The pod forbids to pull (imagePullPolicy: Never) and the node does not have the image, or "
     "not for this pod.",
     {"Should the pull policy be IfNotPresent, or is the image to be loaded on the nodes before?"},
     {}},
    {node_qps,
     "node.qps",
     80,
     "The kubelet held the pull back because too many started at once; it tries again.",
     {"Does it pass by itself? If not, see registryPullQPS and registryBurst of the kubelet."},
     {}},
    {blob_redirect,
     "blob.redirect",
     92,
     "The manifest was read, but the download of the layers failed; they come from a data endpoint "
     "or "
     "Azure storage, not from the login server.",
     {"az acr show --name {name} --query "
      "'{dataEndpointEnabled:dataEndpointEnabled,dataEndpoints:dataEndpointHostNames}'",
      "May the nodes reach the registry's data endpoint, or *.blob.core.windows.net where "
      "dedicated "
      "data endpoints are not enabled?",
      TRY_HOST},
     {"data-endpoint-accepts-connections", "data-endpoint-record-exists", "egress-allows-registry",
      "private-dns-record-matches-endpoint"}},
    {wrapper_backoff_only,
     "wrapper.backoff_only",
     1,
     "This only says that pulling failed before and is tried again later; it has no cause.",
     {"kubectl get events --all-namespaces --field-selector reason=Failed --sort-by "
      ".lastTimestamp",
      "Are those events gone (they last about an hour)? Delete the pod to see the cause again."},
     {}},
    {wrapper_inaccessible_image,
     "wrapper.inaccessible_image",
     2,
     "Azure Container Instances could not get the image and does not say why: wrong name, wrong "
     "tag, no credential, no right or no way to the registry.",
     {"Does the pod name a pull secret for this registry? A virtual node has no kubelet identity.",
      SHOW_TAGS, NETWORK_RULES},
     {"virtual-node-pod-has-pull-secret", "pull-secret-matches-registry",
      "pull-secret-credential-is-current", "image-exists", "registry-accepts-cluster-network"}},
    {other_not_pull,
     "other.not_pull",
     0,
     "This text does not tell of a failed image pull.",
     {"kubectl get events --all-namespaces --field-selector reason=Failed --sort-by "
      ".lastTimestamp"},
     {}},
};
static_assert(std::size(kWords) == kPullErrorClasses);
static_assert([] {
  for (std::size_t i = 0; i < std::size(kWords); ++i) {
    if (kWords[i].error != static_cast<PullErrorClass>(i)) return false;
  }
  return true;
}());

}  // namespace

std::span<const PullErrorRule> pull_error_rules() {
  return kRules;
}
std::span<const EntraCode> entra_codes() {
  return kEntraCodes;
}
std::span<const Nature> transfer_natures() {
  return kTransferNatures;
}
const PullErrorWords& words_of(PullErrorClass error) {
  return kWords[static_cast<std::size_t>(error)];
}

}  // namespace acr
