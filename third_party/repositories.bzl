"""What flow is built from, for its own WORKSPACE and for those that load flow."""

load("//third_party:system.bzl", "system_libraries")

def _vendored_impl(ctx):
    for file in ctx.path(ctx.attr.workspace_file).dirname.readdir():
        ctx.symlink(file, file.basename)

# A folder of this repository as one of its own.
_vendored = repository_rule(
    implementation = _vendored_impl,
    attrs = {"workspace_file": attr.label(allow_single_file = True)},
    local = True,
)

def flow_repositories():
    """Defines the repositories that flow is built from: Debian's libraries, and the rules that Bazel loads by name."""

    # Bazel 4.2.3 adds these by itself and would download them.
    for name in ["rules_cc", "rules_proto", "remote_coverage_tools"]:
        _vendored(
            name = name,
            workspace_file = Label("//third_party:%s/WORKSPACE" % name),
        )
    native.local_repository(
        name = "rules_java",
        path = "/usr/share/bazel/rules/java",
    )
    system_libraries(
        name = "system",
        shared = {
            "curl": ["libcurl"],
        },
        static = {
            "absl": [
                "absl_cord",
                "absl_flat_hash_map",
                "absl_flat_hash_set",
                "absl_status",
                "absl_statusor",
                "absl_str_format",
                "absl_strings",
                "absl_synchronization",
                "absl_time",
            ],
            "gflags": ["gflags"],
            "gtest": [
                "gmock",
                "gtest",
            ],
            "gtest_main": ["gmock_main"],
            "md": ["libmd"],
            "protobuf": ["protobuf"],
            "yaml_cpp": ["yaml-cpp"],
        },
    )
    # Of measurements alone: looked for when one of them is built.
    system_libraries(
        name = "grpc",
        shared = {"grpc++": ["grpc++"]},
    )
    native.new_local_repository(
        name = "com_google_protobuf",
        build_file = str(Label("//third_party:protobuf.BUILD")),
        path = "/usr",
    )
