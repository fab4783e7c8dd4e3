#include "session/old_logs.hpp"

#include <fmt/format.h>

#include <memory>
#include <system_error>
#include <utility>

#include "io/compress.hpp"

namespace sipping::app {
namespace {

class Compression final : public io::Worker::Task {
public:
    explicit Compression(std::string path) : path_(std::move(path)) {}

    void run(const std::atomic<bool>& stop) noexcept override {
        trouble = io::compress_file(path_, stop);
    }

    std::string trouble;

private:
    std::string path_;
};

}  // namespace

void OldLogs::add(std::string path) {
    try {
        if (!worker_) worker_.emplace(io::Worker::Priority::lowest);
    } catch (const std::system_error& error) {  // a limit of the user, of a container
        trouble_ = fmt::format("log '{}' stays as it is, a thread cannot be started: {}", path,
                               error.code().message());
        return;
    }
    worker_->post(std::make_unique<Compression>(std::move(path)));
}

void OldLogs::collect() {
    if (!worker_) return;
    while (const auto task = worker_->take_done()) {
        auto& done = static_cast<Compression&>(*task);  // nothing else is posted
        if (!done.trouble.empty()) trouble_ = std::move(done.trouble);
    }
}

std::string OldLogs::take_trouble() {
    return std::exchange(trouble_, {});
}

}  // namespace sipping::app
