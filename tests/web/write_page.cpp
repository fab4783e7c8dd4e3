// write_page IN.json OUT.html: the report's page around a JSON file, for the tests in a browser.
#include <fstream>
#include <iterator>

#include "sipping/page/report_page.hpp"

int main(int argc, char** argv) {
    if (argc != 3) return 3;
    std::ifstream in(argv[1], std::ios::binary);
    const std::string json{std::istreambuf_iterator<char>(in), {}};
    std::ofstream out(argv[2], std::ios::binary);
    out << sipping::page::report_page(json);
    out.close();
    return in && out ? 0 : 4;
}
