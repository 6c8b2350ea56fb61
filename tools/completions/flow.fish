# Completion of flow's commands for fish. What a word may become is known to flowctl, beside the command itself.

function __flow_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l word (commandline --current-token --cut-at-cursor)
    set -l program (type --force-path $words[1])
    or return
    set -l flowctl (path dirname $program)/flowctl
    set -l answer ($flowctl __complete (path basename $program) $words[2..] "$word" 2>/dev/null)
    string join \n -- $answer[2..]
    switch "$answer[1]"
        case files
            __fish_complete_path (string replace --regex '^-[^=]*=' '' -- "$word")
        case folders
            __fish_complete_directories (string replace --regex '^-[^=]*=' '' -- "$word")
    end
end

for command in flow-apply flow-status flow-delete flow-logs flow-heartbeat flow-stream flow-run flow-translate flow-validate flowctl
    complete --command $command --no-files --arguments '(__flow_complete)'
end
