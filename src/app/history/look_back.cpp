#include "history/look_back.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "text/message.hpp"
#include "text/time_words.hpp"

namespace sipping::app {

void use_zone(const std::string& zone) {
    if (!zone.empty() && !set_time_zone(zone))
        throw UsageError(
            fmt::format("--tz '{}': no such time zone (e.g. Europe/Berlin, UTC, +02:00)", zone));
}

Moments read_moment(const char* option, const std::string& text, LogInput& logs,
                    std::optional<WallTime> day) {
    if (!day && is_time_alone(text)) day = logs.last_sent();
    const auto moments = parse_moment(text, day.value_or(WallTime{}));
    if (!moments)
        throw UsageError(
            fmt::format("{} '{}': not a moment (e.g. '2015-05-15 11:31:43', 11:31, 1431703128.38)",
                        option, text));
    return *moments;
}

void refuse_input(const char* option, const std::string& path,
                  const std::vector<std::string>& inputs) {
    std::error_code error;
    for (const std::string& input : inputs)
        if (std::filesystem::equivalent(path, input, error))
            throw UsageError(
                fmt::format("{} {}: that is one of the files to be read", option, path));
}

std::vector<std::string> paths_of(const std::vector<LogFile>& files) {
    std::vector<std::string> paths;
    for (const LogFile& file : files)
        paths.push_back(file.path);
    return paths;
}

void refuse_mistyped(const record::TargetNames& names, bool part) {
    std::string message;
    for (const std::string& name : names.missing()) {
        if (!message.empty()) message += "; ";
        message += fmt::format("--target '{}': no such target in these logs{}", name,
                               part ? " at that time" : "");
        std::string near;
        for (const std::string& one : names.near(name))
            near += (near.empty() ? "" : ", ") + one;
        if (!near.empty()) message += fmt::format(" (there is {})", near);
    }
    if (!message.empty() && !interrupted()) throw UsageError(message);
}

namespace {

std::string words(const Unread::Place& place) {
    return place.line == 0 ? fmt::format("{}: {}", place.file, place.why)
                           : fmt::format("{}:{}: {}", place.file, place.line, place.why);
}

}  // namespace

void tell_unread(const Unread& unread) {
    for (const Unread::Place& place : unread.places)
        tell(words(place));
    if (unread.count > unread.places.size())
        tell(fmt::format("... and {} more lines that could not be read",
                         unread.count - unread.places.size()));
    for (const Unread::Place& note : unread.notes)
        tell("note: " + words(note));
    if (unread.note_count > unread.notes.size())
        tell(fmt::format("note: ... and {} more", unread.note_count - unread.notes.size()));
    if (interrupted()) tell("interrupted: this is what had been read until then");
}

}  // namespace sipping::app
