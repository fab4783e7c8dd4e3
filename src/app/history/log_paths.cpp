#include "history/log_paths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "sipping/base/letters.hpp"
#include "text/message.hpp"

namespace sipping::app {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> compressed_endings{".zst", ".gz"};

/// Where the ending begins, in letters of any case; npos: it is no log.
std::size_t ending_of(std::string_view name) {
    const std::string lower = lower_case(name);
    // What is just being compressed is there as it was, too.
    return lower.ends_with(".part") ? lower.npos : lower.find(".csv");
}

/// A folder below that cannot be read is told; symbolic links to folders are not followed.
void find_logs_below(const fs::path& folder, std::vector<std::string>& found, Unread& unread) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code unused;
        if (entry->is_directory(unused) && !entry->is_symlink(unused))
            find_logs_below(entry->path(), found, unread);
        else if (entry->is_regular_file(unused) &&
                 ending_of(entry->path().filename().string()) != std::string::npos)
            found.push_back(entry->path().string());
    }
    if (error) unread.add(folder.string(), 0, error.message());
}

void find_logs(const std::string& folder, std::vector<std::string>& paths, Unread& unread) {
    std::vector<std::string> found;
    const std::uint64_t before = unread.count;
    find_logs_below(folder, found, unread);
    if (found.empty() && unread.count == before)
        throw UsageError(fmt::format("{}: no file with .csv in its name", folder));
    std::sort(found.begin(), found.end());
    paths.insert(paths.end(), found.begin(), found.end());
}

}  // namespace

std::vector<std::string> log_paths(const std::vector<std::string>& names, Unread& unread) {
    std::vector<std::string> paths;
    std::error_code error;
    for (const std::string& name : names)
        if (name != "-" && fs::is_directory(name, error))
            find_logs(name, paths, unread);
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
    name = name.substr(0, ending_of(name));
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
