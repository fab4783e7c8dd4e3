#include "io/kept_pipe.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace sipping::io {

class KeptPipe::Source final : public ByteSource {
public:
    explicit Source(KeptPipe& pipe) : pipe_(pipe) {}
    std::size_t read(std::span<char> space) override {
        const std::size_t size = pipe_.read(position_, space);
        position_ += size;
        return size;
    }
    std::uint64_t position() const noexcept override { return position_; }

private:
    KeptPipe& pipe_;
    std::uint64_t position_ = 0;
};

std::unique_ptr<ByteSource> KeptPipe::open() {
    if (not_kept_) throw std::system_error(*not_kept_);
    return std::make_unique<Source>(*this);
}

std::size_t KeptPipe::read_again(std::uint64_t position, std::span<char> space) const {
    space = space.first(std::min<std::uint64_t>(came_ - position, space.size()));
    if (position >= first_.size()) return rest_->read(position - first_.size(), space);
    const std::size_t size = std::min<std::size_t>(space.size(), first_.size() - position);
    std::memcpy(space.data(), first_.data() + position, size);
    return size;
}

void KeptPipe::keep(std::span<const char> bytes) {
    const std::size_t fits = std::min(bytes.size(), memory_max - first_.size());
    first_.insert(first_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(fits));
    if (fits == bytes.size()) return;
    if (!rest_) rest_.emplace();
    rest_->append(bytes.subspan(fits));
}

std::size_t KeptPipe::read(std::uint64_t position, std::span<char> space) {
    if (position < came_) return read_again(position, space);
    for (;;) {
        const ssize_t size = ::read(pipe_.get(), space.data(), space.size());
        if (size < 0 && errno == EINTR && stop_()) return 0;
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) throw std::runtime_error(std::strerror(errno));
        try {
            if (!not_kept_) keep(space.first(static_cast<std::size_t>(size)));
        } catch (const std::system_error& error) {
            not_kept_ = error;  // once is often enough
        }
        came_ += static_cast<std::uint64_t>(size);
        return static_cast<std::size_t>(size);
    }
}

}  // namespace sipping::io
