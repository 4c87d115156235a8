package import TGDiagnostics

/// The files of a compilation: the main one and everything it imports, parsed once.
package struct Library: Sendable {
  /// Gives the bytes of a file by its path, or says why it cannot.
  package typealias Loader = (_ path: String) throws(LoadingError) -> [UInt8]

  /// Why a file could not be given.
  package struct LoadingError: Error, Hashable, Sendable {
    /// The reason, as the system puts it; the whole sentence of a refusal.
    package var reason: String
    /// True if the file may not be read, rather than cannot.
    package var isRefusal: Bool
    /// What to do about it.
    package var hint: String?

    /// Makes an error.
    package init(_ reason: String, isRefusal: Bool = false, hint: String? = nil) {
      self.reason = reason
      self.isRefusal = isRefusal
      self.hint = hint
    }
  }

  /// A parsed file with the files that its imports name.
  struct Entry: Sendable {
    var path: String
    var tree: SyntaxTree
    /// For each import of the tree, the index of the file.
    var imports: [Int]
  }

  /// Where an import finds the page of how alike pictures are, which the compiler brings along.
  static let likeness = "tgraph:likeness"

  /// The most files of one compilation.
  static let maximumFiles = 256

  /// The texts, for diagnostics; the main file is the first.
  package private(set) var sources = SourceTable()
  private(set) var entries: [Entry] = []

  /// Reads a file and what it imports.
  ///
  /// - Throws: `DiagnosticFailure` with every error of every file.
  package init(path: String, loader: Loader) throws(DiagnosticFailure) {
    var findings: [Diagnostic] = []
    var open: [String] = []
    do throws(LoadingError) {
      let bytes = try loader(path)
      _ = load(path, bytes, loader, &open, &findings)
    } catch {
      throw DiagnosticFailure([
        Diagnostic("file", "cannot read \(path): \(error.reason)", at: nil, hint: error.hint)
      ])
    }
    guard findings.isEmpty else { throw DiagnosticFailure(findings) }
  }

  /// Reads another page and what it imports, by its own loader.
  ///
  /// - Returns: the number of the page; or every error in it, to be shown with `sources` as they are now.
  package mutating func add(path: String, loader: Loader) -> Result<Int, DiagnosticFailure> {
    if let known = entries.firstIndex(where: { $0.path == path }) { return .success(known) }
    var findings: [Diagnostic] = []
    var open: [String] = []
    do throws(LoadingError) {
      let index = load(path, try loader(path), loader, &open, &findings)
      return findings.isEmpty ? .success(index) : .failure(DiagnosticFailure(findings))
    } catch {
      return .failure(
        DiagnosticFailure([
          Diagnostic("file", "cannot read \(path): \(error.reason)", at: nil, hint: error.hint)
        ]))
    }
  }

  /// The same files with members added to a model of the main one.
  ///
  /// - Parameters:
  ///   - members: a text with one model, which has them; findings have locations in it.
  ///   - name: the model that gets them, and the parameters of the text's own.
  ///   - names: what the text takes from `likeness`, a page of our own. What the main file has
  ///     imported under a name is what it has there.
  /// - Throws: `DiagnosticFailure` if the text cannot be read.
  func adding(
    _ members: SourceFile, to name: Identifier, importing names: [String] = []
  ) throws(DiagnosticFailure) -> Library {
    var result = self
    try result.importLikeness(names)
    let file = result.sources.add(members)
    let parsed = parse(members, file: file)
    guard parsed.diagnostics.isEmpty else { throw DiagnosticFailure(parsed.diagnostics) }
    for index in entries[0].tree.declarations.indices {
      guard case .model(var model) = entries[0].tree.declarations[index].kind, model.name == name,
        case .model(let added)? = parsed.tree.declarations.first?.kind
      else { continue }
      model.members += added.members
      model.parameters += added.parameters
      result.entries[0].tree.declarations[index].kind = .model(model)
    }
    return result
  }

  /// Lets the main file import from the page of how alike pictures are that the compiler brings along.
  private mutating func importLikeness(_ names: [String]) throws(DiagnosticFailure) {
    let imported = entries[0].tree.imports.flatMap { $0.names.map(\.name) }
    let names = names.filter { !imported.contains($0) }
    guard !names.isEmpty else { return }
    let page = try add(path: Self.likeness) { _ in PackageResources.likeness_tgraph }.get()
    let range = entries[page].tree.range
    entries[0].tree.imports.append(
      ImportDeclaration(
        names: names.map { Identifier(name: $0, range: range) }, path: entries[page].path,
        pathRange: range, range: range))
    entries[0].imports.append(page)
  }

  /// What was read before an error stopped the rest, for rendering its diagnostics.
  package static func read(path: String, loader: Loader) -> (
    sources: SourceTable, result: Result<Library, DiagnosticFailure>
  ) {
    var sources = SourceTable()
    do throws(DiagnosticFailure) {
      let library = try Library(path: path, loader: loader)
      return (library.sources, .success(library))
    } catch {
      // The same order of loading gives the same indices.
      var seen: [String] = []
      Library.collect(path, loader, &sources, &seen)
      return (sources, .failure(error))
    }
  }

  private mutating func load(
    _ path: String, _ bytes: [UInt8], _ loader: Loader, _ open: inout [String],
    _ findings: inout [Diagnostic]
  ) -> Int {
    let index = sources.add(SourceFile(name: path, bytes: bytes))
    let parsed = parse(sources.files[index], file: index)
    findings += parsed.diagnostics
    entries.append(Entry(path: path, tree: parsed.tree, imports: []))
    open.append(path)
    defer { open.removeLast() }
    var imports: [Int] = []
    for statement in parsed.tree.imports {
      do throws(ElaborationFailure) {
        let target = try Library.resolve(statement, from: path)
        if open.contains(target) {
          throw failure(
            "import-cycle", "\(target) is being read: it imports this file, perhaps by others",
            at: statement.pathRange)
        }
        if let known = entries.firstIndex(where: { $0.path == target }) {
          imports.append(known)
          continue
        }
        guard entries.count < Library.maximumFiles else {
          throw failure(
            "import-limit", "a graph has at most \(Library.maximumFiles) files",
            at: statement.range)
        }
        let content: [UInt8]
        do throws(LoadingError) {
          content =
            try target == Library.likeness ? PackageResources.likeness_tgraph : loader(target)
        } catch {
          guard !error.isRefusal else {
            throw failure(
              "import-outside", error.reason, at: statement.pathRange, hint: error.hint)
          }
          throw failure(
            "import-missing", "cannot read \(target): \(error.reason)", at: statement.pathRange,
            hint: error.hint ?? "paths are relative to the importing file")
        }
        imports.append(load(target, content, loader, &open, &findings))
      } catch {
        if case .found(let diagnostic) = error { findings.append(diagnostic) }
        imports.append(-1)
      }
    }
    entries[index].imports = imports
    return index
  }

  /// Repeats the order of loading for the texts alone.
  private static func collect(
    _ path: String, _ loader: Loader, _ sources: inout SourceTable, _ seen: inout [String]
  ) {
    guard !seen.contains(path), seen.count < maximumFiles,
      let bytes = try? path == likeness ? PackageResources.likeness_tgraph : loader(path)
    else { return }
    seen.append(path)
    let index = sources.add(SourceFile(name: path, bytes: bytes))
    for statement in parse(sources.files[index], file: index).tree.imports {
      if let target = try? resolve(statement, from: path) {
        collect(target, loader, &sources, &seen)
      }
    }
  }

  /// The path of an imported file, relative as the importing one is.
  private static func resolve(_ statement: ImportDeclaration, from path: String)
    throws(ElaborationFailure) -> String
  {
    guard !statement.path.hasPrefix("tgraph:") else {
      guard statement.path == likeness else {
        throw failure(
          "import-path", "the compiler brings no `\(statement.path)` along",
          at: statement.pathRange,
          hint: "it has \"\(likeness)\"; other imports name a file relative to their own")
      }
      return likeness
    }
    guard !statement.path.hasPrefix("/"), !statement.path.isEmpty else {
      throw failure(
        "import-path", "an import names a file relative to its own", at: statement.pathRange,
        hint: "as in \"../attngan/damsm.tgraph\"")
    }
    var pieces = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().map {
      String($0)
    }
    for piece in statement.path.split(separator: "/") {
      switch piece {
      case ".": break
      case "..":
        if let last = pieces.last, last != "..", last != "." {
          pieces.removeLast()
        } else {
          if pieces.last == "." { pieces.removeLast() }
          pieces.append("..")
        }
      default: pieces.append(String(piece))
      }
    }
    return pieces.joined(separator: "/")
  }
}
