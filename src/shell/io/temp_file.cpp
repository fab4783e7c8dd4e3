#include "io/temp_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace sipping::io {
namespace {

std::string temp_folder() {
    const char* folder = std::getenv("TMPDIR");
    return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

/// Not every file system has files that never had a name (O_TMPFILE, open(2)).
Fd open_nameless(const std::string& folder) {
    Fd fd{::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    if (fd || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return fd;
    std::string path = folder + "/sipping-XXXXXX";
    fd = Fd{::mkostemp(path.data(), O_CLOEXEC)};
    if (fd) ::unlink(path.c_str());
    return fd;
}

}  // namespace

TempFile::TempFile() : folder_(temp_folder()), fd_(open_nameless(folder_)) {
    if (!fd_) refuse(errno);
}

void TempFile::refuse(int error) const {
    throw std::system_error(
        error, std::generic_category(),
        fmt::format("cannot write a temporary file in {} (TMPDIR names another folder)", folder_));
}

void TempFile::append(std::span<const char> bytes) {
    while (!bytes.empty()) {
        const ssize_t written =
            ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) refuse(written == 0 ? ENOSPC : errno);
        size_ += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

std::size_t TempFile::read(std::uint64_t offset, std::span<char> space) const {
    std::size_t done = 0;
    while (done < space.size()) {
        const ssize_t got = ::pread(fd_.get(), space.data() + done, space.size() - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) refuse(errno);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

void TempFile::clear() {
    if (::ftruncate(fd_.get(), 0) != 0) refuse(errno);
    size_ = 0;
}

}  // namespace sipping::io
