#include "cmd/http/curl.h"

#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace flow {
namespace {

constexpr char kLibrary[] = "libcurl.so.4";
// Has CURLOPT_PREREQFUNCTION (7.80) and CURLOPT_PROTOCOLS_STR (7.85), which the client needs.
constexpr unsigned kOldest = 0x075500;

absl::Status Unusable(const char* library, absl::string_view why) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot load ", library, ", which speaks to the engine: ", why,
                   "\nOn Debian and Ubuntu `sudo apt-get install libcurl4` installs it."));
}

// Protocols that nobody asks for here (RTMP, LDAP) bring GnuTLS, which sets itself up while it is loaded, in about 1 MB of
// memory, unless this is in the environment. A libcurl that uses it sets it up by itself.
void* Load(const char* library) {
  constexpr char kNoGnuTls[] = "GNUTLS_NO_IMPLICIT_INIT";
  const bool ours = getenv(kNoGnuTls) == nullptr && setenv(kNoGnuTls, "1", 0) == 0;
  // Lazy: of thousands of functions behind it a few dozen are called.
  void* const handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
  if (ours) unsetenv(kNoGnuTls);  // it is not for the programs that this one runs
  return handle;
}

// OpenSSL, which libcurl sets up whether or not TLS will be used, would list the words of all its errors, in 0.5 MB.
// Those of TLS itself, some of which transfer_error.cc looks for, come with the first connection that uses it; nobody
// is shown the others. Whoever says first whether they are listed decides (OPENSSL_init_crypto(3)).
void KeepErrorWordsOut(void* curl) {
  constexpr uint64_t kNoLoadCryptoStrings = 1;
  using Init = int(uint64_t options, const void* settings);
  if (auto* const init = reinterpret_cast<Init*>(dlsym(curl, "OPENSSL_init_crypto")); init != nullptr) {
    init(kNoLoadCryptoStrings, nullptr);
  }
}

// Takes the code of the program and its libraries out of this process's memory: most of what was run so far, by thirty
// libraries that set themselves up, is not run again. What is comes back from the files, which the kernel has at hand.
void ForgetCodeThatWasRun() {
  const auto forget = [](dl_phdr_info* object, size_t, void*) {
    const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    for (int i = 0; i < object->dlpi_phnum; ++i) {
      const ElfW(Phdr)& segment = object->dlpi_phdr[i];
      // What is written as well is not as in the file.
      if (segment.p_type != PT_LOAD || (segment.p_flags & (PF_X | PF_W)) != PF_X) continue;
      const uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
      const uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
      (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
    return 0;
  };
  dl_iterate_phdr(forget, nullptr);
}

}  // namespace

absl::StatusOr<Curl> OpenCurl(const char* library) {
  void* const handle = Load(library);
  if (handle == nullptr) return Unusable(library, dlerror());
  KeepErrorWordsOut(handle);
  Curl curl;
  const char* missing = nullptr;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(handle, name));
    if (function == nullptr) missing = name;
  };
  find(curl.global_init, "curl_global_init");
  find(curl.easy_init, "curl_easy_init");
  find(curl.easy_setopt, "curl_easy_setopt");
  find(curl.easy_getinfo, "curl_easy_getinfo");
  find(curl.easy_pause, "curl_easy_pause");
  find(curl.easy_reset, "curl_easy_reset");
  find(curl.easy_cleanup, "curl_easy_cleanup");
  find(curl.easy_strerror, "curl_easy_strerror");
  find(curl.slist_append, "curl_slist_append");
  find(curl.slist_free_all, "curl_slist_free_all");
  find(curl.multi_init, "curl_multi_init");
  find(curl.multi_setopt, "curl_multi_setopt");
  find(curl.multi_add_handle, "curl_multi_add_handle");
  find(curl.multi_remove_handle, "curl_multi_remove_handle");
  find(curl.multi_perform, "curl_multi_perform");
  find(curl.multi_poll, "curl_multi_poll");
  find(curl.multi_info_read, "curl_multi_info_read");
  find(curl.multi_cleanup, "curl_multi_cleanup");
  find(curl.multi_strerror, "curl_multi_strerror");
  decltype(&curl_version_info) version_info;
  find(version_info, "curl_version_info");
  if (missing != nullptr) return Unusable(library, absl::StrCat("it has no function ", missing));
  const curl_version_info_data* version = version_info(CURLVERSION_NOW);
  if (version->version_num < kOldest) {
    return Unusable(library, absl::StrCat("it is version ", version->version, ", and 7.85 or later is needed"));
  }
  curl.version = version->version_num;
  return curl;
}

absl::StatusOr<const Curl*> LoadCurl() {
  static const absl::StatusOr<Curl>* const curl = [] {
    auto* opened = new absl::StatusOr<Curl>(OpenCurl(kLibrary));
    if (opened->ok() && (*opened)->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
      *opened = absl::InternalError(absl::StrCat(kLibrary, " cannot be initialized"));
    }
    ForgetCodeThatWasRun();
    return opened;
  }();
  if (!curl->ok()) return curl->status();
  return &**curl;
}

}  // namespace flow
