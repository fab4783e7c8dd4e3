#include "net/completion.hpp"

#include <gtest/gtest.h>

namespace sipping::net {
namespace {

constexpr unsigned more = IORING_CQE_F_MORE;
constexpr unsigned buffer = IORING_CQE_F_BUFFER | 7U << IORING_CQE_BUFFER_SHIFT;

struct Row {
    const char* name;
    io::Tag tag;
    int result;
    unsigned flags;
    Action action;
    bool ended;
    bool has_buffer;
};

constexpr Row table[] = {
    {"datagram", io::Tag::receive, 600, more | buffer, Action::datagram, false, true},
    {"empty datagram", io::Tag::receive, 0, more | buffer, Action::datagram, false, true},
    {"last datagram", io::Tag::receive, 600, buffer, Action::datagram, true, true},
    {"ended by overflow", io::Tag::receive, 600, buffer, Action::datagram, true, true},
    {"no buffer free", io::Tag::receive, -ENOBUFS, 0, Action::shortage, true, false},
    {"canceled", io::Tag::receive, -ECANCELED, 0, Action::canceled, true, false},
    {"canceled with a buffer", io::Tag::receive, -ECANCELED, buffer, Action::canceled, true, true},
    {"port unreachable", io::Tag::receive, -ECONNREFUSED, 0, Action::pending_error, true, false},
    {"host unreachable", io::Tag::receive, -EHOSTUNREACH, 0, Action::pending_error, true, false},
    {"prohibited", io::Tag::receive, -EACCES, 0, Action::pending_error, true, false},
    {"too big", io::Tag::receive, -EMSGSIZE, 0, Action::pending_error, true, false},
    {"out of memory", io::Tag::receive, -ENOMEM, 0, Action::receive_error, true, false},
    {"ended without a word", io::Tag::receive, 0, 0, Action::ignore, true, false},
    {"icmp packet", io::Tag::icmp, 56, more | buffer, Action::datagram, false, true},
    {"icmp shortage", io::Tag::icmp, -ENOBUFS, 0, Action::shortage, true, false},
    {"sent", io::Tag::send, 400, 0, Action::ignore, false, false},
    {"send buffer full", io::Tag::send, -EAGAIN, 0, Action::send_failure, false, false},
    {"no route", io::Tag::send, -ENETUNREACH, 0, Action::send_failure, false, false},
    {"wake", io::Tag::wake, 1, more, Action::wake, false, false},
    {"wake over", io::Tag::wake, 1, 0, Action::wake, true, false},
    {"cancel done", io::Tag::cancel, 0, 0, Action::ignore, false, false},
    {"cancel under way", io::Tag::cancel, -EALREADY, 0, Action::ignore, false, false},
    {"nothing to cancel", io::Tag::cancel, -ENOENT, 0, Action::not_found, false, false},
    {"log write", io::Tag::file, 4096, 0, Action::file, false, false},
    {"log write failed", io::Tag::file, -ENOSPC, 0, Action::file, false, false},
    {"withdrawn", io::Tag::none, -EINVAL, 0, Action::ignore, false, false},
};

TEST(Completion, means_what_the_table_says) {
    for (const Row& row : table) {
        const Meaning meaning = meaning_of(row.tag, row.result, row.flags);
        EXPECT_EQ(meaning.action, row.action) << row.name;
        EXPECT_EQ(meaning.ended, row.ended) << row.name;
        EXPECT_EQ(meaning.has_buffer, row.has_buffer) << row.name;
    }
}

TEST(Completion, own_shortages_are_not_taken_for_icmp) {
    for (const int error : {EAGAIN, ENOBUFS, EPERM, EINVAL, EBADF, 0})
        EXPECT_FALSE(may_be_pending_error(error)) << error;
}

}  // namespace
}  // namespace sipping::net
