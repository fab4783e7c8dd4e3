// Arguments in, exit code out (product.md): 3 for what the user has to put right, 4 for what the
// system refused. The one place where exceptions end.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <system_error>

#include "cli/arguments.hpp"
#include "commands/ping/ping.hpp"
#include "commands/ports/ports.hpp"
#include "commands/report/report.hpp"
#include "commands/respond/respond.hpp"
#include "commands/stress/stress.hpp"
#include "commands/trace/trace.hpp"
#include "text/message.hpp"

namespace {

constexpr int exit_usage = 3;
constexpr int exit_system = 4;

int complain(int code, const char* message) {
    std::fputs(sipping::app::message_line(message).c_str(), stderr);
    return code;
}

/// Where the caller closed a standard stream (`>&-`, some supervisors), the next socket or log file
/// would get its number, and lines for people would go in there.
void fill_standard_streams() {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
        if (::fcntl(fd, F_GETFD) < 0) static_cast<void>(::open("/dev/null", O_RDWR | O_NOCTTY));
}

int dispatch(const sipping::app::Arguments& arguments) {
    using sipping::app::Command;
    switch (arguments.command) {
        case Command::ping: return sipping::app::run_ping(arguments.ping);
        case Command::ports: return sipping::app::run_ports(arguments.ports);
        case Command::stress: return sipping::app::run_stress(arguments.stress);
        case Command::trace: return sipping::app::run_trace(arguments.trace);
        case Command::report: return sipping::app::run_report(arguments.report);
        case Command::respond: return sipping::app::run_respond(arguments.respond);
        case Command::help:
        case Command::version: break;
    }
    fmt::print("{}", arguments.text);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    fill_standard_streams();
    // A reader that went away (`| head`) ends a run when something is written, and no file
    // half-way.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        sipping::app::Arguments arguments;
        const std::string error = sipping::app::parse_arguments(argc, argv, arguments);
        if (!error.empty()) return complain(exit_usage, error.c_str());
        return dispatch(arguments);
    } catch (const sipping::app::UsageError& error) {
        return complain(exit_usage, error.what());
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::broken_pipe) return 0;
        return complain(exit_system, error.what());
    } catch (const std::exception& error) {
        return complain(exit_system, error.what());
    }
}
