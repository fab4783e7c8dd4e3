// How many descriptors there are; what a small RLIMIT_NOFILE does is in network_test and
// port_fill_test.
#include "net/descriptors.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "net/network.hpp"

namespace sipping::net {
namespace {

/// The kernel's table of this process (proc(5), FDSize).
std::size_t table_size() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (word == "FDSize:") {
            std::size_t size = 0;
            status >> size;
            return size;
        }
    return 0;
}

TEST(Descriptors, the_table_grows_at_once_and_nothing_is_left_open) {
    const std::size_t before = open_descriptors();
    const std::size_t wanted = 2 * table_size();
    ASSERT_LT(wanted, raise_descriptor_limit());
    grow_descriptor_table(wanted);
    EXPECT_GT(table_size(), wanted);
    EXPECT_EQ(open_descriptors(), before);
    grow_descriptor_table(SIZE_MAX);  // no such table: nothing happens
    EXPECT_EQ(open_descriptors(), before);
}

TEST(Descriptors, looking_whether_a_family_is_there_leaves_nothing_open) {
    const std::size_t before = open_descriptors();
    EXPECT_TRUE(can_open(Family::v4));
    static_cast<void>(can_open(Family::v6));
    EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace sipping::net
