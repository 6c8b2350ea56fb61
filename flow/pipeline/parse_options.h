// What parsing takes from outside of the file. The core asks the world for nothing: the binaries fill this in.
#ifndef FLOW_PIPELINE_PARSE_OPTIONS_H_
#define FLOW_PIPELINE_PARSE_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "flow/pipeline/finding.h"
#include "flow/pipeline/pipeline.pb.h"

namespace flow::pipeline {

// What the /metadata.json of a component reference's image says.
struct ComponentMetadata {
  std::map<std::string, std::string> env_mapping;  // config key → variable that holds it
  std::vector<std::string> input_types;
  std::vector<std::string> output_types;
  uint32_t port = 0;         // 0: it names none
  uint32_t health_port = 0;  // 0: it names none
};

struct ParseOptions {
  // For `$VAR`: of --env_file (env_file.h), then of the process.
  std::map<std::string, std::string> variables;

  // Image of a component that names neither image nor reference (--default_image); empty: such a one is an error.
  std::string default_image;

  // Wins over spec.driver, and is judged as that would be (--driver); empty: the file's word holds. One of kDrivers
  // (driver.h).
  std::string driver;

  // Whether the pipeline is about to be deployed (flow-apply): a driver that flow does not deploy is then an error.
  // Where the file is only looked at it is a warning.
  bool deploy = false;

  // Host paths of the system that may be mounted all the same (--allow_host_path).
  std::vector<std::string> allowed_host_paths;

  // Whether the components will be told of a control plane, whatever the file says of one (--control_plane).
  bool control_plane = false;

  // False (--nostrict): unknown fields, variables that are not set and unknown `depends_on` are warnings.
  bool strict = true;

  // Where relative host paths start (the folder of the file): absolute. And what `~` is (HOME): where that is not
  // absolute, a path that begins with it is an error.
  std::string base_directory = "/";
  std::string home_directory = "/";

  // What the pipeline's target has against it; null: nothing. Asked once, with what could be read of the file.
  std::function<std::vector<Finding>(const Pipeline&)> judge;

  // By reference, as `type` writes it ("duckdb-consumer@v1.0.0").
  std::map<std::string, ComponentMetadata> metadata;
};

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_PARSE_OPTIONS_H_
