package import TGDiagnostics

/// A page whose model has an objective of ours besides its own functions: `tgc --invert`.
package struct InvertedPage: Sendable {
  /// The files with the objective among the members of the model. It stands in a text of its own,
  /// `PAGE --invert`, the last one.
  package let library: Library
  /// The text of the page with the objective in it, which means the same.
  package let text: String

  /// Adds to a model the objective that turns one of its functions around.
  ///
  /// - Parameters:
  ///   - function: the function that makes pictures; nil for the first entry point, or else the only
  ///     one that does.
  ///   - options: the model and its settings; the rest is not looked at.
  /// - Throws: `DiagnosticFailure`: no such function, several, or a model with an objective of its own
  ///   (`invert`); what is wrong with the model itself.
  package init(
    _ library: Library, function: String?, options: ElaborationOptions
  ) throws(DiagnosticFailure) {
    let (model, entries) = try Elaborator(library).entryPoints(options)
    let generator = try Generator.chosen(function, of: model, among: entries.map(\.declaration))
    let page = library.sources.files[0]
    let objective = DefaultObjective(
      generator, in: page, known: Set(entries.first?.environment.names ?? []))
    let members = SourceFile(
      name: "\(page.name) --invert", text: "model \(model.name.name)() {\n\(objective.text)\n}\n")
    let formatted = try Formatter.format(members, file: library.sources.files.count)
    self.library = try library.adding(
      SourceFile(name: members.name, text: formatted), to: model.name)
    text = Self.page(page, with: formatted, before: model.bodyRange.end - 1)
  }

  /// The page with the members of a model before the brace that ends its own.
  private static func page(_ page: SourceFile, with model: String, before brace: Int) -> String {
    let members = model.split(separator: "\n", omittingEmptySubsequences: false)
      .dropFirst().dropLast(2).joined(separator: "\n")
    var start = brace
    while start > 0, [0x20, 0x09].contains(page.bytes[start - 1]) { start -= 1 }
    // The brace has its line for itself, or it gets one.
    let isAlone = start == 0 || [0x0A, 0x0D].contains(page.bytes[start - 1])
    let (before, after) = (page.bytes[..<(isAlone ? start : brace)], page.bytes[brace...])
    return String(decoding: before, as: UTF8.self) + "\n" + (isAlone ? "" : "\n") + members + "\n"
      + String(decoding: after, as: UTF8.self)
  }
}
