// Recording to a folder and reading it again.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "live/snapshot.h"

namespace acr {
namespace {

namespace fs = std::filesystem;

constexpr Instant kAt{std::chrono::seconds{1'780'000'000}};

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "acr-snapshot-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path path() const { return path_; }
  std::string below(const char* name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(const fs::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
}

// Relative names of all files below, with their contents.
std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (!entry.is_directory())
      files[fs::relative(entry.path(), folder).generic_string()] = text_of(entry.path());
  return files;
}

Exchange exchange(Audience audience, std::string context, std::string url, std::string body,
                  int status = 200) {
  Exchange made;
  made.request.audience = audience;
  made.request.context = std::move(context);
  made.request.url = std::move(url);
  made.at = kAt;
  made.status = status;
  made.body = std::move(body);
  return made;
}

Exchange pods(const std::string& context, const std::string& name) {
  return exchange(
      Audience::kubernetes, context, "https://k/api/v1/pods?limit=500",
      R"({"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":")" + name +
          R"(","namespace":"shop","uid":"u"},"spec":{"containers":[{"name":"c",
                      "image":"contoso.azurecr.io/a:1","env":[{"value":"CANARY"}]}]}}]})");
}

std::vector<Exchange> some() {
  std::vector<Exchange> all;
  all.push_back(pods("b/c", "two"));
  all.push_back(pods("a", "one"));
  all.push_back(exchange(
      Audience::arm, "",
      "https://management.azure.com/subscriptions/s/providers/Microsoft.ContainerRegistry/"
      "registries?api-version=2023-07-01",
      R"({"value":[{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/contoso",
          "type":"Microsoft.ContainerRegistry/registries","name":"contoso","location":"westeurope",
          "properties":{"loginServer":"contoso.azurecr.io","adminUserEnabled":false}}]})"));
  // A folder and a file of one name: "contoso.json" beside "contoso/".
  const std::string id =
      "https://management.azure.com/subscriptions/s/resourceGroups/g/providers/"
      "Microsoft.ContainerRegistry/registries/contoso";
  all.push_back(exchange(Audience::arm, "", id + "/tokens", R"({"value":[]})"));
  all.push_back(exchange(Audience::arm, "", id, R"({"error":{"code":"X","message":"m"}})", 404));
  Exchange lost = exchange(Audience::kubernetes, "a", "https://k/api/v1/secrets", "", 0);
  lost.failure = "nobody listens there";
  all.push_back(lost);
  return all;
}

// The documents of an estate in the order in which they were read, and what was said about them.
std::vector<std::string> told(const Collected& collected) {
  std::vector<std::string> lines;
  lines.reserve(100);
  for (const Document& document : collected.estate.documents)
    lines.push_back(document.source + " in " + document.directory + " of " + document.kube_context +
                    " for " + document.request_url);
  for (const Remark& remark : collected.remarks) lines.push_back(remark.code + " " + remark.text);
  for (const PodClass& pod : collected.estate.pod_classes) lines.push_back(pod.pods.at(0));
  for (const Refusal& refusal : collected.estate.refusals) lines.push_back(refusal.says());
  for (const Cluster& cluster : collected.estate.clusters) lines.push_back(cluster.name);
  return lines;
}

TEST(Snapshot, IsReadAsItWasLive) {
  const Folder folder;
  const auto written = write_snapshot(folder.below("s"), some(), {kAt, "live"}, "1.2.3");
  ASSERT_TRUE(written) << written.error();
  EXPECT_EQ(written->documents, 6U);
  Input input;
  input.now = kAt;
  const Collected live = collect_exchanges(some(), input);
  input.now = {};
  input.paths = {folder.below("s")};
  const Collected replay = collect(input);
  EXPECT_EQ(told(live), told(replay));
  EXPECT_EQ(live.estate.now, replay.estate.now);
  EXPECT_FALSE(live.recording);
  EXPECT_EQ(replay.recording.value_or(Recording{}).mode, "live");
  EXPECT_EQ(live.estate.documents.size(), 6U);
  EXPECT_EQ(live.estate.pod_classes.size(), 2U);
  EXPECT_EQ(live.estate.registries.size(), 1U);
  ASSERT_EQ(live.estate.clusters.size(), 2U);
  EXPECT_EQ(live.estate.clusters[1].kube_context, "b/c");
  // The caller may insist on a time of his own.
  input.keeps_now = true;
  EXPECT_EQ(collect(input).estate.now, Instant{});
}

