#include "sipping/ports/limit.hpp"

#include <cerrno>

namespace sipping::ports {

Limit limit_of(int error) noexcept {
    switch (error) {
        case 0: return Limit::none;
        case EADDRINUSE: return Limit::port_range;
        case EMFILE: return Limit::open_files;
        case ENFILE: return Limit::system_files;
        case ENOBUFS:
        case ENOMEM: return Limit::memory;
        default: return Limit::refused;
    }
}

std::string_view limit_name(Limit limit) noexcept {
    switch (limit) {
        case Limit::none: return "none";
        case Limit::port_range: return "port-range";
        case Limit::open_files: return "rlimit-nofile";
        case Limit::system_files: return "file-max";
        case Limit::memory: return "memory";
        case Limit::uring_table: return "io-uring-table";
        case Limit::interrupted: return "interrupted";
        case Limit::refused: return "refused";
    }
    return "";
}

std::string_view limit_words(Limit limit) noexcept {
    switch (limit) {
        case Limit::none: return "nothing";
        case Limit::port_range: return "the port range";
        case Limit::open_files: return "RLIMIT_NOFILE";
        case Limit::system_files: return "fs.file-max";
        case Limit::memory: return "memory";
        case Limit::uring_table: return "the io_uring table";
        case Limit::interrupted: return "Ctrl+C";
        case Limit::refused: return "an error";
    }
    return "";
}

}  // namespace sipping::ports
