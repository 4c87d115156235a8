package import TGExecution
package import TGImage
package import TGPlan
package import TGTensor
package import TGText

/// Why a plan cannot be run as asked, as facts; `message` makes sentences of them.
package enum SessionError: Error, Hashable, Sendable {
  // What was asked of the plan.
  case noSuchFunction(String, functions: [String])
  case noSuchInput(String, inputs: [String])
  case noSuchOutput(String, outputs: [String], function: String)
  case missing(InterfaceItem, function: String)
  case tooManyPictures([String], inputs: [String])
  case tooManyTexts([String], inputs: [String])
  case noWords(given: String, InterfaceItem)
  case wrongKind(input: String, kind: String, given: String)
  case noPictureOutput(outputs: [String])
  case itemCounts(String, Int, String, Int)
  case batch(count: Int, sizes: [Int], together: Bool, function: String)
  // The numbers that were given.
  case shape(input: String, found: Shape, expected: [Int])
  case lengthsWithoutWords(input: String)
  case lengthOutOfRange(input: String, item: Int, value: Float, longest: Int)
  case numberOutOfRange(input: String, item: Int, value: Float, limit: Int)
  case notFinite(input: String, item: Int, value: Float)
  case array(path: String, NumpyError)
  // Pictures and captions.
  case picture(PictureError)
  case pictureSize(path: String, height: Int, width: Int, wanted: [Int])
  case pictureWords(input: String, fit: String, filter: String)
  case caption(TextError, location: String)
  case vocabulary(String, TextError)
  // The run.
  case runtime(RuntimeError)
  case memory(needed: Int, allowed: Int)
  case notFiniteOutput(name: String, item: Int, position: Int, value: Float)

  /// Why captions fit no input: the plan has no words for the input that would take one, or all
  /// inputs have theirs.
  ///
  /// - Parameters:
  ///   - captions: all that were given, the one that fits no input last; at least one.
  ///   - variants: the function that they are for.
  package static func noInput(for captions: [String], in variants: FunctionVariants) -> SessionError
  {
    if variants.textInputs.count < captions.count, let item = variants.wordlessInputs.first {
      return .noWords(given: "'\(captions.last ?? "")'", item)
    }
    return .tooManyTexts(captions, inputs: variants.textInputs.map(\.name))
  }
}
