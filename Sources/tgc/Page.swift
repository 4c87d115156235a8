import TGCommandLine
import TGDiagnostics
import TGSyntax
import TGTensor

/// A `.tgraph` page and what it imports, from files or the standard input.
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
    guard file.count <= Self.limit else {
      throw Failure(.badInput, "\(path) has more than \(Quantity.bytes(Self.limit))")
    }
    return file.bytes(0..<file.count) ?? []
  }

  /// Reads the page and its imports.
  func library() throws -> (sources: SourceTable, Result<Library, DiagnosticFailure>) {
    let own = try bytes()
    let (sources, result) = Library.read(path: path) { [path] wanted throws(Library.LoadingError) in
      if wanted == path { return own }
      do {
        let file = try MappedFile(path: wanted)
        guard file.count <= Self.limit else {
          throw Library.LoadingError("it has more than \(Quantity.bytes(Self.limit))")
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
    return (sources, result)
  }
}
