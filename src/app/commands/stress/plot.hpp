// The plot of a stress run as SVG, drawn by gnuplot(1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "io/whole_file.hpp"
#include "sipping/stress/stress.hpp"

namespace sipping::app {

class StressPlot {
public:
    /// Throws UsageError when there is no gnuplot or `path` cannot be written: better now than when
    /// the run is over.
    explicit StressPlot(const std::string& path);

    /// Latency (p50, p95, p99) and losses by rate; bad and own steps marked. False when there was
    /// nothing to draw. What was in the file before stays there unless the plot is whole. Throws
    /// std::runtime_error with gnuplot's complaint.
    [[nodiscard]] bool draw(std::string_view target, const stress::Stress& stress);

private:
    std::optional<io::WholeFile> file_;
};

}  // namespace sipping::app
