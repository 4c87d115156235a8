import TGCommandLine
import TGPlan
import TGSession
import TGTensor

/// Pictures and captions of the command line, bound to inputs by kind.
struct Operands {
  /// Many pictures for one input: a run for each.
  struct Many {
    /// The input.
    let input: InterfaceItem
    /// The pictures, each once, in the order of their bytes.
    let paths: [String]
    /// The lists that were read.
    let lists: [String]
    /// The pictures as items have them.
    var items: [NamedItem.OwnPicture] {
      paths.enumerated().map { .init(input: input.name, path: $1, index: $0) }
    }
  }

  /// Paths of pictures by input.
  private(set) var pictures: [(input: InterfaceItem, path: String)] = []
  /// Many pictures, if a run is made for each.
  private(set) var many: Many?
  /// Captions by input.
  private(set) var captions: [(input: InterfaceItem, text: String)] = []

  /// Binds operands to the inputs of their kind that are not given otherwise, in declared order.
  ///
  /// Several pictures for one open input, and a folder, a pattern or a list, are many: an item for
  /// each.
  ///
  /// - Parameters:
  ///   - taken: the names of inputs that are given by name or by a file of captions.
  ///   - meant: makes the command line that was probably meant when no input takes a picture.
  init(
    _ operands: [String], to variants: FunctionVariants, taken: Set<String>,
    meant: (_ picture: String) -> String
  ) throws {
    let textInputs = variants.textInputs.filter { !taken.contains($0.name) }
    var plain: [String] = []
    var several: [PictureList.Several] = []
    for operand in operands {
      if !variants.pictureInputs.isEmpty,
        let found = try PictureList.several(operand, takesCaptions: !textInputs.isEmpty)
      {
        several.append(found)
      } else if PictureOperand.isPicture(operand) {
        guard !variants.pictureInputs.isEmpty else {
          throw Failure(
            .usage,
            "the function '\(variants.form.name)' takes no picture, so \(operand) fits no input",
            hint: "to write a result: \(meant(operand))")
        }
        plain.append(operand)
      } else {
        try add(caption: operand, to: textInputs, of: variants)
      }
    }
    try bind(plain, several, to: variants, taken: taken)
  }

  private mutating func bind(
    _ plain: [String], _ several: [PictureList.Several], to variants: FunctionVariants,
    taken: Set<String>
  ) throws {
    let open = variants.pictureInputs.filter { !taken.contains($0.name) }
    guard !several.isEmpty || plain.count > open.count || open.count == 1 && plain.count > 1 else {
      pictures = zip(open, plain).map { ($0, $1) }
      return
    }
    let needed = open.filter { $0.defaultValue == nil }
    let target = open.count == 1 ? open : several.isEmpty ? [] : needed
    let paths = Path.distinct(plain + several.flatMap(\.paths))
    guard target.count == 1 else {
      throw SessionError.tooManyPictures(paths, inputs: variants.pictureInputs.map(\.name))
    }
    many = Many(input: target[0], paths: paths, lists: several.compactMap(\.list))
  }

  private mutating func add(
    caption: String, to inputs: [InterfaceItem], of variants: FunctionVariants
  ) throws {
    if let sign = caption.firstIndex(of: "="), Path.suffix(caption) == "npy",
      !caption[..<sign].contains(" ")
    {
      throw Failure(
        .usage, "\(caption) fits no input",
        hint: "each array has its option: --input \(Path.quoted(caption))")
    }
    guard captions.count < inputs.count else {
      if Self.looksLikeFile(caption) {
        throw Failure(
          .missingInput, "\(caption) is no picture file, and a caption fits no input",
          hint: "arrays are given by name: --input NAME=\(Path.quoted(caption))")
      }
      throw SessionError.noInput(for: captions.map(\.text) + [caption], in: variants)
    }
    captions.append((inputs[captions.count], caption))
  }

  private static func looksLikeFile(_ operand: String) -> Bool {
    !operand.contains(" ") && (["npy", "npz", "txt", "safetensors"].contains(Path.suffix(operand)))
  }
}
