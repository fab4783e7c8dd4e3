#include "io/whole_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace sipping::io {
namespace {

namespace fs = std::filesystem;

class WholeFileTest : public testing::Test {
protected:
    WholeFileTest() {
        std::string name = (fs::temp_directory_path() / "whole-XXXXXX").string();
        folder = ::mkdtemp(name.data());
    }
    ~WholeFileTest() override { fs::remove_all(folder); }

    static std::string content(const fs::path& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void put(const std::string& name, const std::string& text) const {
        std::ofstream(folder / name) << text;
    }
    static void write(const WholeFile& file, std::string_view text) {
        ASSERT_EQ(::write(file.fd(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder), fs::directory_iterator{}));
    }

    fs::path folder;
};

TEST_F(WholeFileTest, the_old_one_stays_until_the_new_one_is_whole) {
    // `stress --svg` over an earlier plot left 0 bytes.
    put("plot", "old");
    {
        WholeFile file(folder / "plot");
        write(file, "half");
        EXPECT_EQ(content(folder / "plot"), "old");
    }
    EXPECT_EQ(content(folder / "plot"), "old");
    EXPECT_EQ(files(), 1U) << "nothing is left of it";
    WholeFile file(folder / "plot");
    write(file, "new");
    file.finish();
    EXPECT_EQ(content(folder / "plot"), "new");
    EXPECT_EQ(files(), 1U);
}

TEST_F(WholeFileTest, one_that_was_not_there_is_not_there_before) {
    {
        const WholeFile file(folder / "plot");
        EXPECT_FALSE(fs::exists(folder / "plot"));
    }
    EXPECT_EQ(files(), 0U);
}

TEST_F(WholeFileTest, links_and_modes_stay) {
    put("plot", "old");
    fs::permissions(folder / "plot", fs::perms{0640});
    fs::create_symlink("plot", folder / "link");
    WholeFile file(folder / "link");
    write(file, "new");
    file.finish();
    EXPECT_TRUE(fs::is_symlink(folder / "link"));
    EXPECT_EQ(content(folder / "plot"), "new");
    EXPECT_EQ(fs::status(folder / "plot").permissions(), fs::perms{0640});
}

TEST_F(WholeFileTest, what_is_no_file_is_written_as_it_is) {
    WholeFile file("/dev/null");
    write(file, "new");
    file.finish();
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(WholeFileTest, where_nothing_can_be_written_it_says_so) {
    EXPECT_THROW(WholeFile(folder / "no" / "folder"), std::system_error);
    EXPECT_THROW(WholeFile(folder.string()), std::system_error);
}

}  // namespace
}  // namespace sipping::io
