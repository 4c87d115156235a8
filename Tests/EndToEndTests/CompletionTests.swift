import Foundation
import TGTestSupport
import Testing

/// What bash offers for words of `tgc`, by the script that `tgc` prints, driven as bash drives it.
@Suite struct CompletionTests {
  /// A command line whose last word is completed, what is offered, and what is not.
  private static let lines: [(words: [String], offered: [String], withheld: [String])] = [
    (["--"], ["--check", "--weights", "--set", "--max-memory", "--help"], ["compile", "fmt"]),
    (["--we"], ["--weights"], ["--check"]),
    ([""], ["birds.tgraph", "fmt"], ["compile", "help", "net.pth"]),
    (["f"], ["faces.tgraph", "fmt"], ["compile"]),
    (["birds.tgraph", "--"], ["--weights", "--batch", "--emit"], ["compile", "fmt"]),
    (["birds.tgraph", "--weights", ""], ["net.pth", "birds.tgraph"], ["--check"]),
    (["birds.tgraph", "--emit", ""], ["ir", "plan", "dot"], ["net.pth"]),
    (["birds.tgraph", "--check", "--"], ["--set"], ["--check"]),
    (["birds.tgraph", "--print-after", "Fold"], ["FoldConstants", "FoldScales"], ["Schedule"]),
    (["fmt", "--"], ["--check", "--quiet"], ["--weights", "compile"]),
    (["fmt", "bi"], ["birds.tgraph"], ["net.pth"]),
  ]

  @Test func bashOffersOptionsAndFiles() throws {
    let fixture = try PageFixture()
    for name in ["birds.tgraph", "faces.tgraph", "net.pth"] { try fixture.write("", to: name) }
    let printed = try fixture.run("--generate-completion-script bash")
    #expect(printed.status == 0)
    try fixture.write(printed.text, to: "script.bash")
    let quoted = { (words: [String]) in words.map { "'\($0)'" }.joined(separator: " ") }
    let calls = Self.lines.map { "complete_words tgc \(quoted($0.words))" }
    try fixture.write(
      """
      source ./script.bash
      complete_words() {
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        COMPREPLY=()
        local function=$(complete -p tgc | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        "$function" tgc "${@: -1}" "${@: -2:1}"
        echo "${COMPREPLY[*]}"
      }
      \(calls.joined(separator: "\n"))
      """, to: "try.bash")
    let bash = BuiltCommand(path: "/bin/bash")
    let output = try bash.run(["--norc", "try.bash"], in: fixture.folder.url).text
    let replies = output.split(separator: "\n", omittingEmptySubsequences: false)
    for (line, reply) in zip(Self.lines, replies) {
      let words = Set(reply.split(separator: " ").map(String.init))
      #expect(words.isSuperset(of: line.offered), "tgc \(line.words): \(reply)")
      #expect(words.isDisjoint(with: line.withheld), "tgc \(line.words): \(reply)")
    }
    #expect(replies.count > Self.lines.count)
  }

  /// The other shells' scripts start what puts the hidden word in.
  @Test func otherShells() throws {
    let fixture = try PageFixture()
    let zsh = try fixture.run("--generate-completion-script zsh").text
    #expect(zsh.contains("compdef _tgc_page tgc") && !zsh.contains("compdef _tgc tgc"))
    #expect(zsh.hasPrefix("#compdef tgc"))
    let fish = try fixture.run("--generate-completion-script fish").text
    #expect(fish.contains("functions -c __tgc_tokens __tgc_written_tokens"))
    #expect(try fixture.run("--generate-completion-script tcsh").status == 64)
  }

  @Test func helpNamesNoInternalCommand() throws {
    let fixture = try PageFixture()
    for line in ["--help", "-h", "help", "birds.tgraph --help"] {
      let outcome = try fixture.run(line)
      #expect(outcome.status == 0)
      #expect(!outcome.text.contains("compile (default)"), "\(line): \(outcome.text)")
      #expect(!outcome.text.contains("tgc compile"), "\(line): \(outcome.text)")
    }
  }
}
