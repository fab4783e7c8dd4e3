// Sorting beyond memory, temporary files, and pipes that are read twice.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <string>
#include <system_error>
#include <vector>

#include "io/external_sort.hpp"
#include "io/kept_pipe.hpp"
#include "sipping/base/prng.hpp"

namespace sipping::io {
namespace {

bool before(std::string_view a, std::string_view b) noexcept {
    std::int64_t number_a = 0;
    std::int64_t number_b = 0;
    std::memcpy(&number_a, a.data(), 8);
    std::memcpy(&number_b, b.data(), 8);
    return number_a != number_b ? number_a < number_b : a.substr(8) < b.substr(8);
}

std::string record(std::int64_t number, std::string text) {
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &number, 8);
    return bytes + std::move(text);
}

std::vector<std::string> sorted(ExternalSort& sort) {
    std::vector<std::string> all;
    sort.read([&](std::string_view one) {
        all.emplace_back(one);
        return true;
    });
    return all;
}

TEST(ExternalSort, random_records_whatever_the_memory) {
    for (const ExternalSort::Limits limits : {ExternalSort::Limits{},
                                              {.memory = 4096, .runs = 64},
                                              {.memory = 300, .runs = 2},
                                              {.memory = 1, .runs = 3}}) {
        Prng prng{Key{limits.memory, limits.runs}};
        ExternalSort sort(before, limits);
        std::vector<std::string> right;
        for (int i = 0; i < 3000; ++i) {
            right.push_back(record(static_cast<std::int64_t>(prng.below(500)) - 250,
                                   std::string(prng.below(60), static_cast<char>('a' + i % 26))));
            sort.add(right.back());
        }
        std::ranges::sort(right, before);
        EXPECT_EQ(sorted(sort), right) << limits.memory;
        EXPECT_EQ(sorted(sort), right) << "as often as wanted";
        EXPECT_EQ(sort.put_aside() > 0, limits.memory <= 4096);
    }
}

TEST(ExternalSort, long_records_and_none) {
    ExternalSort sort(before, {.memory = 1000, .runs = 4});
    EXPECT_EQ(sorted(sort), std::vector<std::string>{});
    std::vector<std::string> right;
    for (int i = 50; i > 0; --i)
        sort.add(record(i, std::string(static_cast<std::size_t>(i) * 10'000, 'x')));
    for (int i = 1; i <= 50; ++i)
        right.push_back(record(i, std::string(static_cast<std::size_t>(i) * 10'000, 'x')));
    EXPECT_EQ(sorted(sort), right);
}

TEST(ExternalSort, ends_when_no_more_is_wanted) {
    ExternalSort sort(before, {.memory = 100, .runs = 4});
    for (int i = 100; i > 0; --i)
        sort.add(record(i, ""));
    int seen = 0;
    sort.read([&](std::string_view) { return ++seen < 7; });
    EXPECT_EQ(seen, 7);
}

class Temporary : public testing::Test {
protected:
    void TearDown() override { ::unsetenv("TMPDIR"); }
};

TEST_F(Temporary, files_have_no_name) {
    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "nameless";
    std::filesystem::create_directories(folder);
    ::setenv("TMPDIR", folder.c_str(), 1);
    TempFile file;
    const std::string text = "some text";
    file.append(text);
    file.append(text);
    EXPECT_TRUE(std::filesystem::is_empty(folder));
    std::string read(20, '.');
    EXPECT_EQ(file.read(5, read), 13U);
    EXPECT_EQ(read.substr(0, 13), "textsome text");
    EXPECT_EQ(file.size(), 18U);
    file.clear();
    EXPECT_EQ(file.read(0, read), 0U);
    std::filesystem::remove(folder);
}

TEST_F(Temporary, a_folder_that_is_not_there_is_named) {
    ::setenv("TMPDIR", "/not/there", 1);
    try {
        TempFile file;
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_EQ(std::string{error.what()},
                  "cannot write a temporary file in /not/there (TMPDIR names another folder): No "
                  "such file or directory");
    }
}

TEST_F(Temporary, a_pipe_can_be_read_again_and_goes_on_where_it_was) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    KeptPipe pipe(Fd{ends[0]}, []() noexcept { return false; });
    const auto write = [&](std::string_view text) {
        ASSERT_EQ(::write(ends[1], text.data(), text.size()), std::ssize(text));
    };
    const auto read = [](ByteSource& source, std::size_t size) {
        std::string text(size, '.');
        text.resize(source.read(text));
        return text;
    };
    write("first");
    EXPECT_EQ(read(*pipe.open(), 3), "fir");
    const auto again = pipe.open();
    EXPECT_EQ(read(*again, 100), "fir");
    EXPECT_EQ(read(*again, 100), "st");
    std::string much(50'000, 'x');
    for (int i = 0; i < 40; ++i) {
        write(much);
        std::string come;
        while (come.size() < much.size())
            come += read(*again, 60'000);
        ASSERT_EQ(come, much);
    }
    ::close(ends[1]);
    EXPECT_EQ(read(*again, 1), "");
    const auto third = pipe.open();
    std::string all;
    for (std::string piece = read(*third, 70'000); !piece.empty(); piece = read(*third, 70'000))
        all += piece;
    EXPECT_EQ(all.size(), 5 + 40 * much.size());
    EXPECT_TRUE(all.starts_with("firstxxx"));
}

TEST_F(Temporary, a_pipe_that_could_not_be_kept_is_read_once) {
    ::setenv("TMPDIR", "/not/there", 1);
    const Fd zeros{::open("/dev/zero", O_RDONLY | O_CLOEXEC)};
    KeptPipe pipe(Fd{::dup(zeros.get())}, []() noexcept { return false; });
    std::string space(1'000'000, '.');
    const auto source = pipe.open();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(source->read(space), space.size());
    EXPECT_THROW(static_cast<void>(pipe.open()), std::system_error);
}

}  // namespace
}  // namespace sipping::io
