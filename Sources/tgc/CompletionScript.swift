import ArgumentParser

/// What makes a shell complete the words of `tgc`.
///
/// The argument parser's script knows the subcommands only by their names, while people write
/// `tgc G.tgraph …`. A few lines around it put the hidden name of the default one where it expects
/// it.
struct CompletionScript {
  /// The script.
  let text: String

  init(_ shell: CompletionShell) {
    let script = Command.completionScript(for: shell)
    switch shell {
    case .bash: text = script + "\n" + Self.bash
    case .zsh: text = Self.zsh(around: script)
    default: text = script + "\n" + Self.fish
    }
  }

  /// The subcommands that people write.
  private static let commands = Command.configuration.subcommands.filter {
    $0 != Command.configuration.defaultSubcommand
  }
  private static let names = commands.map { $0._commandName }

  private static let bash = """
    _tgc_page() {
        if [[ "${COMP_CWORD}" -gt 1 ]]; then
            case "${COMP_WORDS[1]}" in
            compile|\(names.joined(separator: "|")))
                _tgc "${@}"
                return
                ;;
            esac
        fi
        local first=()
        if [[ "${COMP_CWORD}" -eq 1 ]]; then
            first=($(compgen -W '\(names.joined(separator: " "))' -- "${2}"))
        fi
        local words=("${COMP_WORDS[0]}" compile "${COMP_WORDS[@]:1}")
        local -i word="$((COMP_CWORD + 1))"
        local -a COMP_WORDS=("${words[@]}")
        local -i COMP_CWORD="${word}"
        _tgc "${@}"
        COMPREPLY+=("${first[@]}")
    }

    complete -o filenames -F _tgc_page tgc

    """

  /// The parser's script ends with what starts it, which our lines replace.
  private static func zsh(around script: String) -> String {
    let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
    let end = lines.lastIndex { $0.hasPrefix("if [[ \"${funcstack") } ?? lines.endIndex
    let described = commands.map { "'\($0._commandName):\($0.configuration.abstract)'" }
    return lines[..<end].joined(separator: "\n") + "\n" + """
      _tgc_page() {
          if (( CURRENT > 2 )) && [[ "${words[2]}" = (compile|\(names.joined(separator: "|"))) ]]; then
              _tgc
              return
          fi
          local -i ret=1
          if (( CURRENT == 2 )); then
              local -ar commands=(\(described.joined(separator: " ")))
              _describe -V command commands && ret=0
          fi
          words=("${words[1]}" compile "${(@)words[2,-1]}")
          (( CURRENT += 1 ))
          _tgc && ret=0
          return "${ret}"
      }

      if [[ "${funcstack[1]}" = _tgc ]]; then
          _tgc_page "${@}"
      else
          compdef _tgc_page tgc
      fi

      """
  }

  private static let fish = """
    functions -c __tgc_tokens __tgc_written_tokens

    function __tgc_tokens
        set -l tokens (__tgc_written_tokens $argv)
        if contains -- -pc $argv; and not contains -- "$tokens[2]" compile \(names.joined(separator: " "))
            set tokens $tokens[1] compile $tokens[2..]
        end
        printf '%s\\n' $tokens
    end

    """
    + commands.map { command in
      "complete -c tgc -n 'test (count (commandline -opc)) -eq 1' -fa \(command._commandName) "
        + "-d '\(command.configuration.abstract)'\n"
    }.joined()
}
