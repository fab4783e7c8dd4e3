#include "io/external_sort.hpp"

#include <algorithm>
#include <cstring>

namespace sipping::io {
namespace {

using Size = std::uint32_t;

constexpr std::size_t buffer_size = 128 * 1024;

std::int64_t number_of(std::string_view record) noexcept {
    std::int64_t number = 0;
    std::memcpy(&number, record.data(), sizeof number);
    return number;
}

Size size_at(const char* place) noexcept {
    Size size = 0;
    std::memcpy(&size, place, sizeof size);
    return size;
}

void append(std::vector<char>& to, std::string_view record) {
    const auto size = static_cast<Size>(record.size());
    const std::size_t at = to.size();
    to.resize(at + sizeof size + record.size());
    std::memcpy(to.data() + at, &size, sizeof size);
    std::memcpy(to.data() + at + sizeof size, record.data(), record.size());
}

}  // namespace

/// Appends records to a file by the buffer.
class ExternalSort::Writer {
public:
    explicit Writer(TempFile& file) : file_(file) { buffer_.reserve(2 * buffer_size); }
    void put(std::string_view record) {
        append(buffer_, record);
        if (buffer_.size() >= buffer_size) flush();
    }
    void flush() {
        file_.append(buffer_);
        buffer_.clear();
    }

private:
    TempFile& file_;
    std::vector<char> buffer_;
};

/// The records of one run, one after the other.
class ExternalSort::Reader {
public:
    Reader(const TempFile& file, Run run) : file_(&file), run_(run) {}
    /// Of those that are held; no file.
    explicit Reader(const ExternalSort& sort) : sort_(&sort) {}

    /// False: there are no more.
    bool next() {
        if (sort_ != nullptr) {
            if (place_ == sort_->entries_.size()) return false;
            set(sort_->held(sort_->entries_[place_++]));
            return true;
        }
        if (buffer_.size() - place_ < sizeof(Size) && !refill(sizeof(Size))) return false;
        const std::size_t whole = sizeof(Size) + size_at(buffer_.data() + place_);
        if (buffer_.size() - place_ < whole && !refill(whole)) return false;
        set({buffer_.data() + place_ + sizeof(Size), whole - sizeof(Size)});
        place_ += whole;
        return true;
    }
    [[nodiscard]] std::string_view record() const noexcept { return record_; }
    [[nodiscard]] std::int64_t number() const noexcept { return number_; }

private:
    void set(std::string_view record) noexcept {
        record_ = record;
        number_ = number_of(record);
    }
    bool refill(std::size_t wanted) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(place_));
        place_ = 0;
        const std::size_t had = buffer_.size();
        const std::size_t room = std::max(wanted, buffer_size) - had;
        const auto left =
            static_cast<std::size_t>(std::min<std::uint64_t>(room, run_.end - run_.begin));
        buffer_.resize(had + left);
        buffer_.resize(had + file_->read(run_.begin, std::span{buffer_}.subspan(had)));
        run_.begin += buffer_.size() - had;
        return buffer_.size() >= wanted;
    }

    const TempFile* file_ = nullptr;
    const ExternalSort* sort_ = nullptr;
    Run run_;
    std::vector<char> buffer_;
    std::size_t place_ = 0;  ///< in buffer_, or of the entry
    std::string_view record_;
    std::int64_t number_ = 0;
};

std::string_view ExternalSort::held(const Entry& entry) const noexcept {
    const char* const place = held_.data() + entry.offset;
    return {place + sizeof(Size), size_at(place)};
}

void ExternalSort::add(std::string_view record) {
    const std::size_t needed = record.size() + sizeof(Size) + sizeof(Entry);
    const std::size_t used = held_.size() + entries_.size() * sizeof(Entry);
    if (!entries_.empty() && used + needed > limits_.memory) put_held_aside();
    entries_.push_back({number_of(record), static_cast<std::uint32_t>(held_.size())});
    append(held_, record);
    sorted_ = false;
}

void ExternalSort::sort_held() {
    if (sorted_) return;
    std::sort(entries_.begin(), entries_.end(), [this](const Entry& a, const Entry& b) {
        return a.number != b.number ? a.number < b.number : before_(held(a), held(b));
    });
    sorted_ = true;
}

void ExternalSort::put_held_aside() {
    sort_held();
    put_aside(0, [this](Writer& writer) {
        for (const Entry& entry : entries_)
            writer.put(held(entry));
    });
    held_.clear();
    entries_.clear();
}

void ExternalSort::put_aside(std::size_t level, const std::function<void(Writer&)>& write) {
    if (levels_.size() == level) levels_.emplace_back();
    TempFile& file = levels_[level].file;
    Writer writer(file);
    const std::uint64_t begin = file.size();
    write(writer);
    writer.flush();
    put_aside_ += file.size() - begin;
    levels_[level].runs.push_back({begin, file.size()});
    if (levels_[level].runs.size() < limits_.runs) return;
    put_aside(level + 1, [this, level](Writer& next) {
        std::vector<Reader> readers;
        for (const Run& run : levels_[level].runs)
            readers.emplace_back(levels_[level].file, run);
        merge(readers, [&](std::string_view record) {
            next.put(record);
            return true;
        });
    });
    levels_[level].runs.clear();
    levels_[level].file.clear();
}

void ExternalSort::merge(std::vector<Reader>& readers,
                         const std::function<bool(std::string_view)>& take) {
    const auto after = [this](const Reader* a, const Reader* b) {
        if (a->number() != b->number()) return a->number() > b->number();
        return before_(b->record(), a->record());
    };
    std::vector<Reader*> heap;
    for (Reader& reader : readers)
        if (reader.next()) heap.push_back(&reader);
    std::ranges::make_heap(heap, after);
    while (!heap.empty()) {
        std::ranges::pop_heap(heap, after);
        Reader* const first = heap.back();
        if (!take(first->record())) return;
        if (first->next())
            std::ranges::push_heap(heap, after);
        else
            heap.pop_back();
    }
}

void ExternalSort::read(const std::function<bool(std::string_view)>& take) {
    sort_held();
    std::vector<Reader> readers;
    for (const Level& level : levels_)
        for (const Run& run : level.runs)
            readers.emplace_back(level.file, run);
    readers.emplace_back(*this);
    merge(readers, take);
}

}  // namespace sipping::io
