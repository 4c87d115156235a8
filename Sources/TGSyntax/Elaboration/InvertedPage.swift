package import TGDiagnostics

/// A page whose model has an objective of ours besides its own functions: `tgc --invert`.
package struct InvertedPage: Sendable {
  /// The files with the objective among the members of the model. It stands in a text of its own,
  /// `PAGE --invert`, the last one.
  package let library: Library
  /// The text of the page with the objective in it, which means the same.
  package let text: String
  /// The network of features, as the options of the elaboration take it.
  package private(set) var features: ElaborationOptions.Part?

  /// Adds to a model the objective that turns one of its functions around.
  ///
  /// - Parameters:
  ///   - function: the function that makes pictures; nil for the first entry point, or else the only
  ///     one that does.
  ///   - network: a page whose network sees pictures, added to the files: pictures are compared by
  ///     what it sees, too. Its name is not looked at.
  ///   - options: the model and its settings; the rest is not looked at.
  /// - Throws: `DiagnosticFailure`: no such function, several, or a model with an objective of its own
  ///   (`invert`); what is wrong with the model itself.
  package init(
    _ library: Library, function: String?, features network: ElaborationOptions.Part? = nil,
    options: ElaborationOptions
  ) throws(DiagnosticFailure) {
    let (model, entries) = try Elaborator(library).entryPoints(options)
    let generator = try Generator.chosen(function, of: model, among: entries.map(\.declaration))
    let page = library.sources.files[0]
    let sight = try network.map { (network) throws(DiagnosticFailure) in
      try Sight(network, of: Elaborator(library))
    }
    let objective = DefaultObjective(
      generator, in: page, known: Set(entries.first?.environment.names ?? []), sight: sight)
    let members = SourceFile(
      name: "\(page.name) --invert",
      text: "model \(model.name.name)(\(objective.modelParameters)) {\n\(objective.text)\n}\n")
    let formatted = try Formatter.format(members, file: library.sources.files.count)
    self.library = try library.adding(
      SourceFile(name: members.name, text: formatted), to: model.name,
      importing: ["Likeness"] + (sight.map { [$0.interface] } ?? []))
    if let network, let sight {
      features = .init(
        name: objective.network, file: network.file, model: network.model, function: sight.function)
    }
    let imports = library.entries[0].tree.imports
    let isImported = imports.contains { $0.names.contains { $0.name == "Likeness" } }
    text = Self.page(
      page, with: formatted, before: model.bodyRange.end - 1,
      importing: isImported ? nil : imports.last?.range.end ?? 0)
  }

  /// The page with the members of a model before the brace that ends its own.
  ///
  /// - Parameter last: where its imports end, of which one more is needed; nil if none is.
  private static func page(
    _ page: SourceFile, with model: String, before brace: Int, importing last: Int?
  ) -> String {
    let members = model.split(separator: "\n", omittingEmptySubsequences: false)
      .dropFirst().dropLast(2).joined(separator: "\n")
    var start = brace
    while start > 0, [0x20, 0x09].contains(page.bytes[start - 1]) { start -= 1 }
    // The brace has its line for itself, or it gets one.
    let isAlone = start == 0 || [0x0A, 0x0D].contains(page.bytes[start - 1])
    let (before, after) = (page.bytes[..<(isAlone ? start : brace)], page.bytes[brace...])
    return Self.importing(before, after: last) + "\n" + (isAlone ? "" : "\n") + members + "\n"
      + String(decoding: after, as: UTF8.self)
  }

  /// The beginning of a page with the import of `Likeness` below its own imports, or above all.
  private static func importing(_ text: ArraySlice<UInt8>, after last: Int?) -> String {
    let statement = "import Likeness from \"\(Library.likeness)\"\n"
    guard let last else { return String(decoding: text, as: UTF8.self) }
    guard last > 0, let line = text[last...].firstIndex(of: 0x0A) else {
      return statement + "\n" + String(decoding: text, as: UTF8.self)
    }
    return String(decoding: text[...line], as: UTF8.self) + statement
      + String(decoding: text[(line + 1)...], as: UTF8.self)
  }
}

/// A network that sees pictures: its function, of one picture or of two.
struct Sight {
  /// The function.
  let function: String
  /// Of one picture, `Features`, or of two, `Distance`: models of the page `likeness`.
  let interface: String

  /// Looks for the function of a page that is meant: the one of the name, or the first that takes
  /// one or two pictures and nothing else.
  init(_ part: ElaborationOptions.Part, of elaborator: Elaborator) throws(DiagnosticFailure) {
    let model = try elaborator.choose(part.model, of: part.file)
    let functions = model.members.compactMap { member -> FunctionDeclaration? in
      if case .function(let function) = member.kind { function } else { nil }
    }
    let seeing = functions.filter { Self.pictures($0) != nil && $0.results != nil }
    let meant = part.function.map { name in seeing.first { $0.name.name == name } } ?? seeing.first
    guard let function = meant, let count = Self.pictures(function) else {
      let names = seeing.map(\.name.name)
      throw DiagnosticFailure([
        Diagnostic(
          "invert",
          part.function.map {
            "`\($0)` of `\(model.name.name)` is no function of one or two pictures"
          }
            ?? "no function of `\(model.name.name)` takes one or two pictures and nothing else",
          at: model.name.range,
          hint: names.isEmpty ? nil : "it has " + names.joined(separator: ", "))
      ])
    }
    self.function = function.name.name
    interface = count == 1 ? "Features" : "Distance"
  }

  /// How many pictures a function takes, one or two; nil if it takes something else.
  private static func pictures(_ function: FunctionDeclaration) -> Int? {
    let isPicture = { (parameter: ParameterDeclaration) in
      guard case .named(let name, _, _)? = parameter.type?.kind else { return false }
      return name.name == "Image"
    }
    let count = function.parameters.count
    return (1...2).contains(count) && function.parameters.allSatisfy(isPicture) ? count : nil
  }
}
