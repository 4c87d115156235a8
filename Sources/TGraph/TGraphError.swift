import TGCompiler
import TGDiagnostics
import TGExecution
import TGImage
import TGInversion
import TGPlan
import TGSession
import TGSyntax
import TGTensor
import TGText

/// Why something could not be done, in sentences for a person.
public struct TGraphError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was found and what was expected, of a page each finding with its line; and where the message
  /// does not say what to do about it, a hint on a line of its own.
  public let description: String

  init(_ message: String, hint: String? = nil) {
    description = message + (hint.map { "\nhint: \($0)" } ?? "")
  }
}

extension TGraphError {
  /// Does something, and gives its error the form of this one.
  ///
  /// - Parameter sources: the texts that findings are located in.
  static func from<Result>(
    sources: SourceTable? = nil, _ body: () throws -> Result
  ) throws(TGraphError) -> Result {
    do { return try body() } catch {
      throw TGraphError(of: error, sources: sources)
    }
  }

  private init(of error: any Error, sources: SourceTable?) {
    switch error {
    case let error as TGraphError: self = error
    case let error as DiagnosticFailure:
      let renderer = TextRenderer(sources: sources ?? SourceTable())
      self.init(error.diagnostics.map(renderer.render).joined(separator: "\n"))
    case let error as SessionError: self.init(error.message, hint: error.hint)
    case let error as InversionError: self.init(error.message, hint: error.hint)
    case let error as PictureError: self.init(SessionError.picture(error).message)
    case let error as RuntimeError: self.init(SessionError.runtime(error).message)
    case let error as TextError: self.init(error.message)
    case let error as PageFileError: self.init(error.message, hint: error.hint)
    default: self.init("\(error)")
    }
  }
}
