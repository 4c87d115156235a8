import ArgumentParser
import TGCheckpoint
import TGCommandLine
import TGDirections
import TGImage
import TGSession
import TGTensor

/// `tgdirect closed FILE#NAME … -o OUT.npy`: the directions that the first weights turn most.
struct ClosedCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "closed",
    abstract: "Directions in closed form (SeFa): eigenvectors of the first weights.",
    discussion: """
      Give the weights of the layer that takes the codes, or of several. Written is a matrix \
      [D, K], the direction of the largest eigenvalue in column 0: tgrun --direction OUT.npy:0=3.

      EXAMPLES:
        tgdirect closed netG.pth#main.0.weight --axis 0 -o closed.npy
        tgdirect closed g.safetensors#style.0.weight g.safetensors#style.1.weight -o s.npy
      """)
  static let toolName = "tgdirect closed"

  @Argument(
    help: ArgumentHelp(
      "Weights of a checkpoint, out × in unless --axis says otherwise.", valueName: "FILE#NAME"),
    completion: .file())
  var weights: [String]

  @Option(
    help: ArgumentHelp(
      "The axis of the code: 1 of a linear layer or a convolution, 0 of a transposed one.",
      valueName: "N"))
  var axis = 1

  @Option(
    help: ArgumentHelp(
      "Which positions of this axis are the code, such as 1-63; all by default.",
      valueName: "LIST"))
  var positions: String?

  @Option(help: ArgumentHelp("How many directions.", valueName: "K"))
  var count = 10

  @Flag(help: "Weights as they are, as in the paper; the authors' code gives each output length 1.")
  var raw = false

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp("Where the matrix goes.", valueName: "OUT.npy|OUT.safetensors"))
  var out: String

  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    let files = weights.map { FileArgument($0, parts: .prefix) }
    var results = try ResultFiles(
      out, suffixes: ["npy", "safetensors"], beside: ["json", "csv", "svg"],
      readFiles: files.map(\.path))
    guard count >= 1 else { throw Failure(.usage, "--count \(count) is no number of directions") }
    guard axis >= 0 else { throw Failure(.usage, "--axis \(axis) is no axis: they count from 0") }
    var form: ClosedForm?
    for file in files {
      let matrix = try matrix(file)
      let size = matrix.shape[1]
      guard size <= CovarianceSum.largestSize else {
        throw Failure(
          .badInput,
          "\(file.path)\(file.part) takes codes of \(size) numbers, and "
            + "\(CovarianceSum.largestSize) are the most",
          hint: "--axis names the axis of the code, --positions some of it")
      }
      if let form, form.size != size {
        throw Failure(
          .badInput,
          "\(file.path)\(file.part) takes codes of \(size) numbers, the weights before "
            + "it of \(form.size)")
      }
      var sum = form ?? ClosedForm(size: size, isNormalised: !raw)
      sum.add(matrix.elements)
      form = sum
    }
    guard let form, let eigen = form.eigen else {
      throw Failure(.badInput, "the weights have an infinite number or none")
    }
    let taken = min(count, form.size)
    let directions = Directions(columns: Array(eigen.vectors.prefix(taken)))
    try results.save(
      direction: directions.tensor, metadata: ["tgraph.method": "closed"])
    var table = CSVTable(["direction", "eigenvalue"])
    for (index, value) in eigen.values.enumerated() { table.add(["\(index)", "\(value)"]) }
    try results.save(table.bytes, as: "table", to: results.path("csv"))
    let chart = Chart(
      title: "eigenvalues", axis: "direction", positions: eigen.values.indices.map { Double($0) },
      curves: [.init(name: "eigenvalue", values: eigen.values)])
    try results.save(Array(chart.svg.utf8), as: "drawing", to: results.path("svg"))
    try results.finish(
      [
        ("method", .string("closed")), ("weights", .strings(weights)),
        ("size", .integer(form.size)), ("columns", .integer(form.columns)),
        ("normalised", .bool(!raw)), ("directions", .integer(taken)),
        ("eigenvalues", .array(eigen.values.map { .number($0) })),
      ], on: console)
  }

  /// The weights of a layer as outputs × code.
  private func matrix(_ file: FileArgument) throws -> HostTensor {
    let tensor = try NamedTensor.read(file)
    let shape = tensor.shape.dimensions
    guard shape.count >= 2, axis < shape.count else {
      throw Failure(
        .badInput,
        "\(file.path)\(file.part) has the shape \(tensor.shape), which has no axis "
          + "\(axis) of a code beside one of outputs",
        hint: "--axis counts from 0; tginspect \(Path.quoted(file.path)) lists the tensors")
    }
    let order = shape.indices.filter { $0 != axis } + [axis]
    var matrix = tensor.transposed(order)
    matrix = matrix.reshaped([tensor.shape.count / max(1, shape[axis]), shape[axis]])
    guard let positions else { return matrix }
    guard let list = LayerList(positions), let rows = list.layers else {
      throw Failure(.usage, "--positions \(positions) is not of the form 0-63,70")
    }
    guard let last = rows.last, last < shape[axis] else {
      throw Failure(
        .usage, "--positions \(positions): the axis has the positions 0-\(shape[axis] - 1)")
    }
    return matrix.gathered(rows, axis: 1)
  }
}
