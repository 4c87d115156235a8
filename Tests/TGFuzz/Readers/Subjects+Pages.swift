import TGDiagnostics
import TGSyntax

/// The reader of pages.
extension Subject {
  /// Pages: what parses is formatted twice, which must be the same, and elaborated.
  static var page: Subject {
    var subject = Subject(
      name: "page", folders: ["Tests/Fixtures/pages", "Tests/Fixtures/golden"],
      takes: { $0.count < 4096 && elaborates($0).isEmpty },
      mutate: { file, corpus, random in
        PageTokens(file).mutated(with: PageTokens(random.one(of: corpus)), &random)
      },
      parse: { bytes in
        let source = SourceFile(name: "page.tgraph", bytes: bytes)
        let parsed = parse(source, file: 0)
        guard parsed.diagnostics.isEmpty else {
          show(parsed.diagnostics, source)
          return Lexer.lex(source, file: 0).diagnostics.isEmpty ? .refused : .refusedAtOnce
        }
        guard let once = try? Formatter.format(source),
          let twice = try? Formatter.format(SourceFile(name: "page.tgraph", text: once))
        else { fail("what parses cannot be formatted") }
        demand(once == twice, "formatting twice makes a difference")
        let found = elaborates(bytes)
        show(found, source)
        return found.isEmpty ? .accepted : .refused
      })
    // Loops may be unrolled up to the limit of steps.
    subject.seconds = 30
    subject.memory = 4 << 30
    return subject
  }

  private static func show(_ findings: [Diagnostic], _ source: SourceFile) {
    var sources = SourceTable()
    _ = sources.add(source)
    let renderer = TextRenderer(sources: sources)
    demand(findings.allSatisfy { !renderer.render($0).isEmpty }, "a finding without words")
  }

  /// What is wrong with a page that imports nothing.
  private static func elaborates(_ bytes: [UInt8]) -> [Diagnostic] {
    do throws(DiagnosticFailure) {
      let library = try Library(path: "page.tgraph") { path throws(Library.LoadingError) in
        guard path == "page.tgraph" else { throw Library.LoadingError("there is no other file") }
        return bytes
      }
      _ = try Elaborator(library).elaborate(ElaborationOptions())
      return []
    } catch { return error.diagnostics }
  }
}

/// A page cut into its tokens.
struct PageTokens {
  private let pieces: [[UInt8]]
  private let kinds: [Token.Kind]
  private let startsLine: [Bool]

  init(_ text: [UInt8]) {
    let tokens = Lexer.lex(SourceFile(name: "page", bytes: text), file: 0).tokens.dropLast()
    pieces = tokens.map { Array(text[Int($0.start)..<Int($0.end)]) }
    kinds = tokens.map(\.kind)
    startsLine = tokens.map(\.startsLine)
  }

  /// The page with one or two tokens replaced by others, mostly of the same kind, or left out.
  func mutated(with other: PageTokens, _ random: inout Random) -> [UInt8] {
    var changed = pieces
    for _ in 0...random.below(2) {
      let place = random.below(changed.count)
      let same = other.kinds.indices.filter { other.kinds[$0] == kinds[place] }
      switch random.below(8) {
      case 0: changed[place] = []
      case 1...3 where kinds[place] == .integer || kinds[place] == .name:
        changed[place] = random.one(of: PageTokens.wild)
      default: changed[place] = same.isEmpty ? [] : other.pieces[random.one(of: same)]
      }
    }
    var result: [UInt8] = []
    for (piece, begins) in zip(changed, startsLine) { result += (begins ? [0x0a] : [0x20]) + piece }
    return result
  }

  private static let wild = [
    "0", "-1", "9223372036854775807", "65536", "2147483647", "1e38", "0.5", "none", "true",
    "\"*\"", "[]", "x", "image", "caption",
  ].map { Array($0.utf8) }
}
