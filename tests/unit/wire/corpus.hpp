// The fuzz corpus as test data. The folder comes from the build, in SIPPING_CORPUS.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace sipping::wire {

struct CorpusFile {
    std::string name;  ///< without extension
    std::string bytes;
};

/// All messages of tests/fuzz/corpus/FOLDER, sorted by name. Throws when there are none.
inline std::vector<CorpusFile> read_corpus(const std::string& folder) {
    const char* const root = std::getenv("SIPPING_CORPUS");
    if (root == nullptr) throw std::runtime_error("SIPPING_CORPUS is not set; run meson test");
    std::vector<CorpusFile> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(root) / folder)) {
        if (!entry.is_regular_file() || entry.path().extension() == ".md") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        files.push_back({entry.path().stem(), {std::istreambuf_iterator<char>(file), {}}});
    }
    if (files.empty()) throw std::runtime_error("no messages in " + folder);
    std::sort(files.begin(), files.end(),
              [](const CorpusFile& a, const CorpusFile& b) { return a.name < b.name; });
    return files;
}

}  // namespace sipping::wire
