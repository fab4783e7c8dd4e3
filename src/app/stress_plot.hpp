// The plot of a stress run as SVG, drawn by gnuplot(1).
#pragma once

#include <string>
#include <string_view>

#include "io/fd.hpp"
#include "sipping/stress/stress.hpp"

namespace sipping::app {

class StressPlot {
public:
    /// Throws UsageError when there is no gnuplot or `path` cannot be written: better now than when
    /// the run is over.
    explicit StressPlot(std::string path);

    /// Latency (p50, p95, p99) and losses by rate; bad and own steps marked. Throws
    /// std::runtime_error with gnuplot's complaint.
    void draw(std::string_view target, const stress::Stress& stress);

private:
    std::string path_;
    io::Fd file_;
};

}  // namespace sipping::app
