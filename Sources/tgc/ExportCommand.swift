package import TGCommandLine
import TGCompiler
import TGDiagnostics
import TGExchange
import TGIR
package import TGONNX
import TGSyntax
import TGTensor

/// `tgc G.tgraph … --emit onnx`
extension CompileCommand {
  /// Refuses options that have no meaning for an ONNX file, or only for one.
  func demandExportable() throws(Failure) {
    guard options.emit == .onnx else {
      guard options.function == nil else {
        throw Failure(
          .usage, "--function chooses what --emit onnx exports; a plan holds all functions",
          hint: "say --emit onnx --function \(options.function ?? "")")
      }
      return
    }
    guard options.invert == nil else {
      throw Failure(
        .usage, "--emit onnx exports a function, and --invert adds an objective",
        hint: "leave one of them out; an objective runs from a plan")
    }
    guard !options.batch.contains(",") else {
      throw Failure(
        .usage, "an ONNX file has one batch size, not \(options.batch)",
        hint: "write a file for each: --batch 8 -o G8.onnx")
    }
  }

  /// Exports the chosen function to a file.
  func export(
    _ compilation: Compilation, _ library: Library, to target: String, console: Console
  ) throws {
    let folded = try compilation.folded(library, function: options.function)
    console.explain(folded.warnings, sources: library.sources)
    for note in folded.notes { console.note("note: \(note)") }
    var facts = ONNXExport.Facts()
    (facts.producer, facts.producerVersion) = (Self.toolName, Version.number)
    (facts.model, facts.documentation) = (folded.model, folded.documentation)
    (facts.licence, facts.origin) = (options.licence, options.origin)
    let model = try Self.model(folded, facts)
    let file = try ONNXEncoder(model)
    try file.write(to: target)
    let name = folded.function.graph.name
    if console.isJSON {
      try console.print(
        JSON.document([
          ("onnx", .string(target)), ("name", .string(folded.model)),
          ("function", .string(name)), ("batch", .integer(folded.function.batch)),
          ("nodes", .integer(model.graph.nodes.count)), ("bytes", .integer(file.count)),
        ]).text(indented: true))
    } else {
      if options.report {
        try console.print(
          "\(name): \(model.graph.nodes.count) nodes, \(model.graph.initializers.count) tensors, "
            + Quantity.bytes(file.count))
      }
      try console.print(target)
    }
  }

  private static func model(
    _ folded: FoldedFunction, _ facts: ONNXExport.Facts
  ) throws(DiagnosticFailure) -> ONNXModel {
    do {
      return try ONNXExport(folded.function, originals: folded.originals, facts: facts).model
    } catch {
      throw DiagnosticFailure([
        Diagnostic(
          "not-available", "this cannot be exported: \(error.message)",
          at: error.origin?.ranges.first ?? folded.function.range)
      ])
    }
  }
}

extension ONNXWritingError: Explained {
  package var exitStatus: ExitStatus {
    switch self {
    case .tooLarge: .notAvailable
    case .noNumbers: .internalError
    }
  }

  package var message: String {
    switch self {
    case .tooLarge(let bytes, let limit):
      "the ONNX file would be of \(bytes) bytes; a file of this format has at most \(limit)"
    case .noNumbers(let tensor): "the numbers of \(tensor) are not at hand"
    }
  }

  package var hint: String? {
    switch self {
    case .tooLarge: "one function makes a file: choose a smaller one by --function NAME"
    case .noNumbers: nil
    }
  }
}
