// The Appender on real files, with both kinds of FileOps.
#include <system_error>

#include "both_file_ops.hpp"

namespace sipping::io {
namespace {

namespace fs = std::filesystem;

/// Root may write everywhere; these tests need somebody who may not.
class AsNobody {
public:
    AsNobody() {
        if (::geteuid() == 0 && ::seteuid(65534) != 0) throw std::runtime_error("seteuid");
    }
    ~AsNobody() {
        if (::getuid() == 0 && ::seteuid(0) != 0) std::abort();
    }
    AsNobody(const AsNobody&) = delete;
    AsNobody& operator=(const AsNobody&) = delete;
};

using AppenderTest = BothFileOps;

TEST_P(AppenderTest, makes_directories_and_writes_one_header) {
    Appender log{*ops, *pool, file()};
    EXPECT_TRUE(fs::exists(path));
    append_rows(log, 0, 3);
    pass(log, 500ms);
    append_rows(log, 3, 5);
    pass(log, 500ms);
    EXPECT_EQ(content(path), test_header + rows(0, 5));
    EXPECT_EQ(log.stats().rows_written, 5U);
    EXPECT_EQ(log.stats().rows_lost, 0U);
    EXPECT_EQ(log.path(), path);
}

TEST_P(AppenderTest, the_header_is_there_before_any_row) {
    Appender log{*ops, *pool, file()};
    settle(*ops, log, now);
    EXPECT_EQ(content(path), test_header);
}

TEST_P(AppenderTest, appends_across_restarts) {
    run_once(0, 2);
    run_once(2, 4);
    EXPECT_EQ(content(path), test_header + rows(0, 4));
}

TEST_P(AppenderTest, a_torn_last_line_is_cut_at_the_start) {
    for (const std::size_t torn : {1UL, 50UL, row(2).size() - 1}) {
        run_once(0, 2);
        std::ofstream{path, std::ios::app} << row(2).substr(0, torn);
        run_once(3, 4);
        EXPECT_EQ(content(path), test_header + rows(0, 2) + row(3)) << torn;
        fs::remove(path);
    }
}

TEST_P(AppenderTest, a_torn_header_is_written_again) {
    fs::create_directories(fs::path(path).parent_path());
    put_content(path, test_header.substr(0, 5));
    run_once(0, 1);
    EXPECT_EQ(content(path), test_header + row(0));
}

TEST_P(AppenderTest, a_long_last_line_is_not_ours_to_cut) {
    fs::create_directories(fs::path(path).parent_path());
    const std::string text = test_header + std::string(chunk_size + 1, 'y');
    put_content(path, text);
    run_once(0, 1);
    EXPECT_EQ(content(path), text + "\n" + row(0));
}

TEST_P(AppenderTest, a_file_with_another_header_is_refused_and_left_alone) {
    fs::create_directories(fs::path(path).parent_path());
    for (const std::string& text :
         {std::string("no log of ours"), std::string("time,timestamp\n1,2\n"), "x" + test_header}) {
        put_content(path, text);
        EXPECT_THROW((Appender{*ops, *pool, file()}), std::runtime_error);
        EXPECT_EQ(content(path), text);
    }
}

TEST_P(AppenderTest, what_is_buffered_when_the_run_gives_up_counts_as_lost) {
    Appender log{*ops, *pool, Appender::File{"/dev/full", ""}};
    for (int i = 0; i < 3; ++i)
        log.append(row(i));
    log.give_up();
    EXPECT_TRUE(log.idle());
    EXPECT_EQ(log.stats().rows_lost, 3u);
    log.give_up();
    EXPECT_EQ(log.stats().rows_lost, 3u);
}

TEST_P(AppenderTest, what_cannot_be_opened_is_named) {
    const auto message = [&](const std::string& name) -> std::string {
        try {
            Appender log{*ops, *pool, Appender::File{name, test_header}};
        } catch (const std::system_error& error) {
            return error.what();
        }
        return "no error";
    };
    EXPECT_EQ(message(directory / ""), "cannot write log '" + directory / "" +
                                           "' (name another with --log): Is a directory");
    put_content(directory / "plain", "");
    EXPECT_EQ(message(directory / "plain/a.csv"),
              "cannot write log '" + directory / "plain/a.csv" +
                  "' (name another with --log): Not a directory");
    fs::create_directory(directory / "closed");
    const AsNobody nobody;
    EXPECT_EQ(message(directory / "closed/a.csv"),
              "cannot write log '" + directory / "closed/a.csv" +
                  "' (name another with --log): Permission denied");
}

TEST_P(AppenderTest, a_removed_directory_is_made_again_and_its_rows_are_lost) {
    Appender log{*ops, *pool, file()};
    append_rows(log, 0, 2);
    pass(log, 2s);
    const Instant last_good = now;
    append_rows(log, 2, 5);
    log.flush();
    settle(*ops, log, now);
    fs::remove_all(directory / "logs");
    append_rows(log, 5, 7);
    pass(log, 2s);
    append_rows(log, 7, 9);
    pass(log, 1s);
    EXPECT_EQ(content(path).substr(0, test_header.size()), test_header);
    EXPECT_TRUE(content(path).ends_with(rows(7, 9)));
    EXPECT_EQ(log.stats().last_error, 0);
    Instant since;
    const std::uint64_t lost = log.take_lost_for_gap(since);
    EXPECT_GE(lost, 3U);
    EXPECT_LE(lost, 5U);
    EXPECT_EQ(lost, log.stats().rows_lost);
    EXPECT_GE(since, last_good - 2s);
    EXPECT_EQ(content(path), test_header + rows(2 + static_cast<int>(lost), 9));
}

TEST_P(AppenderTest, a_renamed_file_is_followed_by_a_new_one_and_nothing_is_lost) {
    Appender log{*ops, *pool, file()};
    append_rows(log, 0, 2);
    pass(log, 2s);
    append_rows(log, 2, 3);
    log.flush();
    settle(*ops, log, now);
    append_rows(log, 3, 4);
    pass(log, 450ms, 50ms);  // written, and not checked since
    ASSERT_EQ(log.stats().rows_written, 4U);
    fs::rename(path, path + ".1");
    pass(log, 2s);
    append_rows(log, 4, 6);
    pass(log, 1s);
    EXPECT_EQ(log.stats().rows_lost, 0U);
    EXPECT_TRUE(content(path).starts_with(test_header));
    EXPECT_EQ(content(path + ".1") + content(path).substr(test_header.size()),
              test_header + rows(0, 6));
}

TEST_P(AppenderTest, reopen_finishes_the_old_file_first) {
    Appender log{*ops, *pool, file()};
    pass(log, 100ms);
    append_rows(log, 0, 300);  // more than one chunk
    fs::rename(path, path + ".1");
    log.reopen();
    settle(*ops, log, now);
    append_rows(log, 300, 302);
    pass(log, 1s);
    EXPECT_EQ(content(path + ".1"), test_header + rows(0, 300));
    EXPECT_EQ(content(path), test_header + rows(300, 302));
    log.reopen();  // nothing was renamed: goes on in the same file
    append_rows(log, 302, 303);
    pass(log, 1s);
    EXPECT_EQ(content(path), test_header + rows(300, 303));
}

TEST_P(AppenderTest, moved_to_another_path_it_finishes_the_old_file_first) {
    Appender log{*ops, *pool, file()};
    pass(log, 100ms);
    append_rows(log, 0, 300);  // more than one chunk
    const std::string next = directory / "elsewhere/b.csv";
    log.move_to(next);
    EXPECT_EQ(log.take_left(), "") << "it is still written to";
    settle(*ops, log, now);
    append_rows(log, 300, 302);
    pass(log, 1s);
    EXPECT_EQ(content(path), test_header + rows(0, 300));
    EXPECT_EQ(content(next), test_header + rows(300, 302));
    EXPECT_EQ(log.size(), content(next).size());
    EXPECT_EQ(log.path(), next);
    EXPECT_EQ(log.take_left(), path);
    EXPECT_EQ(log.take_left(), "");
    log.reopen();  // SIGHUP: the same path again
    append_rows(log, 302, 303);
    pass(log, 1s);
    EXPECT_EQ(content(next), test_header + rows(300, 303));
    EXPECT_EQ(log.take_left(), "");
    EXPECT_EQ(log.stats().rows_lost, 0U);
}

TEST_P(AppenderTest, copytruncate_gets_its_header_again) {
    Appender log{*ops, *pool, file()};
    append_rows(log, 0, 2);
    pass(log, 2s);
    fs::resize_file(path, 0);
    append_rows(log, 2, 4);
    pass(log, 2s);
    EXPECT_EQ(content(path), test_header + rows(2, 4));
    EXPECT_EQ(log.stats().rows_lost, 0U);
}

TEST_P(AppenderTest, a_file_made_read_only_goes_on_and_an_unwritable_one_is_retried) {
    fs::create_directories(fs::path(path).parent_path());
    for (fs::path at = directory / "logs"; at != fs::path(path);
         at /= at.filename() == "logs" ? "here" : "a.csv")
        fs::permissions(at, fs::perms::all);
    const AsNobody nobody;
    Appender log{*ops, *pool, file()};
    append_rows(log, 0, 1);
    pass(log, 1s);
    fs::permissions(path, fs::perms::owner_read);
    append_rows(log, 1, 2);
    pass(log, 1s);
    EXPECT_EQ(content(path), test_header + rows(0, 2)) << "the open descriptor still writes";
    log.reopen();
    append_rows(log, 2, 3);
    pass(log, 3s);
    EXPECT_EQ(log.stats().last_error, EACCES);
    EXPECT_FALSE(log.idle());
    Instant since;
    EXPECT_EQ(log.take_lost_for_gap(since), 0U);
    fs::permissions(path, fs::perms::owner_all);
    pass(log, 2s);
    EXPECT_EQ(log.stats().last_error, 0);
    EXPECT_EQ(content(path), test_header + rows(0, 3));
}

TEST_P(AppenderTest, a_full_device_is_counted_and_no_reason_not_to_start) {
    Appender log{*ops, *pool, Appender::File{"/dev/full", test_header}};
    int accepted = 0;
    while (log.append(row(accepted)))
        ++accepted;
    pass(log, 3s);
    EXPECT_EQ(log.stats().last_error, ENOSPC);
    EXPECT_EQ(log.stats().rows_written, 0U);
    EXPECT_EQ(log.stats().rows_lost, 1U);
    EXPECT_FALSE(log.append(row(0)));
    EXPECT_EQ(log.stats().rows_lost, 2U);
}

TEST_P(AppenderTest, more_files_than_the_ring_has_entries_are_all_written) {
    constexpr std::size_t files = 200;
    const ChunkPoolPtr big_pool = make_chunk_pool(2 * files * chunk_size);
    std::vector<std::unique_ptr<Appender>> logs;
    for (std::size_t i = 0; i < files; ++i) {
        logs.push_back(std::make_unique<Appender>(
            *ops, *big_pool,
            Appender::File{directory / ("many/" + std::to_string(i) + ".csv"), test_header}));
        append_rows(*logs.back(), 0, 3);
        logs.back()->tick(now);
    }
    for (auto& log : logs)
        log->flush();
    for (auto& log : logs)
        finish(*log);
    EXPECT_EQ(big_pool->available(), big_pool->capacity());
    for (const auto& log : logs)
        EXPECT_EQ(content(log->path()), test_header + rows(0, 3));
}

INSTANTIATE_TEST_SUITE_P(Both, AppenderTest, testing::Values("ring", "thread"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace sipping::io
