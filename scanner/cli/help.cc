// The help texts, written by hand; a test holds them against the options there are.
#include <algorithm>
#include <array>

#include "cli/commands.h"

namespace acr {
namespace {

struct Help {
  std::string_view command, text;
};

constexpr std::array kHelp{
    Help{"", R"(acr-doctor tells why an AKS pod cannot pull its image from Azure Container Registry.
It only reads.

Usage
  acr-doctor why [TARGET] [--from PATH]   the one broken link of a pull, and its repair
  acr-doctor scan [--from PATH]           every check over everything that was given
  acr-doctor collect -d FOLDER            record what was asked and answered, for why and scan
  acr-doctor permissions [--from PATH]    what a run may read, and what to ask for where not
  acr-doctor probe REGISTRY[/REPOSITORY[:TAG]]
                                          the way to a registry, tried from this machine
  acr-doctor explain CHECK                why a check exists, what it reads, how to repair
  acr-doctor explain --error TEXT         what the text of a pull failure says
  acr-doctor checks                       all checks
  acr-doctor report REPORT.json...        the report of a run in other formats; several as one
  acr-doctor completion bash|zsh|fish     what completes commands and options in a shell
  acr-doctor version
  acr-doctor help [COMMAND]

First steps, with the credentials of az and kubectl
  acr-doctor why deploy/NAME -n NAMESPACE

The same from files
  mkdir facts
  az aks show -g GROUP -n CLUSTER -o json > facts/cluster.json
  az acr show -n REGISTRY -o json > facts/registry.json
  az role assignment list --all -o json > facts/roles.json
  kubectl get pods,serviceaccounts,nodes,events -A -o json > facts/kubernetes.json
  acr-doctor why --from facts

Exit codes
  0  all judged, nothing broken      3  nothing broken is known, but not all could be judged
  1  a cause, or findings            5  internal error, or an output could not be written
  2  usage error, nothing judged     4  no access: no credential was accepted anywhere
  130, 143  interrupted: what had come by then was judged
)"},
    Help{"why", R"(Names the one broken link of a pull, shows the evidence, and prints the repair.

Usage
  acr-doctor why [TARGET] [--from PATH...] [OPTION...]

TARGET
  pod/NAME or NAME                a pod
  deploy/ sts/ ds/ rs/ job/ cronjob/NAME
                                  a workload
  HOST/REPOSITORY[:TAG]           an image, as the nodes of --cluster would pull it
  none                            every pull that fails now

Input
  --from PATH                     a file or folder of JSON or YAML documents, recognised by content;
                                  - is standard input; repeatable
  -n, --namespace NAME            only this namespace
  --cluster NAME                  only this cluster; live, Azure is read where it lies
  --for-cluster NAME              the cluster that manifests of the input are meant for

Live, where no --from is given, or one of these is
  --subscription ID               Azure: these subscriptions; repeatable. None named: all that hold
                                  a registry or cluster and may be read
  --management-group ID           those of this group; repeatable
  --registry NAME                 those that hold a registry of this name; repeatable
  --auth KIND                     auto (default), environment, workload-identity, managed-identity,
                                  azure-cli or azd
  --context NAME                  Kubernetes: this context of the kubeconfig; repeatable
  --kubeconfig FILE               in place of KUBECONFIG and ~/.kube/config
  --no-secrets                    pull secrets are not read
  --timeout SECONDS               for everything that is asked (default 120)

Output
  -o, --output FORMAT[=FILE]      text (default), json, ndjson, markdown, html, csv, junit,
                                  sarif, github, ado, openmetrics or policyreport; repeatable
  --color WHEN                    auto (default), always or never
  --ascii                         no characters outside ASCII
  -q, --quiet                     the verdict only
  -v, --verbose                   also what does not apply, and all evidence

Exit code
  --on-incomplete fail|warn       warn: exit code 0 in place of 3
  --config FILE                   the policy; else $ACR_DOCTOR_CONFIG, else acr-doctor.yaml here
)"},
    Help{"scan", R"(Judges every registry, cluster and pull of the input.

Usage
  acr-doctor scan [--from PATH...] [OPTION...]

Input
  --from PATH                     a file or folder of JSON or YAML documents, recognised by content;
                                  - is standard input; repeatable

Live, where no --from is given, or one of these is
  --subscription ID               Azure: these subscriptions; repeatable. None named: all that hold
                                  a registry or cluster and may be read
  --management-group ID           those of this group; repeatable
  --registry NAME                 those that hold a registry of this name; repeatable
  --cluster NAME                  those that hold a cluster of this name; repeatable
  --for-cluster NAME              the cluster that manifests of the input are meant for
  --auth KIND                     auto (default), environment, workload-identity, managed-identity,
                                  azure-cli or azd
  --context NAME                  Kubernetes: this context of the kubeconfig; repeatable
  --kubeconfig FILE               in place of KUBECONFIG and ~/.kube/config
  --no-secrets                    pull secrets are not read
  --timeout SECONDS               for everything that is asked (default 120)

Output
  -o, --output FORMAT[=FILE]      text (default), json, ndjson, markdown, html, csv, junit,
                                  sarif, github, ado, openmetrics or policyreport; repeatable
  --severity LEVEL                text lists findings of this severity and above
  --show-passed                   text lists what passed as well
  --color WHEN                    auto (default), always or never
  --ascii                         no characters outside ASCII
  -q, --quiet                     the verdict only
  -v, --verbose                   nothing is left out

Judging
  --config FILE                   the policy: checks, severities, exceptions; else
                                  $ACR_DOCTOR_CONFIG, else acr-doctor.yaml here
  --check GLOB                    only these checks; repeatable
  --fail-on LEVEL                 critical, high (default), medium, low or none
  --baseline REPORT.json          an earlier run's -o json: tells what is new and what is gone
  --fail-on-new                   only what the baseline does not hold fails the run
  --on-incomplete fail|warn       warn: exit code 0 in place of 3
)"},
    Help{
        "collect",
        R"(Asks Azure and Kubernetes, judges nothing, and records the answers. Recorded are answers only:
no token, no password; of pull secrets what they are for. why and scan read the folder with --from.

Usage
  acr-doctor collect -d FOLDER [OPTION...]

Where to
  -d, --directory FOLDER          a new folder, or one that holds a recording: that is replaced
  --mask[=FILE]                   for strangers: stand-ins in place of names, ids, tags and addresses,
                                  the same for the same; FILE then tells what stood for what, and is
                                  for you alone

Input
  -n, --namespace NAME            only this namespace

Live
  --subscription ID               Azure: these subscriptions; repeatable. None named: all that hold
                                  a registry or cluster and may be read
  --management-group ID           those of this group; repeatable
  --registry NAME                 those that hold a registry of this name; repeatable
  --cluster NAME                  those that hold a cluster of this name; repeatable
  --auth KIND                     auto (default), environment, workload-identity, managed-identity,
                                  azure-cli or azd
  --context NAME                  Kubernetes: this context of the kubeconfig; repeatable
  --kubeconfig FILE               in place of KUBECONFIG and ~/.kube/config
  --no-secrets                    pull secrets are not read
  --timeout SECONDS               for everything that is asked (default 120)

Output
  -q, --quiet                     nothing but errors

Exit codes
  0  everything was answered          3  something was refused or failed; the folder says what
  2  usage error                      4  no access at all
)"},
    Help{
        "probe",
        R"(Tries the way to a registry, step by step: name, connection, certificate, challenge, token,
manifest, first bytes of a layer. What it sees holds for where it runs: deploy/probe-job.yaml runs
it on a node. Its JSON is an input of why and scan.

Usage
  acr-doctor probe REGISTRY[/REPOSITORY[:TAG]] [OPTION...]

How
  --docker-config FILE            ask with the user and password of this pull secret's file, or
                                  config.json; without it the image is asked for anonymously
  --auth KIND                     ask with a token of Entra ID, from: auto, environment,
                                  workload-identity, managed-identity, azure-cli or azd
  --dns SERVER[:PORT]             ask this name server and not the system's; repeatable
  --timeout SECONDS               for the whole run (default 60)
  --cluster NAME                  the cluster that this machine belongs to

Output
  -o, --output FORMAT[=FILE]      text (default) or json
  --color WHEN                    auto (default), always or never
  --ascii                         no characters outside ASCII
  -q, --quiet                     what failed only

Exit codes
  0  every step worked                    2  usage error, nothing was tried
  1  a step failed                        3  nothing failed, but not all could be tried
)"},
    Help{"permissions", R"(Tells what a run may read, and the right to ask for where not.

Usage
  acr-doctor permissions [--from PATH...] [OPTION...]

Input
  --from PATH                     a recording, or what az and kubectl printed, refusals included
  -n, --namespace NAME            only this namespace

Live, where no --from is given, or one of these is
  --subscription ID               Azure: these subscriptions; repeatable. None named: all that hold
                                  a registry or cluster and may be read
  --management-group ID           those of this group; repeatable
  --registry NAME                 those that hold a registry of this name; repeatable
  --cluster NAME                  those that hold a cluster of this name; repeatable
  --auth KIND                     auto (default), environment, workload-identity, managed-identity,
                                  azure-cli or azd
  --context NAME                  Kubernetes: this context of the kubeconfig; repeatable
  --kubeconfig FILE               in place of KUBECONFIG and ~/.kube/config
  --no-secrets                    pull secrets are not read
  --timeout SECONDS               for everything that is asked (default 120)

Output
  -o, --output FORMAT[=FILE]      text (default) or json
  --color WHEN                    auto (default), always or never
  --ascii                         no characters outside ASCII
  -q, --quiet                     no progress

Exit codes
  0  everything asked for was read    3  something was refused or failed
  2  usage error                      4  nothing could be read
)"},
    Help{
        "report",
        R"(Renders the report of a run again, in any format, without judging; several reports become one.

Usage
  acr-doctor report REPORT.json... [OPTION...]

REPORT.json                       what why or scan printed with -o json; - is standard input

Several reports (shards of an estate, clusters, vantages) are merged: what is in more than one is told
once, as the run that began last has it. Nothing is left out because the last run lacks it. Numbers
and exit code are counted anew; the threshold is the strictest of all.

Output
  -o, --output FORMAT[=FILE]      text (default), json, ndjson, markdown, html, csv, junit,
                                  sarif, github, ado, openmetrics or policyreport; repeatable
  --severity LEVEL                text lists findings of this severity and above
  --show-passed                   text lists what passed as well
  --color WHEN                    auto (default), always or never
  --ascii                         no characters outside ASCII
  -q, --quiet                     the verdict only
  -v, --verbose                   nothing is left out

Exit code: that of the run, unless one of these is given
  --fail-on LEVEL                 critical, high, medium, low or none
  --on-incomplete fail|warn       warn: exit code 0 in place of 3
)"},
    Help{"completion", R"(Prints what completes commands and options in a shell.

Usage
  acr-doctor completion bash|zsh|fish

To install it
  acr-doctor completion bash | sudo tee /etc/bash_completion.d/acr-doctor
  acr-doctor completion zsh >~/.zfunc/_acr-doctor        ~/.zfunc being in $fpath before compinit
  acr-doctor completion fish >~/.config/fish/completions/acr-doctor.fish
)"},
    Help{"explain", R"(Tells why a check exists, what it reads, and how to repair what it finds;
or what the text of an image-pull failure says.

Usage
  acr-doctor explain CHECK [OPTION...]
  acr-doctor explain --error TEXT|- [OPTION...]

CHECK is the name of a check, or a rule of another catalogue that checks here answer to: an Azure
Policy definition, CKV_AZURE_137, Azure.ACR.AdminUser, C-0243, ...

Input
  --error TEXT                    the message of a failed pull; - reads one a line from standard input

Output
  -o, --output FORMAT[=FILE]      text (default) or json
  --color WHEN                    auto (default), always or never
  --ascii                         no characters outside ASCII
)"},
    Help{"checks", R"(Lists all checks, in the order in which the kubelet meets what they judge.

Usage
  acr-doctor checks [OPTION...]

Output
  -o, --output FORMAT[=FILE]      text (default) or json
  --color WHEN                    auto (default), always or never
  --ascii                         no characters outside ASCII
)"},
};

}  // namespace

std::optional<std::string_view> help_text(std::string_view command) {
  const auto found = std::find_if(kHelp.begin(), kHelp.end(),
                                  [&](const Help& help) { return help.command == command; });
  if (found == kHelp.end()) return std::nullopt;
  return found->text;
}

std::string_view help_on(std::string_view command, std::string_view option) {
  constexpr std::size_t kColumn = 34;  // where explanations begin
  const std::string_view help = help_text(command).value_or("");
  const auto at = help.find("--" + std::string(option) + " ");
  if (at == std::string_view::npos) return {};
  const auto begin = help.rfind('\n', at) + 1;
  const auto line = help.substr(begin, help.find('\n', begin) - begin);
  std::string_view text = line.size() > kColumn ? line.substr(kColumn) : std::string_view();
  while (text.ends_with(',') || text.ends_with(';')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names{"version", "help"};
  for (const auto& help : kHelp) {
    if (!help.command.empty()) names.emplace_back(help.command);
  }
  return names;
}

}  // namespace acr
