#include "commands/stress/plot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "sipping/base/values.hpp"
#include "text/message.hpp"

extern char** environ;  // NOLINT: environ(7)

namespace sipping::app {
namespace {

using stress::Measured;
using stress::Verdict;

/// Runs gnuplot with these as its standard input, output and error; its exit status.
int run_gnuplot(const std::vector<const char*>& arguments, int in, int out, int err) {
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    // Signals that we wait for are blocked in this process; they must not be in that one.
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    std::vector<char*> argv;
    for (const char* argument : arguments)
        argv.push_back(const_cast<char*>(argument));  // NOLINT: posix_spawn does not write to it
    argv.push_back(nullptr);
    pid_t child = -1;
    const int error =
        ::posix_spawnp(&child, "gnuplot", &actions, &attributes, argv.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::system_error(error, std::generic_category(), "gnuplot");
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

io::Fd memory_file(std::string_view content) {
    io::Fd file{::memfd_create("gnuplot", MFD_CLOEXEC)};
    if (!file) throw std::system_error(errno, std::generic_category(), "memfd_create");
    while (!content.empty()) {
        const ssize_t written = ::write(file.get(), content.data(), content.size());
        if (written < 0) throw std::system_error(errno, std::generic_category(), "write");
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

std::string content_of(const io::Fd& file) {
    std::string text(4096, '\0');
    const ssize_t length = ::pread(file.get(), text.data(), text.size(), 0);
    text.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    return text;
}

/// Within double quotes, where gnuplot knows backslashes and backquotes run a command.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : shown(text)) {
        if (c == '"' || c == '`' || c == '\\')
            out += '\'';
        else
            out += c;
    }
    return out + '"';
}

double ms(Duration value) {
    return static_cast<double>(value.count()) / 1e6;
}

/// "rate p50 p95 p99 lost% refused%" of the steps with this verdict, by rate.
std::string data(const stress::Stress& stress, std::string_view name,
                 bool (*wanted)(const Measured&)) {
    std::vector<const Measured*> rows;
    for (const Measured& measured : stress.measured().first(stress.judged()))
        if (wanted(measured)) rows.push_back(&measured);
    std::stable_sort(rows.begin(), rows.end(), [](const Measured* a, const Measured* b) {
        return a->step.rate_per_s < b->step.rate_per_s;
    });
    std::string text = fmt::format("${} << EOD\n", name);
    for (const Measured* row : rows) {
        const stress::Step& step = row->step;
        text += fmt::format("{} {} {} {} {} {}\n", step.rate_per_s, ms(step.latency_at(0.5)),
                            ms(step.latency_at(0.95)), ms(step.latency_at(0.99)),
                            step.lost_percent(), step.refused_percent());
    }
    return text + "EOD\n";
}

/// "1000, 2000, 5000" within the rates: gnuplot labels whole powers of ten only.
std::string rate_ticks(const stress::Stress& stress) {
    double low = 1e9;
    double high = 0;
    for (const Measured& measured : stress.measured().first(stress.judged())) {
        low = std::min(low, measured.step.rate_per_s);
        high = std::max(high, measured.step.rate_per_s);
    }
    std::string ticks;
    for (double decade = 0.1; decade <= high; decade *= 10)
        for (const double tick : {decade, 2 * decade, 5 * decade})
            if (tick >= low / 2 && tick <= high * 2)
                ticks += fmt::format("{}{:g}", ticks.empty() ? "" : ", ", tick);
    return fmt::format("set xrange [{:g}:{:g}]\nset xtics ({})\n", low / 1.1, high * 1.1, ticks);
}

std::string script(std::string_view target, const stress::Stress& stress) {
    const stress::Outcome outcome = stress.outcome();
    std::string text = data(stress, "steps", [](const Measured& measured) {
        return measured.judgement.verdict != Verdict::ours;
    });
    text += data(stress, "ours", [](const Measured& measured) {
        return measured.judgement.verdict == Verdict::ours;
    });
    text += fmt::format(
        "set terminal svg size 860,620 noenhanced background \"#ffffff\" font \"Helvetica,13\"\n"
        "set encoding utf8\n"
        "set multiplot layout 2,1 title {}\n"
        "set border 3 lc \"#444444\"\nset tics nomirror out\nset grid lc \"#dddddd\"\n"
        "set logscale x\nset xlabel \"probes a second\"\nset key outside right top\n"
        "set lmargin 10\nset rmargin 22\n",
        quoted(fmt::format("{}: latency and loss by rate", target)));
    text += rate_ticks(stress);
    if (outcome.held > 0)
        text += fmt::format(
            "set arrow 1 from first {0},graph 0 to first {0},graph 1 nohead lc \"#009e73\" dt 2\n",
            outcome.held);
    text += "set ylabel \"latency, ms\"\nset logscale y\n";
    text +=
        "plot $steps using 1:($2>0?$2:NaN) with linespoints pt 7 ps 0.6 lc \"#45a7d8\" title "
        "\"p50\", $steps using 1:($3>0?$3:NaN) with linespoints pt 7 ps 0.6 lc \"#0060a8\" title "
        "\"p95\", $steps using 1:($4>0?$4:NaN) with linespoints pt 7 ps 0.6 lc \"#222222\" title "
        "\"p99\"";
    if (outcome.held > 0) text += ", NaN with lines lc \"#009e73\" dt 2 title \"held\"";
    text += "\nunset logscale y\nset yrange [0:*<100]\nset ylabel \"lost or refused, %\"\n";
    text +=
        "plot $steps using 1:5 with linespoints pt 7 ps 0.6 lc \"#d55e00\" title \"lost\", $steps "
        "using 1:6 with linespoints pt 5 ps 0.6 lc \"#b0468c\" title \"503\"";
    const auto all = stress.measured().first(stress.judged());
    if (std::any_of(all.begin(), all.end(), [](const Measured& measured) {
            return measured.judgement.verdict == Verdict::ours;
        }))
        text += ", $ours using 1:5 with points pt 2 ps 1 lc \"#555555\" title \"limit is ours\"";
    return text + "\nunset multiplot\n";
}

}  // namespace

StressPlot::StressPlot(const std::string& path) {
    const io::Fd nothing{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    bool there = false;
    try {
        there =
            run_gnuplot({"gnuplot", "--version"}, nothing.get(), nothing.get(), nothing.get()) == 0;
    } catch (const std::system_error&) {
    }
    if (!there) throw UsageError("--svg needs gnuplot: apt-get install gnuplot-nox");
    try {
        file_.emplace(path);
    } catch (const std::system_error& error) {
        throw UsageError(fmt::format("--svg '{}': {}", shown(path), error.code().message()));
    }
}

bool StressPlot::draw(std::string_view target, const stress::Stress& stress) {
    if (stress.judged() == 0) return false;
    const io::Fd in = memory_file(script(target, stress));
    const io::Fd complaints = memory_file("");
    if (run_gnuplot({"gnuplot", "-"}, in.get(), file_->fd(), complaints.get()) != 0)
        throw std::runtime_error(
            fmt::format("--svg: gnuplot failed: {}", shown(content_of(complaints))));
    try {
        file_->finish();
    } catch (const std::system_error& error) {
        throw std::runtime_error(fmt::format("--svg: {}", error.code().message()));
    }
    return true;
}

}  // namespace sipping::app
