#include <csignal>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "pki/authority.hpp"
#include "temporary_directory.hpp"
#include "test_branch.hpp"

namespace cadenas::pki {
namespace {

namespace fs = std::filesystem;
using Purpose = Authority::Purpose;

/// Where among all writes of a run something happens, and what.
enum class Mishap {
  fails_before,  ///< the write is refused
  fails_half,    ///< a ledger line is written in part, then the disk is full
  dies_before,   ///< the process ends before the write
  dies_half,     ///< the process ends with half a ledger line on the disk
  dies_after     ///< the process ends right after it
};
constexpr Mishap every_mishap[] = {Mishap::fails_before, Mishap::fails_half, Mishap::dies_before, Mishap::dies_half,
                                   Mishap::dies_after};

/// Writes as the product does but for the mishap at the write with this number.
FileWriting with(Mishap mishap, int at) {
  const auto count = std::make_shared<int>(0);
  const auto around = [=](const fs::path& file, const auto& write, const auto& write_half) -> base::Result<void> {
    if ((*count)++ != at) return write();
    if (mishap == Mishap::dies_before) ::_exit(0);
    if (mishap == Mishap::dies_half || mishap == Mishap::fails_half) write_half();
    if (mishap == Mishap::dies_half) ::_exit(0);
    if (mishap == Mishap::dies_after) {
      std::ignore = write();
      ::_exit(0);
    }
    return base::fail("file.write-failed", "The disk is full.", file.string());
  };
  return {[=](const fs::path& file, base::ByteView content, mode_t mode) {
            return around(
                file, [&] { return base::replace_file(file, content, mode); },
                // What replace_file leaves when it is cut.
                [&] { std::ofstream(file.string() + ".new") << "half"; });
          },
          [=](const fs::path& file, std::uintmax_t size, base::ByteView content) {
            return around(
                file, [&] { return base::extend_file(file, size, content); },
                [&] { std::ignore = base::extend_file(file, size, content.first(content.size() / 2)); });
          }};
}

/// What somebody outside got to see, each as a line of a file: a crash takes none of it back.
class Outside {
 public:
  explicit Outside(fs::path file) : file_(std::move(file)) {}
  void saw(const std::string& what) const {
    std::ofstream(file_, std::ios::app) << what << '\n';
    if (told_ >= 0) std::ignore = ::write(told_, "+", 1);
  }
  /// Writes an octet to this descriptor too for each line.
  void tell(int descriptor) { told_ = descriptor; }
  std::vector<std::string> all() const {
    std::vector<std::string> lines;
    std::ifstream in(file_);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

 private:
  fs::path file_;
  int told_ = -1;
};

/// One day in the life of a CA, as far as it comes.
void work(const fs::path& directory, const FileWriting& writing, const Outside& outside) {
  const base::SystemClock clock;
  auto authority = fs::exists(directory / "ca.pem")
                       ? Authority::open(directory, Purpose::change, clock, writing)
                       : Authority::make(directory, {.name = "Phones"}, KeyAlgorithm::ecdsa_p256, clock, writing);
  if (!authority) return;
  const PrivateKey signer = authority->key().value();
  const PrivateKey key = PrivateKey::generate(KeyAlgorithm::ecdsa_p256).value();
  // After a failure the same process goes on, as a server would.
  for (const char* number : {"101", "102", "103"}) {
    const auto issued = authority->issue_for_phone(signer, {.number = number}, key.handle());
    if (issued) outside.saw("certificate " + issued->facts().serial);
  }
  const auto first = authority->ledger().entries().empty() ? "" : authority->ledger().entries().back().serial;
  if (authority->revoke(first, RevocationReason::superseded)) outside.saw("revoked " + first);
  for (int i = 0; i < 2; ++i) {
    if (const auto list = authority->publish(signer)) outside.saw("list " + list->facts.number->to_hex());
  }
}

void work_in_a_process(const fs::path& directory, const FileWriting& writing, const Outside& outside) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    work(directory, writing, outside);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the process ended otherwise than it was told to";
}

/// All that was seen outside is in the ledger, nothing twice, and numbers of lists rose.
void check(const fs::path& directory, const Outside& outside) {
  const base::SystemClock clock;
  const auto authority = Authority::open(directory, Purpose::change, clock);
  ASSERT_TRUE(authority) << authority.error().message;
  ASSERT_TRUE(authority->key());
  std::set<std::string> serials;
  std::uint64_t last_list = 0;
  for (const std::string& line : outside.all()) {
    const std::string what = line.substr(line.find(' ') + 1);
    if (line.starts_with("certificate")) {
      EXPECT_TRUE(serials.insert(what).second) << "given twice: " << what;
      EXPECT_NE(authority->ledger().find(what), nullptr) << "handed out and forgotten: " << what;
    } else if (line.starts_with("revoked")) {
      ASSERT_NE(authority->ledger().find(what), nullptr);
      EXPECT_TRUE(authority->ledger().find(what)->revoked_at) << "revocation forgotten: " << what;
    } else {
      const auto number = std::stoull(what, nullptr, 16);
      EXPECT_GT(number, last_list) << "the number of the list did not rise";
      last_list = number;
    }
  }
  EXPECT_LE(last_list, authority->ledger().last_list_number());
}

// 3 writes make a CA; 3 issues, a revocation and two lists of 3 writes each follow.
constexpr int writes_of_a_run = 13;

TEST(AuthorityCrash, LosesNothingThatWasHandedOutWhateverWriteItDiesIn) {
  for (const Mishap mishap : every_mishap) {
    for (int at = 0; at < writes_of_a_run; ++at) {
      SCOPED_TRACE("mishap " + std::to_string(static_cast<int>(mishap)) + " at write " + std::to_string(at));
      const TemporaryDirectory temporary;
      const fs::path directory = temporary.path() / "ca";
      const Outside outside(temporary.path() / "seen");
      work_in_a_process(directory, with(mishap, at), outside);
      // Whatever the first left, the next run works, and sees no mishap.
      const auto before = outside.all().size();
      work_in_a_process(directory, FileWriting::durable(), outside);
      EXPECT_EQ(outside.all().size() - before, 6U) << "not all of the second run was done";
      check(directory, outside);
    }
  }
}

// Killed without warning, wherever it happens to be.
TEST(AuthorityCrash, LosesNothingWhenKilledAnywhere) {
  const TemporaryDirectory temporary;
  const fs::path directory = temporary.path() / "ca";
  Outside outside(temporary.path() / "seen");
  for (int round = 0; round < 8; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      outside.tell(ends[1]);
      for (int day = 0; day < 100; ++day) work(directory, FileWriting::durable(), outside);
      ::_exit(0);
    }
    ::close(ends[1]);
    char octet = 0;
    for (int steps = 0; steps < 5 + round; ++steps) ASSERT_EQ(::read(ends[0], &octet, 1), 1);
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    ::close(ends[0]);
    check(directory, outside);
  }
}

TEST(AuthorityCrash, RefusesADamagedLedgerRatherThanForget) {
  const TemporaryDirectory temporary;
  const fs::path directory = temporary.path() / "ca";
  const base::SystemClock clock;
  {
    auto made = Authority::make(directory, {.name = "Phones"}, KeyAlgorithm::ecdsa_p256, clock).value();
    const PrivateKey key = PrivateKey::generate(KeyAlgorithm::ecdsa_p256).value();
    ASSERT_TRUE(made.issue_for_phone(made.key().value(), {.number = "101"}, key.handle()));
  }
  std::ifstream in(directory / "ledger");
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  const auto code_of = [&](const std::string& content) {
    std::ofstream(directory / "ledger") << content;
    const auto opened = Authority::open(directory, Purpose::look, clock);
    return opened ? "" : opened.error().code;
  };
  const std::string last = whole.substr(whole.rfind("issued"));
  EXPECT_EQ(code_of(whole), "");
  EXPECT_EQ(code_of(whole + "issued\thalf a li"), "");
  EXPECT_EQ(code_of(whole + std::string(100, '\0')), "");
  EXPECT_EQ(code_of(""), "ca.ledger-unreadable");
  EXPECT_EQ(code_of("another file\n"), "ca.ledger-unreadable");
  EXPECT_EQ(code_of(whole + last), "ca.ledger-unreadable");
  EXPECT_EQ(code_of(whole + "revoked\t0123\t1\tsuperseded\n"), "ca.ledger-unreadable");
  EXPECT_EQ(code_of(whole + "list\t0\n"), "ca.ledger-unreadable");
  EXPECT_EQ(code_of(whole + "list\t2\nlist\t2\n"), "ca.ledger-unreadable");
  EXPECT_EQ(code_of(whole + "something else\n"), "ca.ledger-unreadable");
  fs::remove(directory / "ledger");
  EXPECT_EQ(Authority::open(directory, Purpose::look, clock).error().code, "ca.ledger-unreadable");
}

}  // namespace
}  // namespace cadenas::pki
