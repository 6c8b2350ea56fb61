// A file of the requests of a program: one a line, method, target and body with tabs between.
#ifndef BENCH_RECORD_H_
#define BENCH_RECORD_H_

#include <fstream>
#include <string>
#include <vector>

#include "testkit/http_request.h"

namespace bench {

// Bodies are one line of JSON, whose strings have their tabs escaped.
inline void WriteRecord(const std::string& path, const std::vector<flow::testkit::HttpRequest>& requests) {
  std::ofstream file(path);
  for (const auto& request : requests) {
    std::string line = request.method + "\t" + request.target + "\t" + request.body;
    while (line.back() == '\n') line.pop_back();
    file << line << "\n";
  }
}

// Empty where there is no such file.
inline std::vector<flow::testkit::HttpRequest> ReadRecord(const std::string& path) {
  std::vector<flow::testkit::HttpRequest> requests;
  std::ifstream file(path);
  for (flow::testkit::HttpRequest request; std::getline(file, request.method, '\t') &&
                                           std::getline(file, request.target, '\t') &&
                                           std::getline(file, request.body);) {
    requests.push_back(request);
  }
  return requests;
}

}  // namespace bench

#endif  // BENCH_RECORD_H_
