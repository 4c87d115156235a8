import TGCommandLine
import TGPlan
import TGSession

/// Pictures and captions of the command line, bound to inputs by kind.
struct Operands {
  /// Paths of pictures by input.
  private(set) var pictures: [(input: InterfaceItem, path: String)] = []
  /// Captions by input.
  private(set) var captions: [(input: InterfaceItem, text: String)] = []

  /// Binds operands to the inputs of their kind that are not given otherwise, in declared order.
  ///
  /// - Parameters:
  ///   - taken: the names of inputs that are given by name or by a file of captions.
  ///   - meant: makes the command line that was probably meant when a picture has no place.
  init(
    _ operands: [String], to variants: FunctionVariants, taken: Set<String>,
    meant: (_ picture: String) -> String
  ) throws {
    let pictureInputs = variants.pictureInputs.filter { !taken.contains($0.name) }
    let textInputs = variants.textInputs.filter { !taken.contains($0.name) }
    for operand in operands {
      if PictureOperand.isPicture(operand) {
        if variants.pictureInputs.isEmpty {
          let command = meant(operand)
          throw Failure(
            .usage,
            "the function '\(variants.form.name)' takes no picture, so \(operand) has no place",
            hint: "to write the result there: \(command)")
        }
        guard pictures.count < pictureInputs.count else {
          throw SessionError.tooManyPictures(
            pictures.map(\.path) + [operand], inputs: variants.pictureInputs.map(\.name))
        }
        pictures.append((pictureInputs[pictures.count], operand))
      } else {
        if let sign = operand.firstIndex(of: "="), Path.suffix(operand) == "npy",
          !operand[..<sign].contains(" ")
        {
          throw Failure(
            .usage, "\(operand) has no place",
            hint: "each array has its option: --input \(Path.quoted(operand))")
        }
        guard captions.count < textInputs.count else {
          if Self.looksLikeFile(operand) {
            throw Failure(
              .missingInput, "\(operand) is no picture file, and a caption has no place",
              hint: "arrays are given by name: --input NAME=\(Path.quoted(operand))")
          }
          throw SessionError.tooManyTexts(
            captions.map(\.text) + [operand], inputs: variants.textInputs.map(\.name))
        }
        captions.append((textInputs[captions.count], operand))
      }
    }
  }

  private static func looksLikeFile(_ operand: String) -> Bool {
    !operand.contains(" ") && (["npy", "npz", "txt", "safetensors"].contains(Path.suffix(operand)))
  }
}
