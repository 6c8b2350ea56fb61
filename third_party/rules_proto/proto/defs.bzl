"""The native Protobuf rules under the name that build files load them from: Debian's package of it differs by suite."""

proto_lang_toolchain = native.proto_lang_toolchain
proto_library = native.proto_library
