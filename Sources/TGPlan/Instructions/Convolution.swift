package import TGTensor

/// Direct convolution of `[N, H, W, C]` with packed weights, in one or several output phases.
///
/// Phase `p` computes, for every `i`, `j` with `y = originY + i · scaleY < OH` and
/// `x = originX + j · scaleX < OW`:
/// `out[n, y, x, o] = Σ in[n, i · strideY + ky · dilationY - padTop, j · strideX + kx · dilationX -
/// padLeft, c] · w[o, c, ky, kx]`, where positions outside the input count as 0. An ordinary
/// convolution has one phase with scale 1; a transposed one of stride 2 has four, with scale 2.
/// A linear layer is a convolution with a 1×1 kernel over `[1, 1, rows, C]`.
package struct Convolution: Hashable, Sendable {
  /// How weights lie in their slot.
  package enum Packing: Int, Hashable, Sendable, CaseIterable {
    /// `[groups][⌈O/groups / 16⌉][kernelHeight][kernelWidth][C/groups][16]`: panels of 16 output
    /// channels, the missing ones of the last panel 0.
    case panels = 0
    /// `[kernelHeight][kernelWidth][C]`, for `groups == C == O`.
    case depthwise = 1
    /// The panels of the convolution whose gradient this is, `[⌈C / 16⌉][kernelHeight][kernelWidth][O][16]`,
    /// for `groups == 1`: channels exchanged, taps in reverse order.
    case turned = 2
  }

  /// What the factors of products are.
  package enum Precision: Int, Hashable, Sendable, CaseIterable {
    /// Float32.
    case float32 = 0
    /// Both rounded to bfloat16, the nearest, of two the even one; sums are float32.
    case bfloat16 = 1

    /// A factor as it is multiplied.
    package func factor(_ number: Float) -> Float {
      guard self == .bfloat16, !number.isNaN else { return number }
      // What vcvtne2ps2bf16 does: the nearest, of two the even one; below the normal numbers zero.
      guard number == 0 || number.isNormal || number.isInfinite else {
        return number.sign == .minus ? -0.0 : 0
      }
      let bits = number.bitPattern
      return Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
    }
  }

  /// The output positions of one residue class, with their kernel.
  package struct Phase: Hashable, Sendable {
    /// The packed weights: a contiguous rank-1 view of a weight slot, float32 or float16.
    package var weights: View
    /// The rows of the kernel, at least 1.
    package var kernelHeight: Int
    /// The columns of the kernel, at least 1.
    package var kernelWidth: Int
    /// Rows of zeros above the input; negative skips rows.
    package var padTop: Int
    /// Columns of zeros left of the input; negative skips columns.
    package var padLeft: Int
    /// The first output row, `0 ..< scaleY`.
    package var originY: Int
    /// The first output column, `0 ..< scaleX`.
    package var originX: Int

    /// Makes a phase.
    package init(
      weights: View, kernelHeight: Int, kernelWidth: Int, padTop: Int, padLeft: Int,
      originY: Int = 0, originX: Int = 0
    ) {
      self.weights = weights
      self.kernelHeight = kernelHeight
      self.kernelWidth = kernelWidth
      self.padTop = padTop
      self.padLeft = padLeft
      self.originY = originY
      self.originX = originX
    }
  }

  /// `[N, H, W, C]`, innermost stride 1.
  package var input: View
  /// `[N, OH, OW, O]`, innermost stride 1.
  package var output: View
  /// Independent groups of channels; divides C and O.
  package var groups = 1
  /// Input rows from one output row of a phase to the next.
  package var strideY = 1
  /// Input columns from one output column of a phase to the next.
  package var strideX = 1
  /// Input rows between kernel rows.
  package var dilationY = 1
  /// Input columns between kernel columns.
  package var dilationX = 1
  /// Output rows between rows of one phase.
  package var scaleY = 1
  /// Output columns between columns of one phase.
  package var scaleX = 1
  /// How all phases' weights are packed.
  package var packing = Packing.panels
  /// Results along each side of the tiles by which the sums are taken (`WinogradForm`), in place of one
  /// sum of products for each result; 0 for direct sums. Phases whose kernel has no such form have
  /// direct sums.
  package var tile = 0
  /// What the factors of all phases' products are; of tiles the transformed numbers. `bfloat16` is not for
  /// depthwise weights.
  package var precision = Precision.float32
  /// Together the phases cover every output position once.
  package var phases: [Phase]
  /// Applied to each result.
  package var epilogue = Epilogue.none

  /// Makes a convolution of stride 1 without groups; set the rest after.
  package init(input: View, output: View, phases: [Phase]) {
    self.input = input
    self.output = output
    self.phases = phases
  }
}

extension Convolution.Packing: PlanChoice {}

extension Convolution.Precision: PlanChoice {}

