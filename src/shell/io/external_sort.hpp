// Sorts more records than fit into memory: sorted runs of them are put aside in temporary files and
// merged when they are read, as often as wanted. Knows nothing of what is in a record but that it
// begins with a number.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>
#include <vector>

#include "io/temp_file.hpp"

namespace sipping::io {

class ExternalSort {
public:
    /// A total order, of which the number in the first eight bytes of a record decides first.
    using Before = bool (*)(std::string_view, std::string_view) noexcept;
    struct Limits {
        std::size_t memory =
            std::size_t{24} * 1024 * 1024;  ///< bytes held before they are put aside
        std::size_t runs =
            64;  ///< merged at a time, of each level: then they become one of the next
    };

    explicit ExternalSort(Before before) : ExternalSort(before, Limits{}) {}
    ExternalSort(Before before, Limits limits) : before_(before), limits_(limits) {}

    /// Not after read(). Throws as TempFile does.
    void add(std::string_view record);
    /// All in order; `take` may say false to end it. A record is valid during the call. Throws
    /// likewise.
    void read(const std::function<bool(std::string_view)>& take);
    /// Bytes that were put aside.
    [[nodiscard]] std::uint64_t put_aside() const noexcept { return put_aside_; }

private:
    struct Entry {
        std::int64_t number = 0;
        std::uint32_t offset = 0;  ///< in held_
    };
    struct Run {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };
    struct Level {
        TempFile file;
        std::vector<Run> runs;
    };
    class Reader;
    class Writer;

    void sort_held();
    [[nodiscard]] std::string_view held(const Entry& entry) const noexcept;
    void put_held_aside();
    void put_aside(std::size_t level, const std::function<void(Writer&)>& write);
    void merge(std::vector<Reader>& readers, const std::function<bool(std::string_view)>& take);

    Before before_;
    Limits limits_;
    std::vector<char> held_;  ///< each record behind its size
    std::vector<Entry> entries_;
    bool sorted_ = false;
    std::deque<Level> levels_;
    std::uint64_t put_aside_ = 0;
};

}  // namespace sipping::io
