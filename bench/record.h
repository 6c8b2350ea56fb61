// The file in which the proxy writes down the requests of a program: one a line, method, target and body with tabs
// between.
#ifndef BENCH_RECORD_H_
#define BENCH_RECORD_H_

#include <fstream>
#include <string>
#include <vector>

#include "bench/request_reader.h"

namespace bench {

// Bodies are one line of JSON, whose strings have their tabs escaped.
inline std::string RecordLine(const Request& request) {
  std::string line = request.method + "\t" + request.target + "\t" + request.body;
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return line + "\n";
}

// Empty where there is no such file.
inline std::vector<Request> ReadRecord(const std::string& path) {
  std::vector<Request> requests;
  std::ifstream file(path);
  for (Request request; std::getline(file, request.method, '\t') && std::getline(file, request.target, '\t') &&
                        std::getline(file, request.body);) {
    requests.push_back(request);
  }
  return requests;
}

}  // namespace bench

#endif  // BENCH_RECORD_H_