extension Convolution.Phase: PlanMessage {
  package init() {
    self.init(weights: View(), kernelHeight: 0, kernelWidth: 0, padTop: 0, padLeft: 0)
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.weights("weights", &weights, .phaseWeights(archive.listIndex), .stored)
    try archive.attribute("kernel_height", &kernelHeight, .positive)
    try archive.attribute("kernel_width", &kernelWidth, .positive)
    try archive.attribute("pad_top", &padTop, .any)
    try archive.attribute("pad_left", &padLeft, .any)
    try archive.attribute("origin_y", &originY, .notNegative)
    try archive.attribute("origin_x", &originX, .notNegative)
  }
}

extension ViewRole {
  /// The weights of a phase, by its index.
  package static func phaseWeights(_ index: Int) -> ViewRole {
    ViewRole("the weights of phase", index)
  }
}

extension InstructionRule {
  package static func groupsDivide(groups: Int, input: Int, output: Int) -> InstructionRule {
    InstructionRule(
      "\(groups) groups do not divide \(input) input and \(output) output channels")
  }

  package static func depthwiseGroups(groups: Int, input: Int, output: Int) -> InstructionRule {
    InstructionRule(
      "depthwise weights need as many groups as channels: \(groups) groups, \(input) input and "
        + "\(output) output channels")
  }

  package static func turnedGroups(groups: Int) -> InstructionRule {
    InstructionRule("turned weights are for 1 group, not \(groups)")
  }

  package static let depthwisePrecision = InstructionRule(
    "depthwise weights are multiplied as float32, not as bfloat16")

  package static func noTiles(results: Int, kernel: Int) -> InstructionRule {
    InstructionRule(
      "tiles of \(results) results need a square kernel that has such a form, one stride for rows and "
        + "columns, dilation and groups 1; the first kernel has \(kernel) rows")
  }

  package static func weightCount(phase: Int, found: Int, expected: Int) -> InstructionRule {
    InstructionRule("phase \(phase) has \(found) weights; its kernel takes \(expected)")
  }

  package static func phases(found: Int, expected: Int) -> InstructionRule {
    InstructionRule(
      "\(found) phases compute something; \(expected) are needed to cover the output")
  }

  package static func duplicatePhase(originY: Int, originX: Int) -> InstructionRule {
    InstructionRule("two phases begin at row \(originY), column \(originX)")
  }
}

extension Convolution: InstructionKind {
  package static let field: StaticString = "convolve"
  package var instruction: Instruction { .convolve(self) }
  package init() {
    self.init(input: View(), output: View(), phases: [])
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.input("input", &input, .input)
    try archive.output("output", &output)
    try archive.attribute("groups", &groups, .positive)
    try archive.attribute("stride_y", &strideY, .positive)
    try archive.attribute("stride_x", &strideX, .positive)
    try archive.attribute("dilation_y", &dilationY, .positive)
    try archive.attribute("dilation_x", &dilationX, .positive)
    try archive.attribute("scale_y", &scaleY, .positive)
    try archive.attribute("scale_x", &scaleX, .positive)
    try archive.choice("packing", &packing)
    try archive.messages("phases", &phases)
    try archive.message("epilogue", &epilogue)
    try archive.attribute("tile", &tile, .notNegative)
    try archive.choice("precision", &precision)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    try input.checkPicture(.input)
    try output.checkPicture(.output)
    try output.checkExtents([input.dimensions[0]] + output.dimensions.dropFirst(), .output)
    let (inner, outer) = (input.dimensions[3], output.dimensions[3])
    guard inner % groups == 0, outer % groups == 0 else {
      throw PlanError(.rule(.groupsDivide(groups: groups, input: inner, output: outer)))
    }
    guard packing != .depthwise || (groups == inner && groups == outer) else {
      throw PlanError(.rule(.depthwiseGroups(groups: groups, input: inner, output: outer)))
    }
    guard packing != .turned || groups == 1 else {
      throw PlanError(.rule(.turnedGroups(groups: groups)))
    }
    guard packing != .depthwise || precision == .float32 else {
      throw PlanError(.rule(.depthwisePrecision))
    }
    guard tile == 0 || phases.isEmpty || phases.contains(where: { form(of: $0) != nil }) else {
      throw PlanError(.rule(.noTiles(results: tile, kernel: phases[0].kernelHeight)))
    }
    guard phases.count <= limits.phases else {
      throw PlanError(.limit(.phases, phases.count, limits.phases))
    }
    try checkPhases()
    try epilogue.check(output: output)
  }

  private func checkPhases() throws(PlanError) {
    var origins = Set<[Int]>()
    var covering = 0
    for (index, phase) in phases.enumerated() {
      try check(phase, index)
      guard origins.insert([phase.originY, phase.originX]).inserted else {
        throw PlanError(.rule(.duplicatePhase(originY: phase.originY, originX: phase.originX)))
      }
      let extents = extents(of: phase)
      if extents.rows > 0, extents.columns > 0 { covering += 1 }
    }
    let expected = min(scaleY, output.dimensions[1]) * min(scaleX, output.dimensions[2])
    guard covering == expected else {
      throw PlanError(.rule(.phases(found: covering, expected: expected)))
    }
  }

