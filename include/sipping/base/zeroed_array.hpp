// A large array of fixed size whose memory the kernel zeroes page by page when it is first touched:
// a table for a million probes costs nothing at start and only what it really holds later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace sipping {

/// All bytes are zero at first: `T` must make sense so. Begins at a multiple of alignof(T).
template <typename T>
class ZeroedArray {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

public:
    /// Throws std::bad_alloc.
    explicit ZeroedArray(std::size_t size) : size_(size) {
        // calloc takes large blocks from the kernel as they come, which are zero already; room for
        // one more makes space to align them.
        memory_.reset(std::calloc(size + 1, sizeof(T)));
        if (memory_ == nullptr) throw std::bad_alloc();
        void* begin = memory_.get();
        std::size_t room = (size + 1) * sizeof(T);
        items_ = static_cast<T*>(std::align(alignof(T), size * sizeof(T), begin, room));
    }

    [[nodiscard]] T& operator[](std::size_t at) noexcept { return items_[at]; }
    [[nodiscard]] const T& operator[](std::size_t at) const noexcept { return items_[at]; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    struct Free {
        void operator()(void* memory) const noexcept { std::free(memory); }
    };
    std::unique_ptr<void, Free> memory_;
    T* items_ = nullptr;
    std::size_t size_;
};

}  // namespace sipping