TEST(Snapshot, IsForItsOwnerAloneAndHoldsNoSecret) {
  const Folder folder;
  ASSERT_TRUE(write_snapshot(folder.below("s"), some(), {kAt, "live"}, "1.2.3"));
  std::size_t seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    struct stat status{};
    ASSERT_EQ(stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, entry.is_directory() ? 0700U : 0600U) << entry.path();
    ++seen;
  }
  EXPECT_GT(seen, 10U);
  for (const auto& [name, text] : files_of(folder.path()))
    EXPECT_EQ(text.find("CANARY"), std::string::npos) << name;
  EXPECT_EQ(text_of(folder.path() / "s" / "snapshot.json"),
            R"({"schemaVersion":"1.0","tool":"acr-doctor","version":"1.2.3",)"
            R"("recordedAt":"2026-05-28T20:26:40Z","mode":"live"})"
            "\n");
}

TEST(Snapshot, ReplacesAnOlderOne) {
  const Folder folder;
  const std::string path = folder.below("s");
  ASSERT_TRUE(write_snapshot(path, some(), {kAt, "live"}, "1"));
  put(fs::path(path) / "notes.txt", "mine");
  ASSERT_TRUE(write_snapshot(path, {pods("a", "one")}, {kAt, "live"}, "1"));
  const auto files = files_of(path);
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const auto& [name, text] : files) names.push_back(name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"kubernetes/a/pods.json", "notes.txt", "snapshot.json"}));
}

TEST(Snapshot, LeavesOtherFoldersAlone) {
  const Folder folder;
  for (const char* text : {"", "{}", R"({"tool":"other","recordedAt":"2026-05-28T20:26:40Z"})"}) {
    put(folder.path() / "snapshot.json", text);
    const auto before = files_of(folder.path());
    const auto written = write_snapshot(folder.path().string(), some(), {kAt, "live"}, "1");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error(), folder.path().string() +
                                   ": the folder is not empty and holds no snapshot; nothing was "
                                   "written");
    EXPECT_EQ(files_of(folder.path()), before);
  }
  const auto no_parent = write_snapshot(folder.below("a/b"), some(), {kAt, "live"}, "1");
  ASSERT_FALSE(no_parent);
  EXPECT_EQ(no_parent.error(), folder.below("a/b") + ": No such file or directory");
  const auto a_file = write_snapshot(folder.below("snapshot.json"), some(), {kAt, "live"}, "1");
  EXPECT_EQ(a_file.error(), folder.below("snapshot.json") + ": Not a directory");
}

TEST(Snapshot, FollowsNoLinkWithinItsFolder) {
  const Folder folder;
  const Folder outside;
  put(outside.path() / "kept.json", "kept");
  const std::string path = folder.below("s");
  ASSERT_TRUE(write_snapshot(path, {}, {kAt, "live"}, "1"));
  fs::create_directory_symlink(outside.path(), fs::path(path) / "kubernetes");
  EXPECT_FALSE(write_snapshot(path, some(), {kAt, "live"}, "1"));
  EXPECT_EQ(files_of(outside.path()).size(), 1U);
  // What was not finished says so.
  Input input;
  input.paths = {path};
  const Collected collected = collect(input);
  EXPECT_TRUE(std::ranges::any_of(collected.remarks, [](const Remark& remark) {
    return remark.code == "snapshot-incomplete" && remark.level == Remark::Level::warning;
  }));
}

TEST(Snapshot, KeepsHostileRequestsWithin) {
  const Folder folder;
  std::vector<Exchange> hostile;
  for (const char* url : {"https://h/../../../tmp/x", "https://h/%2e%2e/%2e%2e", "../..", "", "/..",
                          "https://h/\n/\x1b"})
    for (const Audience audience :
         {Audience::arm, Audience::graph, Audience::kubernetes, Audience::registry})
      hostile.push_back(exchange(audience, "../..", url, "{}"));
  const auto written = write_snapshot(folder.below("s"), hostile, {kAt, "live"}, "1");
  ASSERT_TRUE(written) << written.error();
  EXPECT_EQ(written->documents, hostile.size());
  EXPECT_EQ(files_of(folder.path()).size(), hostile.size() + 1);
  EXPECT_EQ(files_of(folder.path() / "s").size(), hostile.size() + 1);
}

TEST(Snapshot, TellsRequestsOfOneNameApart) {
  std::vector<Exchange> same;
  for (const char* query : {"?api-version=1", "?api-version=2", "?api-version=2", ""})
    same.push_back(
        exchange(Audience::arm, "", "https://a/subscriptions" + std::string(query), "{}"));
  const Collected collected = collect_exchanges(same, {});
  std::vector<std::string> names;
  names.reserve(collected.estate.documents.size());
  for (const Document& document : collected.estate.documents) names.push_back(document.source);
  EXPECT_EQ(names,
            (std::vector<std::string>{"azure/subscriptions.json", "azure/subscriptions~2.json",
                                      "azure/subscriptions~3.json"}));
}

}  // namespace
}  // namespace acr
