#include "cmd/target/watch_status.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "cmd/cli/print.h"
#include "cmd/output/screen.h"

namespace flow {
namespace {

// After which a look is tried again that the target did not answer.
constexpr absl::Duration kAgain = absl::Seconds(1);

// The folders where the state of what is shown may change.
void WatchFolders(const Store& store, const LookOptions& options, Changes& changes) {
  changes.Watch(store.folder());
  std::vector<PipelineKey> keys = store.List().value_or(std::vector<PipelineKey>());
  if (!options.pipeline.empty()) keys = {KeyOf(options)};
  for (const PipelineKey& key : keys) changes.Watch(key);
}

// Shows what a look has found, be it that there are no pipelines. Error: that ends the watch.
absl::Status ShowOn(std::optional<Screen>& screen, const Environment& environment, const LookOptions& options,
                    const absl::StatusOr<Look>& look) {
  const ExitCode code = ExitCodeOf(look.status());
  if (code == ExitCode::kNoSuchPipeline && screen.has_value()) {
    return ExitWith(ExitCode::kDone, absl::StrCat("pipeline \"", options.pipeline, "\" is gone"));
  }
  if (code != ExitCode::kDone) return look.status();
  if (!screen.has_value()) screen.emplace(environment);
  const absl::Status shown = screen->Show(look.ok() ? look->text : absl::StrCat(look.status().message(), "\n"));
  return shown.ok() ? shown : Unwritten(shown, ExitCode::kDone);
}

}  // namespace

absl::Status WatchStatus(const Store& store, const Environment& environment, const LookOptions& options,
                         Changes& changes, const std::function<absl::StatusOr<Look>()>& look) {
  if (absl::Status end = changes.Open(); !end.ok()) return end;
  std::optional<Screen> screen;
  for (bool changed = true;;) {
    bool again = false;
    if (changed) {
      WatchFolders(store, options, changes);
      const absl::StatusOr<Look> seen = look();
      // A target that goes away, which its stream will tell; or one connection that broke.
      again = absl::IsUnavailable(seen.status()) && screen.has_value();
      if (!again) {
        if (absl::Status end = ShowOn(screen, environment, options, seen); !end.ok()) return end;
      }
    }
    const absl::StatusOr<bool> woken = changes.Wait({screen->fd()}, again ? kAgain : absl::InfiniteDuration());
    if (!woken.ok()) return woken.status();
    (void)screen->Attend();
    changed = *woken || again;
  }
}

}  // namespace flow
