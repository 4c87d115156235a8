import TGDiagnostics
import TGIR
import TGPlan
import TGSyntax
import Testing

/// What `minimize` is given: tuples of terms that are put together, and terms that are absent; and the
/// page of the compiler's own that pages take them from.
@Suite struct ObjectiveTermTests {
  /// The terms of the objective of a page with a model `M`.
  private static func terms(_ value: String, above text: String = "") throws -> [String] {
    let page = """
      \(text)
      model M() {
        part likeness = Likeness()
        objective o(target: Image[1, 2, 2](0 ... 1)) -> (w: Latent[1, 2, 2]) {
          var w = 0 * target
          repeat 3 { minimize \(value) over w using adam(rate: 1) }
          return (w: w)
        }
      }
      """
    let library = try Library(path: "page.tgraph") { path throws(Library.LoadingError) in
      guard path == "page.tgraph" else { throw Library.LoadingError("no such file") }
      return Array(page.utf8)
    }
    let model = try Elaborator(library).elaborate(.init(model: "M")).model
    return model.objectives.flatMap { $0.form.loops.flatMap(\.terms) }
  }

  private static func finding(_ value: String, above text: String) -> Diagnostic? {
    do {
      _ = try terms(value, above: text)
      return nil
    } catch { return (error as? DiagnosticFailure)?.diagnostics.first }
  }

  private static let likeness = "import Likeness from \"tgraph:likeness\""

  @Test(arguments: [
    ("likeness.terms(w, target)", ["pixels"]),
    ("likeness.terms(w, target) + (size: sum(w))", ["pixels", "size"]),
    (
      "(size: sum(w)) + likeness.terms(w, target) + (more: sum(w), less: 2)",
      ["size", "pixels", "more", "less"]
    ),
    ("(size: none, pixels: sum(w))", ["pixels"]),
  ])
  func termsAreJoinedAndMayBeAbsent(value: String, terms: [String]) throws {
    #expect(try Self.terms(value, above: Self.likeness) == terms)
  }

  @Test(arguments: [
    ("(size: none)", "minimize", "nothing is minimised"),
    ("likeness.terms(w, target) + (pixels: sum(w))", "duplicate-name", "`pixels`"),
    ("(size: sum(w)) + sum(w)", "type", "`+`"),
    ("(size: sum(w)) - (pixels: sum(w))", "type", "`-`"),
  ])
  func whatDoesNotGoTogetherIsSaid(value: String, id: String, part: String) throws {
    let found = try #require(Self.finding(value, above: Self.likeness))
    #expect(found.id == id && found.message.contains(part), "\(found.message)")
  }

  /// The compiler brings one page along, under a name that is no file.
  @Test func anImportOfTheCompilersOwnPage() throws {
    let other = try #require(
      Self.finding("sum(w)", above: "import Likeness from \"tgraph:unlikeness\""))
    #expect(other.id == "import-path" && other.hint?.contains("tgraph:likeness") == true)
    let name = try #require(
      Self.finding("sum(w)", above: "import Likenes from \"tgraph:likeness\""))
    #expect(name.id == "import-name" && name.hint == "did you mean `Likeness`?")
  }
}
