#include "sipping/respond/reason_phrase.hpp"

#include <gtest/gtest.h>

namespace sipping::respond {
namespace {

TEST(ReasonPhrase, IsTheRfcs) {
    EXPECT_EQ(reason_phrase(200), "OK");
    EXPECT_EQ(reason_phrase(403), "Forbidden");
    EXPECT_EQ(reason_phrase(404), "Not Found");
    EXPECT_EQ(reason_phrase(486), "Busy Here");
    EXPECT_EQ(reason_phrase(501), "Not Implemented");
    EXPECT_EQ(reason_phrase(503), "Service Unavailable");
    EXPECT_EQ(reason_phrase(603), "Decline");
}

TEST(ReasonPhrase, UnlistedCodesTakeTheirClass) {
    EXPECT_EQ(reason_phrase(299), "OK");
    EXPECT_EQ(reason_phrase(477), "Bad Request");
    EXPECT_EQ(reason_phrase(599), "Server Internal Error");
    EXPECT_EQ(reason_phrase(699), "Busy Everywhere");
}

TEST(ReasonPhrase, IsNeverEmpty) {
    for (std::uint16_t status = 100; status < 700; ++status)
        EXPECT_FALSE(reason_phrase(status).empty()) << status;
}

}  // namespace
}  // namespace sipping::respond