  private func check(_ phase: Phase, _ index: Int) throws(PlanError) {
    guard phase.originY < scaleY else { throw PlanError(.attribute("origin_y", phase.originY)) }
    guard phase.originX < scaleX else { throw PlanError(.attribute("origin_x", phase.originX)) }
    try phase.weights.checkRank(1, .phaseWeights(index))
    let expected = packedWeightCount(of: phase)
    guard phase.weights.dimensions[0] == expected else {
      throw PlanError(
        .rule(
          .weightCount(
            phase: index, found: phase.weights.dimensions[0], expected: expected ?? .max)))
    }
  }

  /// The rows and columns of the output that a phase computes.
  package func extents(of phase: Phase) -> (rows: Int, columns: Int) {
    func positions(_ extent: Int, _ origin: Int, _ scale: Int) -> Int {
      origin >= 0 && origin < extent ? (extent - origin - 1) / scale + 1 : 0
    }
    return (
      positions(output.dimensions[1], phase.originY, scaleY),
      positions(output.dimensions[2], phase.originX, scaleX)
    )
  }

  /// The form of a phase's tiles; nil if its sums are direct.
  package func form(of phase: Phase) -> WinogradForm? {
    guard tile > 0, packing != .depthwise, groups == 1, dilationY == 1, dilationX == 1 else {
      return nil
    }
    return WinogradForm.of(
      results: tile, height: phase.kernelHeight, width: phase.kernelWidth,
      stride: [strideY, strideX])
  }

  /// What a phase's kernel becomes for its tiles: positions of a tile times the parts that a stride
  /// takes the input apart into; nil if its sums are direct, or if the number does not fit.
  private func transformedTaps(of phase: Phase) -> Int? {
    form(of: phase).flatMap { Int.product([$0.side, $0.side, strideY, strideX]) }
  }

  /// The elements of a phase's packed weights; nil if their number does not fit.
  package func packedWeightCount(of phase: Phase) -> Int? {
    let channels = input.dimensions[3]
    let kernel = [phase.kernelHeight, phase.kernelWidth]
    switch packing {
    case .panels:
      let panels = (output.dimensions[3] / groups + 15) / 16
      return Int.product([groups, panels, channels / groups, 16] + kernel)
    case .depthwise: return Int.product([channels] + kernel)
    case .turned: return Int.product([(channels + 15) / 16, output.dimensions[3], 16] + kernel)
    }
  }

  /// Whether whoever opens the plan makes other weights of a phase than those in the file: transformed
  /// ones for tiles, panels of turned ones, pairs of bfloat16.
  package func preparesWeights(of phase: Phase) -> Bool {
    packing == .turned || form(of: phase) != nil || precision == .bfloat16
  }

  /// How many words of 4 bytes those are for a phase; nil if their number does not fit. A word is a float32,
  /// or two bfloat16 of one tap or position of tiles.
  package func preparedWeightCount(of phase: Phase) -> Int? {
    var taps = [phase.kernelHeight, phase.kernelWidth]
    var numbers: Int? = input.dimensions[3] / groups
    if let form = form(of: phase) {
      taps = [form.side, form.side]
      numbers = Int.product([strideY, strideX, input.dimensions[3]])
    }
    guard var words = numbers else { return nil }
    if precision == .bfloat16 { words = words / 2 + words % 2 }
    let panels = (output.dimensions[3] / groups + 15) / 16
    return Int.product(taps + [groups, panels, words, 16])
  }

  /// Positions in the padding count, the zeros that fill up panels do not; of tiles the products of whole
  /// ones.
  package var checkedMacs: Int? {
    guard input.rank == 4, output.rank == 4, groups > 0, scaleY > 0, scaleX > 0 else { return nil }
    var sum = 0
    for phase in phases {
      let (rows, columns) = extents(of: phase)
      var products = [rows, columns, phase.kernelHeight, phase.kernelWidth]
      if let form = form(of: phase) {
        guard let taps = transformedTaps(of: phase) else { return nil }
        products = [form.tiles(rows), form.tiles(columns), taps]
      }
      guard
        let macs = Int.product(
          products + [output.dimensions[0], output.dimensions[3], input.dimensions[3] / groups]),
        let next = sum.adding(macs)
      else { return nil }
      sum = next
    }
    return sum
  }

  /// Weights as they are read, float32, and as many as are made of them.
  package func leastBytes(of view: NamedView) -> Int? {
    guard view.access == .readWeights,
      let phase = phases.first(where: { $0.weights == view.view && preparesWeights(of: $0) })
    else { return view.view.widened.leastBytes }
    return preparedWeightCount(of: phase)?.multiplying(4)
  }

  /// Of the epilogue; multiplications count for the rest.
  package func elementsRead(of operands: [NamedView]) -> Int? {
    Int.elements(of: epilogue.operands)
  }
}
