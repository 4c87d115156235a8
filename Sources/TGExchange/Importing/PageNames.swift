/// Names of a file made into names of the language, each once.
struct PageNames {
  private var taken: Set<String> = []
  /// How many names were made of each base.
  private var counts: [String: Int] = [:]

  /// A legal name near a given one that nothing else has: letters, digits and `_` stay, runs of anything
  /// else become `_`; the first letter is a small one; a digit in front gets a `v`.
  ///
  /// - Parameter isLabel: true for the name of a result, which may be that of an operation.
  mutating func legal(_ name: String, isLabel: Bool = false) -> String {
    let base = Self.plain(name)
    let isWord = Self.words.contains(base) || !isLabel && Self.operations.contains(base)
    var candidate = isWord ? base + "_" : base
    var count = counts[base] ?? 1
    while !taken.insert(candidate).inserted {
      count += 1
      candidate = "\(base)_\(count)"
    }
    counts[base] = count
    return candidate
  }

  private static func plain(_ name: String) -> String {
    var text = ""
    let letters = Array(name.unicodeScalars.prefix(200))
    for (index, letter) in letters.enumerated() {
      switch letter {
      case "a"..."z", "A"..."Z", "0"..."9", "_": text.unicodeScalars.append(letter)
      // `input.1` is `input1`.
      case "." where index + 1 < letters.count && ("0"..."9").contains(letters[index + 1]): continue
      default: if text.last != "_" { text.append("_") }
      }
    }
    while text.first == "_" { text.removeFirst() }
    while text.last == "_" { text.removeLast() }
    for tail in ["_output_0", "_outputs_0"] where text.hasSuffix(tail) {
      text.removeLast(tail.count)
    }
    guard let first = text.first else { return "value" }
    if first.isNumber { return "v" + text }
    let short = text.count > 48 ? String(text.suffix(40)).trimmingUnderscores : text
    return short.prefix(1).lowercased() + short.dropFirst()
  }

  /// A name of a model.
  static func model(_ name: String) -> String {
    let text = plain(name)
    return text.prefix(1).uppercased() + text.dropFirst()
  }

  /// A text as a string of the language.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for letter in text {
      switch letter {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "{": result += "\\{"
      case "}": result += "\\}"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default: result.append(letter)
      }
    }
    return result + "\""
  }

  /// Reserved words of the language.
  private static let words: Set<String> = Set(
    """
    import from block func model part objective let var if else for in return require sample repeat \
    minimize over using with as true false none ignore optional root sequential
    """.split(separator: " ").map(String.init))

  /// Operations of the language, and what the page names itself.
  private static let operations: Set<String> = Set(
    """
    pi conv convTranspose \
    linear embedding lstm gru batchNorm instanceNorm groupNorm layerNorm prelu parameter buffer softmax \
    logSoftmax relu sigmoid tanh gelu silu softplus exp log sqrt square abs sign sin cos erf floor ceil \
    log2 leakyRelu elu clamp glu min max pow less select detach sum mean product largest smallest \
    matmul reshape expand perChannel transpose permute concat stack split pad oneHot reverse roll \
    constant pixelShuffle upsample maxPool avgPool fir resize rescale batchRoll batchCycle batchMean \
    batchDeviation mse mae bce skip gradient adam sgd lbfgs start i
    """.split(separator: " ").map(String.init))
}

extension String {
  fileprivate var trimmingUnderscores: String {
    var text = self[...]
    while let first = text.first, first == "_" || first.isNumber { text.removeFirst() }
    return text.isEmpty ? "value" : String(text)
  }
}
