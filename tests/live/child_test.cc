#include "live/child.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "scratch.h"

namespace acr {
namespace {

using How = ChildEnd::How;

class RunChild : public testing::Test {
 protected:
  Scratch scratch;
  Environment environment{{{"PATH", "/usr/bin:/bin"}}};

  ChildEnd run(std::string_view script, const std::vector<std::string>& words = {},
               Milliseconds timeout = Milliseconds{30'000}, std::size_t limit = 1 << 20) {
    Child child;
    child.argv = {scratch.script("program", script)};
    child.argv.insert(child.argv.end(), words.begin(), words.end());
    child.environment = &environment;
    child.timeout = timeout;
    child.output_limit = limit;
    child.hidden = {"hunter22"};
    return run_child(child);
  }
};

TEST_F(RunChild, OutputAndArgumentsPassAsTheyAre) {
  const ChildEnd end = run("printf '%s|' \"$@\"", {"a b", "$(touch x)", "", "'"});
  EXPECT_TRUE(end.ok()) << end.complaint;
  EXPECT_EQ(end.output.view(), "a b|$(touch x)||'|");
}

TEST_F(RunChild, EnvironmentIsTheGivenOneAlone) {
  environment.set("ONE", "1 2");
  setenv("ACR_LEAKED", "yes", 1);
  const ChildEnd end = run("env");
  unsetenv("ACR_LEAKED");
  EXPECT_NE(end.output.view().find("ONE=1 2\n"), std::string_view::npos);
  EXPECT_EQ(end.output.view().find("ACR_LEAKED"), std::string_view::npos);
}

TEST_F(RunChild, StandardInputIsEmptyAndNoDescriptorIsInherited) {
  const int open_here = open("/dev/null", O_RDONLY);
  const ChildEnd end = run("cat; ls /proc/self/fd | wc -l");
  close(open_here);
  // 0, 1, 2 and the folder that ls reads.
  EXPECT_EQ(end.output.view(), "4\n");
}

TEST_F(RunChild, ExitCodeAndFirstComplaint) {
  const ChildEnd end = run(
      "echo >&2; printf 'bad \\033[31mthing\\033[0m password=hunter22 x\\nsecond\\n' >&2; exit 3");
  EXPECT_EQ(end.how, How::exited);
  EXPECT_EQ(end.code, 3);
  EXPECT_EQ(end.complaint, "bad ?[31mthing?[0m password=*** x");
}

TEST_F(RunChild, ErrorsAreToldBeforeWarnings) {
  EXPECT_EQ(run("echo 'WARNING: old' >&2; echo 'ERROR: gone' >&2; exit 1").complaint,
            "ERROR: gone");
}

TEST_F(RunChild, SignalIsTold) {
  const ChildEnd end = run("kill -TERM $$");
  EXPECT_EQ(end.how, How::signalled);
  EXPECT_EQ(end.code, SIGTERM);
}

TEST_F(RunChild, AllThatItStartedIsKilledAtTheTimeLimit) {
  const auto began = std::chrono::steady_clock::now();
  const ChildEnd end = run("sleep 300 & echo $! > \"$1\"; echo waiting >&2; wait",
                           {scratch.path("pid")}, Milliseconds{400});
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(60));
  EXPECT_EQ(end.how, How::timeout);
  EXPECT_EQ(end.complaint, "waiting");
  const int grandchild = std::stoi(scratch.read("pid"));
  // Killed; somebody has still to collect it.
  for (int i = 0; i < 500 && kill(grandchild, 0) == 0; ++i) {
    std::ifstream stat(fmt::format("/proc/{}/stat", grandchild));
    std::string line;
    if (!std::getline(stat, line) || line.find(") Z ") != std::string::npos) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_NE(kill(grandchild, 0), 0);
}

TEST_F(RunChild, TooMuchOutputEndsIt) {
  const ChildEnd end = run("exec yes", {}, Milliseconds{60'000}, 100'000);
  EXPECT_EQ(end.how, How::too_much);
  EXPECT_LE(end.output.view().size(), 100'000U);
}

TEST_F(RunChild, ExactlyTheLimitIsFine) {
  const ChildEnd end = run("head -c 1000 /dev/zero", {}, Milliseconds{60'000}, 1000);
  EXPECT_TRUE(end.ok());
  EXPECT_EQ(end.output.view().size(), 1000U);
}

TEST_F(RunChild, ManyComplaintsDoNotBlockIt) {
  const ChildEnd end = run("head -c 1000000 /dev/zero >&2; echo done");
  EXPECT_TRUE(end.ok());
  EXPECT_EQ(end.output.view(), "done\n");
}

TEST_F(RunChild, OutputHeldOpenByABackgroundProcessIsNotWaitedFor) {
  const auto began = std::chrono::steady_clock::now();
  const ChildEnd end = run("sleep 120 & echo $! >\"$1\"; echo token", {scratch.path("pid")});
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(60));
  EXPECT_TRUE(end.ok());
  EXPECT_EQ(end.output.view(), "token\n");
  kill(std::stoi(scratch.read("pid")), SIGKILL);
}

TEST_F(RunChild, ClosedOutputIsNoEnd) {
  const ChildEnd end = run("exec >&- 2>&-; sleep 0.2; exit 7");
  EXPECT_EQ(end.how, How::exited);
  EXPECT_EQ(end.code, 7);
}

TEST_F(RunChild, CancelledWhileItRuns) {
  std::atomic<bool> cancelled = false;
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    cancelled = true;
  });
  Child child;
  child.argv = {"sleep", "300"};
  child.environment = &environment;
  child.cancelled = &cancelled;
  EXPECT_EQ(run_child(child).how, How::cancelled);
  canceller.join();
}

TEST_F(RunChild, ProgramsAreFoundInAbsoluteFoldersOfPathOnly) {
  scratch.script("bin/tool", "echo tool");
  scratch.write("data/tool", "not a program");
  environment.set("PATH", "::.:bin:" + scratch.path("data") + ":" + scratch.path("bin"));
  EXPECT_EQ(find_program("tool", environment), scratch.path("bin/tool"));
  environment.set("PATH", "::.:" + scratch.path("data"));
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(scratch.path("bin"));
  EXPECT_EQ(find_program("tool", environment), std::nullopt);
  std::filesystem::current_path(before);
  Child child;
  child.argv = {"tool"};
  child.environment = &environment;
  EXPECT_EQ(run_child(child).how, How::not_found);
}

TEST_F(RunChild, WhatCannotBeRunIsSaid) {
  Child child;
  child.environment = &environment;
  EXPECT_EQ(run_child(child).how, How::not_started);
  child.argv = {std::string("a\0b", 3)};
  EXPECT_EQ(run_child(child).how, How::not_started);
  child.argv = {scratch.write("noise", "no program")};
  EXPECT_EQ(run_child(child).how, How::not_found) << "it may not be run";
  child.argv = {scratch.script("odd", "")};
  scratch.write("odd", std::string("\x01\x02\x03", 3));
  const ChildEnd end = run_child(child);
  EXPECT_EQ(end.how, How::not_started) << "no shell reads what is no program";
  EXPECT_EQ(describe(end, child), "could not be started: Exec format error");
}

TEST_F(RunChild, IgnoredSignalsAreNotHandedOn) {
  signal(SIGPIPE, SIG_IGN);
  const ChildEnd end = run("yes | head -c 2; kill -PIPE $$; echo alive");
  signal(SIGPIPE, SIG_DFL);
  EXPECT_EQ(end.how, How::signalled);
}

}  // namespace
}  // namespace acr
