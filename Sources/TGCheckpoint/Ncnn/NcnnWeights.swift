/// A run of weights of a layer in the `.bin`.
struct NcnnBuffer: Sendable {
  /// What it is: `weight`, `bias`, `slope`.
  var part: StaticString
  /// The extents.
  var dimensions: [Int]
  /// True if a tag before it says how its numbers are written; float32 otherwise.
  var isTagged: Bool
}

/// How many weights each type of layer has, in which order.
///
/// Source: the functions `load_param` and `load_model` of ncnn's layers.
extension NcnnLayer {
  /// The runs of weights of a layer, in the order of the file.
  ///
  /// - Throws: `NcnnFault.layer` for a type whose weights are not known, `.int8`, `.shape`.
  func buffers() throws(CheckpointFault) -> [NcnnBuffer] {
    switch type {
    case "Convolution", "ConvolutionDepthWise":
      return try kernel([11, 1], dynamic: 19)
    case "Convolution1D", "ConvolutionDepthWise1D": return try kernel([1], dynamic: 19)
    case "Convolution3D", "ConvolutionDepthWise3D": return try kernel([21, 11, 1], dynamic: nil)
    case "Deconvolution", "DeconvolutionDepthWise": return try kernel([11, 1], dynamic: 28)
    case "Deconvolution1D", "DeconvolutionDepthWise1D": return try kernel([1], dynamic: 28)
    case "Deconvolution3D", "DeconvolutionDepthWise3D":
      return try kernel([21, 11, 1], dynamic: nil)
    case "InnerProduct":
      try refuseInt8(8)
      return try matrix(rows: whole(0), count: whole(2), hasBias: whole(1))
    case "Embed":
      try refuseInt8(18)
      let table = try matrix(rows: whole(1), count: whole(3), hasBias: 0)
      return try table + (whole(2) == 0 ? [] : [plain("bias", whole(0))])
    case "PReLU": return [try plain("slope", whole(0))]
    case "BatchNorm":
      let channels = try whole(0)
      return [
        try plain("slope", channels), try plain("mean", channels), try plain("var", channels),
        try plain("bias", channels),
      ]
    case "Scale":
      let size = try whole(0)
      guard size != -233 else { return [] }
      return [try plain("scale", size)] + (try whole(1) == 0 ? [] : [try plain("bias", size)])
    case "Bias": return [try plain("bias", whole(0))]
    case "Normalize": return [try plain("scale", whole(3))]
    case "InstanceNorm", "LayerNorm": return try affine(size: 0, isAffine: 2)
    case "GroupNorm": return try affine(size: 1, isAffine: 3)
    case "RMSNorm": return Array(try affine(size: 0, isAffine: 2).prefix(1))
    case "Padding":
      let size = try whole(6)
      return size == 0 ? [] : [try plain("pads", size)]
    case "MemoryData": return try data()
    default:
      guard Self.weightless.contains(type) else { throw .ncnn(.layer(type, name: name)) }
      return []
    }
  }

  /// A kernel [out, in, sizes …] and a bias. The number of inputs, of a group where there are groups,
  /// follows from the number of weights.
  private func kernel(_ sizes: [Int], dynamic: Int?) throws(CheckpointFault) -> [NcnnBuffer] {
    if let dynamic, try whole(dynamic) != 0 { return [] }
    if !type.hasPrefix("Deconvolution") { try refuseInt8(8) }
    let width = try whole(1)
    var extents: [Int] = []
    for id in sizes { extents.append(try whole(id, or: width)) }
    return try matrix(rows: whole(0), count: whole(6), columns: extents, hasBias: whole(5))
  }

  /// A matrix [rows, count / rows / columns, columns …] and a bias of as many numbers as rows.
  private func matrix(
    rows: Int, count: Int, columns: [Int] = [], hasBias: Int
  ) throws(CheckpointFault) -> [NcnnBuffer] {
    var rest = count
    for extent in [rows] + columns {
      guard extent > 0, rest > 0, rest % extent == 0 else { throw .ncnn(.shape(name)) }
      rest /= extent
    }
    let weight = NcnnBuffer(part: "weight", dimensions: [rows, rest] + columns, isTagged: true)
    return [weight] + (hasBias == 0 ? [] : [try plain("bias", rows)])
  }

  private func affine(size: Int, isAffine: Int) throws(CheckpointFault) -> [NcnnBuffer] {
    guard try whole(isAffine, or: 1) != 0 else { return [] }
    return [try plain("gamma", whole(size)), try plain("beta", whole(size))]
  }

  private func data() throws(CheckpointFault) -> [NcnnBuffer] {
    var dimensions: [Int] = []
    for id in [2, 11, 1, 0] {
      let extent = try whole(id)
      if extent != 0 { dimensions.append(extent) }
    }
    let kind = try whole(21, or: 1)
    guard !dimensions.isEmpty, dimensions.allSatisfy({ $0 > 0 }), kind == 0 || kind == 1 else {
      throw .ncnn(.shape(name))
    }
    return [NcnnBuffer(part: "data", dimensions: dimensions, isTagged: kind == 0)]
  }

  private func plain(
    _ part: StaticString, _ count: Int
  ) throws(CheckpointFault) -> NcnnBuffer {
    guard count > 0 else { throw .ncnn(.shape(name)) }
    return NcnnBuffer(part: part, dimensions: [count], isTagged: false)
  }

  private func refuseInt8(_ id: Int) throws(CheckpointFault) {
    guard try whole(id) == 0 else { throw .ncnn(.int8(name)) }
  }

  /// Types of layers that have no weights.
  private static let weightless: Set<String> = [
    "AbsVal", "ArgMax", "BNLL", "BinaryOp", "CELU", "Cast", "Clip", "Concat", "CopyTo", "Crop",
    "CumulativeSum", "DeepCopy", "DetectionOutput", "Diag", "Dropout", "ELU", "Einsum", "Eltwise",
    "Erf", "Exp", "ExpandDims", "Flatten", "Flip", "Fold", "GELU", "GLU", "GridSample",
    "HardSigmoid", "HardSwish", "Input", "Interp", "InverseSpectrogram", "LRN", "Log", "MVN",
    "MatMul", "Mish", "Noop", "PSROIPooling", "Packing", "Permute", "PixelShuffle", "Pooling",
    "Pooling1D", "Pooling3D", "Power", "PriorBox", "Proposal", "ROIAlign", "ROIPooling", "ReLU",
    "Reduction", "Reorg", "Reshape", "RotaryEmbed", "SDPA", "SELU", "SPP", "ShuffleChannel",
    "Shrink", "Sigmoid", "Slice", "Softmax", "Softplus", "Spectrogram", "Split", "Squeeze",
    "StatisticsPooling", "Swish", "TanH", "Threshold", "Tile", "UnaryOp", "Unfold",
    "YoloDetectionOutput", "Yolov3DetectionOutput",
  ]
}
