#include "io/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace sipping::io {
namespace {

constexpr std::size_t input_size = 256 * 1024;
constexpr const char* ends_early = "the compressed data end in the middle";

/// What the file holds.
class Plain final : public ByteSource {
public:
    Plain(Fd fd, std::uint64_t size, bool (*stop)() noexcept) : fd_(std::move(fd)), stop_(stop) {
        size_ = size;
    }

    std::size_t read(std::span<char> space) override {
        for (;;) {
            const ssize_t size = ::read(fd_.get(), space.data(), space.size());
            if (size >= 0) {
                position_ += static_cast<std::uint64_t>(size);
                return static_cast<std::size_t>(size);
            }
            if (errno == EINTR && stop_()) return 0;
            if (errno != EINTR) throw std::runtime_error(std::strerror(errno));
        }
    }
    std::uint64_t position() const noexcept override { return position_; }
    int plain_fd() const noexcept override { return size_ > 0 ? fd_.get() : -1; }
    void seek(std::uint64_t offset) override {
        position_ = offset;
        if (::lseek(fd_.get(), static_cast<off_t>(offset), SEEK_SET) < 0)
            throw std::runtime_error(std::strerror(errno));
    }

private:
    Fd fd_;
    bool (*stop_)() noexcept;
    std::uint64_t position_ = 0;
};

/// Bytes whose first ones can be looked at.
class Headed final : public ByteSource {
public:
    explicit Headed(std::unique_ptr<ByteSource> bytes) : bytes_(std::move(bytes)) {
        size_ = bytes_->size();
        std::array<char, 4> first;
        while (head_.size() < first.size()) {
            const std::size_t size =
                bytes_->read(std::span{first}.first(first.size() - head_.size()));
            if (size == 0) break;
            head_.insert(head_.end(), first.begin(),
                         first.begin() + static_cast<std::ptrdiff_t>(size));
        }
    }
    [[nodiscard]] std::span<const char> head() const noexcept { return head_; }

    std::size_t read(std::span<char> space) override {
        if (head_.empty()) return bytes_->read(space);
        const std::size_t size = std::min(space.size(), head_.size());
        std::copy_n(head_.begin(), size, space.begin());
        head_.erase(head_.begin(), head_.begin() + static_cast<std::ptrdiff_t>(size));
        return size;
    }
    std::uint64_t position() const noexcept override { return bytes_->position(); }
    int plain_fd() const noexcept override { return bytes_->plain_fd(); }
    void seek(std::uint64_t offset) override {
        head_.clear();
        bytes_->seek(offset);
    }

private:
    std::unique_ptr<ByteSource> bytes_;
    std::vector<char> head_;
};

/// The compressed bytes of both kinds, by the piece.
class Compressed : public ByteSource {
public:
    explicit Compressed(std::unique_ptr<ByteSource> file) : file_(std::move(file)) {
        size_ = file_->size();
    }
    std::uint64_t position() const noexcept override { return file_->position(); }

protected:
    /// The next piece; empty at the end of the file.
    std::span<char> refill() { return std::span{input_}.first(file_->read(input_)); }

private:
    std::unique_ptr<ByteSource> file_;
    std::vector<char> input_ = std::vector<char>(input_size);
};

/// zstd frames, one after the other (RFC 8878).
class Zstd final : public Compressed {
public:
    explicit Zstd(std::unique_ptr<ByteSource> file)
        : Compressed(std::move(file)), stream_(ZSTD_createDStream(), ZSTD_freeDStream) {
        if (!stream_) throw std::bad_alloc();
    }
    std::size_t read(std::span<char> space) override {
        ZSTD_outBuffer out{space.data(), space.size(), 0};
        while (out.pos == 0) {
            if (in_.pos == in_.size) {
                const std::span<char> piece = refill();
                if (piece.empty() && within_frame_) throw std::runtime_error(ends_early);
                if (piece.empty()) return 0;
                in_ = {piece.data(), piece.size(), 0};
            }
            const std::size_t left = ZSTD_decompressStream(stream_.get(), &out, &in_);
            if (ZSTD_isError(left) != 0)
                throw std::runtime_error(std::string{"broken zstd data: "} +
                                         ZSTD_getErrorName(left));
            within_frame_ = left != 0;
        }
        return out.pos;
    }

private:
    std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream_;
    ZSTD_inBuffer in_{};
    bool within_frame_ = false;
};

/// gzip members, one after the other (RFC 1952).
class Gzip final : public Compressed {
public:
    explicit Gzip(std::unique_ptr<ByteSource> file) : Compressed(std::move(file)) {
        constexpr int gzip_only = 15 + 16;  // window bits, zlib.h
        if (inflateInit2(&stream_, gzip_only) != Z_OK) throw std::bad_alloc();
    }
    ~Gzip() override { inflateEnd(&stream_); }
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;

    std::size_t read(std::span<char> space) override {
        stream_.next_out = reinterpret_cast<Bytef*>(space.data());
        stream_.avail_out = static_cast<uInt>(space.size());
        while (stream_.avail_out == space.size()) {
            if (stream_.avail_in == 0) {
                const std::span<char> piece = refill();
                if (piece.empty() && within_member_) throw std::runtime_error(ends_early);
                if (piece.empty()) return 0;
                stream_.next_in = reinterpret_cast<Bytef*>(piece.data());
                stream_.avail_in = static_cast<uInt>(piece.size());
            }
            within_member_ = true;
            const int status = inflate(&stream_, Z_NO_FLUSH);
            if (status == Z_STREAM_END) {
                within_member_ = false;
                inflateReset(&stream_);
            } else if (status != Z_OK && status != Z_BUF_ERROR) {
                throw std::runtime_error(std::string{"broken gzip data: "} +
                                         (stream_.msg != nullptr ? stream_.msg : zError(status)));
            }
        }
        return space.size() - stream_.avail_out;
    }

private:
    z_stream stream_{};
    bool within_member_ = false;
};

bool begins_with(std::span<const char> bytes, std::initializer_list<unsigned char> magic) {
    return bytes.size() >= magic.size() &&
           std::equal(magic.begin(), magic.end(), bytes.begin(),
                      [](unsigned char a, char b) { return a == static_cast<unsigned char>(b); });
}

}  // namespace

std::unique_ptr<ByteSource> unpacked(std::unique_ptr<ByteSource> bytes) {
    auto headed = std::make_unique<Headed>(std::move(bytes));
    const std::span<const char> head = headed->head();
    if (begins_with(head, {0x28, 0xb5, 0x2f, 0xfd}))
        return std::make_unique<Zstd>(std::move(headed));
    if (begins_with(head, {0x1f, 0x8b})) return std::make_unique<Gzip>(std::move(headed));
    return headed;
}

std::unique_ptr<ByteSource> open_source(const std::string& path, bool (*stop)() noexcept) {
    Fd fd{path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                      : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0)
        throw std::system_error(errno, std::generic_category());
    if (S_ISDIR(status.st_mode)) throw std::system_error(EISDIR, std::generic_category());
    const bool regular = S_ISREG(status.st_mode);
    if (regular) static_cast<void>(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL));
    return unpacked(std::make_unique<Plain>(
        std::move(fd), regular ? static_cast<std::uint64_t>(status.st_size) : 0, stop));
}

}  // namespace sipping::io
