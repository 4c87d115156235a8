package import TGDiagnostics
internal import TGTensor

/// Why a page cannot be read.
package struct PageFileError: Error, Hashable, Sendable {
  /// What was found.
  package var message: String
  /// What to do about it.
  package var hint: String?
  /// True if nothing is there, false if it is no page.
  package var isMissing: Bool

  /// Makes an error.
  package init(_ message: String, hint: String? = nil, isMissing: Bool = false) {
    self.message = message
    self.hint = hint
    self.isMissing = isMissing
  }
}

/// A `.tgraph` page and what it imports.
///
/// Only pages are read as pages: files whose names, links followed, end in `.tgraph`. What a
/// finding shows of a text is therefore never a line of something else.
package struct PageFile: Sendable {
  /// The most bytes of a page.
  package static let limit = 16 << 20
  static let limitText = "16 MiB"

  /// The path, `-` for what is piped into a command.
  package let path: String
  /// The bytes.
  package let bytes: [UInt8]

  /// Takes bytes that are here already.
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// Reads a page.
  ///
  /// - Throws: `MappedFileError`, `PageFileError`.
  package init(_ path: String) throws {
    let file = try MappedFile(path: path)
    guard Self.isNamedLikePage(Path.resolved(path) ?? path) else {
      throw PageFileError(
        "\(path) is no page: its name does not end in .tgraph",
        hint: "checkpoints are given with --weights, vocabularies with --vocabulary")
    }
    guard file.count <= Self.limit else {
      throw PageFileError("\(path) has more than \(Self.limitText)")
    }
    self.init(path: path, bytes: file.bytes(0..<file.count) ?? [])
  }

  /// Reads the imports, which lie in the page's tree: the nearest folder called `Graphs` above it, else
  /// its own folder, and all below; or in one of the folders `allowed`.
  ///
  /// - Throws: `PageFileError` if a folder allowed is not there.
  package func library(
    allowing allowed: [String] = []
  ) throws(PageFileError) -> (sources: SourceTable, result: Result<Library, DiagnosticFailure>) {
    Library.read(path: path, loader: try loader(allowing: allowed))
  }

  /// What gives the bytes of the page, and of what it may import.
  ///
  /// - Throws: `PageFileError` if a folder allowed is not there.
  package func loader(allowing allowed: [String] = []) throws(PageFileError) -> Library.Loader {
    let tree = try ImportTree(of: path, allowing: allowed)
    return { [path, bytes] wanted throws(Library.LoadingError) in
      wanted == path ? bytes : try tree.bytes(of: wanted)
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

  init(of page: String, allowing folders: [String]) throws(PageFileError) {
    let path = page == "-" ? "./-" : page
    let folder =
      Path.resolved(page == "-" ? "." : path).map { page == "-" ? $0 : Path.folder($0) }
      ?? Path.folder(path)
    root = Self.nearestGraphs(above: folder) ?? folder
    var resolved: [String] = []
    for name in folders {
      guard let there = Path.resolved(name), Path.isFolder(there) else {
        throw PageFileError(
          "--allow-imports \(name): there is no such folder", isMissing: true)
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
    guard PageFile.isNamedLikePage(real) else {
      throw Library.LoadingError(
        "\(path) is no page: its name does not end in .tgraph", isRefusal: true)
    }
    do {
      let file = try MappedFile(path: real)
      guard file.count <= PageFile.limit else {
        throw Library.LoadingError("it has more than \(PageFile.limitText)")
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
