// A file that takes the place of another one only when it is whole: written beside it, then
// renamed. What is no regular file (/dev/stdout, a FIFO) is written as it is.
#pragma once

#include <string>

#include "io/fd.hpp"

namespace sipping::io {

class WholeFile {
public:
    /// Throws std::system_error when it cannot be written there.
    explicit WholeFile(const std::string& path);
    /// Without finish() nothing of it is left.
    ~WholeFile();
    WholeFile(const WholeFile&) = delete;
    WholeFile& operator=(const WholeFile&) = delete;

    /// To write to.
    [[nodiscard]] int fd() const noexcept { return file_.get(); }
    /// It is whole. Throws std::system_error, and then the other one is still there.
    void finish();

private:
    std::string path_;       ///< where a link leads
    std::string temporary_;  ///< empty: none, or not any more
    Fd file_;
};

}  // namespace sipping::io
