// Runs a fuzz entry point over every file of the folders named as arguments, as an ordinary test.
// Fails when a folder has no file: an empty corpus must not read as a pass.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

int replay(const std::filesystem::path& folder) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
        if (!file) throw std::filesystem::filesystem_error("cannot read", entry.path(), {});
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        ++count;
    }
    std::printf("%s: %d inputs\n", folder.c_str(), count);
    return count;
}

}  // namespace

int main(int argc, char** argv) try {
    bool complete = argc > 1;
    for (int i = 1; i < argc; ++i)
        complete &= replay(argv[i]) > 0;
    if (!complete) std::fputs("no inputs: nothing was tested\n", stderr);
    return complete ? 0 : 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
