import TGCheckpoint
import TGCommandLine
import TGTensor

/// The files of one call: a direction and, beside it under the same name, report, table and drawing.
struct ResultFiles {
  /// The file that `-o` names.
  let main: String
  private let stem: String
  private let names: [String]
  private(set) var written: [(String, JSON)] = []

  /// Looks at all names before anything is computed.
  ///
  /// - Parameters:
  ///   - out: what `-o` says.
  ///   - suffixes: how the name may end.
  ///   - beside: the suffixes of what is written beside it.
  init(
    _ out: String, suffixes: [String], beside: [String], readFiles: [String]
  ) throws {
    guard suffixes.contains(Path.suffix(out)) else {
      let name = Path.withoutSuffix(out.isEmpty ? "direction" : out)
      throw Failure(
        .usage,
        "-o \(out) does not end with "
          + suffixes.map { ".\($0)" }.joined(separator: " or "),
        hint: "say -o " + Path.quoted(freePath(like: "\(name).\(suffixes[0])")))
    }
    main = out
    stem = Path.withoutSuffix(out)
    let stem = stem
    names = [out] + beside.map { stem + "." + $0 }.filter { $0 != out }
    try Outputs.check(names, readFiles: readFiles)
  }

  /// Looks at the names again, when more is known of what is read.
  func demandApart(from readFiles: [String]) throws {
    try Outputs.check(names, readFiles: readFiles)
  }

  /// The path of what has a suffix.
  func path(_ suffix: String) -> String { "\(stem).\(suffix)" }

  /// Writes a file and remembers it.
  mutating func save(_ bytes: [UInt8], as what: String, to path: String) throws {
    try AtomicFile.save(bytes, to: path)
    written.append((what, .string(path)))
  }

  /// Writes directions: `.npy`, or `.safetensors` with the layers that they are for.
  mutating func save(
    direction: HostTensor, layers: String? = nil, metadata: [String: String] = [:]
  ) throws {
    guard Path.suffix(main) == "safetensors" else {
      return try save(NumpyArray(direction).encoded, as: "direction", to: main)
    }
    var texts = metadata
    texts["layers"] = layers
    try save(tensors: [("direction", direction)], metadata: texts)
  }

  /// Writes tensors under their names into a `.safetensors`.
  mutating func save(
    tensors: [(name: String, tensor: HostTensor)], metadata: [String: String]
  ) throws {
    do {
      try save(Safetensors.encoded(tensors, metadata: metadata), as: "direction", to: main)
    } catch let error as CheckpointFault {
      throw Failure(.internalError, "the direction cannot be written: \(error)")
    }
  }

  /// Writes the report, and prints it with `--json`, the paths otherwise.
  mutating func finish(_ members: [(String, JSON)], on console: Console) throws {
    let path = path("json")
    let files = written + [("report", .string(path))]
    let report = JSON.document(members + [("files", .pairs(files))]).text(indented: true)
    try save(Array((report + "\n").utf8), as: "report", to: path)
    if console.isJSON { return try console.print(report) }
    for case (_, .string(let path)) in files { try console.print(path) }
  }
}
