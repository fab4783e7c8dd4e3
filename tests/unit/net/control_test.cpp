#include "net/control.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace sipping::net {
namespace {

msghdr message_of(SourceControl& source) {
    msghdr message{};
    message.msg_control = source.bytes.data();
    message.msg_controllen = source.length;
    return message;
}

TEST(Control, a_source_address_is_one_whole_control_message) {
    SourceControl source;
    set_source(*parse_address("127.0.0.9"), source);
    msghdr message = message_of(source);
    EXPECT_EQ(read_control(message).local, parse_address("127.0.0.9"));
    set_source(*parse_address("2001:db8::9"), source);
    message = message_of(source);
    EXPECT_EQ(read_control(message).local, parse_address("2001:db8::9"));
}

TEST(Control, a_cut_message_gives_nothing) {
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(timespec))> bytes{};
    cmsghdr header{};
    header.cmsg_level = SOL_SOCKET;
    header.cmsg_type = SCM_TIMESTAMPNS;
    header.cmsg_len = CMSG_LEN(4);  // half a timespec
    std::memcpy(bytes.data(), &header, sizeof header);
    msghdr message{};
    message.msg_control = bytes.data();
    message.msg_controllen = bytes.size();
    EXPECT_FALSE(read_control(message).stamp);
    message.msg_controllen = 3;
    EXPECT_FALSE(read_control(message).stamp);
}

}  // namespace
}  // namespace sipping::net
