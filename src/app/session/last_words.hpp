// What a run says at its end, when nobody is there any more to read it: a Ctrl+C that ends
// `sipping HOST | tee FILE` often ends tee first. Then it goes to standard error, and if that went
// into the same pipe, to a file beside the log.
#pragma once

#include <string>

#include "io/appender.hpp"

namespace sipping::app {

class LastWords {
public:
    /// Between these two everything appended is remembered.
    void begin(io::Appender& out, io::Appender& err) noexcept;
    void end(io::Appender& out, io::Appender& err) noexcept;
    /// Once they have been written, as far as they could be. `path`: of the file; empty: none.
    void save(const io::Appender& out, const io::Appender& err, const std::string& path) const;

private:
    std::string out_;
    std::string err_;
};

}  // namespace sipping::app
