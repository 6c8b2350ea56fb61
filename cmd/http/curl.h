// libcurl, loaded when it is first used. With its 33 shared libraries it takes most of a program's start: what speaks
// to no engine (--help, a wrong flag, an invalid file, a pipeline that another command holds) is done before that.
#ifndef CMD_HTTP_CURL_H_
#define CMD_HTTP_CURL_H_

#include <curl/curl.h>

#include "absl/status/statusor.h"

namespace flow {

// libcurl's functions, under their names without "curl_". Calls through it bypass the type checks of curl's macros: the
// setopt functions take `long` (1L), pointers, or functions of exactly the documented type.
struct Curl {
  unsigned version;  // 0x080e01: 8.14.1
  decltype(&curl_global_init) global_init;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_pause) easy_pause;
  decltype(&curl_easy_reset) easy_reset;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;
  decltype(&curl_multi_init) multi_init;
  decltype(&curl_multi_setopt) multi_setopt;
  decltype(&curl_multi_add_handle) multi_add_handle;
  decltype(&curl_multi_remove_handle) multi_remove_handle;
  decltype(&curl_multi_perform) multi_perform;
  decltype(&curl_multi_poll) multi_poll;
  decltype(&curl_multi_info_read) multi_info_read;
  decltype(&curl_multi_cleanup) multi_cleanup;
  decltype(&curl_multi_strerror) multi_strerror;
};

// The system's libcurl, initialized; the same at each call, for the process's life. Not to be called from two threads
// at once. FailedPrecondition where it is not installed or older than 7.85, saying how to install it.
absl::StatusOr<const Curl*> LoadCurl();

// The same from another file name, not initialized: for tests.
absl::StatusOr<Curl> OpenCurl(const char* library);

}  // namespace flow

#endif  // CMD_HTTP_CURL_H_
