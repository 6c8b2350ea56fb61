# Completion of flow's commands for bash. What a word may become is known to flowctl, beside the command itself.

_flow() {
  local line=${COMP_LINE:0:COMP_POINT} program paths word before
  local -a words
  program=$(type -P -- "${COMP_WORDS[0]/#\~/$HOME}") || return
  read -ra words <<<"$line"
  [[ $line != *[[:space:]] ]] || words+=('')
  COMPREPLY=()
  # Readline takes an equals sign for the end of a word: what stands before it is not to be repeated.
  before=
  [[ ${words[-1]} != -*=* || $COMP_WORDBREAKS != *=* ]] || before=${words[-1]%%=*}=
  {
    read -r paths
    while IFS=$'\t' read -r word _; do
      COMPREPLY+=("${word#"$before"}")
      [[ $word != *= ]] || compopt -o nospace
    done
  } < <("${program%/*}/flowctl" __complete "${program##*/}" "${words[@]:1}" 2>/dev/null)
  word=${words[-1]#"$before"}
  case $paths in
    files) compopt -o filenames && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word") ;;
    folders) compopt -o filenames && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$word") ;;
  esac
}

complete -F _flow flow-apply flow-status flow-delete flow-logs flow-heartbeat flow-stream flow-run flow-translate flow-validate flowctl
