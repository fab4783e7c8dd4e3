#include "io/compress.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "io/fd.hpp"
#include "io/file_ops.hpp"

namespace sipping::io {
namespace {

/// zstd's own default: five times smaller at some 200 MB a second for our rows.
constexpr int level = ZSTD_CLEVEL_DEFAULT;

struct ContextDeleter {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
};

std::string words(const std::string& path, const char* why) {
    return fmt::format("cannot compress log '{}': {}; it stays as it is", path, why);
}

/// Removed again whatever happens: what is whole has its real name by then.
class PartFile {
public:
    explicit PartFile(std::string path) : path_(std::move(path)) {}
    ~PartFile() { ::unlink(path_.c_str()); }
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    [[nodiscard]] const char* path() const noexcept { return path_.c_str(); }

private:
    std::string path_;
};

bool write_whole(int fd, const char* data, std::size_t size) noexcept {
    while (size > 0) {
        const ssize_t written = ::write(fd, data, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        data += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

class Stream {
public:
    Stream(int from, int to) : from_(from), to_(to), context_(ZSTD_createCCtx()) {
        // A checksum, so that `zstd -t` proves the file.
        ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
        ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
    }

    /// True when there is more; nothing when it went wrong (see error()).
    std::optional<bool> step() {
        const ssize_t got = ::read(from_, in_.data(), in_.size());
        if (got < 0) return failed(std::strerror(errno));
        ZSTD_inBuffer in{.src = in_.data(), .size = static_cast<std::size_t>(got), .pos = 0};
        const auto mode = got == 0 ? ZSTD_e_end : ZSTD_e_continue;
        std::size_t left = 1;
        while (got == 0 ? left != 0 : in.pos < in.size) {
            ZSTD_outBuffer out{.dst = out_.data(), .size = out_.size(), .pos = 0};
            left = ZSTD_compressStream2(context_.get(), &out, &in, mode);
            if (ZSTD_isError(left) != 0) return failed(ZSTD_getErrorName(left));
            if (!write_whole(to_, out_.data(), out.pos)) return failed(std::strerror(errno));
        }
        return got > 0;
    }

    [[nodiscard]] const char* error() const noexcept { return error_; }

private:
    std::nullopt_t failed(const char* why) noexcept {
        error_ = why;
        return std::nullopt;
    }

    int from_;
    int to_;
    std::unique_ptr<ZSTD_CCtx, ContextDeleter> context_;
    std::vector<char> in_ = std::vector<char>(ZSTD_CStreamInSize());
    std::vector<char> out_ = std::vector<char>(ZSTD_CStreamOutSize());
    const char* error_ = "";
};

/// The path leads to the very file that was opened.
bool is_still(const std::string& path, const struct stat& opened) noexcept {
    struct stat now {};
    return ::stat(path.c_str(), &now) == 0 && now.st_dev == opened.st_dev &&
           now.st_ino == opened.st_ino;
}

}  // namespace

std::string compress_file(const std::string& path, const std::atomic<bool>& stop) {
    const Fd from{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!from) return errno == ENOENT ? std::string{} : words(path, std::strerror(errno));
    struct stat status {};
    if (::fstat(from.get(), &status) != 0) return words(path, std::strerror(errno));

    const std::string whole_path = path + ".zst";
    const PartFile part{whole_path + ".part"};  // what a killed run left of it is overwritten
    const Fd to{::open(part.path(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, file_mode)};
    if (!to) return words(path, std::strerror(errno));
    static_cast<void>(::fchmod(to.get(), status.st_mode & 0777));

    Stream stream{from.get(), to.get()};
    for (;;) {
        if (stop) return {};
        const std::optional<bool> more = stream.step();
        if (!more) return words(path, stream.error());
        if (!*more) break;
    }
    // On the disk first, or a power cut would leave neither.
    if (::fdatasync(to.get()) != 0) return words(path, std::strerror(errno));
    // Renamed meanwhile, by logrotate: its rows must not be there twice.
    if (!is_still(path, status)) return {};
    // link(2) never replaces an older file of that name, as rename(2) would.
    if (::link(part.path(), whole_path.c_str()) != 0) return words(path, std::strerror(errno));
    if (!is_still(path, status)) {
        ::unlink(whole_path.c_str());
        return {};
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return words(path, std::strerror(errno));
    return {};
}

}  // namespace sipping::io
