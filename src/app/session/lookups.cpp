#include "session/lookups.hpp"

#include <memory>
#include <system_error>
#include <utility>

namespace sipping::app {
namespace {

class Lookup final : public io::Worker::Task {
public:
    Lookup(std::uint32_t its_number, std::string host, std::optional<Family> family)
        : number(its_number), host_(std::move(host)), family_(family) {}

    void run(const std::atomic<bool>& /*stop*/) noexcept override {
        found = net::resolve(host_, family_);
    }

    const std::uint32_t number;
    net::Resolved found;

private:
    std::string host_;
    std::optional<Family> family_;
};

}  // namespace

void Lookups::start() {
    if (worker_ || !trouble_.empty()) return;
    try {
        worker_.emplace(io::Worker::Priority::normal, side_by_side);
    } catch (const std::system_error& error) {
        trouble_ = error.code().message();
    }
}

void Lookups::ask(std::uint32_t number, const std::string& host, std::optional<Family> family) {
    start();
    ++pending_;
    if (worker_)
        worker_->post(std::make_unique<Lookup>(number, host, family));
    else
        on_the_spot_.push_back({number, net::resolve(host, family)});
}

std::optional<Lookups::Answer> Lookups::take() {
    std::optional<Answer> answer;
    if (!on_the_spot_.empty()) {
        answer = std::move(on_the_spot_.front());
        on_the_spot_.pop_front();
    } else if (const auto task = worker_ ? worker_->take_done() : nullptr) {
        auto& done = static_cast<Lookup&>(*task);  // nothing else is posted
        answer = Answer{done.number, std::move(done.found)};
    }
    if (answer) --pending_;
    return answer;
}

bool Lookups::wait(Duration patience) {
    return !on_the_spot_.empty() || (worker_ && worker_->wait_done(patience));
}

}  // namespace sipping::app
