import TGCommandLine
import TGDiagnostics
import TGSyntax
import TGTensor

/// A `.tgraph` page and what it imports, from files or the standard input.
///
/// Only pages are read as pages: files whose names, links followed, end in `.tgraph`. What a
/// finding shows of a text is therefore never a line of something else.
struct Page {
  /// The most bytes of a page.
  static let limit = 16 << 20

  private let path: String

  /// Names a page; `-` is the standard input.
  init(_ path: String) { self.path = path }

  /// The bytes of the page itself.
  ///
  /// - Throws: `MappedFileError` or `Failure`.
  func bytes() throws -> [UInt8] {
    if path == "-" { return try StreamInput.standardInput(limit: Self.limit) }
    let file = try MappedFile(path: path)
    guard Self.isNamedLikePage(Path.resolved(path) ?? path) else {
      throw Failure(
        .badInput, "\(path) is no page: its name does not end in .tgraph",
        hint: "checkpoints are given with --weights, vocabularies with --vocabulary")
    }
    guard file.count <= Self.limit else {
      throw Failure(.badInput, "\(path) has more than \(Quantity.bytes(Self.limit))")
    }
    return file.bytes(0..<file.count) ?? []
  }

  /// Reads the page and its imports, which lie in the page's tree: the nearest folder called
  /// `Graphs` above it, else its own folder, and all below; or in one of the folders `allowed`.
  ///
  /// - Throws: `MappedFileError` or `Failure` if the page itself, or a folder allowed, cannot be read.
  func library(
    allowing allowed: [String]
  ) throws -> (sources: SourceTable, Result<Library, DiagnosticFailure>) {
    let (sources, result) = Library.read(path: path, loader: try loader(allowing: allowed))
    return (sources, result)
  }

  /// What gives the bytes of the page, and of what it may import.
  ///
  /// - Throws: `MappedFileError` or `Failure` if the page itself, or a folder allowed, cannot be read.
  func loader(allowing allowed: [String]) throws -> Library.Loader {
    let own = try bytes()
    let tree = try ImportTree(of: path, allowing: allowed)
    return { [path] wanted throws(Library.LoadingError) in
      if wanted == path { return own }
      return try tree.bytes(of: wanted)
    }
  }

  fileprivate static func isNamedLikePage(_ path: String) -> Bool { Path.suffix(path) == "tgraph" }
}

/// The folders out of which a page may import.
private struct ImportTree {
  /// The folder of the page's own tree, links followed.
  private let root: String
  /// Other folders, links followed.
  private let allowed: [String]

  init(of page: String, allowing folders: [String]) throws(Failure) {
    let path = page == "-" ? "./-" : page
    let folder =
      Path.resolved(page == "-" ? "." : path).map { page == "-" ? $0 : Path.folder($0) }
      ?? Path.folder(path)
    root = Self.nearestGraphs(above: folder) ?? folder
    var resolved: [String] = []
    for name in folders {
      guard let there = Path.resolved(name), Path.isFolder(there) else {
        throw Failure(.missingInput, "--allow-imports \(name): there is no such folder")
      }
      resolved.append(there)
    }
    allowed = resolved
  }

  private static func nearestGraphs(above folder: String) -> String? {
    let parts = folder.split(separator: "/")
    guard let last = parts.lastIndex(of: "Graphs") else { return nil }
    return "/" + parts[...last].joined(separator: "/")
  }

  /// The bytes of an imported page; nothing is opened that may not be read.
  func bytes(of path: String) throws(Library.LoadingError) -> [UInt8] {
    // A file that is not there is judged by its folder: what lies outside is not told.
    let folder = Path.resolved(Path.folder(path))
    guard let real = Path.resolved(path) ?? folder.map({ Path.join($0, Path.baseName(path)) })
    else { throw Library.LoadingError("there is no folder \(Path.folder(path))") }
    guard ([root] + allowed).contains(where: { Path.isInside($0, real) }) else {
      throw Library.LoadingError(
        "\(path) lies outside of the pages' folder \(root)", isRefusal: true,
        hint: "--allow-imports FOLDER lets pages import out of another folder")
    }
    guard Page.isNamedLikePage(real) else {
      throw Library.LoadingError(
        "\(path) is no page: its name does not end in .tgraph", isRefusal: true)
    }
    do {
      let file = try MappedFile(path: real)
      guard file.count <= Page.limit else {
        throw Library.LoadingError("it has more than \(Quantity.bytes(Page.limit))")
      }
      return file.bytes(0..<file.count) ?? []
    } catch let error as MappedFileError {
      throw Library.LoadingError("\(error)")
    } catch let error as Library.LoadingError {
      throw error
    } catch {
      throw Library.LoadingError("\(error)")
    }
  }
}
