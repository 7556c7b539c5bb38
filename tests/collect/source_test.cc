#include "collect/source.h"

#include <filesystem>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "collect/collect_text.h"

namespace acr {
namespace {

std::string names(const SourceList& list) {
  std::string text;
  for (const SourceFile& file : list.files)
    text += fmt::format("{} in {}\n", file.name, file.directory);
  return text;
}

TEST(Source, WalksAFolderInByteOrderWithoutDotFiles) {
  const Folder folder;
  for (const char* name : {"b.json", "a/z.json", "a/B.json", ".git/config", "c/.hidden", "A.json"})
    folder.write(name, "{}");
  const SourceList list = list_sources({folder.path() + "/"}, 100);
  EXPECT_EQ(names(list), "A.json in \na/B.json in a\na/z.json in a\nb.json in \n");
  EXPECT_FALSE(list.incomplete);
}

TEST(Source, NamesFoldersWhenThereAreTwo) {
  const Folder one, two;
  one.write("x/a.json", "{}");
  two.write("a.json", "{}");
  const SourceList list = list_sources({one.path(), two.path()}, 100);
  EXPECT_EQ(names(list),
            fmt::format("{0}/x/a.json in {0}/x\n{1}/a.json in {1}\n", one.path(), two.path()));
}

TEST(Source, KeepsTheNameOfASingleFile) {
  const Folder folder;
  folder.write("k8s/pods.json", "{}");
  const std::string path = folder.path("k8s/pods.json");
  EXPECT_EQ(names(list_sources({path}, 100)), fmt::format("{} in {}\n", path, folder.path("k8s")));
}

TEST(Source, ReadsEachRealFolderOnceWhateverLinksSay) {
  const Folder folder;
  folder.write("a/x.json", "{}");
  std::filesystem::create_directory_symlink("..", folder.path("a/up"));
  std::filesystem::create_directory_symlink("a", folder.path("b"));
  std::filesystem::create_symlink("a/x.json", folder.path("link.json"));
  const SourceList list = list_sources({folder.path()}, 100);
  EXPECT_EQ(names(list), "a/x.json in a\nlink.json in \n");
}

TEST(Source, FollowsNoLinkOutOfTheFolder) {
  const Folder folder, outside;
  outside.write("a.json", "{}");
  folder.write("in/b.json", "{}");
  std::filesystem::create_symlink(outside.path("a.json"), folder.path("in/out.json"));
  std::filesystem::create_directory_symlink(outside.path(), folder.path("in/out"));
  std::filesystem::create_symlink("../beside.json", folder.path("in/up.json"));
  folder.write("beside.json", "{}");
  std::filesystem::create_directory_symlink(folder.path("in"), folder.path("given"));
  for (const char* given : {"in", "given"}) {
    const SourceList list = list_sources({folder.path(given)}, 100);
    EXPECT_EQ(names(list), "b.json in \n");
    EXPECT_TRUE(list.incomplete);
    ASSERT_EQ(list.remarks.size(), 3U);
    EXPECT_EQ(list.remarks[0].code, "link-not-followed");
    EXPECT_EQ(list.remarks[0].source, "out");
  }
  // What the user names himself is read wherever it lies.
  EXPECT_EQ(list_sources({folder.path("in/out.json")}, 100).files.size(), 1U);
}

TEST(Source, LimitsTheNumberOfFiles) {
  const Folder folder;
  for (int i = 0; i < 5; ++i) folder.write(fmt::format("{}.json", i), "{}");
  const SourceList list = list_sources({folder.path()}, 3);
  EXPECT_EQ(list.files.size(), 3U);
  EXPECT_TRUE(list.incomplete);
  ASSERT_EQ(list.remarks.size(), 1U);
  EXPECT_EQ(list.remarks[0].text,
            "more than 3 files were given; the files from 3.json on are not read");
}

TEST(Source, SaysWhichPathCannotBeRead) {
  const SourceList list = list_sources({"/no/such/path", "-", "-"}, 10);
  EXPECT_EQ(names(list), "standard input in \n");
  ASSERT_EQ(list.remarks.size(), 2U);
  EXPECT_EQ(list.remarks[0].code, "source-unreadable");
  EXPECT_EQ(list.remarks[0].text, "/no/such/path: No such file or directory");
  EXPECT_EQ(list.remarks[1].text, "standard input can be read only once");
  EXPECT_TRUE(list.incomplete);
}

TEST(Source, PadsEveryText) {
  const Folder folder;
  for (const std::size_t size : {1UL, 63UL, 4095UL, 4096UL, 4097UL, 3UL << 20}) {
    const std::string text(size, 'x');
    folder.write("f", text);
    auto mapped = SourceText::open(folder.path("f"));
    ASSERT_TRUE(mapped);
    std::istringstream stream(text);
    auto read = SourceText::read(stream);
    ASSERT_TRUE(read);
    auto copied = SourceText::copy(text);
    ASSERT_TRUE(copied);
    for (SourceText* each : {&*mapped, &*read, &*copied}) {
      EXPECT_EQ(each->text(), text);
      for (std::size_t i = 0; i < kTextPadding; ++i) EXPECT_EQ(each->text().data()[size + i], '\0');
    }
    mapped->forget(size);
    EXPECT_EQ(mapped->text(), text) << "forgotten pages can be read again";
  }
}

TEST(Source, ReadsAPipeToItsEnd) {
  const Folder folder;
  ASSERT_EQ(mkfifo(folder.path("pipe").c_str(), 0600), 0);
  const std::string text(200'000, 'y');
  const pid_t writer = fork();
  if (writer == 0) {
    std::ofstream(folder.path("pipe")) << text << std::flush;
    _exit(0);
  }
  const auto read = SourceText::open(folder.path("pipe"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->text(), text);
  EXPECT_TRUE(list_sources({folder.path()}, 9).files.empty()) << "a pipe in a folder is not opened";
}

TEST(Source, TellsWhyAFileDoesNotOpen) {
  const auto missing = SourceText::open("/no/such/file");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error(), "No such file or directory");
  EXPECT_FALSE(SourceText::open("/tmp"));
  const auto empty = SourceText::open("/dev/null");
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->text().empty());
}

}  // namespace
}  // namespace acr
