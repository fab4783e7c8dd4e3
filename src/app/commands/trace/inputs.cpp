#include "commands/trace/inputs.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "capture/capture_file.hpp"
#include "text/message.hpp"
#include "text/safe_text.hpp"

namespace sipping::app {
namespace {

using config::Behind;
using config::TraceConfig;

/// Captures among the logs go to the side they were named behind. True: there were some.
bool take_captures(TraceConfig& config, Behind side, std::vector<std::string>& captures) {
    std::vector<std::string> logs;
    std::vector<Behind> behind;
    const std::size_t before = captures.size();
    for (std::size_t i = 0; i < config.logs.size(); ++i) {
        const bool here = config.behind[i] == side || config.behind[i] == Behind::nothing;
        if (here && capture::is_capture(config.logs[i])) {
            if (config.behind[i] == Behind::nothing)
                throw UsageError(
                    fmt::format("{} is a capture: name it behind --far or --near, not before",
                                safe(config.logs[i])));
            captures.push_back(config.logs[i]);
            continue;
        }
        logs.push_back(config.logs[i]);
        behind.push_back(config.behind[i]);
    }
    config.logs = std::move(logs);
    config.behind = std::move(behind);
    return captures.size() > before;
}

bool is_folder(const std::string& path) {
    std::error_code error;
    return std::filesystem::is_directory(path, error);
}

bool is_file(const std::string& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
}

/// What was named as a capture and is none, where others stood behind it that are: a shell put a
/// log first.
void give_logs_back(TraceConfig& config, std::vector<std::string>& captures, bool others) {
    std::erase_if(captures, [&](const std::string& path) {
        const bool is_log = is_folder(path) || (is_file(path) && !capture::is_capture(path));
        if (!others || !is_log) return false;
        config.logs.push_back(path);
        config.behind.push_back(Behind::nothing);
        return true;
    });
}

}  // namespace

TraceConfig sorted_inputs(const TraceConfig& config) {
    TraceConfig sorted = config;
    for (const auto& [side, captures] :
         {std::pair{Behind::far, &sorted.far}, std::pair{Behind::near, &sorted.near}}) {
        const bool others = take_captures(sorted, side, *captures);
        give_logs_back(sorted, *captures, others);
    }
    if (auto wrong = check(sorted); !wrong.empty()) throw UsageError(wrong);
    return sorted;
}

}  // namespace sipping::app
