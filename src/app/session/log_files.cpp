#include "session/log_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstring>
#include <map>

#include "sipping/base/grouped.hpp"
#include "sipping/record/row.hpp"
#include "text/local_offset.hpp"

namespace sipping::app {
namespace {

constexpr std::string_view folder = "sipping-logs";
// Appenders are looked after this often at most; their own flush interval is far longer.
constexpr Duration tick_interval = 10ms;

/// A target's name as a file's, whatever the user put into it.
std::string file_name(std::string_view name) {
    constexpr std::size_t longest = 128;
    constexpr std::string_view harmless = ".-_%@";
    std::string text(name.substr(0, longest));
    for (char& letter : text)
        if (std::isalnum(static_cast<unsigned char>(letter)) == 0 &&
            harmless.find(letter) == std::string_view::npos)
            letter = '_';
    if (text.starts_with('.')) text.front() = '_';
    return text;
}

std::string path_for(const config::PingConfig& config, const target::Target& target, bool shared) {
    if (!config.log_path.empty()) return config.log_path;
    if (shared) return fmt::format("{}/all.csv", folder);
    if (target.unknown) return fmt::format("{}/{}.csv", folder, file_name(target.name));
    const std::string address = to_string(target.endpoint.address);
    if (target.endpoint.port == 5060) return fmt::format("{}/{}.csv", folder, address);
    return fmt::format("{}/{}_{}.csv", folder, address, target.endpoint.port);
}

/// The time of a log's last row when no run has ended there: it was killed, or its disk was full.
std::optional<WallTime> unfinished_since(std::string_view last_line) noexcept {
    record::CsvReader reader;
    record::CsvRecord record;
    record::Row row;
    if (reader.next(last_line, true, record) != record::CsvReader::Status::record ||
        record::read_row(record, row) != record::RowError::ok)
        return std::nullopt;  // a header, or nothing
    if (row.is_gap() && row.detail_of("reason") == to_string(GapReason::stop)) return std::nullopt;
    return row.sent + row.latency.value_or(Duration::zero());
}

std::int64_t unix_s(WallTime time) noexcept {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

LogFiles::LogFiles(const config::PingConfig& config, const target::TargetTable& targets,
                   io::FileOps& ops, io::ChunkPool& pool, const ClockReading& reading)
    : targets_(targets),
      site_(config.site),
      writer_(local_utc_offset, config.csv == config::CsvForm::classic),
      reading_(reading),
      rotation_{.every = config.rotate_every, .bytes = config.rotate_bytes} {
    for (const target::Target& target : targets)
        hosts_.push_back(target.unknown ? "" : to_string(target.endpoint.address));
    if (!config.log) return;
    const bool classic = config.csv == config::CsvForm::classic;
    const std::string header{classic ? record::csv_header_classic : record::csv_header};
    const bool shared = targets.size() > file_limit;
    std::map<std::string, std::uint32_t> by_path;
    for (std::uint32_t i = 0; i < targets.size(); ++i) {
        const std::string path = path_for(config, targets[i], shared);
        const auto [entry, is_new] =
            by_path.emplace(path, static_cast<std::uint32_t>(files_.size()));
        file_of_target_.push_back(entry->second);
        if (is_new) {
            const std::string opened =
                rotation_.wanted() ? record::dated_path(path, reading.wall(), local_utc_offset)
                                   : path;
            files_.push_back({.appender = std::make_unique<io::Appender>(
                                  ops, pool, io::Appender::File{opened, header}),
                              .target = i,
                              .undated_path = path,
                              .begun_s = unix_s(reading.wall())});
        } else if (std::uint32_t& target = files_[entry->second].target;
                   target != every_target && targets[target].name != targets[i].name) {
            target = every_target;
        }
    }
    if (config.compress) old_logs_.emplace();
    plan_rotation(reading);
}

record::RowContext LogFiles::context(std::uint32_t target) const noexcept {
    if (target == every_target) return {.target_name = "*", .host = "", .site = site_, .run = run_};
    return {
        .target_name = targets_[target].name, .host = hosts_[target], .site = site_, .run = run_};
}

void LogFiles::put(File& file) noexcept {
    if (!row_.empty()) file.appender->append(row_.view());
    row_.clear();
    next_tick_ = std::min(next_tick_, file.appender->next_tick());
}

void LogFiles::write(const ProbeResult& result) noexcept {
    if (files_.empty()) return;
    File& file = files_[file_of_target_[result.target]];
    // Here and not at the next tick: at high rates the rows that come until then would take all the
    // room that a write has made, and none would be left for this.
    tell_lost(file);
    writer_.csv(result, context(result.target), row_);
    put(file);
}

void LogFiles::write(const Gap& gap, File& file) noexcept {
    writer_.csv(gap, context(gap.target), row_);
    put(file);
}

void LogFiles::write(const Gap& gap) noexcept {
    if (!files_.empty()) write(gap, files_[file_of_target_[gap.target]]);
}

void LogFiles::write(const Stray& stray) noexcept {
    write_unread(stray, stray.target);
}

void LogFiles::write(const stats::HiddenStrays& hidden) noexcept {
    write_unread(hidden, hidden.target);
}

template <class What>
void LogFiles::write_unread(const What& what, std::uint32_t target) noexcept {
    if (files_.empty()) return;
    File& file = files_[file_of_target_[target]];
    tell_lost(file);
    writer_.csv(what, context(target), row_);
    put(file);
}

/// Before the first row of a run.
void LogFiles::tell_others(File& file, WallTime at) noexcept {
    if (file.appender->has_other_writer())
        return write(
            Gap{.target = file.target, .reason = GapReason::second_writer, .from = at, .until = at},
            file);
    if (const auto since = unfinished_since(file.appender->last_line()); since && *since <= at)
        write(Gap{.target = file.target,
                  .reason = GapReason::unfinished,
                  .from = *since,
                  .until = at},
              file);
}

std::string LogFiles::other_writers() const {
    const File* first = nullptr;
    std::size_t count = 0;
    for (const File& file : files_)
        if (file.appender->has_other_writer() && ++count == 1) first = &file;
    if (first == nullptr) return {};
    return fmt::format("another program is writing {}{} too: the rows of both are in it",
                       first->appender->path(),
                       count > 1 ? fmt::format(" and {} more of our logs", count - 1) : "");
}

void LogFiles::mark(GapReason reason, WallTime at) noexcept {
    for (File& file : files_) {
        if (reason == GapReason::start) tell_others(file, at);
        file.mark = Gap{.target = file.target, .reason = reason, .from = at, .until = at};
        put_mark(file);
    }
}

/// After what is to be told of lost rows: they were before it.
void LogFiles::put_mark(File& file) noexcept {
    tell_lost(file);
    if (!file.mark || !file.appender->has_room_for_gap()) return;
    write(*file.mark, file);
    file.mark.reset();
}

void LogFiles::tell_lost(File& file) noexcept {
    Instant since{};
    if (const std::uint64_t lost = file.appender->take_lost_for_gap(since); lost > 0)
        write(Gap{.target = file.target,
                  .reason = GapReason::log_rows_lost,
                  .from = reading_.wall(since),
                  .until = reading_.wall(),
                  .count = lost},
              file);
}

void LogFiles::plan_rotation(const ClockReading& reading) noexcept {
    if (rotation_.every == Duration::zero()) return;
    boundary_ = record::next_rotation(reading.wall(), rotation_.every, local_utc_offset);
    rotate_at_ = reading.now + (boundary_ - reading.wall());
}

void LogFiles::rotate(const ClockReading& reading) {
    if (reading.wall() < boundary_) {  // the wall clock was put back, or runs slower than ours
        rotate_at_ = reading.now + (boundary_ - reading.wall());
        return;
    }
    for (File& file : files_)
        rotate(file, reading.wall());
    plan_rotation(reading);
}

/// At most once a second, which is what the names can tell apart.
void LogFiles::rotate(File& file, WallTime now) {
    if (unix_s(now) == file.begun_s) return;
    file.begun_s = unix_s(now);
    file.appender->move_to(record::dated_path(file.undated_path, now, local_utc_offset));
}

void LogFiles::tick(File& file, const ClockReading& reading) {
    file.appender->tick(reading.now);
    if (old_logs_)
        if (std::string left = file.appender->take_left(); !left.empty())
            old_logs_->add(std::move(left));
    if (rotation_.bytes > 0 && file.appender->size() >= rotation_.bytes)
        rotate(file, reading.wall());
    put_mark(file);
    next_tick_ = std::min(next_tick_, file.appender->next_tick());
}

bool LogFiles::tick(const ClockReading& reading) {
    reading_ = reading;
    if (old_logs_) old_logs_->collect();
    if (reading.now < next_tick_ && !flushing_) return false;
    if (reading.now >= rotate_at_) rotate(reading);
    next_tick_ = rotate_at_;
    for (File& file : files_)
        tick(file, reading);
    if (next_tick_ != never) next_tick_ = std::max(next_tick_, reading.now + tick_interval);
    return true;
}

void LogFiles::reopen() noexcept {
    for (File& file : files_)
        file.appender->reopen();
    next_tick_ = Instant{};
}

void LogFiles::flush() noexcept {
    for (File& file : files_)
        file.appender->flush();
    flushing_ = true;
}

void LogFiles::give_up() noexcept {
    for (File& file : files_)
        file.appender->give_up();
}

bool LogFiles::idle() const noexcept {
    return std::all_of(files_.begin(), files_.end(),
                       [](const File& file) { return file.appender->idle() && !file.mark; }) &&
           (!old_logs_ || old_logs_->idle());
}

std::uint64_t LogFiles::rows_lost() const noexcept {
    std::uint64_t lost = 0;
    for (const File& file : files_)
        lost += file.appender->stats().rows_lost;
    return lost;
}

std::string LogFiles::take_trouble() {
    if (old_logs_)
        if (std::string trouble = old_logs_->take_trouble(); !trouble.empty()) return trouble;
    for (File& file : files_) {
        const io::AppenderStats& stats = file.appender->stats();
        if (stats.last_error == file.reported_error) continue;
        file.reported_error = stats.last_error;
        if (stats.last_error == 0)
            return fmt::format("log '{}' is written again ({} lost)", file.appender->path(),
                               counted(stats.rows_lost, "row was", "rows were"));
        return fmt::format("cannot write log '{}': {}; probing goes on, rows wait in memory",
                           file.appender->path(), std::strerror(stats.last_error));
    }
    return {};
}

std::string LogFiles::where() const {
    if (files_.size() == 1) return files_.front().appender->path();
    return fmt::format("{}/ ({} files)", folder, files_.size());
}

std::string LogFiles::beside(std::string_view name, WallTime at) const {
    if (files_.empty()) return {};
    const std::string& path = files_.front().appender->path();
    const std::string directory = path.substr(0, path.rfind('/') + 1);  // npos + 1 is 0: here
    return record::dated_path(directory + std::string{name}, at, local_utc_offset);
}

}  // namespace sipping::app
