#include "history/log_paths.hpp"
#include "text/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

namespace sipping::app {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> compressed_endings{".zst", ".gz"};

bool is_log_name(const std::string& name) {
    // What is just being compressed is there as it was, too.
    return name.find(".csv") != name.npos && !name.ends_with(".part");
}

void find_logs_below(const std::string& folder, std::vector<std::string>& paths) {
    std::error_code error;
    const auto options = fs::directory_options::skip_permission_denied;
    std::vector<std::string> found;
    for (auto entry = fs::recursive_directory_iterator(folder, options, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
        if (entry->is_regular_file(error) && is_log_name(entry->path().filename().string()))
            found.push_back(entry->path().string());
    if (error) throw UsageError(fmt::format("{}: {}", folder, error.message()));
    if (found.empty()) throw UsageError(fmt::format("{}: no file with .csv in its name", folder));
    std::sort(found.begin(), found.end());
    paths.insert(paths.end(), found.begin(), found.end());
}

}  // namespace

std::vector<std::string> log_paths(const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    std::error_code error;
    for (const std::string& name : names)
        if (name != "-" && fs::is_directory(name, error))
            find_logs_below(name, paths);
        else
            paths.push_back(name);
    std::set<std::string> known;
    std::erase_if(paths, [&](const std::string& path) {
        return !known.insert(fs::weakly_canonical(path, error).string()).second;
    });
    return paths;
}

std::string log_name(const std::string& path) {
    std::string name = fs::path(path).filename().string();
    name = name.substr(0, name.find(".csv"));
    const std::size_t dot = name.rfind('.');
    const bool stamped = dot != name.npos && name.size() - dot == 21 && name[dot + 9] == 'T';
    return stamped ? name.substr(0, dot) : name;
}

std::string where_it_went(const std::string& path) {
    std::error_code error;
    for (const std::string_view ending : compressed_endings)
        if (fs::exists(path + std::string{ending}, error)) return path + std::string{ending};
    return path;
}

}  // namespace sipping::app
