#include "io/compress.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zstd.h>

#include <sys/resource.h>
#include <csignal>
#include <filesystem>
#include <thread>

#include "log_bed.hpp"

namespace sipping::io {
namespace {

namespace fs = std::filesystem;

std::string unpacked(const std::string& path) {
    const std::string packed = content(path);
    std::string text(64 << 20, '\0');
    const std::size_t size =
        ZSTD_decompress(text.data(), text.size(), packed.data(), packed.size());
    if (ZSTD_isError(size) != 0) return ZSTD_getErrorName(size);
    text.resize(size);
    return text;
}

std::string many_rows() {
    std::string text = test_header;
    for (int i = 0; i < 50'000; ++i)
        text += row(i);
    return text;
}

class Compress : public testing::Test {
protected:
    std::size_t files() const {
        const fs::directory_iterator all{fs::path{path}.parent_path()};
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }

    TempDirectory directory;
    std::string path = directory / "a.csv";
    std::atomic<bool> stop = false;
};

TEST_F(Compress, gives_the_same_text_back_and_takes_the_file_away) {
    for (const std::string& text : {std::string{}, test_header, many_rows()}) {
        put_content(path, text);
        ::chmod(path.c_str(), 0640);
        EXPECT_EQ(compress_file(path, stop), "");
        EXPECT_FALSE(fs::exists(path));
        EXPECT_EQ(files(), 1U);
        EXPECT_TRUE(unpacked(path + ".zst") == text) << text.size();
        EXPECT_EQ(fs::status(path + ".zst").permissions(), fs::perms{0640});
        fs::remove(path + ".zst");
    }
}

TEST_F(Compress, a_file_that_is_gone_is_no_trouble) {
    EXPECT_EQ(compress_file(path, stop), "");
    EXPECT_EQ(files(), 0U);
}

/// Found by a soak: its rows were there twice.
TEST_F(Compress, a_file_that_is_renamed_meanwhile_is_there_once) {
    std::string text = many_rows();
    while (text.size() < 40 << 20)
        text += text;
    put_content(path, text);
    std::thread logrotate{[this] {
        while (!fs::exists(path + ".zst.part"))
            std::this_thread::yield();
        fs::rename(path, path + ".1");
    }};
    EXPECT_EQ(compress_file(path, stop), "");
    logrotate.join();
    EXPECT_EQ(files(), 1U);
    EXPECT_TRUE(content(path + ".1") == text);
}

TEST_F(Compress, an_older_archive_is_not_overwritten) {
    put_content(path, "new");
    put_content(path + ".zst", "old");
    EXPECT_EQ(compress_file(path, stop),
              "cannot compress log '" + path + "': File exists; it stays as it is");
    EXPECT_EQ(content(path), "new");
    EXPECT_EQ(content(path + ".zst"), "old");
    EXPECT_EQ(files(), 2U);
}

TEST_F(Compress, what_a_killed_run_left_is_in_nobodys_way) {
    put_content(path, "text");
    put_content(path + ".zst.part", std::string(1000, 'x'));
    EXPECT_EQ(compress_file(path, stop), "");
    EXPECT_EQ(unpacked(path + ".zst"), "text");
    EXPECT_EQ(files(), 1U);
}

TEST_F(Compress, stopped_it_leaves_the_file_alone) {
    put_content(path, many_rows());
    stop = true;
    EXPECT_EQ(compress_file(path, stop), "");
    EXPECT_TRUE(content(path) == many_rows());
    EXPECT_EQ(files(), 1U);
}

TEST_F(Compress, a_full_disk_leaves_the_file_alone) {
    put_content(path, many_rows());
    struct rlimit before {};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit small { 10'000, before.rlim_max };
    ::setrlimit(RLIMIT_FSIZE, &small);  // EFBIG instead of ENOSPC, in the same place
    const std::string said = compress_file(path, stop);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, ignored);
    EXPECT_EQ(said, "cannot compress log '" + path + "': File too large; it stays as it is");
    EXPECT_TRUE(content(path) == many_rows());
    EXPECT_EQ(files(), 1U);
}

}  // namespace
}  // namespace sipping::io
