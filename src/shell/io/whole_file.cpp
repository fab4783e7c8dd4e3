#include "io/whole_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <system_error>

namespace sipping::io {
namespace {

[[noreturn]] void fail(const std::string& path) {
    throw std::system_error(errno, std::generic_category(), path);
}

/// A link stays a link, to the new file.
std::string followed(const std::string& path) {
    const std::unique_ptr<char, void (*)(void*)> real{::realpath(path.c_str(), nullptr), std::free};
    return real ? std::string{real.get()} : path;
}

}  // namespace

WholeFile::WholeFile(const std::string& path) : path_(followed(path)) {
    struct stat before {};
    const bool there = ::stat(path_.c_str(), &before) == 0;
    if (there && !S_ISREG(before.st_mode)) {
        file_ = Fd{::open(path_.c_str(), O_WRONLY | O_CLOEXEC)};
        if (!file_) fail(path_);
        return;
    }
    // One that may not be written is not replaced either.
    if (there && ::access(path_.c_str(), W_OK) != 0) fail(path_);
    temporary_ = fmt::format("{}.{}.part", path_, ::getpid());
    file_ =
        Fd{::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666)};
    if (!file_) {
        const int error = errno;
        temporary_.clear();
        errno = error;
        fail(path_);
    }
    if (there) static_cast<void>(::fchmod(file_.get(), before.st_mode & 07777));
}

WholeFile::~WholeFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void WholeFile::finish() {
    if (temporary_.empty()) return;
    if (::fsync(file_.get()) != 0) fail(temporary_);
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail(path_);
    temporary_.clear();
}

}  // namespace sipping::io
