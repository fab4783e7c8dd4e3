#include "old_logs.hpp"

#include <memory>
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
    if (!worker_) worker_.emplace(io::Worker::Priority::lowest);
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
